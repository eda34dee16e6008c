"""Boolean: is the row an answer, given which claims stand?

Green, Karvounarakis, Tannen, "Provenance semirings", PODS 2007. Idempotent and
absorptive; minus is ``a AND NOT b``. It tells nothing of how often or through what.
"""

from collections.abc import Iterable

from kg.provenance.semirings.protocol import Semiring


class Boolean(Semiring[bool]):
    """({false, true}, or, and)."""

    idempotent = True
    absorptive = True
    zero = False
    one = True

    def plus(self, left: bool, right: bool) -> bool:
        """Or."""
        return left or right

    def times(self, left: bool, right: bool) -> bool:
        """And."""
        return left and right

    def plus_all(self, values: Iterable[bool]) -> bool:
        """Whether one holds."""
        return any(values)

    def times_all(self, values: Iterable[bool]) -> bool:
        """Whether all hold."""
        return all(values)


BOOLEAN = Boolean()
