"""A dataset under a trust policy: the same facts, but what they rest on is what the policy lets pass."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain

from kg.dataset.annotated.collect import Lists
from kg.dataset.annotated.view import Fact, Support, claim_of
from kg.dataset.record.records import Object, Subject
from kg.dataset.terms import BlankNode, NamedNode, QueryBoolean, QuerySolutions, QueryTriples
from kg.query.source import AnnotatedFacts, Source
from kg.query.trust.wrapped import Wrapped

_CACHED = 200_000


class Restriction:
    """Which claims stand, and how many origins a fact needs. Each claim is judged once.

    Judgments always stand: without one the dataset is another.
    """

    def __init__(
        self,
        keeps: Callable[[str], bool],
        origin: Callable[[str], str],
        min_origins: int | None = None,
        *,
        reads: bool = True,
    ) -> None:
        """``reads`` says that judging a claim reads what is told of it, better of many at once."""
        self.reads = reads
        self._keeps = keeps
        self._origin = origin
        self._min_origins = min_origins or 0
        self._known: dict[str, bool] = {}

    def keeps(self, claim: str) -> bool:
        """Whether a claim stands."""
        known = self._known.get(claim)
        if known is None:
            if len(self._known) >= _CACHED:
                self._known.clear()
            known = self._known[claim] = self._keeps(claim)
        return known

    def of_claims(self, support: Support) -> Support:
        """What stands of a support in a named graph."""
        return self._left(support, bool)

    def of_facts(self, support: Support) -> Support:
        """What stands of a support of a fact, or of what is inferred from facts."""
        return self._left(support, self._is_enough)

    def _left(self, support: Support, is_enough: Callable[[Fact], bool]) -> Support:
        facts = tuple(filter(is_enough, map(self._standing, support.facts)))
        if not support.proofs:
            return Support(support.base, facts)
        proofs = (tuple(map(self._standing, proof)) for proof in support.proofs)
        return Support(support.base, facts, tuple(proof for proof in proofs if all(map(is_enough, proof))))

    def _standing(self, fact: Fact) -> Fact:
        return tuple(statement for statement in fact if self.keeps(claim_of(statement)))

    def _is_enough(self, fact: Fact) -> bool:
        if self._min_origins < 2:
            return bool(fact)
        return len({self._origin(claim_of(statement)) for statement in fact}) >= self._min_origins


class _TrustedFacts:
    """Annotated facts under a restriction."""

    def __init__(
        self, facts: AnnotatedFacts, restriction: Restriction, expect: Callable[[Iterable[str]], None]
    ) -> None:
        self._facts = facts
        self._restriction = restriction
        self._expect = expect

    def query(
        self, sparql: str, *, base_iri: str | None = None
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        return self._facts.query(sparql, base_iri=base_iri)

    def collected(self, sparql: str) -> tuple[QuerySolutions | QueryBoolean | QueryTriples, Lists]:
        return self._facts.collected(sparql)

    def matching(
        self, s: Subject | None, p: NamedNode | None, o: Object | None
    ) -> Iterator[tuple[Subject, NamedNode, Object, BlankNode]]:
        return self._facts.matching(s, p, o)

    def from_node(self, s: Subject, p: NamedNode) -> list[tuple[Object, BlankNode]]:
        return self._facts.from_node(s, p)

    def to_node(self, p: NamedNode, o: Object) -> list[tuple[Subject, BlankNode]]:
        return self._facts.to_node(p, o)

    def claims(self, names: Sequence[BlankNode]) -> list[Fact | None]:
        return [support.sole for support in self.supports(names)]

    def supports(self, names: Sequence[BlankNode]) -> list[Support]:
        found = self._facts.supports(names)
        if self._restriction.reads:
            self._expect(chain.from_iterable(support.claims for support in found))
        return [self._restriction.of_facts(support) for support in found]


class Trusting(Wrapped):
    """A source of which only some claims are believed. See ``kg.query.source.Source``.

    Its queries still see all facts: what rests on nothing that is believed is zero.
    """

    falls = True

    def __init__(self, source: Source, restriction: Restriction, inferred: str) -> None:
        """``inferred`` is the name of the graph that lists what follows from facts."""
        super().__init__(source)
        self._restriction = restriction
        self._inferred = inferred

    @cached_property
    def index(self) -> AnnotatedFacts | None:
        """The facts with what is believed of their annotations."""
        index = self._source.index
        return None if index is None else _TrustedFacts(index, self._restriction, self.expect_claims)

    def fact_support(self, s: Subject, p: NamedNode, o: Object) -> Support:
        """What a triple of the default graph rests on, of what is believed."""
        return self._restriction.of_facts(self._source.fact_support(s, p, o))

    def graph_support(self, graph: NamedNode, s: Subject, p: NamedNode, o: Object) -> Support:
        """What a triple of a named graph rests on, of what is believed."""
        return self._left(graph, self._source.graph_support(graph, s, p, o))

    def existence_support(self, graph: NamedNode) -> Support | None:
        """What it rests on that there is a named graph, of what is believed."""
        support = self._source.existence_support(graph)
        return None if support is None else self._left(graph, support)

    def _left(self, graph: NamedNode, support: Support) -> Support:
        is_inferred = graph.value == self._inferred
        return (self._restriction.of_facts if is_inferred else self._restriction.of_claims)(support)

    def rebuttals(self, iri: str) -> tuple[str, ...]:
        """The active claims that rebut a claim, of those believed."""
        return tuple(claim for claim in self._source.rebuttals(iri) if self._restriction.keeps(claim))
