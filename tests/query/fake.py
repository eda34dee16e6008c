"""A snapshot in memory, made from claims as Turtle.

It stands for a published version in tests of the query layer: the default graph is the
union of what its claims assert and of the base data, each triple once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kg.dataset.annotated.collect import Lists, collected
from kg.dataset.annotated.view import ClaimInfo, Fact, Support
from kg.dataset.record.records import Object, Subject
from kg.dataset.terms import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    stored_form,
)
from kg.dataset.terms import parse as parse_rdf
from kg.errors import QuerySyntaxError
from ontology.vocab import LS, PREFIXES

EX = "http://ex.org/"
RECORD = EX + "record"
PREFIX = f"@prefix : <{EX}> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
SPARQL_PREFIX = f"PREFIX : <{EX}>\n"


def read(turtle: str) -> frozenset[Triple]:
    """Triples from Turtle, with ``:`` for the example namespace."""
    ended = turtle if turtle.rstrip().endswith(".") or not turtle.strip() else f"{turtle} ."
    quads = parse_rdf((PREFIX + ended).encode(), format=RdfFormat.TURTLE)
    return frozenset(quad.triple for quad in quads)


def _kept(triple: Triple) -> tuple[object, object, object]:
    return (triple.subject, triple.predicate, stored_form(triple.object))


class FakeIndex:
    """The facts of a snapshot, each in a graph of its annotation: ``kg.query.source.AnnotatedFacts``."""

    def __init__(self, snapshot: "FakeSnapshot") -> None:
        self.store = Store()
        self._supports: dict[BlankNode, Support] = {}
        names: dict[Support, BlankNode] = {}
        for quad in snapshot.store.quads_for_pattern(None, None, None, DefaultGraph()):
            support = snapshot.fact_support(*quad.triple)
            name = names.setdefault(support, BlankNode(f"a{len(names):x}"))
            self._supports[name] = support
            self.store.add(Quad(*quad.triple, name))

    def query(
        self, sparql: str, *, base_iri: str | None = None
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        try:
            return self.store.query(
                sparql, base_iri=base_iri, prefixes=PREFIXES, use_default_graph_as_union=True
            )
        except SyntaxError as error:
            raise QuerySyntaxError(f"the engine says: {error}") from error

    def collected(self, sparql: str) -> tuple[QuerySolutions | QueryBoolean | QueryTriples, Lists]:
        return collected(self.store, sparql)

    def matching(
        self, s: Subject | None, p: NamedNode | None, o: Object | None
    ) -> Iterator[tuple[Subject, NamedNode, Object, BlankNode]]:
        for quad in self.store.quads_for_pattern(s, p, o, None):
            yield quad.subject, quad.predicate, quad.object, quad.graph_name

    def from_node(self, s: Subject, p: NamedNode) -> list[tuple[Object, BlankNode]]:
        return [(o, name) for _, _, o, name in self.matching(s, p, None)]

    def to_node(self, p: NamedNode, o: Object) -> list[tuple[Subject, BlankNode]]:
        return [(s, name) for s, _, _, name in self.matching(None, p, o)]

    def claims(self, names: Sequence[BlankNode]) -> list[Fact | None]:
        return [self._supports[name].sole for name in names]

    def supports(self, names: Sequence[BlankNode]) -> list[Support]:
        return [self._supports[name] for name in names]


class FakeSnapshot:
    """Claims (name → triples), base triples, and base data in named graphs (IRI → triples).

    The record says a little of each claim and its quote, and of a document, which is none.
    See ``kg.query.source.Source``.
    """

    def __init__(
        self,
        claims: Mapping[str, frozenset[Triple]],
        base: frozenset[Triple] = frozenset(),
        against: Mapping[str, Sequence[str]] | None = None,
        named: Mapping[str, frozenset[Triple]] | None = None,
        *,
        indexed: bool = True,
    ) -> None:
        self.claims = {EX + name: triples for name, triples in claims.items()}
        self.base = base
        self.against = {EX + name: tuple(EX + other for other in by) for name, by in (against or {}).items()}
        self.named = dict(named or {})
        self.store = Store()
        for triple in sorted(self.base.union(*self.claims.values()), key=str):  # as stores do, in one order
            self.store.add(Quad(triple.subject, triple.predicate, triple.object, DefaultGraph()))
        self._asserting: dict[tuple[object, object, object], list[str]] = {}
        for claim, triples in self.claims.items():
            for triple in triples:
                self.store.add(Quad(triple.subject, triple.predicate, triple.object, NamedNode(claim)))
                self._asserting.setdefault(_kept(triple), []).append(claim)
        for name, triples in self.named.items():
            for triple in triples:
                self.store.add(Quad(triple.subject, triple.predicate, triple.object, NamedNode(name)))
        for claim in self.claims:
            for about, word in ((claim, "claim"), (f"{claim}#quote", "quote")):
                said = (NamedNode(about), NamedNode(EX + "p"), NamedNode(EX + word))
                self.store.add(Quad(*said, NamedNode(RECORD)))
        self._base = {_kept(triple) for triple in base}
        document = (NamedNode(EX + "document"), NamedNode(EX + "p"), NamedNode(EX + "document"))
        self.store.add(Quad(*document, NamedNode(RECORD)))
        self.asked: list[str] = []
        every = base.union(*self.named.values())
        self.blanks = {term for triple in every for term in triple if isinstance(term, BlankNode)}
        self.is_indexed = indexed
        self._index: FakeIndex | None = None

    iri = EX + "version/1"
    repeats = False
    falls = False
    statistics = None

    @property
    def index(self) -> FakeIndex | None:
        if self.is_indexed and self._index is None:
            self._index = FakeIndex(self)
        return self._index

    def query(
        self,
        sparql: str,
        *,
        base_iri: str | None = None,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        self.asked.append(sparql)
        try:
            return self.store.query(
                sparql,
                base_iri=base_iri,
                prefixes=PREFIXES,
                default_graph=None if default_graphs is None else [NamedNode(g) for g in default_graphs],
                named_graphs=None if named_graphs is None else [NamedNode(g) for g in named_graphs],
            )
        except SyntaxError as error:
            raise QuerySyntaxError(f"the engine says: {error}") from error

    def fact_support(self, s: Subject, p: NamedNode, o: Object) -> Support:
        claims = self._asserting.get((s, p, o), [])
        return Support((s, p, o) in self._base, (tuple(sorted(claims)),) if claims else ())

    def graph_support(self, graph: NamedNode, s: Subject, p: NamedNode, o: Object) -> Support:  # noqa: ARG002
        about = graph.value
        if about == RECORD and isinstance(s, NamedNode):
            about = s.value.removesuffix("#quote")
        return Support(facts=((about,),)) if about in self.claims else Support(base=True)

    def existence_support(self, graph: NamedNode) -> Support | None:
        return Support(facts=((graph.value,),)) if graph.value in self.claims else Support(base=True)

    def holds(self, graph: NamedNode, s: Subject, p: NamedNode, o: Object) -> bool:
        return Quad(s, p, o, graph) in self.store

    def expect_claims(self, iris: Iterable[str]) -> None:
        pass

    def claim_info(self, iri: str) -> ClaimInfo | None:
        if iri not in self.claims:
            return None
        number = sum(iri.encode())
        return ClaimInfo(
            iri=iri,
            label=iri.removeprefix(EX),
            quote=None,
            document=EX + "document",
            source="Somebody",
            origin=f"{EX}origin/{number % 3}",
            reliability=0.5 + number % 5 / 10,
            credibility=0.4 + number % 7 / 12,
            modality=LS.Reported,
            polarity=LS.Positive,
        )

    def rebuttals(self, iri: str) -> tuple[str, ...]:
        return self.against.get(iri, ())

    def with_only(self, kept: Iterable[str]) -> "FakeSnapshot":
        """D(S): the same base data, of the claims only these."""
        names = {iri.removeprefix(EX) for iri in kept}
        claims = {iri.removeprefix(EX): triples for iri, triples in self.claims.items()}
        kept_claims = {n: t for n, t in claims.items() if n in names}
        return FakeSnapshot(kept_claims, self.base, None, self.named, indexed=self.is_indexed)
