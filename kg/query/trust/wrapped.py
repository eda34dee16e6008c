"""A source that stands before another: it answers as that one does, but where a subclass says otherwise."""

from collections.abc import Iterable, Sequence

from kg.dataset.annotated.view import ClaimInfo, Support
from kg.dataset.record.records import Object, Subject
from kg.dataset.statistics import Statistics
from kg.dataset.terms import NamedNode, QueryBoolean, QuerySolutions, QueryTriples
from kg.query.source import AnnotatedFacts, Source


class Wrapped:
    """Another source, member by member. See ``kg.query.source.Source``."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @property
    def index(self) -> AnnotatedFacts | None:
        """Its annotated facts."""
        return self._source.index

    @property
    def repeats(self) -> bool:
        """Whether its queries may repeat a solution."""
        return self._source.repeats

    @property
    def falls(self) -> bool:
        """Whether some of what its queries find may rest on nothing."""
        return self._source.falls

    @property
    def statistics(self) -> Statistics | None:
        """What the planner knows of it."""
        return self._source.statistics

    @property
    def iri(self) -> str:
        """The version's IRI."""
        return self._source.iri

    def query(
        self,
        sparql: str,
        *,
        base_iri: str | None = None,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        """Evaluate a query over all that it has."""
        return self._source.query(
            sparql, base_iri=base_iri, default_graphs=default_graphs, named_graphs=named_graphs
        )

    def fact_support(self, s: Subject, p: NamedNode, o: Object) -> Support:
        """What a triple of the default graph rests on."""
        return self._source.fact_support(s, p, o)

    def graph_support(self, graph: NamedNode, s: Subject, p: NamedNode, o: Object) -> Support:
        """What a triple of a named graph rests on."""
        return self._source.graph_support(graph, s, p, o)

    def existence_support(self, graph: NamedNode) -> Support | None:
        """What it rests on that there is a named graph."""
        return self._source.existence_support(graph)

    def holds(self, graph: NamedNode, s: Subject, p: NamedNode, o: Object) -> bool:
        """Whether a named graph has a triple."""
        return self._source.holds(graph, s, p, o)

    def expect_claims(self, iris: Iterable[str]) -> None:
        """What is told about these claims will be asked."""
        self._source.expect_claims(iris)

    def claim_info(self, iri: str) -> ClaimInfo | None:
        """What is told about an active claim."""
        return self._source.claim_info(iri)

    def rebuttals(self, iri: str) -> tuple[str, ...]:
        """The active claims that rebut a claim."""
        return self._source.rebuttals(iri)
