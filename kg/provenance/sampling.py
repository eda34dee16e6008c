"""Many worlds at once: a Boolean value per world, packed into the bits of one integer."""

from collections.abc import Hashable, Iterable
from functools import reduce
from math import sqrt
from operator import and_, or_
from random import Random

from kg.provenance.semirings.protocol import Semiring

SAMPLES = 1 << 14
_DIGITS = 24
_Z = 1.959964


class Worlds(Semiring[int]):
    """Sets of worlds: bit ``i`` tells of world ``i``, of ``count`` in all, or without end."""

    idempotent = True
    absorptive = True

    def __init__(self, count: int | None = None) -> None:
        self.zero = 0
        self.one = -1 if count is None else (1 << count) - 1

    def plus(self, left: int, right: int) -> int:
        """Or, in each world."""
        return left | right

    def times(self, left: int, right: int) -> int:
        """And, in each world."""
        return left & right

    def plus_all(self, values: Iterable[int]) -> int:
        """Or, in each world."""
        return reduce(or_, values)

    def times_all(self, values: Iterable[int]) -> int:
        """And, in each world."""
        return reduce(and_, values)

    def minus(self, left: int, right: int) -> int:
        """And not, in each world."""
        return left & ~right


def draw(name: Hashable, p: float, count: int) -> int:
    """The worlds in which a variable is true; for one name the same at every call.

    A bit is true with probability p (to 24 binary digits) when a random binary fraction
    is less than p: the digits of p are gone through from the last to the first.
    """
    random = Random(repr(name))  # noqa: S311 - an estimate that repeats, no secret
    digits = round(p * (1 << _DIGITS))
    if digits >> _DIGITS:
        return (1 << count) - 1
    true = 0
    for position in range(_DIGITS):
        bits = random.getrandbits(count)
        true = true | bits if digits >> position & 1 else true & bits
    return true


def interval(true: int, count: int) -> tuple[float, float]:
    """The share of true worlds and the half width of its 95 % interval (Wilson's, the wider side)."""
    share = true / count
    z2 = _Z * _Z
    centre = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = _Z * sqrt(share * (1 - share) / count + z2 / (4 * count * count)) / (1 + z2 / count)
    return share, max(centre + half - share, share - centre + half)
