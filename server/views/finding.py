"""Looking nodes up in the record, never more of them than a page can bear."""

from itertools import islice

from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import NamedNode, node

MOST = 2000
"""Nodes that one look-up gives back."""


def pointing(snapshot: Snapshot, predicate: str, iri: str, most: int = MOST) -> list[str]:
    """Nodes of active claims (and what they share) that have this node as a value, in order.

    If there are more than ``most``, one more than that comes back.
    """
    quads = snapshot.main.quads_for_pattern(None, node(predicate), node(iri), snapshot.record)
    found = islice((quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)), most + 1)
    return sorted(found)
