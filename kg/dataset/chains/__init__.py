"""What follows from facts by the ontology's chains, kept in step with them, and what clashes."""
