"""Fuzzy: the weakest claim of the best derivation, ``weakest`` of an answer.

([0, 1], max, min), the access-control or fuzzy semiring; Green & Tannen, "The semiring
framework for database provenance", PODS 2017. Idempotent and absorptive. *Not* a
probability: two independent witnesses count no more than the better one. Zero is "no
support", so what is subtracted counts only by whether it has any: a row of an answer,
where it has none, has the weakness of its positive part.
"""

from collections.abc import Iterable

from kg.provenance.semirings.protocol import Semiring


class Fuzzy(Semiring[float]):
    """([0, 1], max, min)."""

    idempotent = True
    absorptive = True
    zero = 0.0
    one = 1.0

    def plus(self, left: float, right: float) -> float:
        """The better of two."""
        return max(left, right)

    def times(self, left: float, right: float) -> float:
        """The weaker of two."""
        return min(left, right)

    def plus_all(self, values: Iterable[float]) -> float:
        """The best."""
        return max(values)

    def times_all(self, values: Iterable[float]) -> float:
        """The weakest."""
        return min(values)


FUZZY = Fuzzy()
