"""The page of an entity: the facts about it by property, each with its claims, confidence and origins."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import islice

from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import DefaultGraph, Quad, node
from kg.dataset.view import Support
from kg.errors import NotFound, TooManyProofs
from kg.infer.rules import ontology_rules
from ontology.vocab import LS, RDF, RDFS
from server.naming import Namer, TermView, term_words, words
from server.views.finding import pointing
from server.views.lines import ClaimLine, OriginGroup, by_origin, claim_lines
from server.views.support import Strength, strength

MOST_FACTS = 300
MOST_CLAIMS = 60
_TOLD_ELSEWHERE = {RDF + "type", RDFS + "label"}
_LABEL = RDFS + "label"


@dataclass(frozen=True)
class FactView:
    """A fact: the value, how sure it is, and the claims it rests on.

    ``strength`` is ``None`` where it follows in more ways than are worked out.
    """

    value: TermView
    strength: Strength | None
    origins: tuple[OriginGroup, ...]


@dataclass(frozen=True)
class PropertyGroup:
    """Facts of one property; ``inverse`` where the entity is the object."""

    property: TermView
    inverse: bool
    facts: tuple[FactView, ...]


@dataclass(frozen=True)
class Wording:
    """Words that a document has for the entity, and how many claims have them, in which role."""

    text: str
    role: str
    claims: int


@dataclass(frozen=True)
class EntityPage:
    """Everything that the page of an entity shows; ``more`` facts are left out."""

    iri: str
    label: str
    labels: tuple[str, ...]
    types: tuple[TermView, ...]
    facts: tuple[PropertyGroup, ...]
    more: bool
    wordings: tuple[Wording, ...]
    claims: tuple[ClaimLine, ...]
    claims_total: int


def entity_page(snapshot: Snapshot, iri: str) -> EntityPage:
    """The page of an entity. Raises ``NotFound`` if neither facts nor mentions know it."""
    namer = Namer(snapshot)
    entity, default = node(iri), DefaultGraph()
    outward = list(islice(snapshot.main.quads_for_pattern(entity, None, None, default), MOST_FACTS + 1))
    inward = list(islice(snapshot.main.quads_for_pattern(None, None, entity, default), MOST_FACTS + 1))
    wordings, claims = _mentions(snapshot, iri)
    if not outward and not inward and not wordings:
        raise NotFound(f"there is no entity {iri} in this store", iri=iri)
    labels = _labels(outward, wordings)
    types = sorted(
        q.object.value for q in outward if q.predicate.value == RDF + "type" and hasattr(q.object, "value")
    )
    return EntityPage(
        iri=iri,
        label=labels[0] if labels else namer.label(iri),
        labels=tuple(labels[1:]),
        types=tuple(TermView("iri", term_words(t), namer.iri_view(t).href, t) for t in types),
        facts=(
            *_groups(namer, outward, inverse=False),
            *_groups(namer, _telling(namer, outward, inward), inverse=True),
        ),
        more=len(outward) > MOST_FACTS or len(inward) > MOST_FACTS,
        wordings=wordings,
        claims=claim_lines(namer, claims[:MOST_CLAIMS]),
        claims_total=len(claims),
    )


def _labels(outward: list[Quad], wordings: tuple[Wording, ...]) -> list[str]:
    """Its labels, the most used wording first."""
    usual: Counter[str] = Counter()
    for wording in wordings:
        usual[wording.text] += wording.claims
    stated = sorted(
        {q.object.value for q in outward if q.predicate.value == _LABEL and hasattr(q.object, "value")}
    )
    return sorted(dict.fromkeys([*stated, *usual]), key=lambda text: (-usual[text], text))


def _mentions(snapshot: Snapshot, iri: str) -> tuple[tuple[Wording, ...], list[str]]:
    """What documents call it, and the active claims that do."""
    counted: Counter[tuple[str, str]] = Counter()
    claims: dict[str, None] = {}
    for mention in {iri, *pointing(snapshot, LS.canonicalEntity, iri)}:
        for part in pointing(snapshot, LS.mention, mention):
            found = snapshot.node(part)
            counted[found.get(LS.wording) or "", term_words(found.get(LS.role) or "")] += 1
            claims[part.partition("#")[0]] = None
    wordings = tuple(Wording(text, role, number) for (text, role), number in counted.most_common())
    return wordings, sorted(claims)


def _telling(namer: Namer, outward: list[Quad], inward: list[Quad]) -> list[Quad]:
    """Facts with the entity as object, less events (their claims are listed) and what is told already."""
    told = {(str(q.subject), str(q.predicate), str(q.object)) for q in outward}
    events = f"<{namer.names.base}event/"
    rules = ontology_rules()
    return [
        q
        for q in inward
        if not str(q.subject).startswith(events)
        and told.isdisjoint(rules.consequences((str(q.subject), str(q.predicate), str(q.object))))
    ]


def _groups(namer: Namer, quads: list[Quad], *, inverse: bool) -> tuple[PropertyGroup, ...]:
    grouped: defaultdict[str, list[Quad]] = defaultdict(list)
    for quad in quads[:MOST_FACTS]:
        if quad.predicate.value not in _TOLD_ELSEWHERE:
            grouped[quad.predicate.value].append(quad)
    groups = []
    for predicate, found in sorted(grouped.items()):
        view = namer.iri_view(predicate)
        label = term_words(predicate) if view.text.startswith("ls:") else words(view.text)
        facts = [_fact(namer, quad, inverse=inverse) for quad in found]
        facts.sort(key=lambda fact: (-(fact.strength.confidence if fact.strength else 0), fact.value.text))
        groups.append(PropertyGroup(TermView("iri", label, view.href, predicate), inverse, tuple(facts)))
    return tuple(groups)


def _fact(namer: Namer, quad: Quad, *, inverse: bool) -> FactView:
    value = namer.term(quad.subject if inverse else quad.object)
    try:
        support: Support = namer.snapshot.fact_support(quad.subject, quad.predicate, quad.object)
    except TooManyProofs:
        return FactView(value, None, ())
    return FactView(
        value=value,
        strength=strength(namer.snapshot, support),
        origins=by_origin(namer, support.claims),
    )
