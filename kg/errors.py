"""Errors that a user can do something about: one root, one class per stage.

A message says what was wrong, where, and what to do. Anything else that is raised
is a bug.
"""

from dataclasses import dataclass, field


@dataclass(eq=False)
class LodestoneError(Exception):
    """Root of all errors that Lodestone raises on purpose."""

    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(eq=False)
class InvalidClaim(LodestoneError):
    """A record is no valid claim. ``problems`` are pairs (where in the record, what is wrong)."""

    problems: tuple[tuple[str, str], ...] = ()


@dataclass(eq=False)
class UnreadableInput(LodestoneError):
    """A file cannot be read as what it claims to be. ``line`` counts from 1 where it is known."""

    path: str = ""
    line: int | None = None


@dataclass(eq=False)
class Purged(UnreadableInput):
    """A document's text was taken out of the store, and may not come in again."""


@dataclass(eq=False)
class StoreError(LodestoneError):
    """A store cannot be opened, read or written."""

    store: str = ""


@dataclass(eq=False)
class StoreBusy(StoreError):
    """Another process holds the store for writing. ``holder`` says who and since when."""

    holder: str = ""


@dataclass(eq=False)
class StoreFull(StoreError):
    """The disk that holds the store has no more room: nothing was written."""


@dataclass(eq=False)
class VersionGone(StoreError):
    """A snapshot that was asked for is not kept (any more)."""

    version: str = ""
    kept: tuple[str, ...] = ()


@dataclass(eq=False)
class PurgeUnfinished(StoreError):
    """A purge was broken off: until it is finished, nobody reads what it takes out. ``document`` is that."""

    document: str = ""


@dataclass(eq=False)
class AnswerGone(StoreError):
    """A cited answer was taken out, as it quoted a document that was purged."""

    answer: str = ""


@dataclass(eq=False)
class AnswersFull(LodestoneError):
    """An answer cannot be kept to be cited: it is too long, or there is no more room."""


@dataclass(eq=False)
class ReservedGraph(StoreError):
    """A raw write would touch a claim's graph or one of the reserved graphs."""

    graph: str = ""


@dataclass(eq=False)
class InvalidJudgment(LodestoneError):
    """A judgment of identity that makes no sense. ``problems`` are pairs (where in it, what is wrong)."""

    problems: tuple[tuple[str, str], ...] = ()


@dataclass(eq=False)
class IdentityConflict(LodestoneError):
    """A judgment would say what others, or the things themselves, speak against. ``judgments`` are those."""

    left: str = ""
    right: str = ""
    judgments: tuple[str, ...] = ()


@dataclass(eq=False)
class NotFound(LodestoneError):
    """No claim, document, source, entity or judgment of that name is in the store."""

    iri: str = ""


@dataclass(eq=False)
class ClaimGone(NotFound):
    """A claim was taken out with its document. ``gone`` is the time of that."""

    gone: str = ""


@dataclass(eq=False)
class QuerySyntaxError(LodestoneError):
    """The text is not SPARQL 1.1. ``line`` and ``column`` count from 1."""

    line: int | None = None
    column: int | None = None


@dataclass(eq=False)
class QueryRefused(LodestoneError):
    """A query asks for something that this server does not allow (an outbound call, say)."""


@dataclass(eq=False)
class ServiceFailed(LodestoneError):
    """An endpoint that may be asked gave no answer. ``answered`` is its HTTP status, 0 if there was none."""

    endpoint: str = ""
    answered: int = 0


@dataclass(eq=False)
class InvalidPolicy(LodestoneError):
    """A trust policy that cannot be read. ``parameter`` says which part of it."""

    parameter: str = ""


@dataclass(eq=False)
class InvalidMatch(LodestoneError):
    """What is to be matched, or with what, is not understood. ``value`` is what was given."""

    value: str = ""


@dataclass(eq=False)
class QueryTimeout(LodestoneError):
    """A query ran into its deadline and was killed."""

    seconds: float = 0.0


@dataclass(eq=False)
class QueryOverLimit(LodestoneError):
    """A query used more memory, or has a larger result, than it may."""

    limit: str = ""


@dataclass(eq=False)
class TooManyProofs(LodestoneError):
    """A triple follows in more ways than are worked out; ``triple`` is it, in N-Triples."""

    def __init__(self, message: str, triple: str = "") -> None:
        super().__init__(message)
        self.triple = triple


class ConsistencyError(LodestoneError):
    """The ontology, or the ontology with data, is inconsistent or incoherent."""

    terms: tuple[str, ...] = field(default=())
