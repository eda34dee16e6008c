"""Judgments in a dataset, and the canonical names that follow from them."""
