"""What goes to a worker and what comes back: plain values that can be pickled."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO, Protocol

from kg.errors import LodestoneError


class Provenance(StrEnum):
    """How an answer carries its provenance."""

    HOW = "how"
    NONE = "none"
    COLUMNS = "columns"


class Task(StrEnum):
    """What is to be done with a query."""

    ANSWER = "answer"
    PLAN = "plan"
    DIFFERENCE = "difference"
    CONFLICTS = "conflicts"
    EXPLANATION = "explanation"


Policy = tuple[tuple[str, str], ...]
"""The parameters of a trust policy (``TrustPolicy.written``)."""


@dataclass(frozen=True)
class Job:
    """A query to evaluate.

    ``provenance`` is ``None`` where the client did not say. ``accept`` is its header and
    ``format`` the name it gave, which goes first. ``html`` says that a page is made of
    the answer. ``base`` resolves relative IRIs of the query. ``timeout`` is in seconds,
    ``limit`` (of the body) and ``memory`` in bytes, 0 for the server's own. ``stream``
    says that a long answer may come in pieces, ``client`` who asks (for fairness alone).
    A difference is from the answer at version ``before_version`` under the policy ``before``
    to that at ``version`` under ``policy``. ``page`` is the only one whose rows are assessed, for
    an answer that goes into a page; ``every`` row is assessed for one that is compared with
    another, but claims are told of that page only. For conflicts, ``query`` is what is asked, as JSON; for an
    explanation, a triple in Turtle.
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
    memory: int = 0
    stream: bool = False
    client: str = ""
    policy: Policy = ()
    task: Task = Task.ANSWER
    before: Policy = ()
    before_version: str | None = None
    page: int | None = None
    every: bool = False


class Rest(Protocol):
    """What follows the first piece of a long answer. Raises where it breaks off; is closed in any case.

    ``deadline`` is when all of it must have been taken (``time.monotonic``).
    """

    deadline: float

    def __iter__(self) -> Iterator[bytes]:
        """The pieces."""
        ...

    def close(self) -> None:
        """Give up what has not come yet."""
        ...


@dataclass(frozen=True)
class Reply:
    """An answer: its kind (``select``, ``ask``, ``construct``, ``describe``), body and version.

    Of a long answer ``body`` is the first piece and ``rest`` what follows. ``spent`` is the processor
    time of the worker until it was sent, in seconds.
    """

    kind: str
    content_type: str
    body: bytes
    version: str
    format: str = ""
    rest: Rest | None = None
    spent: float = 0.0


@dataclass(frozen=True)
class Draft:
    """An answer that is still to be written, by a worker, into a file."""

    kind: str
    content_type: str
    version: str
    format: str
    write: Callable[[IO[bytes]], None]


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


Evaluation = Callable[[Job], Reply | Draft | Failure]
"""Evaluates a job; errors that the user can do something about come back as values."""
