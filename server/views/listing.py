"""The list of claims: search, facets with their counts, order, pages."""

from dataclasses import dataclass
from itertools import pairwise

from kg.dataset.snapshots import Snapshot
from kg.dataset.text.search import Sort, TextIndex
from server.naming import Namer, shortened, term_words
from server.views.asking import ANY, FARTHEST, Asked, entity_of, index_ask
from server.views.finding import TYPES, text_index
from server.views.lines import ClaimLine, claim_lines
from server.views.marking import MarkedText, Marker

MOST_SHOWN = 8
LONGEST_LABEL = 60

_HEADINGS = {
    "type": "Type",
    "contested": "Contested",
    "origins": "Rests on",
    "source": "Source in the chain",
    "entity": "Who or what",
    "place": "Place",
    "month": "Date",
    "document": "Document",
    "modality": "Mode",
    "polarity": "Affirmed or denied",
    "status": "Review",
    "state": "State",
}
"""Facets in the order in which they are shown, by parameter."""

_FIELD = {"origins": "support", "entity": "mention"}
_NAMED = ("source", "entity", "place", "document", "origin")
_WORDS = {
    ("contested", "yes"): "contradicted by another claim",
    ("contested", "no"): "not contradicted",
    ("origins", "one"): "one origin only",
    ("origins", "several"): "several origins",
    ("polarity", "positive"): "affirmed",
    ("polarity", "negative"): "denied",
    ("state", ANY): "any state",
}
ORDERS = {
    Sort.BEST: "best match first",
    Sort.NEWEST: "newest record first",
    Sort.OLDEST: "oldest record first",
    Sort.LATEST: "latest event first",
    Sort.EARLIEST: "earliest event first",
    Sort.SUREST: "surest first",
    Sort.LEAST_SURE: "least sure first",
}
BANDS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Choice:
    """One value of a facet: how many claims it would leave, and the address with or without it."""

    value: str
    label: str
    count: int | None
    chosen: bool
    href: str


@dataclass(frozen=True)
class Facet:
    """What claims can be chosen by."""

    name: str
    heading: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Marks:
    """The sentence and the quote of a claim, with the words that were searched marked."""

    title: tuple[MarkedText, ...]
    quote: tuple[MarkedText, ...]


@dataclass(frozen=True)
class ClaimList:
    """One page of the list; ``more`` if another follows.

    ``applied`` says what is chosen, to take it away; ``marks`` are parallel to ``claims``.
    """

    search: str
    type: str | None
    total: int
    page: int
    pages: int
    size: int
    more: bool
    sort: str
    since: str
    until: str
    least: float | None
    most: float | None
    applied: tuple[Choice, ...]
    kept: tuple[tuple[str, str], ...]
    orders: tuple[Choice, ...]
    facets: tuple[Facet, ...]
    previous: str | None
    next: str | None
    claims: tuple[ClaimLine, ...]
    marks: tuple[Marks, ...]


def claim_list(snapshot: Snapshot, asked: Asked, path: str = "/claims") -> ClaimList:
    """The page that is asked for. Raises ``StoreError``."""
    index, ask = text_index(snapshot), index_ask(asked, snapshot)
    found = index.claims(ask)
    namer, marker = Namer(snapshot), Marker(asked.search)
    lines = claim_lines(namer, found.claims, marker)
    pages = min(FARTHEST, max(1, -(-found.total // asked.size)))
    return ClaimList(
        search=asked.search,
        type=next(iter(asked.chosen.get("type", ())), None),
        total=found.total,
        page=asked.page,
        pages=pages,
        size=asked.size,
        more=asked.page < pages,
        sort=asked.order.value,
        since=asked.since,
        until=asked.until,
        least=asked.least,
        most=asked.most,
        applied=_applied(namer, asked, path),
        kept=tuple(p for p in asked.pairs() if p[0] not in _IN_FORM),
        orders=tuple(_order(asked, sort, path) for sort in ORDERS if sort is not Sort.BEST or asked.search),
        facets=_facets(namer, index, asked, path),
        previous=asked.address(path, asked.page - 1) if asked.page > 1 else None,
        next=asked.address(path, asked.page + 1) if asked.page < pages else None,
        claims=lines,
        marks=tuple(_marks(line, marker) for line in lines),
    )


_IN_FORM = ("q", "since", "until", "min-confidence", "max-confidence", "sort")


def _marks(line: ClaimLine, marker: Marker) -> Marks:
    return Marks(marker.pieces(line.link.text), marker.pieces(line.quote) if line.quote else ())


def _order(asked: Asked, sort: Sort, path: str) -> Choice:
    href = Asked(**{**vars(asked), "sort": sort, "page": 1}).address(path)
    return Choice(sort.value, ORDERS[sort], None, asked.order is sort, href)


def _applied(namer: Namer, asked: Asked, path: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(value, _label(namer, name, value), None, True, asked.without(name, value).address(path))
        for name, values in asked.chosen.items()
        for value in values
    )


def _facets(namer: Namer, index: TextIndex, asked: Asked, path: str) -> tuple[Facet, ...]:
    ask = index_ask(asked, namer.snapshot)
    fields = {name: _FIELD.get(name, name) for name in _HEADINGS}
    told = index.facets(ask, dict.fromkeys(fields.values()), most=2 * MOST_SHOWN)
    facets = []
    for name, heading in _HEADINGS.items():
        counts: dict[str, int] = {}
        for count in told[fields[name]]:
            value = entity_of(namer.snapshot, count.value) if name == "entity" else count.value
            counts[value] = counts.get(value, 0) + count.claims
        chosen = asked.chosen.get(name, ("active",) if name == "state" else ())
        choices = tuple(
            Choice(
                value,
                _label(namer, name, value),
                number,
                value in chosen,
                (asked.without(name, value) if value in chosen else asked.with_choice(name, value)).address(
                    path
                ),
            )
            for value, number in list(counts.items())[: MOST_SHOWN if name != "type" else len(TYPES)]
        )
        if len(choices) > 1 or any(c.chosen for c in choices if name != "state"):
            facets.append(Facet(name, heading, choices))
    facets.insert(min(3, len(facets)), _confidence(index, asked, namer.snapshot, path))
    return tuple(facets)


def _confidence(index: TextIndex, asked: Asked, snapshot: Snapshot, path: str) -> Facet:
    free = Asked(**{**vars(asked), "least": None, "most": None, "page": 1})
    ask = index_ask(free, snapshot)
    choices = []
    bands = zip(pairwise(BANDS), index.bands(ask, BANDS), strict=True)
    for (least, most), number in reversed(list(bands)):
        chosen = (asked.least, asked.most) == (least, most)
        wanted = free if chosen else Asked(**{**vars(free), "least": least, "most": most})
        label = f"{least * 100:.0f} to {most * 100:.0f} %"
        choices.append(Choice(f"{least:g}", label, number, chosen, wanted.address(path)))
    return Facet("confidence", "Confidence", tuple(c for c in choices if c.count or c.chosen))


def _label(namer: Namer, name: str, value: str) -> str:
    if (name, value) in _WORDS:
        return _WORDS[name, value]
    if name == "type":
        return term_words(TYPES[value])
    if name == "document":
        return shortened(namer.document(value).text, LONGEST_LABEL)
    if name == "fact":
        return "those that say this" if value[-1] == "+" else "those that deny this"
    if name in _NAMED:
        return shortened(namer.label(value), LONGEST_LABEL)
    return value.replace("_", " ")
