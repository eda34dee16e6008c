"""Semirings to read a circuit in: one file each, naming its paper and what does not hold in it."""

from kg.provenance.semirings.boolean import BOOLEAN
from kg.provenance.semirings.counting import COUNTING
from kg.provenance.semirings.fuzzy import FUZZY
from kg.provenance.semirings.how import HOW
from kg.provenance.semirings.lineage import LINEAGE
from kg.provenance.semirings.protocol import Semiring, Unsupported
from kg.provenance.semirings.why import WHY

__all__ = ["BOOLEAN", "COUNTING", "FUZZY", "HOW", "LINEAGE", "WHY", "Semiring", "Unsupported"]
