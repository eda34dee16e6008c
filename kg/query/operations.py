"""SPARQL 1.1 Update as frozen nodes: what a request does, operation by operation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kg.query.algebra import Iri, TriplePattern, Var


class Group(StrEnum):
    """Graphs that are named together, or without a name."""

    DEFAULT = "default"
    NAMED = "named"
    ALL = "all"


Target = Iri | Group
"""What CLEAR and DROP are for."""

Place = Iri | None
"""A graph; ``None`` is the default graph."""


@dataclass(frozen=True, slots=True)
class QuadPattern:
    """A triple with the graph that it stands in; ``graph`` is ``None`` outside of GRAPH."""

    triple: TriplePattern
    graph: Var | Iri | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """A group graph pattern as it is written, braces included, with the declarations that go before it."""

    prologue: str
    group: str


@dataclass(frozen=True, slots=True)
class InsertData:
    """``INSERT DATA``."""

    quads: tuple[QuadPattern, ...]


@dataclass(frozen=True, slots=True)
class DeleteData:
    """``DELETE DATA``."""

    quads: tuple[QuadPattern, ...]


@dataclass(frozen=True, slots=True)
class DeleteWhere:
    """``DELETE WHERE``: the pattern is the template."""

    quads: tuple[QuadPattern, ...]
    where: Where


@dataclass(frozen=True, slots=True)
class Modify:
    """``DELETE … INSERT … WHERE …``: ``home`` is the graph of WITH.

    ``default_graphs`` and ``named_graphs`` are those of USING, both empty without it.
    """

    delete: tuple[QuadPattern, ...]
    insert: tuple[QuadPattern, ...]
    where: Where
    home: Iri | None = None
    default_graphs: tuple[Iri, ...] = ()
    named_graphs: tuple[Iri, ...] = ()

    @property
    def chooses(self) -> bool:
        """Whether it says itself what it is evaluated on."""
        return bool(self.home or self.default_graphs or self.named_graphs)


@dataclass(frozen=True, slots=True)
class Load:
    """``LOAD``: an outbound call."""

    source: Iri
    into: Place
    silent: bool


@dataclass(frozen=True, slots=True)
class Clear:
    """``CLEAR``: graphs lose their triples."""

    target: Target
    silent: bool


@dataclass(frozen=True, slots=True)
class Drop:
    """``DROP``: graphs are no more."""

    target: Target
    silent: bool


@dataclass(frozen=True, slots=True)
class Create:
    """``CREATE``: a graph without triples."""

    graph: Iri
    silent: bool


@dataclass(frozen=True, slots=True)
class Transfer:
    """``ADD``, ``COPY`` and ``MOVE``, by the keyword."""

    keyword: str
    source: Place
    into: Place
    silent: bool


Operation = InsertData | DeleteData | DeleteWhere | Modify | Load | Clear | Drop | Create | Transfer


@dataclass(frozen=True, slots=True)
class Update:
    """A whole request: its operations, in order."""

    operations: tuple[Operation, ...]

    @property
    def chooses(self) -> bool:
        """Whether USING or WITH occurs, so that the request may name no dataset besides."""
        return any(isinstance(o, Modify) and o.chooses for o in self.operations)
