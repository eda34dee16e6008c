"""How: the provenance polynomial, the most informative of all.

N[X], Green et al., PODS 2007. *Not* idempotent, *not* absorptive: ``x + x = 2x`` and
``x·x = x²``. A polynomial maps each monomial (claims with exponents, in order) to its
coefficient; zero is the empty mapping. It can be exponential in the size of the
circuit: ``How`` takes a cap.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import product

from kg.provenance.semirings.protocol import Semiring, Unsupported

Monomial = tuple[tuple[str, int], ...]
Polynomial = Mapping[Monomial, int]


def variable(claim: str) -> Polynomial:
    """The polynomial of one token."""
    return {((claim, 1),): 1}


class How(Semiring[Polynomial]):
    """(polynomials over claims with natural coefficients, +, ·).

    Raises ``Unsupported`` where a polynomial has more than ``cap`` monomials.
    """

    idempotent = False
    absorptive = False

    def __init__(self, cap: int = 100_000) -> None:
        self.zero = {}
        self.one = {(): 1}
        self.cap = cap

    def _capped(self, size: int) -> None:
        if size > self.cap:
            raise Unsupported(f"the polynomial has more than {self.cap} monomials")

    def plus(self, left: Polynomial, right: Polynomial) -> Polynomial:
        """Sum of polynomials."""
        total = Counter(left)
        total.update(right)
        self._capped(len(total))
        return dict(total)

    def times(self, left: Polynomial, right: Polynomial) -> Polynomial:
        """Product of polynomials."""
        self._capped(len(left) * len(right))
        total: Counter[Monomial] = Counter()
        for (m, a), (n, b) in product(left.items(), right.items()):
            exponents = Counter(dict(m))
            exponents.update(dict(n))
            total[tuple(sorted(exponents.items()))] += a * b
        return dict(total)


HOW = How()
