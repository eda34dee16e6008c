"""Where claims come from, in the terms of PROV (https://www.w3.org/TR/prov-dm/).

A claim is an entity: derived from its quote (which is quoted from the document), with its origin as primary
source, attributed to each voice of its chain, generated when it was recorded by the making of it, with
which its agent was associated. What supersedes or corrects it is a revision of it; what takes it back
invalidates it. A judgment of identity is an entity attributed to its author.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg.claims.claim import AgentKind, Claim
from kg.claims.names import Names
from kg.claims.source import SourceKind
from kg.claims.types import MODALITY_TERM, POLARITY_TERM, STATUS_TERM
from kg.dataset.encode import agent_iri, label_of, origin_iri, voice_iri
from kg.dataset.records import StoredClaim
from kg.dataset.terms import Literal, NamedNode, node
from kg.dataset.view import View
from ontology.vocab import DCT, LS, PROV, SCHEMA, XSD

Value = NamedNode | Literal
Attributes = tuple[tuple[str, Value], ...]
"""(predicate IRI, value); types are values of ``prov:type``."""

ENTITY, ACTIVITY, AGENT = "entity", "activity", "agent"
TYPE = PROV + "type"
LABEL = PROV + "label"
ROLES: dict[str, tuple[str, str]] = {
    "wasGeneratedBy": ("entity", "activity"),
    "wasInvalidatedBy": ("entity", "activity"),
    "used": ("activity", "entity"),
    "wasAssociatedWith": ("activity", "agent"),
    "wasAttributedTo": ("entity", "agent"),
    "wasDerivedFrom": ("generatedEntity", "usedEntity"),
}
"""What the two ends of a relation are called."""


@dataclass(frozen=True)
class Thing:
    """An entity, activity or agent."""

    kind: str
    iri: str
    attributes: Attributes = ()


@dataclass(frozen=True)
class Relation:
    """A relation of ``ROLES`` between two things, with its time."""

    kind: str
    first: str
    second: str
    time: Literal | None = None
    attributes: Attributes = ()


Statement = Thing | Relation


def provenance(view: View, claims: Iterable[str]) -> Iterator[Statement]:
    """The provenance of claims, active or not; each thing once."""
    seen: set[str] = set()
    for iri in claims:
        for statement in claim_provenance(view.claim(iri), view.names):
            if isinstance(statement, Relation):
                yield statement
            elif statement.iri not in seen:
                seen.add(statement.iri)
                yield statement


def claim_provenance(stored: StoredClaim, names: Names) -> Iterator[Statement]:
    """The provenance of one claim."""
    claim, iri = stored.claim, stored.iri
    terms = (
        (LS.status, STATUS_TERM[claim.status]),
        (LS.modality, MODALITY_TERM[claim.modality]),
        (LS.polarity, POLARITY_TERM[claim.polarity]),
    )
    label = label_of(claim) if claim.iri is None else None
    yield _entity(iri, LS.Claim, label, *((predicate, node(term)) for predicate, term in terms))
    making = _under(iri, "making")
    yield Thing(ACTIVITY, making)
    recorded = moment(claim.recorded.isoformat()) if claim.recorded else None
    yield Relation("wasGeneratedBy", iri, making, recorded)
    yield from _maker(claim, making, names)
    yield from _sources(claim, iri, making, names)
    for other in (*claim.supersedes, *claim.corrects):
        yield Relation("wasDerivedFrom", iri, other, attributes=_typed("Revision"))
    for other in claim.retracts:
        yield Relation("wasInvalidatedBy", other, making, recorded)
    if stored.retracted is not None:
        yield from _retraction(stored, iri, moment(stored.retracted.isoformat()))


def _retraction(stored: StoredClaim, iri: str, at: Literal) -> Iterator[Statement]:
    retraction = _under(iri, "retraction")
    said = ((LS.retractedBy, stored.retracted_by), (LS.retractionReason, stored.retraction_reason))
    yield Thing(ACTIVITY, retraction, tuple((str(p), Literal(text)) for p, text in said if text))
    yield Relation("wasInvalidatedBy", iri, retraction, at)


def _maker(claim: Claim, making: str, names: Names) -> Iterator[Statement]:
    if claim.agent is None:
        return
    maker = agent_iri(claim.agent, names)
    software = claim.agent.kind is AgentKind.EXTRACTOR
    version = [(LS.agentVersion, Literal(claim.agent.version))] if claim.agent.version else []
    yield _agent(maker, "SoftwareAgent" if software else "Person", claim.agent.name, *version)
    yield Relation("wasAssociatedWith", making, maker)


def _sources(claim: Claim, iri: str, making: str, names: Names) -> Iterator[Statement]:
    document = names.document(claim.document.key)
    known = (
        (LS.textHash, claim.document.hash),
        (SCHEMA + "url", claim.document.url),
        (DCT + "publisher", claim.document.publisher),
    )
    told = [(predicate, Literal(text)) for predicate, text in known if text]
    if claim.document.published is not None:
        issued = Literal(claim.document.published.isoformat(), datatype=node(XSD + "date"))
        told.append((DCT + "issued", issued))
    yield _entity(document, LS.Document, claim.document.title, *told)
    yield Relation("used", making, document)
    if claim.quote is None:
        yield Relation("wasDerivedFrom", iri, document)
    else:
        quote = _under(iri, "quote")
        yield _entity(quote, LS.Quote, None, (PROV + "value", Literal(claim.quote.exact)))
        yield Relation("wasDerivedFrom", iri, quote)
        yield Relation("wasDerivedFrom", quote, document, attributes=_typed("Quotation"))
    origin = origin_iri(claim, names)
    yield _entity(origin, LS.Origin, None)
    yield Relation("wasDerivedFrom", iri, origin, attributes=_typed("PrimarySource"))
    for position, voice in enumerate(claim.attribution, start=1):
        source = voice_iri(voice, claim.document, names)
        yield _agent(source, _AGENT_TYPE.get(voice.kind), voice.label)
        place = [(str(LS.position), Literal(str(position), datatype=node(XSD + "integer")))]
        verb = [(str(LS.reportingVerb), Literal(voice.verb))] if voice.verb else []
        yield Relation("wasAttributedTo", iri, source, attributes=(*place, *verb))


_AGENT_TYPE = {
    SourceKind.PERSON: "Person",
    SourceKind.SPOKESPERSON: "Person",
    SourceKind.ORGANIZATION: "Organization",
    SourceKind.PUBLISHER: "Organization",
}


def moment(iso: str) -> Literal:
    """A point in time."""
    return Literal(iso, datatype=node(XSD + "dateTime"))


def _typed(kind: str) -> Attributes:
    return ((TYPE, node(PROV + kind)),)


def _entity(iri: str, kind: str, label: str | None, *more: tuple[str, Value]) -> Thing:
    named = [(LABEL, Literal(label))] if label else []
    return Thing(ENTITY, iri, ((TYPE, node(kind)), *named, *((str(p), value) for p, value in more)))


def _agent(iri: str, kind: str | None, label: str, *more: tuple[str, Value]) -> Thing:
    typed = _typed(kind) if kind else ()
    return Thing(AGENT, iri, (*typed, (LABEL, Literal(label)), *((str(p), value) for p, value in more)))


def _under(iri: str, part: str) -> str:
    return f"{iri}{'-' if '#' in iri else '#'}{part}"
