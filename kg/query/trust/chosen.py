"""A dataset that a query chooses: FROM and FROM NAMED, or the protocol's parameters.

Its default graph is the merge of some named graphs (SPARQL 1.1 Query, section 13.2). What
a triple of it rests on is what it rests on in any of them.
"""

from collections.abc import Sequence

from kg.dataset.annotated.view import Fact, Support, claim_of
from kg.dataset.record.records import Object, Subject
from kg.dataset.terms import NamedNode, QueryBoolean, QuerySolutions, QueryTriples
from kg.query.source import Source
from kg.query.trust.wrapped import Wrapped


class Chosen(Wrapped):
    """A source whose queries see only these graphs. See ``kg.query.source.Source``."""

    index = None
    statistics = None

    def __init__(self, source: Source, default: Sequence[str], named: Sequence[str]) -> None:
        super().__init__(source)
        self._default = list(dict.fromkeys(default))
        self._named = list(dict.fromkeys(named))
        self._supports: dict[tuple[Subject, NamedNode, Object], Support] = {}

    @property
    def repeats(self) -> bool:
        """Whether a triple may lie in several graphs of the default graph."""
        return len(self._default) > 1

    def query(
        self,
        sparql: str,
        *,
        base_iri: str | None = None,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        """Evaluate a query over the chosen graphs."""
        default = self._default if default_graphs is None else default_graphs
        named = self._named if named_graphs is None else named_graphs
        return self._source.query(sparql, base_iri=base_iri, default_graphs=default, named_graphs=named)

    def fact_support(self, s: Subject, p: NamedNode, o: Object) -> Support:
        """What a triple of the merge rests on."""
        found = self._supports.get((s, p, o))
        if found is None:
            base, stated = False, set[str]()
            others, proofs = dict[Fact, None](), dict[tuple[Fact, ...], None]()
            for name in self._default:
                graph = NamedNode(name)
                if not self._source.holds(graph, s, p, o):
                    continue
                part = self._source.graph_support(graph, s, p, o)
                base |= part.base
                if {claim_of(s) for fact in part.facts for s in fact} == {name}:  # a claim that asserts it
                    stated.update(part.facts[0])
                else:
                    others |= dict.fromkeys(part.facts)
                    proofs |= dict.fromkeys(part.proofs)
            own = (tuple(sorted(stated)),) if stated else ()
            found = self._supports[s, p, o] = Support(base, own + tuple(others), tuple(proofs))
        return found

    def existence_support(self, graph: NamedNode) -> Support | None:
        """Nothing, of a graph that the query names itself: it is there, though it may be empty."""
        return Support(base=True) if graph.value in self._named else super().existence_support(graph)
