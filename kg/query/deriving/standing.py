"""Where a pattern stands in a derivation query."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from kg.query.algebra import Graph, Iri, Lateral, Node, Pattern, Var
from kg.query.deriving.derivation import Guard
from kg.query.scope import visible


class Fresh:
    """Names that neither the query nor its hidden variables use."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._count = 0

    def __call__(self, kind: str) -> Var:
        """Another one, named after what it is for."""
        self._count += 1
        return Var(f"{self._prefix}_{kind}{self._count}", hidden=True)


@dataclass(frozen=True)
class Scope:
    """Where a pattern stands.

    ``names`` are the new names of variables, ``graph`` is the active graph. ``layers`` are
    what it is evaluated within, from the outside in: GRAPH, and solutions that an EXISTS
    is asked about, which bind ``outer`` (``sure`` of them always). Within EXISTS ``shares`` says
    whether such a solution binds anything, so that all within share a variable, as the engine
    has it; ``None`` where some may and some may not. ``witness`` is unbound where the OPTIONAL
    that it is part of matched nothing.
    """

    names: Mapping[Var, Var] = field(default_factory=dict)
    guard: Guard = ()
    graph: Var | Iri | None = None
    layers: tuple[Graph | Lateral, ...] = ()
    outer: tuple[Var, ...] = ()
    sure: frozenset[Var] = frozenset()
    in_exists: bool = False
    shares: bool | None = False
    witness: Var | None = None

    def wrapped(self, pattern: Pattern) -> Pattern:
        """A pattern within all the layers."""
        for layer in reversed(self.layers):
            pattern = Graph(layer.name, pattern) if isinstance(layer, Graph) else Lateral(layer.left, pattern)
        return pattern

    def here(self, pattern: Pattern) -> tuple[Var, ...]:
        """The variables that a solution of a pattern may bind, under their new names."""
        return tuple(dict.fromkeys((*self.outer, *self.renamed(visible(pattern)))))

    def renamed(self, variables: Iterable[Var]) -> tuple[Var, ...]:
        """Variables under their new names."""
        return tuple(self.names.get(v, v) for v in variables)

    def node(self, node: Node) -> Node:
        """A term, or a variable under its new name."""
        return self.names.get(node, node) if isinstance(node, Var) else node

    def tagged(self, tag: Var, value: str) -> "Scope":
        """In a branch that a tag tells."""
        return replace(self, guard=(*self.guard, (tag, value)))
