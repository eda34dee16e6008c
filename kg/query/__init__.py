"""SPARQL with provenance: algebra, plan, derivation, evaluation.

``query(snapshot, text)`` gives rows and, beside them, the claims that each rests on. The
annotations come from a query derived from the one that was asked (``derive``); so do the
rows where that is as good, otherwise they are the engine's answer to the very text.
"""

from kg.query.answer import Answer, Provenance, RowProvenance
from kg.query.asking import query
from kg.query.source import Source

__all__ = ["Answer", "Provenance", "RowProvenance", "Source", "query"]
