"""Published ways to compute the provenance of answers, written anew from what the papers say.

Each is asked on a store of the bare engine that holds one named graph per claim.
"""


class NotCovered(Exception):
    """The published way has no rewriting of a construct; the text names it."""
