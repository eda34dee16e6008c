"""Annotated facts: each fact once, in a graph named after what it rests on."""

from collections.abc import Iterator, Sequence

from pyoxigraph import (
    BlankNode,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    parse,
)

from kg.dataset.annotated.annotations import AnnotationReader
from kg.dataset.annotated.collect import Lists, collected
from kg.dataset.annotated.view import Fact, Support, View, proved
from kg.dataset.record.records import Object, Subject
from kg.dataset.syntax import syntax_error

_CACHED = 200_000


class AnnotatedFacts:
    """The facts of one version: a dataset whose graphs are blank nodes, one for each annotation.

    Every fact is in exactly one of them, so ``GRAPH ?k { … }`` brings a fact's annotation
    with each solution and multiplies none. What a name stands for: ``kg.dataset.annotated.annotations``.
    """

    def __init__(self, store: Store, annotations: AnnotationReader, view: View) -> None:
        self.store = store
        self._annotations = annotations
        self._view = view
        self._known: dict[BlankNode, Support] = {}
        self._sole: dict[BlankNode, Fact | None] = {}
        self._premises: dict[str, Fact] = {}

    def query(
        self, sparql: str, *, base_iri: str | None = None
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        """Evaluate a query with the engine; the default graph is all facts, and no prefix is known.

        Raises ``QuerySyntaxError``.
        """
        try:
            return self.store.query(sparql, base_iri=base_iri, use_default_graph_as_union=True)
        except SyntaxError as error:
            raise syntax_error(error) from None

    def collected(self, sparql: str) -> tuple[QuerySolutions | QueryBoolean | QueryTriples, Lists]:
        """The same for a query that collects (``collect``). Raises ``QuerySyntaxError``."""
        return collected(self.store, sparql)

    def matching(
        self, s: Subject | None, p: NamedNode | None, o: Object | None
    ) -> Iterator[tuple[Subject, NamedNode, Object, BlankNode]]:
        """Facts, each with the name of the graph that stands for its annotation; ``None`` matches all."""
        for quad in self.store.quads_for_pattern(s, p, o, None):
            yield quad.subject, quad.predicate, quad.object, quad.graph_name  # type: ignore[misc]

    def from_node(self, s: Subject, p: NamedNode) -> list[tuple[Object, BlankNode]]:
        """The objects of facts about ``s``, each with the name of its graph."""
        return [(quad.object, quad.graph_name) for quad in self.store.quads_for_pattern(s, p, None)]  # type: ignore[misc]

    def to_node(self, p: NamedNode, o: Object) -> list[tuple[Subject, BlankNode]]:
        """The subjects of facts with this object, each with the name of its graph."""
        return [(quad.subject, quad.graph_name) for quad in self.store.quads_for_pattern(None, p, o)]  # type: ignore[misc]

    def claims(self, names: Sequence[BlankNode]) -> list[Fact | None]:
        """The claims that state the facts of each of these graphs; ``None`` where more supports them."""
        known = self._sole
        try:
            return list(map(known.__getitem__, names))
        except KeyError:
            unknown = list(dict.fromkeys(name for name in names if name not in known))
        if len(known) + len(unknown) > _CACHED:
            known.clear()
            unknown = list(dict.fromkeys(names))
        known.update((name, self._read(name).sole) for name in unknown)
        return list(map(known.__getitem__, names))

    def supports(self, names: Sequence[BlankNode]) -> list[Support]:
        """What the facts of each of these graphs rest on, as ``View.fact_support`` tells it."""
        known = self._known
        try:
            return [known[name] for name in names]
        except KeyError:
            return [self._support(name) for name in names]

    def _support(self, name: BlankNode) -> Support:
        found = self._known.get(name)
        if found is None:
            if len(self._known) >= _CACHED:
                self._known.clear()
            found = self._known[name] = self._read(name)
        return found

    def _read(self, name: BlankNode) -> Support:
        label = name.value
        match label[0]:
            case "t":
                return self._asked(name)
            case "p":
                return self._proved(label)
        return self._annotations.support(label)

    def line(self, name: BlankNode) -> str:
        """What is written down under a name. Raises ``StoreError``."""
        return self._annotations.line(name.value[1:])

    def _proved(self, label: str) -> Support:
        base, proofs = self._annotations.proofs(label)
        return proved(base, [[self._premise(triple) for triple in proof] for proof in proofs])

    def _premise(self, triple: str) -> Fact:
        found = self._premises.get(triple)
        if found is None:
            if len(self._premises) >= _CACHED:
                self._premises.clear()
            [quad] = parse(f"{triple} .".encode(), format=RdfFormat.N_TRIPLES)
            found = self._premises[triple] = self._view.stated_by(quad.subject, quad.predicate, quad.object)
        return found

    def _asked(self, name: BlankNode) -> Support:
        triple = f"{self.line(name)} ."
        [quad] = parse(triple.encode(), format=RdfFormat.N_TRIPLES)
        return self._view.fact_support(quad.subject, quad.predicate, quad.object)
