"""Why: the minimal witnesses, each a set of claims that suffices on its own.

Buneman, Khanna, Tan, "Why and where", ICDT 2001 (minimal witness basis): the positive
Boolean expressions PosBool(X) in their irredundant form. Idempotent and absorptive.
It does *not* count derivations, nor how often a derivation uses a claim. The number of
witnesses can be exponential in the size of the circuit: ``Why`` takes a cap.
"""

from collections.abc import Iterable
from itertools import chain, combinations, product
from typing import TypeVar

from kg.provenance.semirings.protocol import Semiring, Unsupported

T = TypeVar("T")
Witness = frozenset[str]
Witnesses = frozenset[Witness]


_SHORT = 6
"""Sets of up to so many are looked up by their subsets, longer ones compared with each other."""


def minimal(sets: Iterable[frozenset[T]]) -> frozenset[frozenset[T]]:
    """Those that contain no other."""
    distinct = frozenset(sets)
    if len(set(map(len, distinct))) < 2:
        return distinct
    kept: set[frozenset[T]] = set()
    sizes: dict[int, None] = {}  # of what is kept, from small to large
    for one in sorted(distinct, key=len):
        if len(one) <= _SHORT:
            subsets = chain.from_iterable(combinations(one, size) for size in sizes)
            contains_another = not kept.isdisjoint(map(frozenset, subsets))
        else:
            contains_another = any(other <= one for other in kept)
        if not contains_another:
            kept.add(one)
            sizes[len(one)] = None
    return frozenset(kept)


class Why(Semiring[Witnesses]):
    """(antichains of sets of claims, union, pairwise union), both minimised.

    Raises ``Unsupported`` where a node has more than ``cap`` witnesses.
    """

    idempotent = True
    absorptive = True
    zero: Witnesses = frozenset()
    one: Witnesses = frozenset((frozenset(),))

    def __init__(self, cap: int = 10_000) -> None:
        self.cap = cap

    def _capped(self, witnesses: Witnesses) -> Witnesses:
        found = minimal(witnesses)
        if len(found) > self.cap:
            raise Unsupported(f"there are more than {self.cap} minimal witnesses")
        return found

    def plus(self, left: Witnesses, right: Witnesses) -> Witnesses:
        """The witnesses of either."""
        return self._capped(left | right)

    def plus_all(self, values: Iterable[Witnesses]) -> Witnesses:
        """The witnesses of any."""
        return self._capped(frozenset().union(*values))

    def times(self, left: Witnesses, right: Witnesses) -> Witnesses:
        """A witness of one together with a witness of the other."""
        if len(left) * len(right) > self.cap * 100:
            raise Unsupported(f"there are too many pairs of witnesses: {len(left)} times {len(right)}")
        return self._capped(frozenset(a | b for a, b in product(left, right)))


WHY = Why()
