"""What is derived from a query: patterns to evaluate, and how their solutions become annotations.

A ``Tree`` is the positive hull of a pattern with everything exposed that annotations
need. Each of its solutions is a derivation: the product of its leaves and of the sums of
other trees (``Factor``), which stand for EXISTS, or are subtracted: NOT EXISTS, MINUS and
the unmatched branch of OPTIONAL remove nothing from the hull.
"""

from dataclasses import dataclass, replace
from functools import cached_property

from kg.query.algebra import (
    Aggregate,
    Expression,
    Iri,
    Node,
    Order,
    Path,
    Pattern,
    Select,
    TriplePattern,
    Var,
)
from kg.query.scope import certain, expressions_of, subexpressions

Guard = tuple[tuple[Var, str], ...]
"""Tags with the values they must have."""


class NotAnnotated(Exception):
    """A construct that annotations do not cover; the text names it."""


@dataclass(frozen=True)
class Leaf:
    """A triple pattern, in play where each tag of its guard has that value.

    It is of the default graph, or of the named graph ``graph``. Over annotated facts
    ``token`` is bound to what stands for its annotation. Where ``witness`` is unbound, the
    OPTIONAL that it is of matched nothing, and it is not in play either.
    """

    triple: TriplePattern
    guard: Guard = ()
    graph: Var | Iri | None = None
    token: Var | None = None
    witness: Var | None = None

    @property
    def nodes(self) -> tuple[Node, ...]:
        """What tells its annotation: the token; or its terms and variables, those of the graph last."""
        if self.token is not None:
            return (self.token,)
        triple = (self.triple.subject, self.triple.predicate, self.triple.object)
        return triple if self.graph is None else (*triple, self.graph)


@dataclass(frozen=True)
class Existence:
    """That a named graph exists (``GRAPH ?g {}``)."""

    graph: Var | Iri
    guard: Guard = ()
    witness: Var | None = None

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The graph's name."""
        return (self.graph,)


@dataclass(frozen=True)
class Worked:
    """A row of solutions that are worked out beforehand, told by its number.

    ``inner`` is an ``Inner``, or what a SERVICE gave (``kg.query.service.services.Fetched``).
    """

    token: Var
    inner: object
    guard: Guard = ()
    witness: Var | None = None

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The row's number."""
        return (self.token,)


@dataclass(frozen=True)
class Way:
    """A path with ``?``, ``*`` or ``+`` between two nodes.

    With ``held`` a constant, too, is joined to itself only where a triple holds it. With
    ``beside`` another leaf of the same product is a triple that holds an end of it, so that
    a way of length zero adds nothing to that (``x`` absorbs ``x + y``).
    """

    subject: Node
    path: Path
    object: Node
    guard: Guard = ()
    graph: Var | Iri | None = None
    witness: Var | None = None
    indexed: bool = False
    held: bool = False
    beside: bool = False

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Its ends, and the graph last."""
        ends = (self.subject, self.object)
        return ends if self.graph is None else (*ends, self.graph)


AnyLeaf = Leaf | Existence | Way | Worked


def with_beside(leaves: tuple[AnyLeaf, ...]) -> tuple[AnyLeaf, ...]:
    """The leaves of a tree, each path knowing whether a triple beside it holds one of its ends."""
    ways = [leaf for leaf in leaves if isinstance(leaf, Way)]
    if not ways:
        return leaves
    triples = [leaf for leaf in leaves if isinstance(leaf, Leaf) and leaf.witness is None]

    def is_held(way: Way) -> bool:
        ends = {end for end in (way.subject, way.object) if isinstance(end, Var)}
        return any(
            leaf.graph == way.graph
            and set(leaf.guard) <= set(way.guard)
            and not ends.isdisjoint((leaf.triple.subject, leaf.triple.object))
            for leaf in triples
        )

    return tuple(
        replace(leaf, beside=True) if isinstance(leaf, Way) and is_held(leaf) else leaf for leaf in leaves
    )


@dataclass(frozen=True)
class Factor:
    """The sum of all solutions of another tree with the same key: multiplied, or subtracted.

    Where ``beside`` is a tag with a value, the solutions of that other tree are all there
    among those with that tag, so that it need not be asked: its leaves are those the tag guards.
    """

    tree: "Tree"
    negated: bool
    guard: Guard = ()
    beside: tuple[Var, str] | None = None


@dataclass(frozen=True)
class Tree:
    """A pattern whose solutions, those of equal ``key`` added up, give annotations.

    ``indexed`` says that it is asked over annotated facts.
    """

    pattern: Pattern
    key: tuple[Var, ...]
    leaves: tuple[AnyLeaf, ...]
    factors: tuple[Factor, ...]
    tags: tuple[Var, ...]
    base: str | None
    indexed: bool = False

    @cached_property
    def columns(self) -> tuple[Var, ...]:
        """What its query gives back: the key, the tags, the variables of leaves and factors."""
        variables = dict.fromkeys((*self.key, *self.tags))
        for leaf in self.leaves:
            variables.update((node, None) for node in leaf.nodes if isinstance(node, Var))
            if leaf.witness is not None:
                variables[leaf.witness] = None
        for factor in self.factors:
            variables.update(dict.fromkeys(factor.tree.key))
        return tuple(variables)

    @cached_property
    def column_places(self) -> dict[Var, int]:
        """Where each of the columns stands."""
        return {variable: place for place, variable in enumerate(self.columns)}

    @cached_property
    def token_places(self) -> tuple[int, ...] | None:
        """The columns of the tokens, where each solution rests on all of these and on nothing else."""
        tokens = [leaf.token for leaf in self.leaves if isinstance(leaf, Leaf) and leaf.witness is None]
        if self.factors or self.tags or not tokens or len(tokens) < len(self.leaves):
            return None
        places = [self.column_places[token] for token in tokens if token is not None]
        return tuple(places) if len(places) == len(tokens) else None

    @cached_property
    def is_supposed(self) -> bool:
        """Whether some of its solutions may be none in the whole data."""
        return bool(self.factors) or any(isinstance(leaf, Worked) for leaf in self.leaves)

    @cached_property
    def is_open(self) -> bool:
        """Whether the engine may choose among several answers (``Inner.is_open``)."""
        inner = (leaf.inner for leaf in self.leaves if isinstance(leaf, Worked))
        return any(one.is_open for one in inner if isinstance(one, Inner)) or any(
            factor.tree.is_open for factor in self.factors
        )

    @cached_property
    def is_sure(self) -> bool:
        """Whether every solution binds the whole key."""
        return certain(self.pattern).issuperset(self.key)


@dataclass(frozen=True)
class Gathering:
    """How the engine gathers the members of groups.

    ``tree`` has the members, by the keys of their groups; ``arguments`` are what each
    aggregate takes in, over its variables. ``rows`` are the columns of the answer and what
    HAVING asks for, where they may be taken from the same query; the keys stand at
    ``places`` there. They are in order by their keys, if by anything. ``implicit`` says that all
    members are one group.
    """

    tree: Tree
    arguments: tuple[Expression | None, ...]
    rows: Select | None
    places: tuple[int, ...]
    implicit: bool

    @cached_property
    def tokens(self) -> tuple[Var, ...]:
        """What stands for the annotations of each member."""
        return tuple(leaf.token for leaf in self.tree.leaves if isinstance(leaf, Leaf) and leaf.token)

    @cached_property
    def sure(self) -> frozenset[int]:
        """The places of the aggregates that take in something of each member."""
        bound = certain(self.tree.pattern)
        return frozenset(n for n, of in enumerate(self.arguments) if isinstance(of, Var) and of in bound)

    @cached_property
    def texts(self) -> dict[tuple[object, ...], str]:
        """Queries that were written."""
        return {}


@dataclass(frozen=True)
class Inner:
    """A sub-SELECT whose solutions are worked out with their annotations before the query around it.

    ``tree`` gives its members: for a grouped one the solutions that are grouped, keyed by
    what it groups by (``keys`` by their names in ``select``) and then by the ``arguments``
    of its aggregates, where they have one, or all variables that ``COUNT(DISTINCT *)`` tells
    solutions by; otherwise its solutions, in ``order``.
    ``shown`` are the columns of the result; what is cut is cut for ``each`` value of one by itself.
    """

    tree: Tree
    select: Select
    shown: tuple[Var, ...]
    keys: tuple[Var, ...] = ()
    arguments: tuple[tuple[Var, ...] | None, ...] = ()
    order: tuple[Order, ...] = ()
    gathering: Gathering | None = None
    each: Var | None = None

    @property
    def is_open(self) -> bool:
        """Whether it may be left to the engine what it gives: solutions up to a LIMIT, a sample."""
        sliced = self.select.limit is not None or self.select.offset > 0
        parts = (part for value in expressions_of(self.select) for part in subexpressions(value))
        sampled = any(isinstance(part, Aggregate) and part.name in _CHOOSING for part in parts)
        return sliced or sampled or self.tree.is_open


_CHOOSING = ("SAMPLE", "GROUP_CONCAT")
"""Aggregates whose value is not told by what they take in."""


@dataclass(frozen=True)
class Derivation(Tree):
    """How the rows of a query are derived.

    ``key`` are the query's own columns; rows with equal keys are one row. ``restricting``
    are those among them that may be held to a page's values beforehand: bound in every
    solution, and by the pattern, not by an expression. Rows are known by the columns at
    ``places`` alone where not all of them are derived.

    ``order`` is that of the query, over the pattern's variables. ``is_bag`` says that the
    solutions are those of the query, each as often; ``is_unique`` that no two of them are
    one row besides.
    """

    restricting: tuple[Var, ...] = ()
    limit: int | None = None
    offset: int = 0
    places: tuple[int, ...] | None = None
    order: tuple[Order, ...] = ()
    duplicates: str = "ALL"
    is_bag: bool = False
    is_unique: bool = False

    def is_paged(self, rows: int) -> bool:
        """Whether an answer of so many rows may be part of a larger one."""
        return self.offset > 0 or (self.limit is not None and rows >= self.limit)

    @property
    def is_single(self) -> bool:
        """Whether one query gives the rows and their derivations together."""
        if not self.is_bag or self.places is not None or self.is_open:
            return False
        if self.limit is not None or self.offset:
            return self.is_unique
        return self.duplicates != "REDUCED" or self.is_unique
