"""Which of many new claims a store knows already, without asking it for each of them."""

from kg.dataset.terms import node
from kg.dataset.writer import Writer
from ontology.vocab import LS, RDF

_MANY = 20
"""The names of a store are read where it has at most so many times as many claims as may come."""

_BITS_A_NAME = 16
_MOST_BITS = 1 << 30


class KnownNames:
    """The names of a store, as a Bloom filter (CACM 13 (7), 1970) where many are to be looked up.

    It takes at most 128 MiB. A name that it may hold is looked up. ``most`` is how many may come;
    ``before`` is what was used for the file before in the same load.
    """

    def __init__(self, writer: Writer, most: int, before: "KnownNames | None" = None) -> None:
        self._writer = writer
        self._empty = writer.is_empty()
        self._bits: bytearray | None = None
        self._mask = 0
        self.room = 0
        self._awaiting = not self._empty and any(
            next(iter(store.quads_for_pattern(None, node(relation), None, writer.view.record)), None)
            for store in (writer.main, writer.archive)
            for relation in (LS.retracts, LS.supersedes)
        )
        counts = writer.manifest.counts
        claims = counts.get("active", 0) + counts.get("inactive", 0)
        if before is not None and before.room >= most:
            self._bits, self._mask, self.room = before.filter()
        elif not self._empty and writer.is_near and claims <= most * _MANY and most >= _MANY:
            self._read(claims, most)

    def _read(self, claims: int, most: int) -> None:
        size = min(_MOST_BITS, 1 << (2 * (claims + most) * _BITS_A_NAME).bit_length())
        self._bits, self._mask, self.room = bytearray(size >> 3), size - 1, claims + 2 * most
        for store in (self._writer.main, self._writer.archive):
            for quad in store.quads_for_pattern(None, node(RDF + "type"), node(LS.Claim), None):
                self.note(quad.subject.value)  # type: ignore[union-attr]  # claims have IRIs
        for graph in self._writer.main.named_graphs():
            self.note(graph.value)

    def filter(self) -> tuple[bytearray | None, int, int]:
        """Its bits, the mask of their places, and for how many names more there is room."""
        return self._bits, self._mask, self.room

    def note(self, name: str) -> None:
        """Note a name that is in the store from now on."""
        bits = self._bits
        if bits is not None:
            self.room -= 1
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
