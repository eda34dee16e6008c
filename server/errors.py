"""Errors of the HTTP face. ``problems`` tells them to clients."""

from dataclasses import dataclass

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
class UnsupportedType(LodestoneError):
    """The body of a request has a media type that is not read here."""


@dataclass(eq=False)
class NotBuilt(LodestoneError):
    """Something of the specification that this version does not do yet."""


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
class Abandoned(LodestoneError):
    """Nobody waits for an answer any more."""


@dataclass(eq=False)
class TooManyRequests(LodestoneError):
    """A client sends more than it may. ``retry`` is in seconds."""

    retry: int = 1
