"""A claim in one line of a list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from kg.claims.claim import ClaimType, Modality, Polarity, RoleName
from kg.dataset.text.stored import Stored
from ontology.vocab import LS
from server.naming import LONGEST_NAME, NO_TITLE, Link, Namer, shortened, term_words
from server.views.finding import TYPES, text_index
from server.views.marking import Marker
from server.views.statement import first_said
from server.views.words import sentence_of

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


def claim_lines(namer: Namer, iris: Iterable[str], marker: Marker = NO_SEARCH) -> tuple[ClaimLine, ...]:
    """Claims in lines, those that there are; of long quotes the part that a search found."""
    index = text_index(namer.snapshot)
    found = (index.claim(iri) for iri in iris)
    return tuple(claim_line(namer, one, marker) for one in found if one is not None)


def in_words(found: Stored) -> str:
    """What a claim says as a sentence, if it is one about an event; else nothing."""
    wordings = {RoleName(role): text for role, text in found.line.roles.items()}
    modality, polarity = Modality(found.modality), Polarity(found.polarity)
    return " ".join(s.text for s in sentence_of(ClaimType(found.type), modality, polarity, wordings))


def told_in_words(namer: Namer, found: Stored) -> str:
    """What a claim says: of an event, by its own label, or by its first triple; empty if it says none."""
    said = in_words(found) or found.line.label
    return said or first_said(namer, found.iri, Modality(found.modality), Polarity(found.polarity))


def claim_line(namer: Namer, found: Stored, marker: Marker = NO_SEARCH) -> ClaimLine:
    """A claim, active or not, in one line."""
    line = found.line
    kind = term_words(TYPES[found.type])
    said = told_in_words(namer, found) or kind
    recorded = datetime.fromtimestamp(found.recorded / 1_000_000, UTC)
    return ClaimLine(
        link=namer.link("claim", found.iri, shortened(said, 200)),
        type=kind,
        quote=marker.around(line.quote, LONGEST_QUOTE) if line.quote else None,
        source=shortened(line.source, LONGEST_NAME),
        document=namer.link("document", found.document, line.title or NO_TITLE),
        published=line.published or None,
        recorded=recorded.isoformat(timespec="milliseconds"),
        modality=found.modality,
        polarity=found.polarity,
        probability=found.confidence if found.state == "active" else None,
    )


def origin_link(namer: Namer, origin: str) -> Link:
    """An origin, linked to the page of its root source."""
    root = namer.snapshot.node(origin).get(LS.rootSource)
    label = namer.label(origin)
    return namer.link("source", root, label) if root else Link(label, None, origin)
