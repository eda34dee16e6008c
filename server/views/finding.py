"""Looking nodes up in the record, never more of them than a page can bear."""

from itertools import islice

from kg.claims.types import TYPE_INFO
from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import NamedNode, node
from kg.dataset.text.search import TextIndex
from kg.errors import StoreError

MOST = 2000
"""Nodes that one look-up gives back."""


TYPES: dict[str, str] = {kind.value: info.event_class.value for kind, info in TYPE_INFO.items()}
"""Names of claim types in addresses, and their classes."""


def text_index(snapshot: Snapshot) -> TextIndex:
    """The version's text index. Raises ``StoreError`` for a version that has none."""
    if snapshot.text is None:
        raise StoreError(f"{snapshot.iri} has no text index: it is older than this store format")
    return snapshot.text


def pointing(snapshot: Snapshot, predicate: str, iri: str, most: int = MOST) -> list[str]:
    """Nodes of active claims (and what they share) that have this node as a value, in order.

    If there are more than ``most``, one more than that comes back.
    """
    quads = snapshot.main.quads_for_pattern(None, node(predicate), node(iri), snapshot.record)
    found = islice((quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)), most + 1)
    return sorted(found)
