"""The page of an entity: facts by property and value, what is said of it when, and who is near it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from kg.claims.names import part_of
from kg.claims.types import TYPE_INFO
from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import DefaultGraph, Literal, NamedNode, Quad, QuerySolutions, node
from kg.dataset.text.search import Ask, Sort, TextIndex
from kg.errors import NotFound
from kg.infer.rules import ontology_rules
from ontology.vocab import LS, RDF, RDFS
from server.drawing.neighbours import Neighbour
from server.drawing.timeline import Happening
from server.naming import LONGEST_NAME, Link, Namer, TermView, compact, is_web, shortened, term_words, words
from server.views.asking import Asked, mentions_of
from server.views.fact import FactView, fact_views
from server.views.finding import TYPES
from server.views.lines import ClaimLine, claim_lines
from server.views.statement import MAPPINGS

MOST_READ = 1000
"""Facts that are read on each side of an entity."""

MOST_FACTS = 24
"""Facts on one page, and how many of one property in a row before it is the turn of the next."""

MOST_OF_ONE = 12
MOST_CLAIMS = 10
MOST_HAPPENINGS = 60
MOST_NAMES = 24
_TOLD_ELSEWHERE = {RDF + "type", RDFS + "label"}
_LABEL = RDFS + "label"
_DIRECT = tuple(dict.fromkeys(f.predicate.value for info in TYPE_INFO.values() for f in info.direct))


_CALLED = {LS.edtf.value: "date", LS.earliest.value: "earliest day", LS.latest.value: "latest day"}
"""Properties whose names tell an analyst little."""


@dataclass(frozen=True)
class PropertyGroup:
    """Facts of one property; ``inverse`` where the entity is the object.

    ``more`` of them are on other pages, if there are such.
    """

    property: TermView
    inverse: bool
    facts: tuple[FactView, ...]
    more: int


@dataclass(frozen=True)
class RoleCount:
    """In how many active claims it has a role, and where they are listed."""

    role: str
    claims: int
    href: str


@dataclass(frozen=True)
class EntityPage:
    """Everything that the page of an entity shows; ``more`` facts are there than were read.

    There are ``total`` facts on ``pages`` pages; pages after the first show facts only.
    ``contested`` counts the active claims that mention it and are contradicted. ``elsewhere``
    are facts that link it with names in other data. ``mentions`` are the names that stand
    for it in documents, where judgments made them one.
    """

    iri: str
    label: str
    labels: tuple[str, ...]
    types: tuple[TermView, ...]
    mentions: tuple[str, ...]
    elsewhere: tuple[PropertyGroup, ...]
    facts: tuple[PropertyGroup, ...]
    total: int
    page: int
    pages: int
    contested: int
    contested_href: str
    more: bool
    roles: tuple[RoleCount, ...]
    first: str
    last: str
    happenings: tuple[Happening, ...]
    neighbours: tuple[Neighbour, ...]
    claims: tuple[ClaimLine, ...]
    claims_total: int
    claims_href: str


def entity_page(snapshot: Snapshot, iri: str, page: int = 1) -> EntityPage:
    """A page of an entity. Raises ``NotFound`` if nothing knows it, or it has no such page."""
    namer, index = Namer(snapshot), snapshot.text
    outward, inward, more = _facts(namer, iri)
    mentions = mentions_of(snapshot, iri)
    ask = Ask(chosen={"mention": mentions, "state": ("active",)}, limit=MOST_CLAIMS)
    names = index.names_of(mentions) if index else ()
    if not outward and not inward and not names:
        raise NotFound(f"there is no entity {iri} in this store", iri=iri)
    labels = _labels(outward, (hit.text for hit in names))
    told = _in_turn(outward, inward)
    pages = max(1, -(-len(told) // MOST_FACTS))
    if page > pages:
        raise NotFound(f"the facts on {iri} are on {pages} pages", iri=iri)
    first_page = page == 1
    groups = _groups(namer, told, told[(page - 1) * MOST_FACTS : page * MOST_FACTS])
    elsewhere = tuple(g for g in groups if _is_elsewhere(g, snapshot.names.base))
    inside = tuple(g for g in groups if g not in elsewhere)
    first, last = index.days(ask) if index else ("", "")
    opposed = {**ask.chosen, "contested": ("yes",)}
    return EntityPage(
        iri=iri,
        label=labels[0] if labels else shortened(namer.label(iri)),
        labels=tuple(labels[1:MOST_NAMES]),
        types=_types(namer, outward),
        mentions=tuple(m for m in mentions if m != iri),
        elsewhere=elsewhere,
        facts=inside,
        total=len(told),
        page=page,
        pages=pages,
        contested=index.count(Ask(chosen=opposed)) if index else 0,
        contested_href=Asked(chosen={"entity": (iri,), "contested": ("yes",)}).address("/claims"),
        more=more,
        roles=_roles(index, iri, mentions) if index else (),
        first=first,
        last=last,
        happenings=_happenings(namer, index, mentions) if index and first_page else (),
        neighbours=_neighbours(inside) if first_page else (),
        claims=claim_lines(namer, index.claims(ask).claims) if index and first_page else (),
        claims_total=index.count(ask) if index else 0,
        claims_href=Asked(chosen={"entity": (iri,)}).address("/claims"),
    )


def _facts(namer: Namer, iri: str) -> tuple[list[Quad], list[Quad], bool]:
    """Facts with the entity as subject, and as object: those less events, and less what is told already."""
    snapshot, entity, default = namer.snapshot, node(iri), DefaultGraph()
    outward = [Quad(entity, p, o, default) for p, o in _rows(snapshot, f"?p ?o {{ {entity} ?p ?o }}")]
    direct = chain.from_iterable(
        islice(snapshot.main.quads_for_pattern(None, node(p), entity, default), MOST_READ) for p in _DIRECT
    )
    stated = list(islice(direct, MOST_READ))
    every = list(_rows(snapshot, f"?s ?p {{ ?s ?p {entity} }}"))
    events = f"<{snapshot.names.base}event/"
    others = (Quad(s, p, entity, default) for s, p in every if not str(s).startswith(events))
    inward = list(dict.fromkeys(chain(stated, others)))
    full = MOST_READ in (len(outward), len(stated), len(every))
    return outward, _telling(outward, inward), full


def _rows(snapshot: Snapshot, asked: str) -> Iterator[tuple[Any, ...]]:
    """The first rows of a query, whose engine reads no more of a triple than is asked for."""
    found = snapshot.query(f"SELECT {asked} LIMIT {MOST_READ}")
    assert isinstance(found, QuerySolutions)  # noqa: S101 - of a SELECT
    return map(tuple, found)


def _telling(outward: list[Quad], inward: list[Quad]) -> list[Quad]:
    """Facts with the entity as object that are not told the other way round, with it as subject."""
    told = {(str(q.subject), str(q.predicate), str(q.object)) for q in outward}
    rules = ontology_rules()

    def is_told(quad: Quad) -> bool:
        said = (str(quad.subject), str(quad.predicate), str(quad.object))
        return any(other in told for other in rules.consequences(said) if other[2] == said[0])

    return [quad for quad in inward if not is_told(quad)]


def _labels(outward: list[Quad], wordings: Iterable[str]) -> list[str]:
    """Its labels, in Latin script first: that is what most readers can read."""
    stated = (
        q.object.value for q in outward if q.predicate.value == _LABEL and isinstance(q.object, Literal)
    )
    found = dict.fromkeys(shortened(text, LONGEST_NAME) for text in chain(stated, wordings))
    return sorted(found, key=lambda text: (not text[:40].isascii(), len(text) > 80))


def _types(namer: Namer, outward: list[Quad]) -> tuple[TermView, ...]:
    found = {
        q.object.value
        for q in outward
        if q.predicate.value == RDF + "type" and isinstance(q.object, NamedNode)
    }
    return tuple(
        TermView("iri", term_words(t), namer.iri_view(t).href, t) for t in sorted(found)[:MOST_NAMES]
    )


def _roles(index: TextIndex, iri: str, mentions: tuple[str, ...]) -> tuple[RoleCount, ...]:
    ask = Ask(chosen={"mention": mentions, "state": ("active",)})
    counted: defaultdict[str, int] = defaultdict(int)
    for count in index.facets(ask, ("player",), 200)["player"]:
        role, _, mention = count.value.partition(" ")
        if mention in mentions:
            counted[role] += count.claims
    return tuple(
        RoleCount(
            role.replace("_", " "),
            number,
            Asked(chosen={"entity": (iri,), "role": (role,)}).address("/claims"),
        )
        for role, number in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    )


_Told = tuple[str, bool, Quad]
"""A fact by its property, and whether the entity is its object."""


def _in_turn(outward: list[Quad], inward: list[Quad]) -> list[_Told]:
    """All facts in the order of the pages: some of each property, then the next of each."""
    grouped: defaultdict[tuple[bool, bool, str], list[Quad]] = defaultdict(list)
    for inverse, quads in ((False, outward), (True, inward)):
        for quad in quads:
            name = quad.predicate.value
            if name not in _TOLD_ELSEWHERE:
                grouped[inverse, name not in _DIRECT, name].append(quad)
    turns = [
        (number // MOST_OF_ONE, key, (key[2], key[0], quad))
        for key, quads in grouped.items()
        for number, quad in enumerate(quads)
    ]
    return [told for *_, told in sorted(turns, key=lambda turn: turn[:2])]


def _groups(namer: Namer, told: list[_Told], shown: list[_Told]) -> list[PropertyGroup]:
    """The facts of one page by property."""
    held = Counter((name, inverse) for name, inverse, _ in told)
    grouped: defaultdict[tuple[str, bool], list[Quad]] = defaultdict(list)
    for name, inverse, quad in shown:
        grouped[name, inverse].append(quad)
    return [
        _group(namer, quads, inverse=inverse, more=held[name, inverse] - len(quads))
        for (name, inverse), quads in grouped.items()
    ]


def property_groups(namer: Namer, quads: list[Quad], *, inverse: bool) -> Iterator[PropertyGroup]:
    """The first facts by property, those of the direct forms first; types and labels are left out."""
    told = _in_turn([], quads) if inverse else _in_turn(quads, [])
    yield from _groups(namer, told, told[:MOST_FACTS])


def _group(namer: Namer, quads: list[Quad], *, inverse: bool, more: int) -> PropertyGroup:
    predicate = quads[0].predicate.value
    view = namer.iri_view(predicate)
    label = MAPPINGS.get(predicate) or (
        _CALLED.get(predicate) or term_words(predicate) if view.text.startswith("ls:") else words(view.text)
    )
    facts = fact_views(namer, quads, inverse=inverse)
    facts.sort(key=lambda fact: (-sureness(fact), fact.value.text))
    return PropertyGroup(TermView("iri", label, view.href, predicate), inverse, tuple(facts), more)


def sureness(fact: FactView) -> float:
    """The confidence of a fact, 0 where it is not worked out."""
    return fact.strength.confidence if fact.strength else 0.0


def _is_elsewhere(group: PropertyGroup, base: str) -> bool:
    """Whether a property links the entity with names in other data."""
    iris = [fact.value.title for fact in group.facts if fact.value.kind == "iri" and fact.value.title]
    shipped = f"{base}reference/"
    outside = iris and all(is_web(i) and (i.startswith(shipped) or not i.startswith(base)) for i in iris)
    known = compact(group.property.title or "").startswith(("skos:", "owl:sameAs", "schema:", "ls:lei"))
    return bool(known and (outside or not iris)) and not group.inverse


def _happenings(namer: Namer, index: TextIndex, mentions: tuple[str, ...]) -> tuple[Happening, ...]:
    """What is said to have happened to it, the latest first; only what has a date."""
    chosen = {"mention": mentions, "state": ("active",)}
    ask = Ask(chosen=chosen, since="0001-01-01", sort=Sort.LATEST, limit=MOST_HAPPENINGS)
    found = []
    for one in index.stored(ask):
        span = part_of(one.iri, "when")
        earliest = namer.snapshot.said(span, LS.earliest) or one.day
        latest = namer.snapshot.said(span, LS.latest) or earliest
        found.append(
            Happening(
                what=namer.link("claim", one.iri, one.line.label or None),
                kind=term_words(TYPES[one.type]),
                earliest=min(earliest, latest),
                latest=max(earliest, latest),
                confidence=one.confidence,
                contested=one.contested,
                denied=one.polarity == "negative",
            )
        )
    return tuple(found)


def _neighbours(groups: tuple[PropertyGroup, ...]) -> tuple[Neighbour, ...]:
    """Entities that the shown facts connect it with, the surest first."""
    found = [
        Neighbour(
            what=Link(fact.value.text, fact.value.href, fact.value.title),
            how=group.property.text,
            inward=group.inverse,
            confidence=sureness(fact),
            contested=bool(fact.against),
        )
        for group in groups
        for fact in group.facts
        if fact.value.kind == "iri"
    ]
    return tuple(sorted(found, key=lambda n: (-n.confidence, n.what.text)))
