"""Tropical: the earliest date by which the row could be known.

(dates, min, max): any one derivation will do, and what several claims tell together is known
when the last of them is. Of the (min, +) semiring after which it is named (Simon, "Limited
subsets of a free monoid", FOCS 1978; for cost in Green & Tannen, "The semiring framework for
database provenance", PODS 2017) it is the variant in which nothing adds up, a distributive
lattice as the security semiring is (Foster, Green, Tannen, "Annotated XML: queries and
provenance", PODS 2008). Idempotent and absorptive; times is idempotent too, *unlike* (min, +):
a claim that is used twice comes no later. Minus is all or nothing: what is subtracted removes
the row whenever it came to be known, so for a row with minus it is the date of its positive
part, *not* the first date on which the row was an answer.
"""

from collections.abc import Iterable
from datetime import date

from kg.provenance.semirings.protocol import Semiring

NEVER = date.max
ALWAYS = date.min


class Tropical(Semiring[date]):
    """(days from ``ALWAYS``, known without any claim, to ``NEVER``, not derived; min, max)."""

    idempotent = True
    absorptive = True
    zero = NEVER
    one = ALWAYS

    def plus(self, left: date, right: date) -> date:
        """The earlier of two."""
        return min(left, right)

    def times(self, left: date, right: date) -> date:
        """The later of two."""
        return max(left, right)

    def plus_all(self, values: Iterable[date]) -> date:
        """The earliest."""
        return min(values)

    def times_all(self, values: Iterable[date]) -> date:
        """The latest."""
        return max(values)


TROPICAL = Tropical()
