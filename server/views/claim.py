"""The page of a claim: what was said, in which words, through whom, how sure, who agrees and who does not."""

from collections.abc import Mapping
from dataclasses import dataclass

from kg.claims.claim import Claim, Polarity, RoleName
from kg.claims.confidence import (
    CREDIBILITY_TERM,
    PROBABILITY,
    Reliability,
    hand_ons,
    reliability_probability,
)
from kg.claims.source import root_position
from kg.claims.types import ROLE_INFO
from kg.dataset.record.records import StoredClaim
from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import Quad
from ontology.vocab import LS, RDFS
from server.config import ShowDocuments
from server.naming import Link, Namer, is_web, quote_address, shortened, term_words, words
from server.views import words as say
from server.views.fact import FactView, fact_view
from server.views.highlight import context
from server.views.lines import ClaimLine, claim_lines, origin_link
from server.views.statement import TripleView, in_words, kind_of, telling
from server.views.statement import assertion as assertion_of
from server.views.support import Ratings

AROUND = {ShowDocuments.WHOLE: 450, ShowDocuments.QUOTE: 90}
"""Characters of an article shown before and after a quote."""

NEAR = {ShowDocuments.WHOLE: 160, ShowDocuments.QUOTE: 90}
"""The same on a card, where the quote has to be in sight."""

MOST_AGAINST = 12
MOST_RELATED = 12
MOST_TRIPLES = 60


@dataclass(frozen=True)
class Piece:
    """A piece of the sentence that says the claim; a participant's is linked to its page."""

    text: str
    href: str | None = None


@dataclass(frozen=True)
class QuoteView:
    """The quote within its text. ``verified``: found in the stored text, at its place."""

    exact: str
    before: str
    after: str
    verified: bool


@dataclass(frozen=True)
class VoiceView:
    """One link of the chain; ``root`` is the source on whose reliability the report stands."""

    position: int
    source: Link
    kind: str
    wording: str | None
    verb: str | None
    speaks_for: str | None
    root: bool
    handed_on: bool


@dataclass(frozen=True)
class ConfidenceView:
    """How a claim's probability comes about: reliability, credibility, and passed_on to the hand_ons."""

    reliability: str
    reliability_words: str
    reliability_probability: float
    credibility: str
    credibility_words: str
    credibility_probability: float
    hand_ons: int
    passed_on: float
    probability: float
    rated: str | None
    reason: str | None


@dataclass(frozen=True)
class RoleView:
    """A participant in the event."""

    role: str
    entity: Link


@dataclass(frozen=True)
class Statement:
    """A triple that the claim says, how sure that is by all who say it, and who they are."""

    triple: TripleView
    fact: FactView


@dataclass(frozen=True)
class Relation:
    """Other claims that this one names, or that name this one; of many the first."""

    name: str
    claims: tuple[ClaimLine, ...]
    total: int


@dataclass(frozen=True)
class ClaimCard:
    """What a claim itself says, and where. ``says`` are the first of its triples in their direct form."""

    iri: str
    label: str
    type: str
    sentence: tuple[Piece, ...]
    modality: str
    polarity: str
    status: str
    states_fact: bool
    state: str
    active: bool
    retracted: str | None
    retracted_by: str | None
    retraction_reason: str | None
    superseded_by: tuple[ClaimLine, ...]
    quote: QuoteView | None
    quote_href: str | None
    document: Link
    publisher: str | None
    published: str | None
    url: str | None
    chain: tuple[VoiceView, ...]
    origin: Link
    confidence: ConfidenceView
    roles: tuple[RoleView, ...]
    when: str | None
    validity: str | None
    said: str | None
    quantity: str | None
    recorded: str
    agent: str | None
    says: tuple[TripleView, ...]
    content_hash: str


@dataclass(frozen=True)
class ClaimPage(ClaimCard):
    """Everything that the page of a claim shows: itself, and what others say."""

    statements: tuple[Statement, ...]
    contradicts: tuple[ClaimLine, ...]
    contradicts_more: int
    relations: tuple[Relation, ...]
    triples: tuple[TripleView, ...]
    triples_total: int


def claim_page(snapshot: Snapshot, iri: str, documents: ShowDocuments) -> ClaimPage:
    """The page of a claim, active or not. Raises ``NotFound``."""
    snapshot.need_claim(iri)
    namer, assertion = Namer(snapshot), tuple(assertion_of(snapshot, iri))
    card = _card(namer, snapshot.claim(iri), assertion, documents)
    rebuttals = Ratings(snapshot, snapshot.told((iri,))).rebuttals(iri)
    return ClaimPage(
        **vars(card),
        statements=_statements(namer, iri, assertion, denied=card.polarity == Polarity.NEGATIVE.value),
        contradicts=claim_lines(namer, rebuttals[:MOST_AGAINST]),
        contradicts_more=max(0, len(rebuttals) - MOST_AGAINST),
        relations=_relations(namer, iri),
        triples=tuple(_triple(namer, q) for q in assertion[:MOST_TRIPLES]),
        triples_total=len(assertion),
    )


def claim_card(snapshot: Snapshot, iri: str, documents: ShowDocuments) -> ClaimCard:
    """What a claim itself says, active or not, where nobody asks who else says so. Raises ``NotFound``."""
    snapshot.need_claim(iri)
    return _card(Namer(snapshot), snapshot.claim(iri), tuple(assertion_of(snapshot, iri)), documents, NEAR)


def _card(
    namer: Namer,
    stored: StoredClaim,
    assertion: tuple[Quad, ...],
    documents: ShowDocuments,
    around: Mapping[ShowDocuments, int] = AROUND,
) -> ClaimCard:
    snapshot, iri, claim = namer.snapshot, stored.iri, stored.claim
    found, entities = snapshot.node(iri), _entities(namer, iri)
    return ClaimCard(
        iri=iri,
        label=shortened(found.get(RDFS + "label") or iri),
        type=term_words(found.need(LS.claimType)) if claim.roles else kind_of(assertion),
        sentence=tuple(
            Piece(shortened(said.text), entities[said.role].href if said.role in entities else None)
            for said in say.sentence(claim)
        ),
        modality=claim.modality.value,
        polarity=claim.polarity.value,
        status=claim.status.value,
        states_fact=claim.states_fact,
        state=stored.state,
        active=stored.active,
        retracted=stored.retracted.isoformat() if stored.retracted else None,
        retracted_by=stored.retracted_by,
        retraction_reason=stored.retraction_reason,
        superseded_by=claim_lines(namer, stored.superseded_by),
        quote=_quote(snapshot, found.need(LS.document), claim, documents, around[documents]),
        quote_href=_quote_address(snapshot, found.need(LS.document), iri, claim, documents),
        document=namer.document(found.need(LS.document)),
        publisher=claim.document.publisher,
        published=claim.document.published.isoformat() if claim.document.published else None,
        url=claim.document.url if claim.document.url and is_web(claim.document.url) else None,
        chain=_chain(namer, iri, claim),
        origin=origin_link(namer, found.need(LS.origin)),
        confidence=_confidence(snapshot, stored, found.need(LS.origin)),
        roles=tuple(RoleView(words(role), link) for role, link in entities.items()),
        when=say.time_span(claim.when) if claim.when else None,
        validity=say.time_span(claim.validity) if claim.validity else None,
        said=claim.said.isoformat() if claim.said else None,
        quantity=say.quantity(claim.quantity) if claim.quantity else None,
        recorded=found.need(LS.recorded),
        agent=" ".join(filter(None, (claim.agent.name, claim.agent.version))) if claim.agent else None,
        says=tuple(in_words(namer, q) for q in telling(assertion)),
        content_hash=found.need(LS.contentHash),
    )


def _triple(namer: Namer, quad: Quad) -> TripleView:
    return TripleView(namer.term(quad.subject), namer.term(quad.predicate), namer.term(quad.object))


def _statements(
    namer: Namer, iri: str, assertion: tuple[Quad, ...], *, denied: bool
) -> tuple[Statement, ...]:
    """What the claim says, and who else says so."""
    return tuple(
        Statement(in_words(namer, q), fact_view(namer, q, without=iri, denied=denied))
        for q in telling(assertion)
    )


def _entities(namer: Namer, iri: str) -> dict[RoleName, Link]:
    """The participants by role, linked to the entities that their mentions stand for today."""
    snapshot = namer.snapshot
    parts = {
        (part := snapshot.node(name)).need(LS.role): part for name in snapshot.node(iri).all(LS.participation)
    }
    found = {}
    for role, info in ROLE_INFO.items():
        if info.property in parts:
            mention = parts[info.property].need(LS.mention)
            entity = snapshot.node(mention).get(LS.canonicalEntity) or mention
            found[role] = namer.link("entity", entity, parts[info.property].get(LS.wording))
    return found


def _quote(
    snapshot: Snapshot, document: str, claim: Claim, documents: ShowDocuments, around: int
) -> QuoteView | None:
    quote = claim.quote
    if quote is None:
        return None
    before, after = quote.prefix or "", quote.suffix or ""
    text = snapshot.document_text(document)
    if text is not None and quote.start is not None and quote.end is not None:
        if text[quote.start : quote.end] == quote.exact:
            before, after = context(text, quote.start, quote.end, around)
    elif documents is ShowDocuments.QUOTE:
        before, after = before[-around:], after[:around]
    return QuoteView(quote.exact, before, after, claim.quote_verified)


def _quote_address(
    snapshot: Snapshot, document: str, iri: str, claim: Claim, documents: ShowDocuments
) -> str | None:
    """Where the quote stands in the article, if that is shown."""
    if claim.quote is None or claim.quote.start is None or documents is not ShowDocuments.WHOLE:
        return None
    content_hash = claim.document.hash
    if content_hash is None or not snapshot.layout.document(content_hash).exists():
        return None
    return quote_address(document, iri, claim.quote.start, snapshot.names)


def _chain(namer: Namer, iri: str, claim: Claim) -> tuple[VoiceView, ...]:
    root = root_position(claim.attribution)
    links = [namer.snapshot.node(name) for name in namer.snapshot.node(iri).all(LS.attribution)]
    sources = {int(link.get(LS.position) or 0): link.get(LS.voice) for link in links}
    voices = []
    for index, voice in enumerate(claim.attribution):
        source = sources.get(index + 1)
        label = voice.label
        voices.append(
            VoiceView(
                position=index + 1,
                source=namer.link("source", source, label) if source else Link(label),
                kind=say.source_kind(voice.kind, voice.count),
                wording=voice.text if voice.text and voice.text != label else None,
                verb=voice.verb,
                speaks_for=voice.speaks_for,
                root=index == root,
                handed_on=index > root,
            )
        )
    return tuple(voices)


def _confidence(snapshot: Snapshot, stored: StoredClaim, origin: str) -> ConfidenceView:
    claim = stored.claim
    rated: Reliability = snapshot.origin_reliability(origin)
    credibility, times = claim.assessment.credibility, hand_ons(claim.attribution)
    base, passed_on = PROBABILITY[CREDIBILITY_TERM[credibility]], PROBABILITY[LS.PassedOn]
    return ConfidenceView(
        reliability=rated.value,
        reliability_words=say.RELIABILITY[rated],
        reliability_probability=reliability_probability(rated),
        credibility=credibility.value,
        credibility_words=say.CREDIBILITY[credibility],
        credibility_probability=base,
        hand_ons=times,
        passed_on=passed_on,
        probability=reliability_probability(rated) * base * passed_on**times,
        rated=claim.assessment.reliability.value if claim.assessment.reliability is not rated else None,
        reason=claim.assessment.reason,
    )


_RELATIONS = (
    (LS.supports, "supports", "is supported by"),
    (LS.rebuts, "rebuts", "is rebutted by"),
    (LS.corrects, "corrects", "is corrected by"),
    (LS.retracts, "retracts", "is retracted by"),
    (LS.supersedes, "supersedes", "is superseded by"),
)


def _relations(namer: Namer, iri: str) -> tuple[Relation, ...]:
    snapshot = namer.snapshot
    relations = []
    for predicate, forward, backward in _RELATIONS:
        for name, found in (
            (forward, snapshot.node(iri).all(predicate)),
            (backward, snapshot.pointing_at(predicate, iri)),
        ):
            relations.append(Relation(name, claim_lines(namer, sorted(found)[:MOST_RELATED]), len(found)))
    return tuple(r for r in relations if r.claims)
