"""Counting: how many derivations there are (not how often SPARQL returns the row).

Natural numbers with plus and times, Green et al., PODS 2007. *Not* idempotent, *not*
absorptive. Its minus is that of spm-semirings (all or nothing), not the monus
``max(x - y, 0)`` of ProvSQL.
"""

from collections.abc import Iterable
from math import prod

from kg.provenance.semirings.protocol import Semiring


class Counting(Semiring[int]):
    """(natural numbers, +, ·)."""

    idempotent = False
    absorptive = False
    zero = 0
    one = 1

    def plus(self, left: int, right: int) -> int:
        """Sum."""
        return left + right

    def times(self, left: int, right: int) -> int:
        """Product."""
        return left * right

    def plus_all(self, values: Iterable[int]) -> int:
        """Sum."""
        return sum(values)

    def times_all(self, values: Iterable[int]) -> int:
        """Product."""
        return prod(values)


COUNTING = Counting()
