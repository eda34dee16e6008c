"""Provenance as mathematics: circuits, semirings, probability. It knows no RDF."""

from kg.provenance.circuit import Circuit, Node, Op
from kg.provenance.evaluate import evaluate

__all__ = ["Circuit", "Node", "Op", "evaluate"]
