"""What the text index itself tells of a claim, and how that is kept from one version to the next.

A segment of the index is written once and never changed; a claim of which something changed comes
into another one. So what was read of a document of a segment is right for every version that has the segment.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tantivy import DocAddress, Document, Searcher

from kg.dataset.record.days import Span
from kg.dataset.record.told import ClaimInfo
from kg.dataset.text.entry import Line
from kg.dataset.text.index import Segment

_KEPT = 8_000
"""Documents that are kept of one segment."""

_CLAIMS = 40_000
"""Claims that are found again without a search."""


@dataclass(frozen=True)
class Stored:
    """What the index itself tells of a claim; ``day`` is its date, empty if it has none.

    ``sources`` are those of its chain, each once; ``recorded`` is in microseconds; ``sides``,
    ``says`` and ``against`` are those of its ``Entry``. ``has_roles`` says whether anybody takes
    part in what it tells; ``written`` is its line, which is read only when it is asked for.
    """

    iri: str
    type: str
    state: str
    modality: str
    polarity: str
    origin: str
    document: str
    sources: tuple[str, ...]
    day: str
    recorded: int
    confidence: float
    contested: bool
    has_roles: bool
    sides: tuple[str, ...]
    says: tuple[str, ...]
    against: tuple[str, ...]
    written: bytes

    @cached_property
    def line(self) -> Line:
        """Its line in a list."""
        return Line(**json.loads(self.written))

    @cached_property
    def infos(self) -> dict[float, ClaimInfo]:
        """What was told of it before, by how reliable its origin was."""
        return {}

    @cached_property
    def days(self) -> list[Span]:
        """The days on which what it says held, once they were looked up."""
        return []


def stored_of(found: Document) -> Stored:
    """A document of a claim. Its fields are asked for one by one: all of them at once take twice as long."""
    one: Callable[[str], Any] = found.get_first
    every: Callable[[str], list[Any]] = found.get_all
    day = one("day")
    return Stored(
        iri=str(one("id")),
        type=str(one("type")),
        state=str(one("state")),
        modality=str(one("modality")),
        polarity=str(one("polarity")),
        origin=str(one("origin")),
        document=str(one("document")),
        sources=tuple(every("source")),
        recorded=int(one("recorded")),
        has_roles=one("player") is not None,
        sides=tuple(every("side")),
        says=tuple(every("says")),
        against=tuple(every("against")),
        written=bytes(one("line")),
        day="" if day is None else day_of(day),
        confidence=float(one("confidence")),
        contested=one("contested") == "yes",
    )


def day_of(number: float) -> str:
    """A day of the index as a date: 20250514 is 2025-05-14."""
    digits = f"{round(number):08d}"
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"


class Read:
    """What was read of the documents of segments, by the segments' names, and of claims by their IRIs."""

    def __init__(self) -> None:
        self._of: dict[str, dict[int, Stored]] = {}
        self._claims: dict[str, tuple[Segment, Stored]] = {}

    def on(self, searcher: Searcher, segments: Sequence[Segment]) -> "Reading":
        """What was read of the segments of an index, in its order; of any others it is forgotten.

        That the order is the engine's own is tried on one document of each segment.
        """
        known = self._of
        kept = [known.get(one.name, {}) for one in segments]
        is_right = len(segments) == searcher.num_segments
        for place, documents in enumerate(kept):
            number, told = next(iter(documents.items()), (0, None))
            if told is not None and is_right:
                is_right = searcher.doc(DocAddress(place, number)).get_first("id") == told.iri
        if not is_right:
            kept = [{} for _ in range(searcher.num_segments)]
        self._of = dict(zip((one.name for one in segments), kept, strict=False)) if is_right else {}
        return Reading(searcher, kept, self._claims if is_right else {}, segments if is_right else ())


class Reading:
    """Documents of one version's index, each read once."""

    def __init__(
        self,
        searcher: Searcher,
        documents: Sequence[dict[int, Stored]],
        claims: dict[str, tuple[Segment, Stored]],
        segments: Sequence[Segment],
    ) -> None:
        self._searcher = searcher
        self._documents = documents
        self._claims = claims
        self._segments = segments
        self._alike = frozenset(segments)

    def at_hand(self, iri: str) -> Stored | None:
        """A claim that was read before of a segment of which nothing was taken out since."""
        found = self._claims.get(iri)
        return found[1] if found is not None and found[0] in self._alike else None

    def claim(self, address: DocAddress) -> Stored:
        """The claim at an address that a search gave: it is in the index now."""
        documents, number = self._documents[address.segment_ord], address.doc
        found = documents.get(number)
        if found is None:
            if len(documents) >= _KEPT:
                documents.clear()
            found = documents[number] = stored_of(self._searcher.doc(address))
        if self._segments:
            if len(self._claims) >= _CLAIMS:
                self._claims.clear()
            self._claims[found.iri] = (self._segments[address.segment_ord], found)
        return found
