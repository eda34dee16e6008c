"""Numbers that are added up without rounding, in whatever order the engine takes them."""

import re
from dataclasses import dataclass

from kg.dataset.terms import Literal, NamedNode
from kg.query.algebra import Lit
from kg.query.answer import Term
from ontology.vocab import XSD

DIGITS = 18
"""So many digits has a decimal of the engine after its point."""
UNIT = 10**DIGITS
MOST = 10**17
"""Sums of numbers beyond this are left to the engine, which counts in 64 and 128 bits."""
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(rf"([+-]?)([0-9]{{0,17}})\.?([0-9]{{0,{DIGITS}}})")
_INTEGERS = frozenset(
    f"{XSD}{name}"
    for name in (
        "integer byte short int long unsignedByte unsignedShort unsignedInt unsignedLong positiveInteger "
        "negativeInteger nonPositiveInteger nonNegativeInteger"
    ).split()
)
_TEXTS = frozenset((f"{XSD}string", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"))


@dataclass(frozen=True, slots=True)
class Exact:
    """A number as a count of units of ``10**-18``, and whether it is a decimal rather than an integer."""

    units: int
    is_decimal: bool

    @property
    def lexical(self) -> str:
        """As a query writes it."""
        if not self.is_decimal:
            return str(self.units // UNIT)
        whole, rest = divmod(abs(self.units), UNIT)
        return f"{'-' if self.units < 0 else ''}{whole}.{rest:0{DIGITS}}"

    @property
    def digits(self) -> int:
        """How many digits it needs after its point."""
        return len(f"{abs(self.units) % UNIT:0{DIGITS}}".rstrip("0"))


def exact(term: Term | Lit | None) -> Exact | None:
    """The number that a term is; ``None`` for what is none, or is rounded when it is added."""
    if isinstance(term, Lit):
        lexical, datatype = term.lexical, term.datatype
    elif isinstance(term, Literal):
        lexical, datatype = term.value, term.datatype.value
    else:
        return None
    if datatype in _INTEGERS and _INTEGER.fullmatch(lexical):
        return Exact(int(lexical) * UNIT, is_decimal=False)
    found = _DECIMAL.fullmatch(lexical) if datatype == f"{XSD}decimal" else None
    if found is None or not (found[2] or found[3]):
        return None
    units = int(found[2] or 0) * UNIT + int(found[3].ljust(DIGITS, "0"))
    return Exact(-units if found[1] == "-" else units, is_decimal=True)


def is_no_number(term: Term | None) -> bool:
    """Whether a term makes every sum that it is in an error: nothing, a name or a text."""
    if isinstance(term, Literal):
        return term.datatype.value in _TEXTS
    return term is None or isinstance(term, NamedNode)
