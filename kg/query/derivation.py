"""What is derived from a query: patterns to evaluate, and how their solutions become annotations.

A ``Tree`` is the positive hull of a pattern with everything exposed that annotations
need. Each of its solutions is a derivation: the product of its leaves and of the sums of
other trees (``Factor``), which stand for EXISTS, or are subtracted: NOT EXISTS, MINUS and
the unmatched branch of OPTIONAL remove nothing from the hull.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from kg.query.algebra import Iri, Node, Path, Pattern, TriplePattern, Var
from kg.query.render import group, node, prologue

Guard = tuple[tuple[Var, str], ...]
"""Tags with the values they must have."""


class NotAnnotated(Exception):
    """A construct that annotations do not cover; the text names it."""


@dataclass(frozen=True)
class Leaf:
    """A triple pattern, in play where each tag of its guard has that value.

    It is of the default graph, or of the named graph ``graph``.
    """

    triple: TriplePattern
    guard: Guard = ()
    graph: Var | Iri | None = None

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Its terms and variables, those of the graph last."""
        triple = (self.triple.subject, self.triple.predicate, self.triple.object)
        return triple if self.graph is None else (*triple, self.graph)


@dataclass(frozen=True)
class Existence:
    """That a named graph exists (``GRAPH ?g {}``)."""

    graph: Var | Iri
    guard: Guard = ()

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The graph's name."""
        return (self.graph,)


@dataclass(frozen=True)
class Way:
    """A path with ``?``, ``*`` or ``+`` between two nodes."""

    subject: Node
    path: Path
    object: Node
    guard: Guard = ()
    graph: Var | Iri | None = None

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Its ends, and the graph last."""
        ends = (self.subject, self.object)
        return ends if self.graph is None else (*ends, self.graph)


@dataclass(frozen=True)
class Factor:
    """The sum of all solutions of another tree with the same key: multiplied, or subtracted."""

    tree: "Tree"
    negated: bool
    guard: Guard = ()


@dataclass(frozen=True)
class Tree:
    """A pattern whose solutions, those of equal ``key`` added up, give annotations."""

    pattern: Pattern
    key: tuple[Var, ...]
    leaves: tuple[Leaf | Existence | Way, ...]
    factors: tuple[Factor, ...]
    tags: tuple[Var, ...]
    base: str | None

    @cached_property
    def columns(self) -> tuple[Var, ...]:
        """What its query gives back: the key, the tags, the variables of leaves and factors."""
        variables = dict.fromkeys((*self.key, *self.tags))
        for leaf in self.leaves:
            variables.update((node, None) for node in leaf.nodes if isinstance(node, Var))
        for factor in self.factors:
            variables.update(dict.fromkeys(factor.tree.key))
        return tuple(variables)

    def text(self, page: str = "") -> str:
        """Its query; with a VALUES clause as ``page`` only of solutions that agree with it."""
        columns = " ".join(map(node, self.columns)) or "*"
        return f"{prologue(self.base)}SELECT {columns} WHERE {{ {page} {self._group} }}"

    @cached_property
    def _group(self) -> str:
        return group(self.pattern)

    def trees(self) -> Iterator["Tree"]:
        """The tree and all that it rests on."""
        yield self
        for factor in self.factors:
            yield from factor.tree.trees()


@dataclass(frozen=True)
class Derivation(Tree):
    """How the rows of a query are derived.

    ``key`` are the query's own columns; rows with equal keys are one row. ``restricting``
    are those among them that may be held to a page's values beforehand: bound in every
    solution, and by the pattern, not by an expression. The rows of a grouped query are
    known by the columns at ``places`` alone, those of its GROUP BY key.
    """

    restricting: tuple[Var, ...] = ()
    limit: int | None = None
    offset: int = 0
    places: tuple[int, ...] | None = None

    def is_paged(self, rows: int) -> bool:
        """Whether an answer of so many rows may be part of a larger one."""
        return self.offset > 0 or (self.limit is not None and rows >= self.limit)
