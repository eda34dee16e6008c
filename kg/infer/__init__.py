"""Inference: rules read from the ontology, and proofs. Pure: it knows no store."""
