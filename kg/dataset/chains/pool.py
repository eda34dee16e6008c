"""The triples of a version as inference by chains sees them: ``Pool`` and ``Facts`` of ``kg.infer``.

Grounded triples are facts: stated by claims, or inferred. Given ones are base data and
reference data, and what follows from these alone: no fact, so it lies in the archive, in its
graph of inferences, as far as it touches chains.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, Protocol

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Store, parse

from kg.dataset.record.records import DEFAULT, Object, Subject
from kg.dataset.terms import names_node, node, ntriples
from kg.infer.joining import GIVEN, GROUNDED
from kg.infer.rules import Pattern, Triple


class Stated(Protocol):
    """What a pool needs of a version (``kg.dataset.annotated.view.View``)."""

    main: Store
    archive: Store
    inferred: NamedNode
    reference: NamedNode
    has_base: bool

    def asserting(self, s: Subject, p: NamedNode, o: Object) -> tuple[str, ...]:
        """Active claims that state a triple as a fact."""
        ...


class StoredPool:
    """The triples of a version."""

    def __init__(self, view: Stated) -> None:
        self._view = view
        self._has_reference = view.main.contains_named_graph(view.reference)

    def objects(self, s: str, p: str) -> Iterable[tuple[str, int]]:
        """The objects of a subject and a property, each with what holds of the triple."""
        return self._found(term(s), term(p), None, lambda quad: quad.object)

    def subjects(self, p: str, o: str) -> Iterable[tuple[str, int]]:
        """The subjects of a property and an object, each with what holds of the triple."""
        return self._found(None, term(p), term(o), lambda quad: quad.subject)

    def bits(self, triple: Triple) -> int:
        """What holds of a triple."""
        s, p, o = map(term, triple)
        return next((bits for _, bits in self._found(s, p, o, lambda quad: quad.object)), 0)

    def _found(self, s: Any, p: Any, o: Any, end: Callable[[Quad], Any]) -> Iterable[tuple[str, int]]:
        found: dict[str, int] = {}
        for quad in self._view.main.quads_for_pattern(s, p, o, DEFAULT):
            found[ntriples(end(quad))] = self._bits_of_fact(quad)
        for store, graph in self._given_graphs():
            for quad in store.quads_for_pattern(s, p, o, graph):
                name = ntriples(end(quad))
                found[name] = found.get(name, 0) | GIVEN
        return found.items()

    def _bits_of_fact(self, quad: Quad) -> int:
        view = self._view
        s, p, o = quad.subject, quad.predicate, quad.object
        if not view.has_base or not holds(view.archive, s, p, o, DEFAULT):
            return GROUNDED
        grounded = holds(view.main, s, p, o, view.inferred) or view.asserting(s, p, o)
        return GIVEN | (GROUNDED if grounded else 0)

    def _given_graphs(self) -> Iterator[tuple[Store, Any]]:
        view = self._view
        if view.has_base or self._has_reference:
            yield view.archive, view.inferred
        if self._has_reference:
            yield view.main, view.reference

    # --- what is stated

    def is_asserted(self, triple: Triple) -> bool:
        """Whether claims state a triple as a fact."""
        s, p, o = map(term, triple)
        return bool(self._view.asserting(s, p, o))

    def is_given(self, triple: Triple) -> bool:
        """Whether a triple is base or reference data itself."""
        view = self._view
        s, p, o = map(term, triple)
        return (view.has_base and holds(view.archive, s, p, o, DEFAULT)) or (
            self._has_reference and holds(view.main, s, p, o, view.reference)
        )

    def asserted(self, pattern: Pattern) -> Iterator[Triple]:
        """The triples that claims state as facts, and that match."""
        s, p, o = (None if text is None else term(text) for text in pattern)
        seen = set()
        for quad in self._view.main.quads_for_pattern(s, p, o, DEFAULT):
            triple = quad.subject, quad.predicate, quad.object
            if triple not in seen and self._view.asserting(*triple):
                seen.add(triple)
                yield str(quad.subject), str(quad.predicate), ntriples(quad.object)


class GivenPool(StoredPool):
    """What is given in a version, and what follows from that alone."""

    def _found(self, s: Any, p: Any, o: Any, end: Callable[[Quad], Any]) -> Iterable[tuple[str, int]]:
        graphs = [*self._given_graphs(), *(((self._view.archive, DEFAULT),) if self._view.has_base else ())]
        found = (quad for store, graph in graphs for quad in store.quads_for_pattern(s, p, o, graph))
        return dict.fromkeys((ntriples(end(quad)) for quad in found), GIVEN).items()


@lru_cache(maxsize=65536)
def term(text: str) -> Any:
    """A term of the engine from N-Triples."""
    if names_node(text):
        return node(text[1:-1])
    if text.startswith("_:"):
        return BlankNode(text[2:])
    [quad] = parse(f"<urn:x> <urn:x> {text} .".encode(), format=RdfFormat.N_TRIPLES)
    return quad.object


def holds(store: Store, s: Any, p: Any, o: Any, graph: Any) -> bool:
    """Whether a graph of a store has a triple."""
    return next(iter(store.quads_for_pattern(s, p, o, graph)), None) is not None
