"""A claim in one line of a list."""

from collections.abc import Iterable
from dataclasses import dataclass

from kg.dataset.snapshots import Snapshot
from kg.errors import NotFound
from ontology.vocab import LS, RDFS
from server.naming import LONGEST_NAME, Link, Namer, shortened, term_words
from server.views.marking import Marker
from server.views.words import sentence

LONGEST_QUOTE = 320
NO_SEARCH = Marker("")


@dataclass(frozen=True)
class ClaimLine:
    """What a list tells about a claim. ``probability`` is ``None`` for one that is not active."""

    link: Link
    type: str
    quote: str | None
    source: str
    document: Link
    published: str | None
    recorded: str
    modality: str
    polarity: str
    probability: float | None


def claim_line(namer: Namer, iri: str, marker: Marker = NO_SEARCH) -> ClaimLine:
    """A claim, active or not, in one line. Raises ``NotFound``."""
    snapshot = namer.snapshot
    snapshot.need_claim(iri)
    found = snapshot.node(iri)
    info = snapshot.claim_info(iri)
    claim = snapshot.claim(iri).claim
    exact = claim.quote.exact if claim.quote else None
    said = " ".join(piece.text for piece in sentence(claim))
    document = found.need(LS.document)
    return ClaimLine(
        link=namer.link("claim", iri, shortened(said or found.get(RDFS + "label") or iri, 200)),
        type=term_words(found.need(LS.claimType)),
        quote=marker.around(exact, LONGEST_QUOTE) if exact else None,
        source=shortened(info.source if info else nearest_source(snapshot, iri), LONGEST_NAME),
        document=namer.document(document),
        published=claim.document.published.isoformat() if claim.document.published else None,
        recorded=found.need(LS.recorded),
        modality=claim.modality.value,
        polarity=claim.polarity.value,
        probability=info.probability if info else None,
    )


def nearest_source(snapshot: Snapshot, iri: str) -> str:
    """The voice nearest to the event, also of a claim that is not active."""
    links = [snapshot.node(name) for name in snapshot.node(iri).all(LS.attribution)]
    nearest = min(links, key=lambda link: int(link.get(LS.position) or 0), default=None)
    voice = nearest.get(LS.voice) if nearest else None
    return (snapshot.node(voice).get(RDFS + "label") or voice) if voice else ""


def claim_lines(namer: Namer, iris: Iterable[str], marker: Marker = NO_SEARCH) -> tuple[ClaimLine, ...]:
    """Claims in lines, those that there are; of long quotes the part that a search found."""
    lines = []
    for iri in iris:
        try:
            lines.append(claim_line(namer, iri, marker))
        except NotFound:
            continue
    return tuple(lines)


def origin_link(namer: Namer, origin: str) -> Link:
    """An origin, linked to the page of its root source."""
    root = namer.snapshot.node(origin).get(LS.rootSource)
    label = namer.label(origin)
    return namer.link("source", root, label) if root else Link(label, None, origin)
