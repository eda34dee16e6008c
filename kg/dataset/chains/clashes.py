"""Facts that the ontology says cannot all be so, each with what it rests on. Both sides stay as they are."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pyoxigraph import NamedNode, Quad
from rdflib import Literal as RdflibLiteral
from rdflib import URIRef

from kg.dataset.annotated.view import Support, View
from kg.dataset.chains.pool import term
from kg.dataset.record.records import DEFAULT, Object, Subject
from kg.dataset.terms import Literal, node, ntriples
from kg.errors import TooManyProofs
from kg.infer.constraints import ontology_constraints
from kg.infer.rules import TYPE, Triple


class ClashKind(StrEnum):
    """Which constraint is broken."""

    DISJOINT_CLASSES = "disjoint_classes"
    DISJOINT_PROPERTIES = "disjoint_properties"
    FUNCTIONAL = "functional"
    INVERSE_FUNCTIONAL = "inverse_functional"
    ASYMMETRIC = "asymmetric"
    IRREFLEXIVE = "irreflexive"


@dataclass(frozen=True)
class Clash:
    """Facts that cannot all be so by one constraint, in N-Triples, with what each rests on.

    ``terms`` are the classes or properties that the constraint is about. The support of a
    fact that follows in too many ways is ``None``.
    """

    kind: ClashKind
    terms: tuple[str, ...]
    facts: tuple[Triple, ...]
    supports: tuple[Support | None, ...]

    @property
    def claims(self) -> tuple[str, ...]:
        """The claims on all sides, in order."""
        return tuple(sorted({claim for support in self.supports if support for claim in support.claims}))


def ontology_conflicts(view: View, about: Collection[str] | None = None) -> Iterator[Clash]:
    """What breaks a constraint of the ontology among the facts and the base data, in a fixed order.

    With ``about``, of IRIs, only what is said of one of them. Base data counts as it stands,
    without what would follow from it.
    """
    seen = set()
    for kind, terms, facts in _found(_Looking(view, about)):
        key = (kind, terms, frozenset(facts))
        if key not in seen:
            seen.add(key)
            yield Clash(kind, terms, facts, tuple(_support(view, fact) for fact in facts))


def _support(view: View, fact: Triple) -> Support | None:
    s, p, o = map(term, fact)
    try:
        return view.fact_support(s, p, o)
    except TooManyProofs:
        return None


_Found = tuple[ClashKind, tuple[str, ...], tuple[Triple, ...]]


class _Looking:
    """The default graph, all of it or what it has of some nodes."""

    def __init__(self, view: View, about: Collection[str] | None) -> None:
        self._store = view.main
        self._about = None if about is None else [node(iri) for iri in sorted(set(about))]

    def facts(self, p: str, o: str | None = None) -> Iterator[Quad]:
        """Facts of a property (and object) whose subject is one of the nodes."""
        item = None if o is None else term(o)
        for subject in self._about if self._about is not None else [None]:
            yield from self.matching(subject, term(p), item)

    def facts_to(self, p: str) -> Iterator[Quad]:
        """Facts of a property whose object is one of the nodes."""
        for item in self._about if self._about is not None else [None]:
            yield from self.matching(None, term(p), item)

    def matching(self, s: Subject | None, p: NamedNode, o: Object | None) -> Iterator[Quad]:
        """Facts that match."""
        return iter(self._store.quads_for_pattern(s, p, o, DEFAULT))

    def has(self, s: Any, p: str, o: Any) -> bool:
        """Whether something is a fact."""
        return next(self.matching(s, term(p), o), None) is not None

    def is_used(self, p: str, o: str | None = None) -> bool:
        """Whether there is such a fact at all."""
        return next(self.matching(None, term(p), None if o is None else term(o)), None) is not None


def _found(looking: _Looking) -> Iterator[_Found]:
    rules = ontology_constraints()
    for pair in rules.disjoint_classes:
        yield from _in_both(*pair, looking)
    for pair in rules.disjoint_properties:
        yield from _by_both(*pair, looking)
    for p in rules.functional:
        yield from _several(ClashKind.FUNCTIONAL, p, looking, looking.facts(p))
    for p in rules.inverse_functional:
        yield from _several(ClashKind.INVERSE_FUNCTIONAL, p, looking, looking.facts_to(p))
    for p in rules.asymmetric:
        yield from _both_ways(p, looking)
    for p in rules.irreflexive:
        for quad in looking.facts(p):
            if quad.subject == quad.object:
                yield ClashKind.IRREFLEXIVE, (p,), (_texts(quad),)


def _in_both(a: str, b: str, looking: _Looking) -> Iterator[_Found]:
    if looking.is_used(TYPE, a) and looking.is_used(TYPE, b):
        for quad in looking.facts(TYPE, a):
            if looking.has(quad.subject, TYPE, term(b)):
                thing = ntriples(quad.subject)
                yield ClashKind.DISJOINT_CLASSES, (a, b), ((thing, TYPE, a), (thing, TYPE, b))


def _by_both(p: str, q: str, looking: _Looking) -> Iterator[_Found]:
    for quad in looking.facts(p) if looking.is_used(q) else ():
        if looking.has(quad.subject, q, quad.object):
            s, _, o = fact = _texts(quad)
            yield ClashKind.DISJOINT_PROPERTIES, (p, q), (fact, (s, q, o))


def _both_ways(p: str, looking: _Looking) -> Iterator[_Found]:
    for quad in (*looking.facts(p), *looking.facts_to(p)):
        if quad.subject == quad.object or isinstance(quad.object, Literal):
            continue
        if looking.has(quad.object, p, quad.subject):
            s, o = sorted((ntriples(quad.subject), ntriples(quad.object)))
            yield ClashKind.ASYMMETRIC, (p,), ((s, p, o), (o, p, s))


def _several(kind: ClashKind, p: str, looking: _Looking, quads: Iterable[Quad]) -> Iterator[_Found]:
    """Subjects with several values of a property, or values with several subjects."""
    single: dict[Any, Any] = {}
    several: dict[Any, None] = {}
    forward = kind is ClashKind.FUNCTIONAL
    for quad in quads:
        one, other = (quad.subject, quad.object) if forward else (quad.object, quad.subject)
        if single.setdefault(one, other) != other:
            several[one] = None
    for one in several:
        ends = [None, term(p), one] if not forward else [one, term(p), None]
        found = sorted(_texts(quad) for quad in looking.matching(*ends))
        distinct: dict[object, Triple] = {}
        for triple in found:
            distinct.setdefault(_value(triple[2] if forward else triple[0]), triple)
        if len(distinct) > 1:
            yield kind, (p,), tuple(distinct.values())


def _texts(quad: Quad) -> Triple:
    return str(quad.subject), str(quad.predicate), ntriples(quad.object)


def _value(text: str) -> object:
    """What a term stands for: two spellings of a number or a date are one value."""
    if not text.startswith('"'):
        return text
    literal: Literal = term(text)
    if literal.language:
        return text
    told = RdflibLiteral(literal.value, datatype=URIRef(literal.datatype.value))
    return text if told.value is None else (literal.datatype.value, told.value)
