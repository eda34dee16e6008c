"""What goes to a worker and what comes back: plain values that can be pickled."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from kg.errors import LodestoneError


class Provenance(StrEnum):
    """How an answer carries its provenance."""

    HOW = "how"
    NONE = "none"
    COLUMNS = "columns"


@dataclass(frozen=True)
class Job:
    """A query to evaluate.

    ``provenance`` is ``None`` where the client did not say. ``accept`` is its header and
    ``format`` the name it gave, which goes first. ``html`` says that a page is made of
    the answer. ``base`` resolves relative IRIs of the query. ``timeout`` is in seconds,
    ``limit`` (of the body) in bytes.
    """

    query: str
    timeout: float
    limit: int
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    provenance: Provenance | None = None
    version: str | None = None
    accept: str | None = None
    format: str | None = None
    html: bool = False
    base: str | None = None


@dataclass(frozen=True)
class Reply:
    """An answer: its kind (``select``, ``ask``, ``construct``, ``describe``), body and version."""

    kind: str
    content_type: str
    body: bytes
    version: str
    format: str = ""


@dataclass(frozen=True)
class Failure:
    """An error of a worker, taken apart: exceptions with fields do not survive pickling by themselves."""

    error: type[LodestoneError]
    fields: dict[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, error: LodestoneError) -> "Failure":
        """Take an error apart."""
        return cls(type(error), dict(vars(error)))

    def exception(self) -> LodestoneError:
        """The error again."""
        return self.error(**self.fields)  # type: ignore[arg-type]


Evaluation = Callable[[Job], Reply | Failure]
"""Evaluates a job; errors that the user can do something about come back as values."""
