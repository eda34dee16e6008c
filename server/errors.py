"""Errors of the HTTP face. ``problems`` tells them to clients."""

from dataclasses import dataclass, field

from kg.errors import LodestoneError, QueryOverLimit


@dataclass(eq=False)
class ConfigError(LodestoneError):
    """A server cannot be started as told. ``setting`` names the setting at fault."""

    setting: str = ""


@dataclass(eq=False)
class ServerFailed(LodestoneError):
    """The server ended by itself."""


@dataclass(eq=False)
class BadRequest(LodestoneError):
    """A request that makes no sense. ``parameter`` names the one at fault."""

    parameter: str = ""


@dataclass(eq=False)
class NotAcceptable(LodestoneError):
    """No format that the client accepts fits. ``available`` are media types that would."""

    available: tuple[str, ...] = ()


@dataclass(eq=False)
class PreconditionFailed(LodestoneError):
    """What a request asks to hold before it writes does not."""


@dataclass(eq=False)
class UnsupportedType(LodestoneError):
    """The body of a request has a media type that is not read here."""


@dataclass(eq=False)
class Overloaded(LodestoneError):
    """Too many requests wait for a worker. ``retry`` is in seconds."""

    retry: int = 2


@dataclass(eq=False)
class AnswerTooLong(QueryOverLimit):
    """An answer is longer than this server sends."""


@dataclass(eq=False)
class WorkerLost(LodestoneError):
    """The process that evaluated a query died. ``retry`` is in seconds."""

    retry: int = 1


@dataclass(eq=False)
class Unauthorized(LodestoneError):
    """A request without a token that needs one, or with one that is not known. ``reason`` is RFC 6750's."""

    reason: str = ""


@dataclass(eq=False)
class Forbidden(LodestoneError):
    """A token's scope does not reach so far. ``scope`` is the one that is needed."""

    scope: str = ""


@dataclass(eq=False)
class BodyTooLong(LodestoneError):
    """The body of a request is longer than this server takes, or becomes so when decompressed."""


@dataclass(eq=False)
class WriteTimeout(LodestoneError):
    """A write ran into its deadline and was stopped. ``seconds`` is how long it could take."""

    seconds: float = 0.0


@dataclass(eq=False)
class ClaimsInvalid(LodestoneError):
    """Claims that were offered are none. ``report`` is a SHACL validation report."""

    report: dict[str, object] = field(default_factory=dict)


@dataclass(eq=False)
class ClaimsConflict(LodestoneError):
    """Claims that were offered are known with other content. ``conflicts`` pairs each IRI with the reason."""

    conflicts: tuple[dict[str, str], ...] = ()


@dataclass(eq=False)
class Abandoned(LodestoneError):
    """Nobody waits for an answer any more."""


@dataclass(eq=False)
class TooManyRequests(LodestoneError):
    """A client sends more than it may. ``retry`` is in seconds."""

    retry: int = 1
