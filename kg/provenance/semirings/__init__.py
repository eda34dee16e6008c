"""Semirings to read a circuit in: one file each, naming its paper and what does not hold in it.

Confidence is not among them. P(x or y) does not follow from P(x) and P(y) where the two rest on
one claim or one origin, so there is no plus for probabilities: it is worked out on the whole
circuit under a row, by ``kg.provenance.probability``.
"""

from kg.provenance.semirings.boolean import BOOLEAN
from kg.provenance.semirings.counting import COUNTING
from kg.provenance.semirings.fuzzy import FUZZY
from kg.provenance.semirings.how import HOW
from kg.provenance.semirings.lineage import LINEAGE
from kg.provenance.semirings.protocol import Semiring, Unsupported
from kg.provenance.semirings.tropical import TROPICAL
from kg.provenance.semirings.why import WHY

__all__ = [
    "BOOLEAN",
    "COUNTING",
    "FUZZY",
    "HOW",
    "LINEAGE",
    "TROPICAL",
    "WHY",
    "Semiring",
    "Unsupported",
]
