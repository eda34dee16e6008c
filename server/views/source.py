"""The page of a source: what it said, and in which position of the chain."""

from collections import Counter
from dataclasses import dataclass

from kg.dataset.snapshots import Snapshot
from kg.errors import NotFound
from ontology.vocab import LS, RDF, RDFS
from server.naming import Namer, term_words
from server.views.finding import MOST, pointing
from server.views.lines import ClaimLine, claim_lines
from server.views.words import RELIABILITY

PER_PAGE = 50


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
class SourcePage:
    """Everything that the page of a source shows; ``more`` claims than the total are there.

    ``reliability`` is that of the origin that the source is the root of.
    """

    iri: str
    label: str
    kind: str
    reliability: str | None
    reliability_words: str | None
    total: int
    more: bool
    positions: tuple[PositionCount, ...]
    page: int
    pages: int
    said: tuple[SaidLine, ...]


def source_page(snapshot: Snapshot, iri: str, page: int = 1) -> SourcePage:
    """One page of what a source said, its active claims nearest to the event first. Raises ``NotFound``."""
    found = snapshot.node(iri)
    voices = pointing(snapshot, LS.voice, iri)
    if not voices and not found.get(RDFS + "label"):
        raise NotFound(f"there is no source {iri} in this store", iri=iri)
    namer = Namer(snapshot)
    places = [
        (int(snapshot.node(voice).get(LS.position) or 0), claim)
        for voice in voices
        for claim in pointing(snapshot, LS.attribution, voice)
    ]
    more = len(places) > MOST
    places = sorted(places)[:MOST]
    pages = max(1, -(-len(places) // PER_PAGE))
    shown = places[(page - 1) * PER_PAGE : page * PER_PAGE]
    origins = pointing(snapshot, LS.rootSource, iri)
    rated = min((snapshot.origin_reliability(o) for o in origins), default=None)
    kinds = [k for k in found.all(RDF + "type") if k != LS.Source]
    return SourcePage(
        iri=iri,
        label=found.get(RDFS + "label") or namer.label(iri),
        kind=term_words(kinds[0]) if kinds else "source",
        reliability=rated.value if rated else None,
        reliability_words=RELIABILITY[rated] if rated else None,
        total=len(places),
        more=more,
        positions=tuple(PositionCount(p, n) for p, n in sorted(Counter(p for p, _ in places).items())),
        page=page,
        pages=pages,
        said=tuple(
            SaidLine(position, len(snapshot.node(claim).all(LS.attribution)), position == 1, line)
            for position, claim in shown
            for line in claim_lines(namer, (claim,))
        ),
    )
