"""Links to a data set as claims: which item an entity may be, and what the data set says of those it is.

A link is a claim like any other: it stands on the data set, says why it was made, waits
for review, and can fall. What was rejected once is known, and is not proposed again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kg.claims.claim import Agent, AgentKind, Claim, Status
from kg.claims.confidence import Assessment, Credibility, Reliability
from kg.claims.document import Document
from kg.claims.source import SourceKind, Voice
from kg.link.entity import Entity, Kind
from kg.link.external.client import Endpoint, NoAnswer
from kg.link.external.model import Model
from kg.link.external.questions import Item, by_identifiers, by_names, described, entity_of
from kg.link.identifiers import normal, of_iri
from kg.link.matcher import Candidate, Matcher
from kg.link.scoring import table
from kg.query.algebra import Iri, Lit
from kg.query.shaping.render import node
from ontology.vocab import LS, SKOS

LINKED_KINDS: tuple[Kind, ...] = ("party", "place")
"""Kinds of entities that are linked."""
OWN_PROPERTIES: Mapping[str, str] = {"lei": LS.lei, "iso3166-1": LS.isoCode, "iso3166-2": LS.isoCode}
"""Properties of ours for identifiers; others are linked to by their IRI (``IRIS``)."""
IRIS: Mapping[str, str] = {
    "geonames": "https://sws.geonames.org/{}/",
    "opencorporates": "https://opencorporates.com/companies/{}",
}
_AT_ONCE = 200


@dataclass(frozen=True)
class Link:
    """An entity, the item that it may be, why, and others that came to mind."""

    entity: Entity
    candidate: Candidate
    others: tuple[Candidate, ...]

    @property
    def reason(self) -> str:
        """The score and the features that made it, in words."""
        told = ", ".join(f"{name}: {value}" for name, value in sorted(self.candidate.features.items()))
        return f"score {self.candidate.score:g} of 100 ({told})"


@dataclass
class Found:
    """What is proposed: links, and statements about what is linked already. ``unlinked`` have no candidate.

    ``unanswered`` are questions that got no answer, in words.
    """

    links: list[Link] = field(default_factory=list)
    known: list[tuple[Entity, Item]] = field(default_factory=list)
    unlinked: list[Entity] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)


def find(
    endpoint: Endpoint,
    model: Model,
    entities: Iterable[Entity],
    matched: Mapping[str, str] | None = None,
    kinds: Sequence[Kind] = LINKED_KINDS,
) -> Found:
    """What a data set has for entities.

    ``matched`` are the entities that are linked already, with their items; of those, it is
    fetched what the data set says. Questions without an answer are told, and the rest goes on.
    """
    found = Found()
    linked = dict(matched or {})
    chosen = [e for e in entities if e.described.kind in kinds and e.described.named]
    open_ones = [e for e in chosen if e.iri not in linked]
    _in_parts(endpoint, open_ones, found.unanswered, lambda part: _links(endpoint, model, part, found))

    def say(part: Sequence[Entity]) -> None:
        items = described(endpoint, model, [linked[e.iri] for e in part])
        found.known += [(e, items[linked[e.iri]]) for e in part if items[linked[e.iri]].names]

    _in_parts(endpoint, [e for e in chosen if e.iri in linked], found.unanswered, say)
    return found


def _in_parts(
    endpoint: Endpoint,
    entities: Sequence[Entity],
    unanswered: list[str],
    ask: Callable[[Sequence[Entity]], None],
) -> None:
    """Ask about entities, many at once; of those that get no answer, in ever smaller parts."""
    left = [entities[start : start + _AT_ONCE] for start in range(0, len(entities), _AT_ONCE)][::-1]
    while left:
        part = left.pop()
        try:
            ask(part)
        except NoAnswer as error:
            half = len(part) // 2
            if half and not endpoint.down:
                left += [part[half:], part[:half]]
            else:
                others = f" and {len(part) - 1} others" if len(part) > 1 else ""
                unanswered.append(f"{len(part)} not asked about, {part[0].name!r}{others}: {error}")


def _links(endpoint: Endpoint, model: Model, part: Sequence[Entity], found: Found) -> None:
    named = by_names(endpoint, model, {name for e in part for name in e.described.names})
    pairs = {(scheme, v) for e in part for scheme, values in e.described.identifiers.items() for v in values}
    identified = by_identifiers(endpoint, model, pairs)
    items: dict[str, tuple[str, ...]] = {}
    for e in part:
        keys = [(scheme, v) for scheme, values in e.described.identifiers.items() for v in sorted(values)]
        of_keys = [i for key in keys for i in identified.get(key, ())]
        items[e.iri] = tuple(dict.fromkeys([*of_keys, *(i for n in e.described.names for i in named[n])]))
    every = described(endpoint, model, {i for some in items.values() for i in some})
    for e in part:
        there = [x for i in items[e.iri] if (x := entity_of(every[i], model)) is not None]
        best = Matcher(there).matches(e.described, limit=5) if there else []
        kept = [c for c in best if c.score >= table().review]
        if kept:
            found.links.append(Link(e, kept[0], tuple(kept[1:])))
        else:
            found.unlinked.append(e)


def matches_of(entities: Iterable[Entity], model: Model, said: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Of what facts say matches what (pairs of IRIs), the items that entities are linked to."""
    known = {e.iri for e in entities}
    return {iri: other for iri, other in said if iri in known and model.items.fullmatch(other)}


def link_claim(link: Link, model: Model, agent: Agent) -> Claim:
    """The proposal that an entity is an item."""
    sure = link.candidate.match
    triple = (
        f"{node(Iri(link.entity.iri))} {node(Iri(f'{SKOS}exactMatch'))} {node(Iri(link.candidate.iri))} ."
    )
    return _claim(
        triple, model, agent, Credibility.PROBABLY_TRUE if sure else Credibility.POSSIBLY_TRUE, link.reason
    )


def statements(entity: Entity, item: Item, model: Model, agent: Agent) -> Iterator[Claim]:
    """Proposals of what a data set says of an entity that is linked to its item: names and identifiers."""
    reason = f"{model.dataset} says so of {item.iri}, which the entity is linked to"
    about = node(Iri(entity.iri))

    def claim(predicate: str, value: str) -> Claim:
        return _claim(
            f"{about} {node(Iri(predicate))} {value} .", model, agent, Credibility.PROBABLY_TRUE, reason
        )

    for text, language in item.names:
        if text not in entity.described.names:
            yield claim(f"{SKOS}altLabel", node(Lit(text, language=language or None)))
    for scheme, value in item.identifiers:
        kept = normal(scheme, value)
        if kept is None or kept in entity.described.identifiers.get(scheme, frozenset()):
            continue
        if scheme in OWN_PROPERTIES:
            yield claim(OWN_PROPERTIES[scheme], node(Lit(kept)))
        elif scheme in IRIS and of_iri(IRIS[scheme].format(kept)) == (scheme, kept):
            yield claim(f"{SKOS}exactMatch", node(Iri(IRIS[scheme].format(kept))))


def _claim(triple: str, model: Model, agent: Agent, credibility: Credibility, reason: str) -> Claim:
    return Claim(
        triples=(triple,),
        document=Document(title=model.dataset, url=model.home, publisher=model.publisher),
        attribution=(Voice(kind=SourceKind.DOCUMENT, name=model.dataset),),
        assessment=Assessment(reliability=Reliability.C, credibility=credibility, reason=reason),
        agent=agent,
        status=Status.PROPOSED,
    )


def linker(number: str) -> Agent:
    """The program, as the one who makes the claims."""
    return Agent(kind=AgentKind.EXTRACTOR, name="lodestone link", version=number)
