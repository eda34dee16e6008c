"""From the record back to a claim: the inverse of ``encode``."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from kg.claims.claim import (
    Agent,
    AgentKind,
    Claim,
    ClaimType,
    Mention,
    Modality,
    Polarity,
    Qualifier,
    Quantity,
    Quote,
    RoleName,
    Status,
)
from kg.claims.confidence import CREDIBILITY_TERM, RELIABILITY_TERM, Assessment, Credibility, Reliability
from kg.claims.document import Document
from kg.claims.names import Names
from kg.claims.source import SOURCE_CLASS, SourceKind, Voice
from kg.claims.times import TimeSpan
from kg.claims.types import (
    MODALITY_TERM,
    POLARITY_TERM,
    QUALIFIER_TERM,
    ROLE_INFO,
    STATUS_TERM,
    TYPE_INFO,
)
from kg.errors import NotFound
from ontology.vocab import DCT, LS, OA, RDF, RDFS, SCHEMA, SKOS

Describe = Callable[[str], Iterable[tuple[str, str]]]
"""From the IRI of a node of the record to its (predicate IRI, object value) pairs."""

_TYPE = {info.event_class.value: kind for kind, info in TYPE_INFO.items()}
_ROLE: dict[str, RoleName] = {info.property.value: role for role, info in ROLE_INFO.items()}
_MODALITY: dict[str, Modality] = {term.value: m for m, term in MODALITY_TERM.items()}
_POLARITY: dict[str, Polarity] = {term.value: p for p, term in POLARITY_TERM.items()}
_STATUS: dict[str, Status] = {term.value: s for s, term in STATUS_TERM.items()}
_QUALIFIER: dict[str, Qualifier] = {term.value: q for q, term in QUALIFIER_TERM.items()}
_RELIABILITY: dict[str, Reliability] = {term.value: r for r, term in RELIABILITY_TERM.items()}
_CREDIBILITY: dict[str, Credibility] = {term.value: c for c, term in CREDIBILITY_TERM.items()}
_SOURCE: dict[str, SourceKind] = {term.value: kind for kind, term in SOURCE_CLASS.items()}


@dataclass(frozen=True)
class Node:
    """A node of the record with all that is said of it."""

    iri: str
    values: Mapping[str, tuple[str, ...]]

    def all(self, predicate: str) -> tuple[str, ...]:
        """Every value of a predicate."""
        return self.values.get(predicate, ())

    def get(self, predicate: str) -> str | None:
        """The value of a predicate that has at most one."""
        found = self.all(predicate)
        return min(found) if found else None

    def need(self, predicate: str) -> str:
        """The value of a predicate that a sound record always has. Raises ``NotFound``."""
        found = self.get(predicate)
        if found is None:
            raise NotFound(f"the record of {self.iri} lacks {predicate}: run lodestone check", iri=self.iri)
        return found


Read = Callable[[str], Node]
"""From the IRI of a node of the record to all that is said of it."""


def read_node(iri: str, describe: Describe) -> Node:
    """Everything the record says of one node."""
    values: defaultdict[str, list[str]] = defaultdict(list)
    for predicate, value in describe(iri):
        values[predicate].append(value)
    return Node(iri, {predicate: tuple(found) for predicate, found in values.items()})


def decode(iri: str, part: Read, names: Names, assertion: Callable[[], tuple[str, ...]]) -> Claim:
    """The claim of that IRI. ``assertion`` gives its triples in N-Triples, for a claim made from RDF.

    Raises ``NotFound`` if the record holds no such claim, or not all of it.
    """
    node = part(iri)
    if LS.Claim not in node.all(RDF + "type"):
        raise NotFound(f"there is no claim {iri} in this store", iri=iri)
    agent = node.get(LS.agent)
    triples = () if node.get(LS.event) else assertion()
    own = iri == names.claim(node.need(LS.contentHash)[:32])
    return Claim(
        iri=None if own else iri,
        type=_TYPE.get(node.need(LS.claimType), ClaimType.OTHER),
        roles=_roles(node, part),
        triples=triples,
        quote=_quote(part(q)) if (q := node.get(LS.quote)) else None,
        document=decode_document(part(node.need(LS.document))),
        attribution=decode_chain(node, part),
        modality=_MODALITY[node.need(LS.modality)],
        polarity=_POLARITY[node.need(LS.polarity)],
        when=_time(part(t)) if (t := node.get(LS.occurred)) else None,
        validity=_time(part(t)) if (t := node.get(LS.validity)) else None,
        said=date.fromisoformat(said) if (said := node.get(LS.said)) else None,
        quantity=_quantity(part(n)) if (n := node.get(LS.quantity)) else None,
        origin=node.get(LS.givenOrigin),
        assessment=decode_assessment(part(node.need(LS.assessment))),
        agent=decode_agent(part(agent)) if agent else None,
        recorded=datetime.fromisoformat(node.need(LS.recorded)),
        status=_STATUS[node.need(LS.status)],
        quote_verified=part(q).get(LS.quoteVerified) == "true" if q else False,
        supports=tuple(sorted(node.all(LS.supports))),
        rebuts=tuple(sorted(node.all(LS.rebuts))),
        corrects=tuple(sorted(node.all(LS.corrects))),
        retracts=tuple(sorted(node.all(LS.retracts))),
        supersedes=tuple(sorted(node.all(LS.supersedes))),
    )


def _quote(node: Node) -> Quote:
    start, end = node.get(OA + "start"), node.get(OA + "end")
    return Quote(
        exact=node.need(OA + "exact"),
        prefix=node.get(OA + "prefix"),
        suffix=node.get(OA + "suffix"),
        start=None if start is None else int(start),
        end=None if end is None else int(end),
    )


def _roles(node: Node, part: Callable[[str], Node]) -> dict[RoleName, Mention]:
    found = [part(name) for name in node.all(LS.participation)]
    roles = {_ROLE[p.need(LS.role)]: _mention(p) for p in found}
    return {role: roles[role] for role in RoleName if role in roles}


def _mention(node: Node) -> Mention:
    named = node.get(LS.isNamed)
    return Mention(
        text=node.need(LS.wording),
        iri=node.get(LS.givenIri),
        id=node.get(LS.mentionKey),
        named=None if named is None else named == "true",
        also=node.all(SKOS + "altLabel") or None,
        hs=node.all(LS.hsCode) or None,
        control=node.all(LS.controlCode) or None,
    )


def decode_chain(node: Node, part: Callable[[str], Node]) -> tuple[Voice, ...]:
    """The attribution chain of a claim, nearest to the event first."""
    links = sorted((part(name) for name in node.all(LS.attribution)), key=lambda n: int(n.need(LS.position)))
    return tuple(_voice(link, part(link.need(LS.voice))) for link in links)


def _voice(link: Node, source: Node) -> Voice:
    count = link.get(LS.groupCount)
    kinds = [_SOURCE[t] for t in source.all(RDF + "type") if t in _SOURCE]
    if not kinds:
        raise NotFound(f"the record does not say what kind of source {source.iri} is", iri=source.iri)
    return Voice(
        kind=kinds[0],
        name=link.get(SCHEMA + "name"),
        count=None if count is None else int(count),
        text=link.get(LS.wording),
        verb=link.get(LS.reportingVerb),
        speaks_for=link.get(LS.speaksFor),
    )


def _time(node: Node) -> TimeSpan:
    of_saying = node.get(LS.isTimeOfSaying) == "true"
    return TimeSpan(text=node.get(LS.wording), edtf=node.get(LS.edtf), of_saying=of_saying)


def _quantity(node: Node) -> Quantity:
    return Quantity(
        value=float(node.need(LS.quantityValue)),
        qualifier=_QUALIFIER[node.need(LS.qualifier)],
        unit=node.get(LS.unit),
    )


def decode_assessment(node: Node) -> Assessment:
    """The two ratings and their reason."""
    return Assessment(
        reliability=_RELIABILITY[node.need(LS.sourceReliability)],
        credibility=_CREDIBILITY[node.need(LS.informationCredibility)],
        reason=node.get(LS.reason),
    )


def decode_document(node: Node) -> Document:
    """What is known of a document."""
    published = node.get(DCT + "issued")
    return Document(
        hash=node.get(LS.textHash),
        title=node.get(DCT + "title"),
        publisher=node.get(DCT + "publisher"),
        published=date.fromisoformat(published) if published else None,
        url=node.get(SCHEMA + "url"),
        language=node.get(DCT + "language"),
    )


def decode_agent(node: Node) -> Agent:
    """Who made a claim or a judgment."""
    kind = AgentKind.EXTRACTOR if LS.Extractor in node.all(RDF + "type") else AgentKind.PERSON
    return Agent(kind=kind, name=node.need(RDFS + "label"), version=node.get(LS.agentVersion))
