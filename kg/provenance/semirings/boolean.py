"""Boolean: is the row an answer, given which claims stand?

Green, Karvounarakis, Tannen, "Provenance semirings", PODS 2007. Idempotent and
absorptive; minus is ``a AND NOT b``. It tells nothing of how often or through what.
"""

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


BOOLEAN = Boolean()
