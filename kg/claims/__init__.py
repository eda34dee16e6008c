"""Claims, and what they are made of: documents, sources, times, confidence.

Pure values. Nothing here reads a store, a network or a clock.
"""
