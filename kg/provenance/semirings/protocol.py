"""What every semiring offers, and the minus that all of them share."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import reduce
from typing import ClassVar, Generic, TypeVar

from kg.errors import LodestoneError

K = TypeVar("K")


class Unsupported(LodestoneError):
    """A circuit needs an operation that the semiring does not have."""


class Semiring(ABC, Generic[K]):
    """A commutative semiring with the minus of spm-semirings.

    ``plus`` and ``times`` are associative and commutative, ``times`` distributes over
    ``plus``, ``zero`` and ``one`` are their units, and ``zero`` annihilates. The two flags
    say what further holds: nothing may be simplified by a law whose flag is false.
    """

    idempotent: ClassVar[bool]
    """``x + x = x``."""
    absorptive: ClassVar[bool]
    """``x + x·y = x``: a longer derivation that contains a shorter one adds nothing."""

    zero: K
    one: K

    @abstractmethod
    def plus(self, left: K, right: K) -> K:
        """Either of two."""

    @abstractmethod
    def times(self, left: K, right: K) -> K:
        """Both of two."""

    def plus_all(self, values: Iterable[K]) -> K:
        """The sum of one or more values."""
        return reduce(self.plus, values)

    def times_all(self, values: Iterable[K]) -> K:
        """The product of one or more values."""
        return reduce(self.times, values)

    def minus(self, left: K, right: K) -> K:
        """``left`` where ``right`` is zero, else zero (Geerts et al., JACM 2016)."""
        return left if right == self.zero else self.zero
