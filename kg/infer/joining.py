"""What follows by chains from triples that are new, and what rests on those that go (semi-naive).

A triple is *grounded* if claims state it, or it follows from triples of which claims state
one at least; and *given* if it is base or reference data, or follows from such data
alone. It may be both. Only grounded triples are facts; given ones help to conclude.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from typing import Protocol

from kg.infer.joins import Chain, Joins, conclusions
from kg.infer.rules import TYPE, Triple

GIVEN = 1
GROUNDED = 2
"""What holds of a triple, as bits: given, grounded, both, or (0) that it is not there."""


class Pool(Protocol):
    """Triples by their properties, those that were derived included."""

    def objects(self, s: str, p: str) -> Iterable[tuple[str, int]]:
        """The objects of a subject and a property, each with what holds of the triple."""
        ...

    def subjects(self, p: str, o: str) -> Iterable[tuple[str, int]]:
        """The subjects of a property and an object, each with what holds of the triple."""
        ...

    def bits(self, triple: Triple) -> int:
        """What holds of a triple."""
        ...


class Growing(Pool, Protocol):
    """A pool that takes conclusions in."""

    def conclude(self, triple: Triple, bits: int) -> None:
        """Note that a triple follows, by a chain, from triples of which that holds. Known at once."""
        ...


class Memory:
    """A pool in memory. ``concluded`` are the triples that were found to follow by a chain."""

    def __init__(self) -> None:
        self.concluded: dict[Triple, int] = {}
        self._objects: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        self._subjects: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        self._types: dict[Triple, int] = {}

    def objects(self, s: str, p: str) -> Iterable[tuple[str, int]]:
        """See ``Pool``."""
        found = self._objects.get((s, p))
        return list(found.items()) if found else ()

    def subjects(self, p: str, o: str) -> Iterable[tuple[str, int]]:
        """See ``Pool``."""
        found = self._subjects.get((p, o))
        return list(found.items()) if found else ()

    def bits(self, triple: Triple) -> int:
        """See ``Pool``."""
        s, p, o = triple
        if p == TYPE:
            return self._types.get(triple, 0)
        found = self._objects.get((s, p))
        return found.get(o, 0) if found else 0

    def conclude(self, triple: Triple, bits: int) -> None:
        """See ``Pool``."""
        self.concluded[triple] = self.concluded.get(triple, 0) | bits
        self.gain(triple, bits)

    def gain(self, triple: Triple, bits: int) -> None:
        """From now on so much more holds of a triple."""
        s, p, o = triple
        bits |= self.bits(triple)
        if p == TYPE:
            self._types[triple] = bits
        else:
            self._objects[s, p][o] = self._subjects[p, o][s] = bits

    def __iter__(self) -> Iterator[tuple[Triple, int]]:
        """All triples, with what holds of each."""
        for (s, p), found in self._objects.items():
            yield from (((s, p, o), bits) for o, bits in found.items())
        yield from self._types.items()


def extend(joins: Joins, pool: Growing, new: Iterable[Triple]) -> Iterator[Triple]:
    """Derive all that follows by chains from triples that have come into a pool.

    The pool has what follows from each of them alone already. Gives back everything that a
    chain concludes with them, directly or further on, known before or not, perhaps more
    than once: of all this the proofs may be others now.
    """
    for head, bits in _Walk(joins, pool, new):
        if head[1] != TYPE:
            pool.conclude(head, bits)
        elif bits & GROUNDED:
            pool.conclude(head, GROUNDED)
        yield head


def resting_on(joins: Joins, pool: Pool, lost: Iterable[Triple]) -> dict[Triple, None]:
    """All that a chain concludes with triples that are still in the pool, directly or further on."""
    return dict.fromkeys(head for head, _ in _Walk(joins, pool, lost))


class _Walk:
    """Goes from triples to what follows from them by chains, with what holds of that, and on from there."""

    def __init__(self, joins: Joins, pool: Pool, start: Iterable[Triple]) -> None:
        self._joins = joins
        self._pool = pool
        self._start = start
        self._waiting: deque[tuple[Triple, Chain | None]] = deque()
        self._done: dict[tuple[Triple, Chain | None], int] = {}

    def __iter__(self) -> Iterator[tuple[Triple, int]]:
        for triple in self._start:
            self._waiting.extend((member, None) for member in self._joins.members(triple))
            yield from self._go_on()

    def _go_on(self) -> Iterator[tuple[Triple, int]]:
        uses = self._joins.uses
        while self._waiting:
            triple, through = self._waiting.popleft()
            bits = self._pool.bits(triple)
            if self._is_done(triple, through, bits):
                continue
            for chain, place in uses[triple[1]]:
                if chain is through:
                    continue  # all pairs along the way were concluded together
                for start, end, held in self._ends(chain, place, triple, bits):
                    for head in conclusions(chain, start, end):
                        yield head, held
                        if head[1] in uses:
                            same = chain.is_transitive and head[1] == chain.head and head[0] == start
                            self._waiting.append((head, chain if same and head[2] == end else None))

    def _is_done(self, triple: Triple, through: Chain | None, bits: int) -> bool:
        """Whether a triple was gone on from, with all that holds of it."""
        if not bits or not bits & ~self._done.get((triple, None), 0):
            return True
        if through is not None and not bits & ~self._done.get((triple, through), 0):
            return True
        self._done[triple, through] = bits
        return False

    def _ends(self, chain: Chain, place: int, triple: Triple, bits: int) -> Iterator[tuple[str, str, int]]:
        """The ends of all ways along a chain that go through a triple at one place."""
        s, _, o = triple
        if chain.is_transitive:
            befores = [(s, 0), *self._pool.subjects(chain.head, s)]
            afters = [(o, 0), *(() if o.startswith('"') else self._pool.objects(o, chain.head))]
            back = next((after for end, after in afters if after and end == s), 0)
            for start, before in befores:
                for end, after in afters:
                    once = joint(bits, before or bits, after or bits)
                    twice = joint(once, back)
                    if before or after:
                        yield start, end, once | twice
                    elif twice:
                        yield start, end, twice
            return
        step = chain.body[place]
        left, right = (o, s) if step.swapped else (s, o)
        starts = self._along(chain, range(place - 1, -1, -1), left)
        ends = self._along(chain, range(place + 1, len(chain.body)), right)
        for start, before in starts.items():
            if not start.startswith('"'):
                for end, after in ends.items():
                    yield start, end, joint(bits, before or bits, after or bits)

    def _along(self, chain: Chain, places: range, origin: str) -> dict[str, int]:
        """Where the steps at these places lead, and what holds of the ways there; 0 for no step."""
        found = {origin: 0}
        for place in places:
            step = chain.body[place]
            backward = places.step < 0
            reached: dict[str, int] = {}
            for node, so_far in found.items():
                if node.startswith('"') and backward == step.swapped:
                    continue
                near = (
                    self._pool.subjects(step.prop, node)
                    if backward != step.swapped
                    else self._pool.objects(node, step.prop)
                )
                for other, bits in near:
                    reached[other] = reached.get(other, 0) | (joint(so_far, bits) if so_far else bits)
            found = reached
        return found


def joint(*members: int) -> int:
    """What holds of a conclusion, from what holds of its premises."""
    given, grounded = GIVEN, 0
    for bits in members:
        if not bits:
            return 0
        given &= bits
        grounded |= bits
    return given | (grounded & GROUNDED)
