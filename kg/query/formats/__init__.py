"""Answers as text, in the formats of SPARQL and RDF."""
