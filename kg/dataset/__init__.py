"""The RDF dataset: encoding, stores, snapshots, invariants.

The only package that imports the engine (pyoxigraph).
"""
