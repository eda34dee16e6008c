"""Which of many new claims a store knows already, without asking it for each of them."""

from pyoxigraph import Store

from kg.dataset.terms import node
from kg.dataset.writer import Writer
from ontology.vocab import LS, RDF

_MANY = 20
"""The names of a store are read where it has at most so many times as many claims as may come."""

_BITS_A_NAME = 16
_MOST_BITS = 1 << 30


class KnownNames:
    """The names of a store, as a Bloom filter (CACM 13 (7), 1970) where many are to be looked up.

    It takes at most 128 MiB. A name that it may hold is looked up. ``most`` is how many may come.
    """

    def __init__(self, writer: Writer, most: int) -> None:
        self._writer = writer
        self._empty = writer.is_empty()
        self._bits: bytearray | None = None
        self._mask = 0
        stores = (writer.main, writer.archive)
        self._awaiting = not self._empty and any(
            next(iter(store.quads_for_pattern(None, node(relation), None, writer.view.record)), None)
            for store in stores
            for relation in (LS.retracts, LS.supersedes)
        )
        counts = writer.manifest.counts
        claims = counts.get("active", 0) + counts.get("inactive", 0)
        if not self._empty and writer.is_near and claims <= most * _MANY and most >= _MANY:
            self._read(stores, most + claims)

    def _read(self, stores: tuple[Store, ...], number: int) -> None:
        size = min(_MOST_BITS, 1 << (number * _BITS_A_NAME).bit_length())
        self._bits, self._mask = bytearray(size >> 3), size - 1
        for store in stores:
            for quad in store.quads_for_pattern(None, node(RDF + "type"), node(LS.Claim), None):
                self._note(quad.subject.value)  # type: ignore[union-attr]  # claims have IRIs
        for graph in self._writer.main.named_graphs():
            self._note(graph.value)

    def _note(self, name: str) -> None:
        bits = self._bits
        if bits is not None:
            for place in self._places(name):
                bits[place >> 3] |= 1 << (place & 7)

    def _places(self, name: str) -> tuple[int, int, int]:
        drawn = hash(name)
        return drawn & self._mask, (drawn >> 20) & self._mask, (drawn >> 34) & self._mask

    def _may_have(self, name: str) -> bool:
        bits = self._bits
        if bits is None:
            return not self._empty
        return all(bits[place >> 3] >> (place & 7) & 1 for place in self._places(name))

    def conflict(self, name: str, content_hash: str) -> str | None:
        """Why a named graph cannot come in as a new claim: "known", or what is in its way."""
        return self._writer.conflict(name, content_hash, fresh=not self._may_have(name))

    def is_awaited(self, name: str) -> bool:
        """Whether claims that are known already retract or supersede one of this IRI."""
        return self._awaiting and self._writer.awaited(name)
