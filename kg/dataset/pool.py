"""The triples of a version as inference by chains sees them: ``Pool`` and ``Facts`` of ``kg.infer``.

Grounded triples are facts: stated by claims, or inferred. Given ones are base data and
reference data, and what follows from these alone: no fact, so it lies in the archive, in its
graph of inferences, as far as it touches chains.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, Protocol, TypeVar

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Store, parse

from kg.dataset.records import DEFAULT, Object, Subject
from kg.dataset.terms import node, ntriples
from kg.infer.joining import GIVEN, GROUNDED
from kg.infer.rules import Pattern, Triple

_KEPT = 100_000

K = TypeVar("K")
V = TypeVar("V")


class Stated(Protocol):
    """What a pool needs of a version (``kg.dataset.view.View``)."""

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


class RememberingPool(StoredPool):
    """The triples of a version that does not change: what was looked up is kept for a while.

    Nothing in it refers to itself, so that the stores are let go with it.
    """

    def __init__(self, view: Stated) -> None:
        super().__init__(view)
        self._objects: dict[tuple[str, str], Iterable[tuple[str, int]]] = {}
        self._bits: dict[Triple, int] = {}
        self._stated: dict[Triple, tuple[bool, bool]] = {}

    def objects(self, s: str, p: str) -> Iterable[tuple[str, int]]:
        """The objects of a subject and a property, each with what holds of the triple."""
        found = self._objects.get((s, p))
        if found is None:
            found = _room(self._objects)[s, p] = tuple(super().objects(s, p))
        return found

    def bits(self, triple: Triple) -> int:
        """What holds of a triple."""
        found = self._bits.get(triple)
        if found is None:
            found = _room(self._bits)[triple] = super().bits(triple)
        return found

    def is_asserted(self, triple: Triple) -> bool:
        """Whether claims state a triple as a fact."""
        return self._of_statements(triple)[0]

    def is_given(self, triple: Triple) -> bool:
        """Whether a triple is base or reference data itself."""
        return self._of_statements(triple)[1]

    def _of_statements(self, triple: Triple) -> tuple[bool, bool]:
        found = self._stated.get(triple)
        if found is None:
            asserted, is_given = super().is_asserted(triple), super().is_given(triple)
            found = _room(self._stated)[triple] = (asserted, is_given)
        return found


class GivenPool(StoredPool):
    """What is given in a version, and what follows from that alone."""

    def _found(self, s: Any, p: Any, o: Any, end: Callable[[Quad], Any]) -> Iterable[tuple[str, int]]:
        graphs = [*self._given_graphs(), *(((self._view.archive, DEFAULT),) if self._view.has_base else ())]
        found = (quad for store, graph in graphs for quad in store.quads_for_pattern(s, p, o, graph))
        return dict.fromkeys((ntriples(end(quad)) for quad in found), GIVEN).items()


def _room(known: dict[K, V]) -> dict[K, V]:
    """What is kept, emptied where it has become too much."""
    if len(known) >= _KEPT:
        known.clear()
    return known


@lru_cache(maxsize=65536)
def term(text: str) -> Any:
    """A term of the engine from N-Triples."""
    if text[0] == "<" and not text.startswith("<<"):
        return node(text[1:-1])
    if text.startswith("_:"):
        return BlankNode(text[2:])
    [quad] = parse(f"<urn:x> <urn:x> {text} .".encode(), format=RdfFormat.N_TRIPLES)
    return quad.object


def holds(store: Store, s: Any, p: Any, o: Any, graph: Any) -> bool:
    """Whether a graph of a store has a triple."""
    return next(iter(store.quads_for_pattern(s, p, o, graph)), None) is not None
