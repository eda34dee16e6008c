"""The page of a source: its record, and what it said, in which position of the chain."""

from collections import Counter
from dataclasses import dataclass
from itertools import islice

from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import NamedNode, node
from kg.dataset.text.search import Ask, Sort, TextIndex
from kg.errors import NotFound
from ontology.vocab import LS, RDF, RDFS
from server.naming import Link, Namer, shortened, term_words
from server.views.asking import Asked
from server.views.finding import TYPES, pointing, text_index
from server.views.lines import ClaimLine, claim_lines
from server.views.words import RELIABILITY

PER_PAGE = 25
MOST_CORRECTED = 12
MOST_CONTESTED = 500
"""Contested claims, the latest, among which those are sought that were corrected."""

MOST_PLACES = 1000
"""Claims of which it is counted where in the chain the source stands."""

_ACTIVE = ("active",)


@dataclass(frozen=True)
class SaidLine:
    """A claim in which the source has a voice."""

    position: int
    of: int
    nearest: bool
    claim: ClaimLine


@dataclass(frozen=True)
class PositionCount:
    """How often a source stands at a place of the chain."""

    position: int
    claims: int


@dataclass(frozen=True)
class RecordLine:
    """How many of a source's claims came to something, and where they are listed."""

    label: str
    meaning: str
    claims: int
    href: str | None


@dataclass(frozen=True)
class SourcePage:
    """Everything that the page of a source shows.

    ``reliability`` is that of the origin that the source is the root of. ``positions`` are
    counted over its first claims only if there are ``more`` of them. ``corrected`` are the
    latest of the active claims that an active claim corrects.
    """

    iri: str
    label: str
    kind: str
    reliability: str | None
    reliability_words: str | None
    total: int
    first: str
    last: str
    record: tuple[RecordLine, ...]
    types: tuple[RecordLine, ...]
    more: bool
    positions: tuple[PositionCount, ...]
    origins: tuple[Link, ...]
    corrected: tuple[ClaimLine, ...]
    page: int
    pages: int
    claims_href: str
    said: tuple[SaidLine, ...]


def source_page(snapshot: Snapshot, iri: str, page: int = 1) -> SourcePage:
    """One page of what a source said, the newest of its active claims first. Raises ``NotFound``."""
    index, namer, found = text_index(snapshot), Namer(snapshot), snapshot.node(iri)
    chosen = {"source": (iri,), "state": _ACTIVE}
    ask = Ask(chosen=chosen, sort=Sort.NEWEST, offset=(page - 1) * PER_PAGE, limit=PER_PAGE)
    said = index.claims(ask)
    if not said.total and not found.get(RDFS + "label"):
        raise NotFound(f"there is no source {iri} in this store", iri=iri)
    places = _places(snapshot, iri)
    origins = pointing(snapshot, LS.rootSource, iri, 20)[:20]
    rated = min((snapshot.origin_reliability(o) for o in origins), default=None)
    kinds = [k for k in found.all(RDF + "type") if k != LS.Source]
    first, last = index.days(ask)
    corrected = _corrected(snapshot, index, iri)
    return SourcePage(
        iri=iri,
        label=shortened(found.get(RDFS + "label") or namer.label(iri)),
        kind=term_words(kinds[0]) if kinds else "source",
        reliability=rated.value if rated else None,
        reliability_words=RELIABILITY[rated] if rated else None,
        total=said.total,
        first=first,
        last=last,
        record=_record(index, iri, said.total, len(corrected)),
        types=_types(index, iri),
        more=len(places) >= MOST_PLACES,
        positions=tuple(PositionCount(p, n) for p, n in sorted(Counter(places).items())),
        origins=tuple(namer.link("origin", o) for o in origins),
        corrected=claim_lines(namer, corrected[:MOST_CORRECTED]),
        page=page,
        pages=max(1, -(-said.total // PER_PAGE)),
        claims_href=Asked(chosen={"source": (iri,)}).address("/claims"),
        said=tuple(
            SaidLine(position, of, position == 1, line)
            for line in claim_lines(namer, said.claims)
            for position, of in [_place(snapshot, iri, line.link.iri or "")]
        ),
    )


def _places(snapshot: Snapshot, iri: str) -> list[int]:
    """The places in chains at which the source stands, of its first claims."""
    quads = snapshot.main.quads_for_pattern(None, node(LS.voice), node(iri), snapshot.record)
    links = [q.subject.value for q in islice(quads, MOST_PLACES) if isinstance(q.subject, NamedNode)]
    return [_position(snapshot, link) for link in links]


def _position(snapshot: Snapshot, link: str) -> int:
    """The place of a link of a chain: it is named after it (``Told.voices``)."""
    named = link.rpartition("attribution-")[2]
    return int(named if named.isdecimal() else snapshot.said(link, LS.position) or 0)


def _place(snapshot: Snapshot, source: str, claim: str) -> tuple[int, int]:
    voices = list(snapshot.voices(claim))
    return (voices.index(source) + 1 if source in voices else 0), len(voices)


def _corrected(snapshot: Snapshot, index: TextIndex, iri: str) -> list[str]:
    """The active claims of a source that active claims correct, the latest first."""
    chosen = {"source": (iri,), "state": _ACTIVE, "contested": ("yes",)}
    found = index.claims(Ask(chosen=chosen, sort=Sort.NEWEST, limit=MOST_CONTESTED)).claims
    return [claim for claim in found if pointing(snapshot, LS.corrects, claim, 1)]


def _record(index: TextIndex, iri: str, total: int, corrected: int) -> tuple[RecordLine, ...]:
    def line(label: str, meaning: str, **chosen: str) -> RecordLine:
        fields = {_FIELD.get(k, k): (v,) for k, v in chosen.items()}
        number = index.count(Ask(chosen={"source": (iri,), "state": _ACTIVE} | fields))
        asked = Asked(chosen={"source": (iri,)} | {k: (v,) for k, v in chosen.items()})
        return RecordLine(label, meaning, number, asked.address("/claims"))

    every = Asked(chosen={"source": (iri,)})
    alone = line("alone", "something it says has no second origin", origins="one")
    borne_out = line("borne out", "all that it says has a second origin", origins="several")
    apart = total - alone.claims - borne_out.claims
    return (
        RecordLine("active", "claims in which it has a voice", total, every.address("/claims")),
        line("contested", "another claim says the opposite, or corrects it", contested="yes"),
        RecordLine("corrected", "a later claim corrects it", corrected, "#corrected"),
        alone,
        borne_out,
        RecordLine("not compared", "it has no form in which others could say the same", apart, None),
        line("superseded", "a later claim took its place", state="superseded"),
        line("retracted", "it was taken back", state="retracted"),
    )


_FIELD = {"origins": "support"}


def _types(index: TextIndex, iri: str) -> tuple[RecordLine, ...]:
    counts = index.facets(Ask(chosen={"source": (iri,), "state": _ACTIVE}), ("type",), len(TYPES))["type"]
    return tuple(
        RecordLine(
            term_words(TYPES[count.value]),
            "",
            count.claims,
            Asked(chosen={"source": (iri,), "type": (count.value,)}).address("/claims"),
        )
        for count in counts
    )
