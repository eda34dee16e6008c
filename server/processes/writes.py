"""What goes to the process that writes, and what comes back: plain values that can be pickled."""

from dataclasses import dataclass, field
from typing import Any

from kg.identity.judgment import Judgment


@dataclass(frozen=True)
class UpdateWrite:
    """A SPARQL Update request; its graphs are those of ``using-graph-uri`` and ``using-named-graph-uri``."""

    text: str
    base: str | None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Part:
    """A piece of RDF: its content, the name of its format (``server.formats.GRAPHS``), its base IRI."""

    content: bytes
    format: str
    base: str


@dataclass(frozen=True)
class Condition:
    """What must hold of a graph before it is written.

    ``version`` is the IRI of the one that must still be published, ``exists`` whether the graph is there;
    ``None`` where it does not matter. ``fails`` says that it is known not to hold.
    """

    version: str | None = None
    exists: bool | None = None
    fails: bool = False


@dataclass(frozen=True)
class GraphWrite:
    """A write of the Graph Store Protocol; ``graph`` is ``None`` for the default graph."""

    method: str
    graph: str | None
    parts: tuple[Part, ...] = ()
    condition: Condition | None = None


@dataclass(frozen=True)
class ClaimsWrite:
    """Claims to take in: ``kind`` is the ending of a file of that content; ``name`` what to call it.

    Base data, which RDF may hold besides, comes in only with ``base_data``.
    """

    content: bytes
    kind: str
    name: str
    base_data: bool = False


@dataclass(frozen=True)
class RetractWrite:
    """A claim to take back."""

    claim: str
    reason: str
    by: str


@dataclass(frozen=True)
class ReviewWrite:
    """What a person makes of a claim: ``accept``, ``edit`` (with members as they should be) or ``reject``."""

    claim: str
    action: str
    by: str
    reason: str = ""
    changes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class JudgeWrite:
    """Judgments to take in; ``force`` joins things of disjoint classes, too."""

    judgments: tuple[Judgment, ...]
    force: bool = False


@dataclass(frozen=True)
class UndoWrite:
    """A judgment to undo."""

    judgment: str
    reason: str
    by: str


Write = UpdateWrite | GraphWrite | ClaimsWrite | RetractWrite | ReviewWrite | JudgeWrite | UndoWrite


@dataclass(frozen=True)
class Done:
    """A write that was done: the version it left, numbers of the versions before and after, particulars."""

    version: str
    before: int
    after: int
    told: dict[str, object] = field(default_factory=dict)
