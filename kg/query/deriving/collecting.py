"""What a derivation collects on its way down the pattern: its leaves, factors and tags.

Each leaf exposes the values of its variables, or, over annotated facts, the token that
comes with them.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import replace

from kg.query.algebra import (
    Bgp,
    Constant,
    Filter,
    Given,
    Graph,
    Iri,
    Lateral,
    LeftJoin,
    Lit,
    Membership,
    Negated,
    Node,
    PathPattern,
    Pattern,
    Table,
    TriplePattern,
    Union,
    Var,
)
from kg.query.deriving.derivation import AnyLeaf, Factor, Leaf, Tree, Way, Worked, with_beside
from kg.query.deriving.fitness import check_bound
from kg.query.deriving.standing import Fresh, Scope
from kg.query.parse.patterns import UNIT, joined


class Collecting(ABC):
    """Collects the leaves of one tree, its factors and its tags.

    ``indexed`` is for annotated facts. ``native`` leaves OPTIONAL, MINUS and EXISTS to the
    engine, which is right where what they suppress can be no row of the answer (``tight``).
    ``counts`` says that it matters how often a solution comes.
    """

    def __init__(
        self,
        fresh: Fresh,
        base: str | None,
        *,
        indexed: bool = False,
        native: bool = False,
        counts: bool = False,
    ) -> None:
        self.fresh = fresh
        self.counts = counts
        self.base = base
        self.indexed = indexed
        self.native = native
        self.leaves: list[AnyLeaf] = []
        self.factors: list[Factor] = []
        self.tags: list[Var] = []
        self.kept: tuple[LeftJoin, ...] = ()
        """OPTIONALs of which no solution is dropped later (``tight.kept_optionals``)."""
        self.copies = 1
        """How often what stands before an OPTIONAL is repeated for it."""

    def tag(self, kind: str) -> Var:
        """A new tag."""
        self.tags.append(self.fresh(kind))
        return self.tags[-1]

    def tree(self, pattern: Pattern, key: tuple[Var, ...]) -> Tree:
        """What was collected, as a tree."""
        leaves, factors, tags = with_beside(tuple(self.leaves)), tuple(self.factors), tuple(self.tags)
        return Tree(pattern, key, leaves, factors, tags, self.base, self.indexed)

    def triples(self, triples: Iterable[TriplePattern], scope: Scope) -> Pattern:
        """Triple patterns; over annotated facts each within the graph that is its token."""
        named = tuple(
            TriplePattern(scope.node(t.subject), scope.node(t.predicate), scope.node(t.object))
            for t in triples
        )
        if not self.indexed:
            self.leaves.extend(Leaf(t, scope.guard, scope.graph, witness=scope.witness) for t in named)
            return Bgp(named)
        whole: Pattern = UNIT
        for triple in named:
            token = self.fresh("k")
            witness = token if scope.witness else None
            self.leaves.append(Leaf(triple, scope.guard, token=token, witness=witness))
            whole = joined(whole, Graph(token, Bgp((triple,))))
        return whole

    def path(self, what: PathPattern, scope: Scope) -> Pattern:
        """A negated property set is a triple whose predicate is none of those (section 18.4)."""
        if not isinstance(what.path, Negated):
            subject, item = scope.node(what.subject), scope.node(what.object)
            way = Way(subject, what.path, item, scope.guard, scope.graph, scope.witness, self.indexed)
            self.leaves.append(replace(way, held=scope.in_exists or scope.graph is not None))
            return PathPattern(subject, what.path, item)
        forward, inverse = what.path.forward, what.path.inverse
        if not inverse:
            return self._any_but(what.subject, forward, what.object, scope)
        if not forward:
            return self._any_but(what.object, inverse, what.subject, scope)
        ahead = PathPattern(what.subject, Negated(forward, ()), what.object)
        back = PathPattern(what.subject, Negated((), inverse), what.object)
        return self.union(Union(ahead, back), scope)

    def _any_but(self, subject: Node, excluded: tuple[Iri, ...], item: Node, scope: Scope) -> Pattern:
        predicate = self.fresh("predicate")
        triples = self.triples((TriplePattern(subject, predicate, item),), scope)
        return Filter(Membership(predicate, excluded, negated=True), triples) if excluded else triples

    def table(self, variables: tuple[Var, ...], rows: tuple[tuple[Constant | None, ...], ...]) -> Pattern:
        """VALUES; where rows may give the same solution twice, and that counts, each with its number."""
        if not self.counts or (len(set(rows)) == len(rows) and all(None not in row for row in rows)):
            return Table(variables, rows)
        line = self.tag("line")
        return Table((*variables, line), tuple((*row, Lit(str(n))) for n, row in enumerate(rows)))

    def given(self, what: Given, scope: Scope) -> Pattern:
        """What another endpoint said."""
        check_bound(scope.renamed(what.variables), scope.outer)
        token = self.fresh("row")
        self.leaves.append(Worked(token, what.work, scope.guard, scope.witness))
        sure = frozenset(scope.renamed(what.sure))
        return Given(scope.renamed(what.variables), sure, token, what.work)

    @abstractmethod
    def union(self, union: Union, scope: Scope) -> Pattern:
        """The branches of a UNION, each with its tag."""

    @abstractmethod
    def cut_in_each(self, what: Lateral, scope: Scope) -> Pattern:
        """A sub-SELECT that is cut in each graph (``kg.query.shaping.within_graph``)."""
