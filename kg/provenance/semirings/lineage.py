"""Lineage: all claims that some derivation uses.

Cui, Widom, Wiener, "Tracing the lineage of view data", TODS 2000; as a semiring in
Green et al., PODS 2007. Idempotent. *Not* absorptive: ``x + x·y`` is {x, y}, not {x};
alternatives and joint use look alike. ``None`` is zero (no derivation), the empty set
is one (no claim needed).
"""

from kg.provenance.semirings.protocol import Semiring

Claims = frozenset[str] | None


class Lineage(Semiring[Claims]):
    """(sets of claims with a bottom, union, union)."""

    idempotent = True
    absorptive = False
    zero: Claims = None
    one: Claims = frozenset()

    def plus(self, left: Claims, right: Claims) -> Claims:
        """Everything that either uses."""
        if left is None or right is None:
            return right if left is None else left
        return left | right

    def times(self, left: Claims, right: Claims) -> Claims:
        """Everything that both use, if both are derived."""
        return None if left is None or right is None else left | right


LINEAGE = Lineage()
