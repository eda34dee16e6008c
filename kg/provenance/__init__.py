"""Provenance as mathematics: circuits, semirings, probability. It knows no RDF."""
