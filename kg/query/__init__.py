"""SPARQL with provenance: algebra, plan, derivation, evaluation."""
