"""A pool that reads a property as a whole once it has been asked about it often enough.

A look-up costs some thirty times what a triple costs in a scan. How many triples a property has
is not known beforehand, so a scan is tried when the look-ups have cost about what it may,
and given up where it turns out longer: never does it all cost more than about twice the
better way (the ski rental problem: Karlin et al., "Competitive snoopy caching", 1988). An
engine that is asked over the network gives a scan back as one answer, so there none is tried.
"""

from collections.abc import Iterable
from typing import TypeVar, cast

from pyoxigraph import DefaultGraph, NamedNode, Store

from kg.dataset.chains.pool import Stated, StoredPool, term
from kg.dataset.record.records import DEFAULT
from kg.dataset.terms import ntriples
from kg.infer.joining import GIVEN, GROUNDED
from kg.infer.rules import TYPE, Triple

K = TypeVar("K")
V = TypeVar("V")

_REMEMBERED = 100_000
"""Look-ups of one kind that are remembered at most."""
_FIRST = 500
"""Look-ups after which a scan is tried for the first time."""
_WORTH = 30
"""Triples of a scan that cost what a look-up does."""
_MOST_HELD = 2_000_000
"""Triples that are held at most."""

_ASSERTED, _IS_GIVEN = 4, 8
_LISTED, _BASE, _NAMED, _FACT = 16, 32, 64, 128
"""Beside what holds of a triple: what it is itself, and where it lies."""

_HOLDS = GIVEN | GROUNDED


class Whole:
    """All triples of one property, each with what holds of it, as bits."""

    def __init__(self, objects: dict[str, dict[str, int]]) -> None:
        self._objects = objects
        self._subjects: dict[str, dict[str, int]] | None = None

    def objects(self, s: str) -> Iterable[tuple[str, int]]:
        """The objects of a subject."""
        return _holding(self._objects.get(s))

    def subjects(self, o: str) -> Iterable[tuple[str, int]]:
        """The subjects of an object."""
        if self._subjects is None:
            self._subjects = {}
            for s, found in self._objects.items():
                for other, bits in found.items():
                    self._subjects.setdefault(other, {})[s] = bits
        return _holding(self._subjects.get(o))

    def bits(self, s: str, o: str) -> int:
        """What is known of a triple."""
        found = self._objects.get(s)
        return found.get(o, 0) if found else 0

    def gain(self, s: str, o: str, bits: int) -> None:
        """From now on so much more holds of a triple."""
        bits |= self.bits(s, o)
        self._objects.setdefault(s, {})[o] = bits
        if self._subjects is not None:
            self._subjects.setdefault(o, {})[s] = bits


def _holding(found: dict[str, int] | None) -> list[tuple[str, int]]:
    return [(name, bits & _HOLDS) for name, bits in found.items() if bits & _HOLDS] if found else []


class ScanningPool(StoredPool):
    """The triples of a version. What changes them meanwhile must be told by ``gain``."""

    def __init__(self, view: Stated) -> None:
        super().__init__(view)
        self._wholes: dict[str, Whole] = {}
        self._asked: dict[str, int] = {}
        self._next: dict[str, int] = {TYPE: -1}
        self._room = _MOST_HELD if isinstance(cast(object, view.main), Store) else 0
        self._names: dict[str, str] = {}

    def whole(self, p: str) -> Whole | None:
        """All triples of a property, if it is held as a whole; to be asked at each look-up."""
        found = self._wholes.get(p)
        if found is not None:
            return found
        asked = self._asked[p] = self._asked.get(p, 0) + 1
        if asked != self._next.get(p, _FIRST) or self._room <= 0:
            return None
        self._next[p] = 4 * asked
        scanned = self._scanned(p, _WORTH * asked)
        if scanned is not None:
            self._wholes[p] = scanned
        return scanned

    def gain(self, triple: Triple, bits: int) -> bool:
        """Note that so much more holds of a triple from now on; false if its property is not held."""
        s, p, o = triple
        held = self._wholes.get(p)
        if held is None:
            return False
        self._room -= not held.bits(s, o)
        held.gain(s, o, bits)
        return True

    def let_go(self) -> None:
        """Hold nothing any more if it has become too much."""
        if self._room < 0:
            self._wholes.clear()
            self._next = dict.fromkeys(self._next, -1)

    # --- look-ups

    def objects(self, s: str, p: str) -> Iterable[tuple[str, int]]:
        """See ``Pool``."""
        held = self.whole(p)
        return super().objects(s, p) if held is None else held.objects(s)

    def subjects(self, p: str, o: str) -> Iterable[tuple[str, int]]:
        """See ``Pool``."""
        held = self.whole(p)
        return super().subjects(p, o) if held is None else held.subjects(o)

    def bits(self, triple: Triple) -> int:
        """See ``Pool``."""
        s, p, o = triple
        held = self.whole(p)
        return super().bits(triple) if held is None else held.bits(s, o) & _HOLDS

    def is_asserted(self, triple: Triple) -> bool:
        """See ``Facts``."""
        s, p, o = triple
        held = self.whole(p)
        return super().is_asserted(triple) if held is None else bool(held.bits(s, o) & _ASSERTED)

    def is_given(self, triple: Triple) -> bool:
        """See ``Facts``."""
        s, p, o = triple
        held = self.whole(p)
        return super().is_given(triple) if held is None else bool(held.bits(s, o) & _IS_GIVEN)

    # --- scans

    def _scanned(self, p: str, most: int) -> Whole | None:
        """All triples of a property, unless they lie in more than so many places, or there is no room."""
        view, prop, left, held = self._view, term(p), most, 0
        objects: dict[str, dict[str, int]] = {}
        places: list[tuple[Store, DefaultGraph | NamedNode | None]] = [(view.main, None)]
        if view.has_base:
            places.append((view.archive, DEFAULT))
        if view.has_base or self._has_reference:
            places.append((view.archive, view.inferred))
        names = self._names.setdefault
        for store, graph in places:
            for quad in store.quads_for_pattern(None, prop, None, graph):
                s, o = str(quad.subject), ntriples(quad.object)
                lies = self._lies(quad.graph_name, in_archive=graph is not None)
                found = objects.get(s)
                if found is None:
                    found = objects[names(s, s)] = {}
                before = found.get(o)
                if before is None:
                    found[names(o, o)] = lies
                    held += 1
                else:
                    found[o] = before | lies
                left -= 1
                if left < 0 or held > self._room:
                    return None
        self._room -= held
        for s, of in objects.items():
            for o, lies in of.items():
                of[o] = GROUNDED if lies == _LISTED | _FACT else self._told((s, p, o), lies)
        return Whole(objects)

    def _lies(self, graph: object, *, in_archive: bool) -> int:
        view = self._view
        if in_archive:
            return GIVEN | _IS_GIVEN | _BASE if isinstance(graph, DefaultGraph) else GIVEN
        if isinstance(graph, DefaultGraph):
            return _FACT
        if graph == view.inferred:
            return _LISTED
        return GIVEN | _IS_GIVEN if graph == view.reference else _NAMED

    def _told(self, triple: Triple, places: int) -> int:
        """What holds of a triple that lies in these places."""
        bits = places & (GIVEN | _IS_GIVEN)
        if not places & _FACT:
            return bits
        if places & _NAMED and (not places & (_LISTED | _BASE) or self._view.asserting(*map(term, triple))):
            bits |= _ASSERTED
        if not places & _BASE or places & _LISTED or bits & _ASSERTED:
            bits |= GROUNDED
        return bits


class RememberingPool(ScanningPool):
    """The triples of a version that does not change: what was looked up is kept for a while.

    Nothing in it refers to itself, so that the stores are let go with it.
    """

    def __init__(self, view: Stated) -> None:
        super().__init__(view)
        self._objects: dict[tuple[str, str], Iterable[tuple[str, int]]] = {}
        self._bits: dict[Triple, int] = {}
        self._stated: dict[Triple, tuple[bool, bool]] = {}

    def objects(self, s: str, p: str) -> Iterable[tuple[str, int]]:
        """See ``Pool``."""
        if p in self._wholes:
            return super().objects(s, p)
        found = self._objects.get((s, p))
        if found is None:
            found = _room(self._objects)[s, p] = tuple(super().objects(s, p))
        return found

    def bits(self, triple: Triple) -> int:
        """See ``Pool``."""
        if triple[1] in self._wholes:
            return super().bits(triple)
        found = self._bits.get(triple)
        if found is None:
            found = _room(self._bits)[triple] = super().bits(triple)
        return found

    def is_asserted(self, triple: Triple) -> bool:
        """See ``Facts``."""
        return super().is_asserted(triple) if triple[1] in self._wholes else self._of_statements(triple)[0]

    def is_given(self, triple: Triple) -> bool:
        """See ``Facts``."""
        return super().is_given(triple) if triple[1] in self._wholes else self._of_statements(triple)[1]

    def _of_statements(self, triple: Triple) -> tuple[bool, bool]:
        found = self._stated.get(triple)
        if found is None:
            asserted, is_given = super().is_asserted(triple), super().is_given(triple)
            found = _room(self._stated)[triple] = (asserted, is_given)
        return found


def _room(known: dict[K, V]) -> dict[K, V]:
    """What is kept, emptied where it has become too much."""
    if len(known) >= _REMEMBERED:
        known.clear()
    return known
