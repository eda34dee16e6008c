"""The page of an event: what is said to have happened, with whom, when, and by which claims."""

from dataclasses import dataclass

from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import DefaultGraph, node
from kg.errors import NotFound
from ontology.vocab import LS, RDF
from server.naming import Namer, term_words
from server.views.asking import mentions_of
from server.views.entity import MOST_READ, PropertyGroup, property_groups
from server.views.lines import ClaimLine, claim_lines

MOST_CLAIMS = 30
_GENERAL = {LS.Event, LS.LicenseEvent}


@dataclass(frozen=True)
class EventPage:
    """Everything that the page of an event shows; no ``facts`` where it was denied or only expected."""

    iri: str
    label: str
    types: tuple[str, ...]
    mentions: tuple[str, ...]
    facts: tuple[PropertyGroup, ...]
    claims: tuple[ClaimLine, ...]
    claims_total: int


def event_page(snapshot: Snapshot, iri: str) -> EventPage:
    """The page of an event. Raises ``NotFound`` if no claim is about it."""
    namer = Namer(snapshot)
    mentions = mentions_of(snapshot, iri)
    claims = [claim for event in mentions for claim in snapshot.pointing_at(LS.event, event)]
    quads = snapshot.main.quads_for_pattern(node(iri), None, None, DefaultGraph())
    outward = [quad for quad, _ in zip(quads, range(MOST_READ), strict=False)]
    if not claims and not outward:
        raise NotFound(f"there is no event {iri} in this store", iri=iri)
    lines = claim_lines(namer, claims[:MOST_CLAIMS])
    types = {
        q.object.value for q in outward if q.predicate.value == RDF + "type" and hasattr(q.object, "value")
    }
    in_a_role = {q.object for q in outward if q.predicate.value != LS.participant}
    shown = [q for q in outward if q.predicate.value != LS.participant or q.object not in in_a_role]
    return EventPage(
        iri=iri,
        label=lines[0].link.text if lines else namer.label(iri),
        types=tuple(sorted(map(term_words, types - _GENERAL))) or tuple({line.type: None for line in lines}),
        mentions=tuple(m for m in mentions if m != iri),
        facts=tuple(property_groups(namer, shown, inverse=False)),
        claims=lines,
        claims_total=len(claims),
    )
