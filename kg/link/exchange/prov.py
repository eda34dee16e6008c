"""Where claims come from, in the terms of PROV (https://www.w3.org/TR/prov-dm/).

A claim is an entity: derived from its quote (which is quoted from the document), with its origin as primary
source, attributed to each voice of its chain, generated when it was recorded by the making of it, with
which its agent was associated. What supersedes or corrects it is a revision of it; what takes it back
invalidates it. A judgment of identity is an entity attributed to its author.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from kg.claims.claim import Agent, AgentKind, Claim
from kg.claims.names import Names
from kg.claims.source import SourceKind
from kg.claims.types import MODALITY_TERM, POLARITY_TERM, STATUS_TERM
from kg.dataset.annotated.view import View
from kg.dataset.record.encode import agent_iri, origin_iri, voice_iri
from kg.dataset.record.labels import label_of
from kg.dataset.record.records import StoredClaim
from kg.dataset.terms import Literal, NamedNode, node
from kg.identity.terms import VERDICT_TERM
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


def provenance(view: View, claims: Iterable[str], judgments: Iterable[str] = ()) -> Iterator[Statement]:
    """The provenance of claims and judgments, standing or not; each thing once."""
    seen: set[str] = set()
    of_claims = (claim_provenance(view.claim(iri), view.names) for iri in claims)
    of_judgments = (judgment_provenance(view, iri) for iri in judgments)
    for statement in chain.from_iterable(chain(of_claims, of_judgments)):
        if isinstance(statement, Relation):
            yield statement
        elif statement.iri not in seen:
            seen.add(statement.iri)
            yield statement


def judgment_provenance(view: View, name: str) -> Iterator[Statement]:
    """The provenance of one judgment: who made it, when, and what became of it."""
    stored = view.judgment(name)
    told, making = stored.judgment, _under(name, "making")
    terms = ((LS.verdict, VERDICT_TERM[told.verdict]), (LS.status, STATUS_TERM[told.status]))
    label = view.judgment_label(told)
    yield _entity(name, LS.Judgment, label, *((predicate, node(term)) for predicate, term in terms))
    yield Thing(ACTIVITY, making)
    yield Relation("wasGeneratedBy", name, making, moment(told.made.isoformat()))
    maker = agent_iri(told.author, view.names)
    yield _made_by(told.author, maker)
    yield Relation("wasAssociatedWith", making, maker)
    if stored.undone is not None:
        undoing = _under(name, "retraction")
        said = ((LS.retractedBy, stored.undone_by), (LS.retractionReason, stored.undone_reason))
        yield Thing(ACTIVITY, undoing, _texts(said))
        yield Relation("wasInvalidatedBy", name, undoing, moment(stored.undone.isoformat()))


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
    yield Thing(ACTIVITY, retraction, _texts(said))
    yield Relation("wasInvalidatedBy", iri, retraction, at)


def _maker(claim: Claim, making: str, names: Names) -> Iterator[Statement]:
    if claim.agent is None:
        return
    maker = agent_iri(claim.agent, names)
    yield _made_by(claim.agent, maker)
    yield Relation("wasAssociatedWith", making, maker)


def _made_by(agent: Agent, name: str) -> Thing:
    software = agent.kind is AgentKind.EXTRACTOR
    version = [(LS.agentVersion, Literal(agent.version))] if agent.version else []
    return _agent(name, "SoftwareAgent" if software else "Person", agent.name, *version)


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


def _texts(said: Iterable[tuple[str, str | None]]) -> Attributes:
    return tuple((str(predicate), Literal(text)) for predicate, text in said if text)


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
