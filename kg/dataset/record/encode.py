"""A claim as RDF: its assertion graph, and its part of the record.

The layout reuses Web Annotation (quotes), Dublin Core and schema.org (documents) and
the ontology's own terms; nodes that belong to a claim are named under it, so that a
record triple's claim can be read off its subject.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from kg.claims.claim import Agent, AgentKind, Claim, Mention, Quantity, RoleName
from kg.claims.confidence import (
    CREDIBILITY_TERM,
    RELIABILITY_TERM,
    Assessment,
    Reliability,
    hand_ons,
)
from kg.claims.document import Document
from kg.claims.names import Names, is_iri, normalized, part_of
from kg.claims.source import SOURCE_CLASS, SourceKind, Voice, root_position
from kg.claims.times import TimeSpan
from kg.claims.types import (
    MODALITY_TERM,
    POLARITY_TERM,
    QUALIFIER_TERM,
    ROLE_INFO,
    STATUS_TERM,
    TYPE_INFO,
)
from kg.dataset.record.labels import label_of
from kg.dataset.terms import Statement, Text, iri, literal, node, statement, typed
from kg.errors import InvalidClaim
from kg.identity.mentions import mention_iri
from ontology.vocab import DCT, LS, OA, RDF, RDFS, SCHEMA, SKOS

TYPE = iri(RDF + "type")
LABEL = iri(RDFS + "label")
NAME = iri(SCHEMA + "name")


@dataclass(frozen=True)
class EncodedClaim:
    """A claim as statements. ``shared`` describe documents, sources, origin and agent, which outlive it."""

    iri: str
    content_hash: str
    origin: str
    reliability: Reliability
    record: tuple[Statement, ...]
    shared: tuple[Statement, ...]
    assertion: tuple[Statement, ...]


def moment(value: datetime) -> Text:
    """A point in time as ``xsd:dateTime``, in UTC."""
    return typed(value.isoformat().replace("+00:00", "Z"), "dateTime")


def voice_iri(voice: Voice, document: Document, names: Names) -> str:
    """The IRI of the source behind a voice."""
    return names.source(voice.kind, voice.name, voice.text, document.key)


def origin_iri(claim: Claim, names: Names) -> str:
    """The independent root of the report.

    Unless the claim names its origin, that is its root source: whoever copies,
    translates or paraphrases one source adds no second origin.
    """
    if claim.origin is not None:
        return claim.origin if is_iri(claim.origin) else names.origin("given", claim.origin)
    root = claim.attribution[root_position(claim.attribution)]
    if root.name and root.kind is not SourceKind.ANONYMOUS:
        return names.origin("source", normalized(root.name))
    return names.origin("document", claim.document.key, root.label)


def with_stored_triples(claim: Claim) -> Claim:
    """The claim with its triples as the store keeps them, so that equal triples make equal claims.

    Raises ``InvalidClaim`` if they are not N-Triples without blank nodes.
    """
    if not claim.triples:
        return claim
    stored = tuple(sorted({f"{' '.join(statement(text))} ." for text in claim.triples}))
    return claim if stored == claim.triples else claim.model_copy(update={"triples": stored})


def _check_iris(claim: Claim) -> None:
    given = [claim.iri, *(mention.iri for mention in claim.roles.values())]
    given += [claim.origin] if claim.origin is not None and is_iri(claim.origin) else []
    for _, others in _relations(claim):
        given += others
    for name in filter(None, given):
        try:
            node(name)
        except ValueError as error:
            raise InvalidClaim(f"{name!r} is no IRI: {error}") from error


def claim_iri(claim: Claim, names: Names) -> str:
    """The claim's IRI: the one it has elsewhere, or one made from its content."""
    return claim.iri if claim.iri is not None else names.claim(claim.id)


def graph_hash(lines: Iterable[str]) -> str:
    """SHA-256 over the triples of a graph without blank nodes: lines of canonical N-Triples in order."""
    return hashlib.sha256("".join(f"{line}\n" for line in sorted(lines)).encode()).hexdigest()


def encode(claim: Claim, names: Names, *, recorded: datetime) -> EncodedClaim:
    """The statements of a claim.

    Raises ``InvalidClaim`` if its ``triples`` are not as ``with_stored_triples`` gives them, or
    something that it names by an IRI cannot be named so.
    """
    _check_iris(claim)
    name = claim_iri(claim, names)
    assertion = tuple(dict.fromkeys(_assertion(claim, names)))
    content_hash = claim.hash if claim.iri is None else graph_hash(f"{s} {p} {o} ." for s, p, o in assertion)
    return EncodedClaim(
        iri=name,
        content_hash=content_hash,
        origin=origin_iri(claim, names),
        reliability=claim.assessment.reliability,
        record=tuple(_record(claim, name, content_hash, names, recorded)),
        shared=tuple(_shared(claim, names)),
        assertion=assertion,
    )


def _record(
    claim: Claim, name: str, content_hash: str, names: Names, recorded: datetime
) -> Iterator[Statement]:
    c = iri(name)

    def say(predicate: str, value: Text) -> Statement:
        return Statement(c, iri(predicate), value)

    yield Statement(c, TYPE, iri(LS.Claim))
    if claim.iri is None:
        yield Statement(c, LABEL, literal(label_of(claim)))
    yield say(LS.claimType, iri(TYPE_INFO[claim.type].event_class))
    yield say(LS.contentHash, literal(content_hash))
    yield say(LS.document, iri(names.document(claim.document.key)))
    yield say(LS.modality, iri(MODALITY_TERM[claim.modality]))
    yield say(LS.polarity, iri(POLARITY_TERM[claim.polarity]))
    yield say(LS.status, iri(STATUS_TERM[claim.status]))
    yield say(LS.recorded, moment(recorded))
    yield say(LS.origin, iri(origin_iri(claim, names)))
    if claim.origin is not None:
        yield say(LS.givenOrigin, literal(claim.origin))
    if not claim.triples:
        yield say(LS.event, iri(names.event(claim.id)))
    if claim.said is not None:
        yield say(LS.said, typed(claim.said.isoformat(), "date"))
    if claim.agent is not None:
        yield say(LS.agent, iri(agent_iri(claim.agent, names)))
    for predicate, others in _relations(claim):
        for other in others:
            yield say(predicate, iri(other))
    yield from _quote(claim, name)
    for position, voice in enumerate(claim.attribution, start=1):
        link = part_of(name, f"attribution-{position}")
        yield say(LS.attribution, iri(link))
        yield from encode_attribution(voice, position, link, claim.document, names)
    for role, mention in claim.roles.items():
        yield from _participation(role, mention, name, claim.document, names)
    for span, predicate, which in (
        (claim.when, LS.occurred, "when"),
        (claim.validity, LS.validity, "validity"),
    ):
        if span is not None:
            yield say(predicate, iri(part_of(name, which)))
            yield from _time_span(span, part_of(name, which))
    if claim.quantity is not None:
        yield say(LS.quantity, iri(part_of(name, "quantity")))
        yield Statement(iri(part_of(name, "quantity")), TYPE, iri(LS.Quantity))
        yield from _quantity(claim.quantity, part_of(name, "quantity"))
    yield say(LS.assessment, iri(part_of(name, "assessment")))
    yield from encode_assessment(claim.assessment, hand_ons(claim.attribution), part_of(name, "assessment"))


def _relations(claim: Claim) -> tuple[tuple[LS, tuple[str, ...]], ...]:
    return (
        (LS.supports, claim.supports),
        (LS.rebuts, claim.rebuts),
        (LS.corrects, claim.corrects),
        (LS.retracts, claim.retracts),
        (LS.supersedes, claim.supersedes),
    )


def _quote(claim: Claim, name: str) -> Iterator[Statement]:
    if claim.quote is None:
        return
    q = iri(part_of(name, "quote"))
    yield Statement(iri(name), iri(LS.quote), q)
    yield Statement(q, TYPE, iri(LS.Quote))
    yield Statement(q, iri(OA + "exact"), literal(claim.quote.exact))
    for predicate, words in (("prefix", claim.quote.prefix), ("suffix", claim.quote.suffix)):
        if words is not None:
            yield Statement(q, iri(OA + predicate), literal(words))
    for predicate, offset in (("start", claim.quote.start), ("end", claim.quote.end)):
        if offset is not None:
            yield Statement(q, iri(OA + predicate), typed(str(offset), "integer"))
    yield Statement(q, iri(LS.quoteVerified), typed(str(claim.quote_verified).lower(), "boolean"))


def encode_attribution(
    voice: Voice, position: int, name: str, document: Document, names: Names
) -> Iterator[Statement]:
    """One link of an attribution chain; position 1 is nearest to the event."""
    a = iri(name)
    yield Statement(a, TYPE, iri(LS.Attribution))
    yield Statement(a, iri(LS.position), typed(str(position), "integer"))
    yield Statement(a, iri(LS.voice), iri(voice_iri(voice, document, names)))
    if voice.name is not None:
        yield Statement(a, NAME, literal(voice.name))
    if voice.count is not None:
        yield Statement(a, iri(LS.groupCount), typed(str(voice.count), "integer"))
    for predicate, words in (
        (LS.wording, voice.text),
        (LS.reportingVerb, voice.verb),
        (LS.speaksFor, voice.speaks_for),
    ):
        if words is not None:
            yield Statement(a, iri(predicate), literal(words))


def _participation(
    role: RoleName, mention: Mention, name: str, document: Document, names: Names
) -> Iterator[Statement]:
    p = iri(part_of(name, f"role-{role}"))
    yield Statement(iri(name), iri(LS.participation), p)
    yield Statement(p, TYPE, iri(LS.Participation))
    yield Statement(p, iri(LS.role), iri(ROLE_INFO[role].property))
    yield Statement(p, iri(LS.mention), iri(mention_iri(role, mention, document, names)))
    yield Statement(p, iri(LS.wording), literal(mention.text))
    if mention.id is not None:
        yield Statement(p, iri(LS.mentionKey), literal(mention.id))
    if mention.named is not None:
        yield Statement(p, iri(LS.isNamed), typed(str(mention.named).lower(), "boolean"))
    if mention.iri is not None:
        yield Statement(p, iri(LS.givenIri), iri(mention.iri))
    yield from _known(mention, p)


def _known(mention: Mention, node: Text) -> Iterator[Statement]:
    """Other names and the codes of a participant, said of its mention or of the participant itself."""
    for predicate, words in (
        (SKOS + "altLabel", mention.also),
        (LS.hsCode, mention.hs),
        (LS.controlCode, mention.control),
    ):
        for word in words or ():
            yield Statement(node, iri(predicate), literal(word))


def _time_span(span: TimeSpan, name: str) -> Iterator[Statement]:
    t = iri(name)
    yield Statement(t, TYPE, iri(LS.TimeSpan))
    if span.text is not None:
        yield Statement(t, iri(LS.wording), literal(span.text))
    if span.of_saying:
        yield Statement(t, iri(LS.isTimeOfSaying), typed("true", "boolean"))
    yield from _dates(span, t)


def _dates(span: TimeSpan, about: Text) -> Iterator[Statement]:
    if span.edtf is not None:
        yield Statement(about, iri(LS.edtf), literal(span.edtf))
    for predicate, day in ((LS.earliest, span.earliest), (LS.latest, span.latest)):
        if day is not None:
            yield Statement(about, iri(predicate), typed(day.isoformat(), "date"))


def _quantity(quantity: Quantity, name: str) -> Iterator[Statement]:
    q = iri(name)
    yield Statement(q, iri(LS.quantityValue), typed(repr(quantity.value), "double"))
    yield Statement(q, iri(LS.qualifier), iri(QUALIFIER_TERM[quantity.qualifier]))
    if quantity.unit is not None:
        yield Statement(q, iri(LS.unit), literal(quantity.unit))


def encode_assessment(assessment: Assessment, passed_on: int, name: str) -> Iterator[Statement]:
    """The two ratings with their reason, and how often the report was handed on."""
    a = iri(name)
    yield Statement(a, TYPE, iri(LS.Assessment))
    yield Statement(a, iri(LS.sourceReliability), iri(RELIABILITY_TERM[assessment.reliability]))
    yield Statement(a, iri(LS.informationCredibility), iri(CREDIBILITY_TERM[assessment.credibility]))
    yield Statement(a, iri(LS.handOns), typed(str(passed_on), "integer"))
    if assessment.reason is not None:
        yield Statement(a, iri(LS.reason), literal(assessment.reason))


def agent_iri(agent: Agent, names: Names) -> str:
    """The IRI of who made a claim or a judgment."""
    return names.agent(agent.kind, agent.name, agent.version)


def encode_agent(agent: Agent, names: Names) -> Iterator[Statement]:
    """What is known of who made a claim or a judgment."""
    a = iri(agent_iri(agent, names))
    yield Statement(a, TYPE, iri(LS.Extractor if agent.kind is AgentKind.EXTRACTOR else LS.Reviewer))
    yield Statement(a, LABEL, literal(agent.name))
    if agent.version is not None:
        yield Statement(a, iri(LS.agentVersion), literal(agent.version))


def _shared(claim: Claim, names: Names) -> Iterator[Statement]:
    yield from encode_document(claim.document, names)
    for voice in claim.attribution:
        yield from encode_source(voice, claim.document, names)
    origin = iri(origin_iri(claim, names))
    root = claim.attribution[root_position(claim.attribution)]
    yield Statement(origin, TYPE, iri(LS.Origin))
    yield Statement(origin, iri(LS.rootSource), iri(voice_iri(root, claim.document, names)))
    yield Statement(origin, LABEL, literal(claim.origin or root.label))
    if claim.agent is not None:
        yield from encode_agent(claim.agent, names)
    for role, mention in claim.roles.items():
        m = mention_iri(role, mention, claim.document, names)
        yield Statement(iri(m), iri(LS.canonicalEntity), iri(m))


def encode_document(document: Document, names: Names) -> Iterator[Statement]:
    """What is known of a document."""
    d = iri(names.document(document.key))
    yield Statement(d, TYPE, iri(LS.Document))
    for predicate, text in (
        (LS.textHash, document.hash),
        (DCT + "title", document.title),
        (DCT + "publisher", document.publisher),
        (SCHEMA + "url", document.url),
        (DCT + "language", document.language),
    ):
        if text is not None:
            yield Statement(d, iri(predicate), literal(text))
    if document.published is not None:
        yield Statement(d, iri(DCT + "issued"), typed(document.published.isoformat(), "date"))


def encode_source(voice: Voice, document: Document, names: Names) -> Iterator[Statement]:
    """The source behind a voice: its kind, and its name or the words that describe it."""
    s = iri(voice_iri(voice, document, names))
    yield Statement(s, TYPE, iri(SOURCE_CLASS[voice.kind]))
    yield Statement(s, LABEL, literal(voice.label))


def _assertion(claim: Claim, names: Names) -> Iterator[Statement]:
    if claim.triples:
        yield from (statement(text) for text in claim.triples)
        return
    event = iri(names.event(claim.id))
    info = TYPE_INFO[claim.type]
    yield Statement(event, TYPE, iri(info.event_class))
    players: dict[RoleName, Text] = {}
    for role, mention in claim.roles.items():
        player = players[role] = iri(mention_iri(role, mention, claim.document, names))
        yield Statement(event, iri(ROLE_INFO[role].property), player)
        yield Statement(player, LABEL, literal(mention.text))
        yield from _known(mention, player)
        player_class = ROLE_INFO[role].player_class
        if player_class is not None:
            yield Statement(player, TYPE, iri(player_class))
    if claim.when is not None and not claim.when.of_saying:
        yield from _dates(claim.when, event)
    if claim.quantity is not None:
        yield from _quantity(claim.quantity, names.event(claim.id))
    for form in info.direct:
        for subject in form.subjects:
            for obj in form.objects:
                if subject in players and obj in players:
                    yield Statement(players[subject], iri(form.predicate), players[obj])
