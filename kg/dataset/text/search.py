"""Searching a version: claims by words and facets, and things by their names.

A word is found as it is, as the beginning of a word, and with a typo or two; every word must
be there. Words in quotation marks are found side by side.
"""

import shutil
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from tantivy import FieldType, Occur, Order, Query, Searcher

from kg.dataset.text.asked import text_queries
from kg.dataset.text.index import SCHEMA, day_number, looking_glass, number, open_index, segments
from kg.dataset.text.stored import Read, Reading, Stored, day_of

FACETS = (
    "type",
    "state",
    "status",
    "modality",
    "polarity",
    "contested",
    "support",
    "source",
    "place",
    "month",
    "document",
    "mention",
    "player",
    "origin",
    "says",
)
"""What claims can be chosen and counted by."""

_HARMLESS = 0.0000001


class Sort(StrEnum):
    """Orders of what is found."""

    BEST = "best"
    NEWEST = "newest"
    OLDEST = "oldest"
    SUREST = "surest"
    LEAST_SURE = "least-sure"
    LATEST = "latest"
    EARLIEST = "earliest"


_ORDERS = {
    Sort.NEWEST: ("recorded", Order.Desc),
    Sort.OLDEST: ("recorded", Order.Asc),
    Sort.SUREST: ("confidence", Order.Desc),
    Sort.LEAST_SURE: ("confidence", Order.Asc),
    Sort.LATEST: ("day", Order.Desc),
    Sort.EARLIEST: ("day", Order.Asc),
}


@dataclass(frozen=True)
class Ask:
    """What claims are wanted. ``chosen`` maps facets to the values of which a claim has one.

    ``since`` and ``until`` are dates as ``2025-05-14``, the ends included; a claim without a
    date is in no such span. Confidences are from 0 to 1: from ``least`` on, and below ``most``
    unless that is 1.
    """

    text: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: str = ""
    until: str = ""
    least: float | None = None
    most: float | None = None
    sort: Sort = Sort.NEWEST
    offset: int = 0
    limit: int = 25


@dataclass(frozen=True)
class Count:
    """How many claims have a value of a facet."""

    value: str
    claims: int


@dataclass(frozen=True)
class Tally:
    """How many claims there are, and the sum of their confidences."""

    claims: int
    confidence: float


@dataclass(frozen=True)
class Found:
    """IRIs of the claims of one page, and how many there are in all."""

    total: int
    claims: tuple[str, ...]


@dataclass(frozen=True)
class NameHit:
    """A name that was found, and what has it."""

    of: str
    text: str
    role: str
    score: float


class TextIndex:
    """The text index of one version."""

    def __init__(self, folder: Path, read: Read | None = None) -> None:
        """``read`` is what was read of other versions of it, and takes in what is read of this one."""
        self._folder = folder
        self._read = Read() if read is None else read

    @cached_property
    def searcher(self) -> Searcher:
        """The engine's searcher. Raises ``StoreError``."""
        folder = looking_glass(self._folder)
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return open_index(folder).searcher()

    @cached_property
    def _reading(self) -> Reading:
        searcher = self.searcher
        return self._read.on(searcher, segments(self._folder))

    def claims(self, ask: Ask) -> Found:
        """The claims that are wanted."""
        return Found(self.count(ask), tuple(found.iri for found in self.stored(ask)))

    def stored(self, ask: Ask) -> tuple[Stored, ...]:
        """The claims that are wanted, with what the index tells of each."""
        by, way = _ORDERS.get(ask.sort) or (None, Order.Desc)
        result = self.searcher.search(
            _query(ask), ask.limit, count=False, offset=ask.offset, order_by_field=by, order=way
        )
        claim = self._reading.claim
        return tuple(claim(address) for _, address in result.hits)

    def claim(self, iri: str) -> Stored | None:
        """What the index tells of a claim, active or not; ``None`` if it has none of that IRI."""
        found = self.stored(Ask(chosen={"id": (iri,)}, sort=Sort.BEST, limit=1))
        return found[0] if found else None

    def told(self, claims: Sequence[str]) -> dict[str, Stored]:
        """What the index tells of some claims, active or not, those that it has."""
        if not claims:
            return {}
        reading, known, left = self._reading, dict[str, Stored](), list[str]()
        for iri in claims:
            if (one := reading.at_hand(iri)) is not None:
                known[iri] = one
            else:
                left.append(iri)
        if left:
            found = self.stored(Ask(chosen={"id": tuple(left)}, sort=Sort.BEST, limit=len(left)))
            known |= {one.iri: one for one in found}
        return known

    def count(self, ask: Ask) -> int:
        """How many claims are wanted."""
        return number(self.searcher, _query(ask))

    def facets(self, ask: Ask, facets: Iterable[str], most: int = 10) -> dict[str, tuple[Count, ...]]:
        """How many of the claims have each value, the frequent ones first.

        For a facet by which claims are chosen, those are counted that another choice would give.
        """
        wanted = tuple(facets)
        plain = tuple(name for name in wanted if name not in ask.chosen)
        found = self._counted(_query(ask), plain, most)
        for name in wanted:
            if name in ask.chosen:
                found |= self._counted(_query(ask, without=name), (name,), most)
        return {name: found[name] for name in wanted}

    def counts(self, facet: str, values: Sequence[str], ask: Ask) -> dict[str, Tally]:
        """The claims that have each of these values of a facet, counted; nothing of those that none has."""
        if not values:
            return {}
        query = _query(replace(ask, chosen={**ask.chosen, facet: tuple(values)}))
        terms = {"field": facet, "size": len(values), "include": list(values)}
        sums = {"sure": {"sum": {"field": "confidence"}}}
        told = self.searcher.aggregate(query, {"counts": {"terms": terms, "aggs": sums}})
        return {
            str(b["key"]): Tally(int(b["doc_count"]), float(b["sure"]["value"]))
            for b in told["counts"]["buckets"]
        }

    def days(self, ask: Ask) -> tuple[str, str]:
        """The earliest and the latest date of the claims, as ``2025-05-14``; empty if none has one."""
        asked = {name: {name: {"field": "day"}} for name in ("min", "max")}
        told = self.searcher.aggregate(_query(ask), asked)
        first, last = (told[name]["value"] for name in ("min", "max"))
        return (day_of(first), day_of(last)) if first is not None and last is not None else ("", "")

    def bands(self, ask: Ask, ends: Sequence[float]) -> tuple[int, ...]:
        """How many of the claims have a confidence from each end up to, and without, the next one.

        The last end is in the last band.
        """
        ranges = [{"from": low, "to": high} for low, high in pairwise(ends)]
        del ranges[-1]["to"]
        told = self.searcher.aggregate(
            _query(ask), {"bands": {"range": {"field": "confidence", "ranges": ranges}}}
        )
        counts = {b["from"]: int(b["doc_count"]) for b in told["bands"]["buckets"] if "from" in b}
        return tuple(counts.get(low, 0) for low in ends[:-1])

    def _counted(self, query: Query, names: Sequence[str], most: int) -> dict[str, tuple[Count, ...]]:
        if not names:
            return {}
        told = self.searcher.aggregate(query, {n: {"terms": {"field": n, "size": most}} for n in names})
        return {
            name: tuple(Count(str(b["key"]), int(b["doc_count"])) for b in told[name]["buckets"])
            for name in names
        }

    def names(self, text: str, role: str = "", limit: int = 400) -> tuple[NameHit, ...]:
        """Names that hold the words, best first; of a role, if one is given."""
        parts = [(Occur.Must, _keyword("kind", ("name",))), *((Occur.Must, q) for q in text_queries(text))]
        if role:
            parts.append((Occur.Must, _keyword("role", (role,))))
        return self._names(Query.boolean_query(parts), limit)

    def names_of(self, mentions: Sequence[str], limit: int = 200) -> tuple[NameHit, ...]:
        """What something is called, by the mentions that stand for it."""
        query = Query.boolean_query([(Occur.Must, _keyword("of", tuple(mentions)))])
        return self._names(query, limit)

    def _names(self, query: Query, limit: int) -> tuple[NameHit, ...]:
        result = self.searcher.search(query, limit, count=False)
        hits = []
        for score, address in result.hits:
            told = self.searcher.doc(address)
            hits.append(
                NameHit(
                    str(told.get_first("of")),
                    str(told.get_first("name")),
                    str(told.get_first("role") or ""),
                    float(score),
                )
            )
        return tuple(hits)

    def document(self, iri: str) -> dict[str, list[Any]] | None:
        """All that is kept of a claim, or of a name by its key."""
        for _, address in self.searcher.search(_keyword("id", (iri,)), 1).hits:
            return dict(self.searcher.doc(address).to_dict())
        return None

    def held(self) -> int:
        """How many claims it has, active or not."""
        return self.count(Ask())


def _query(ask: Ask, without: str = "") -> Query:
    parts = [(Occur.Must, Query.const_score_query(_keyword("kind", ("claim",)), _HARMLESS))]
    parts += [(Occur.Must, query) for query in text_queries(ask.text)]
    for name, values in ask.chosen.items():
        if name != without and values:
            parts.append((Occur.Must, Query.const_score_query(_keyword(name, values), _HARMLESS)))
    if ask.since or ask.until:
        since = day_number(ask.since) if ask.since else None
        until = day_number(ask.until) if ask.until else None
        parts.append((Occur.Must, Query.range_query(SCHEMA, "day", FieldType.Integer, since, until)))
    if ask.least is not None or ask.most is not None:
        parts.append(
            (
                Occur.Must,
                Query.range_query(
                    SCHEMA,
                    "confidence",
                    FieldType.Float,
                    ask.least,
                    ask.most,
                    include_upper=ask.most in (None, 1),
                ),
            )
        )
    return Query.boolean_query(parts)


def _keyword(name: str, values: Sequence[str]) -> Query:
    if len(values) == 1:
        return Query.term_query(SCHEMA, name, values[0], index_option="basic")
    return Query.term_set_query(SCHEMA, name, list(values))
