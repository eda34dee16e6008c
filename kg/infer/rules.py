"""Rules read from the ontology: what follows from one triple, and what it follows from.

A rule here has one triple as its body and one as its head: subclasses, subproperties,
domains, ranges, inverse and symmetric properties, equivalent classes and properties.
Rules with several premises (transitive properties, property chains, sameAs) are not
read. Nor are axioms about ``rdf:type``, domains and ranges that are class expressions
or ``owl:Thing``, and ranges that are datatypes: nothing of one triple follows from them
that is worth storing.

Terms are N-Triples strings, ``<http://example.org/a>`` or ``"x"@en``.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from rdflib import OWL, RDF, RDFS, XSD, Graph, URIRef
from rdflib.term import Node

from ontology import MODULES, turtle

Triple = tuple[str, str, str]
Pattern = tuple[str | None, str | None, str | None]

Link = tuple[str, bool]

TYPE = RDF.type.n3()
NOTHING: frozenset[Triple] = frozenset()


@dataclass(frozen=True, slots=True)
class Entailed:
    """What follows from any triple ``s p o`` of one property.

    ``same`` are the properties q of ``s q o``, ``swapped`` those of ``o q s``;
    ``subject_classes`` and ``object_classes`` the classes of ``s`` and of ``o``.
    """

    same: tuple[str, ...] = ()
    swapped: tuple[str, ...] = ()
    subject_classes: tuple[str, ...] = ()
    object_classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What makes something a member of one class.

    Being a member of one of ``subclasses``, the subject of one of ``subject_of``, or the
    object of one of ``object_of``.
    """

    subclasses: tuple[str, ...]
    subject_of: tuple[str, ...]
    object_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """A set of rules, closed under chaining. Made by ``from_turtle``.

    ``of_property`` and ``of_class`` say what follows; ``to_property`` and ``to_class`` are
    the same relation read backward. ``to_property`` holds the properties that lead to
    one, each with whether subject and object change places.
    """

    of_property: Mapping[str, Entailed]
    of_class: Mapping[str, tuple[str, ...]]
    to_property: Mapping[str, tuple[Link, ...]]
    to_class: Mapping[str, Evidence]

    @classmethod
    def from_turtle(cls, *texts: str) -> "Rules":
        """The rules that the axioms of these Turtle texts, taken together, make."""
        return _close(_axioms(texts))

    def consequences(self, triple: Triple) -> frozenset[Triple]:
        """Every triple that follows from this one alone, itself not included.

        No consequence has a literal as its subject.
        """
        s, p, o = triple
        if p == TYPE:
            classes = self.of_class.get(o)
            return frozenset([(s, TYPE, c) for c in classes]) if classes else NOTHING
        entailed = self.of_property.get(p)
        if entailed is None:
            return NOTHING
        found = [(s, q, o) for q in entailed.same]
        found += [(s, TYPE, c) for c in entailed.subject_classes]
        if not o.startswith('"'):
            found += [(o, q, s) for q in entailed.swapped]
            found += [(o, TYPE, c) for c in entailed.object_classes]
            if s == o:
                return frozenset(found) - {triple}
        return frozenset(found)

    def premises(self, triple: Triple) -> tuple[Pattern, ...]:
        """Patterns of the triples from which this one follows, itself not counted.

        A triple has ``triple`` among its consequences exactly when it matches one of
        them; ``None`` matches anything.
        """
        s, p, o = triple
        if s.startswith('"'):
            return ()
        if p == TYPE:
            evidence = self.to_class.get(o)
            if evidence is None:
                return ()
            return (
                *((s, TYPE, c) for c in evidence.subclasses),
                *((s, q, None) for q in evidence.subject_of),
                *((None, q, s) for q in evidence.object_of),
            )
        is_literal = o.startswith('"')
        found = [
            (o, q, s) if swapped else (s, q, o)
            for q, swapped in self.to_property.get(p, ())
            if not (swapped and is_literal)
        ]
        return tuple(pattern for pattern in dict.fromkeys(found) if pattern != triple)


@lru_cache(maxsize=1)
def ontology_rules() -> Rules:
    """The rules of Lodestone's own ontology, its alignment to other vocabularies left out."""
    return Rules.from_turtle(*(turtle(name) for name in MODULES if name != "alignment"))


@dataclass(frozen=True, slots=True)
class _Axioms:
    """Single steps, as in the Turtle; ``links`` go from a property to other properties."""

    superclasses: Mapping[str, set[str]]
    links: Mapping[str, set[Link]]
    domains: Mapping[str, set[str]]
    ranges: Mapping[str, set[str]]

    def properties(self) -> set[str]:
        """Every property from which something may follow."""
        return set(self.links) | set(self.domains) | set(self.ranges)


def _axioms(texts: Iterable[str]) -> _Axioms:
    graph = Graph()
    for text in texts:
        graph.parse(data=text, format="turtle")
    superclasses: defaultdict[str, set[str]] = defaultdict(set)
    links: defaultdict[str, set[Link]] = defaultdict(set)
    domains: defaultdict[str, set[str]] = defaultdict(set)
    ranges: defaultdict[str, set[str]] = defaultdict(set)
    for a, b in _named(graph, RDFS.subClassOf):
        superclasses[a].add(b)
    for a, b in _named(graph, OWL.equivalentClass):
        superclasses[a].add(b)
        superclasses[b].add(a)
    for a, b in _named(graph, RDFS.subPropertyOf):
        links[a].add((b, False))
    for a, b in _named(graph, OWL.equivalentProperty):
        links[a].add((b, False))
        links[b].add((a, False))
    for a, b in _named(graph, OWL.inverseOf):
        links[a].add((b, True))
        links[b].add((a, True))
    for prop in graph.subjects(RDF.type, OWL.SymmetricProperty):
        if isinstance(prop, URIRef):
            links[prop.n3()].add((prop.n3(), True))
    for a, b in _named(graph, RDFS.domain):
        domains[a].add(b)
    for a, b in _named(graph, RDFS.range):
        if not _is_datatype(graph, b):
            ranges[a].add(b)
    return _Axioms(superclasses, links, domains, ranges)


def _named(graph: Graph, predicate: URIRef) -> Iterator[tuple[str, str]]:
    for a, b in graph.subject_objects(predicate):
        if _is_name(a) and _is_name(b):
            yield a.n3(), b.n3()


def _is_name(term: Node) -> bool:
    return isinstance(term, URIRef) and term not in (RDF.type, OWL.Thing)


def _is_datatype(graph: Graph, term: str) -> bool:
    iri = URIRef(term[1:-1])
    return iri in XSD or iri in (RDFS.Literal, RDF.langString) or (iri, RDF.type, RDFS.Datatype) in graph


def _close(axioms: _Axioms) -> Rules:
    of_class = {c: _sorted(_above({c}, axioms) - {c}) for c in sorted(axioms.superclasses)}
    of_property = {p: _entailed(p, axioms) for p in sorted(axioms.properties())}
    to_property: defaultdict[str, list[Link]] = defaultdict(list)
    subclasses: defaultdict[str, list[str]] = defaultdict(list)
    subject_of: defaultdict[str, list[str]] = defaultdict(list)
    object_of: defaultdict[str, list[str]] = defaultdict(list)
    for c, above in of_class.items():
        for superclass in above:
            subclasses[superclass].append(c)
    for p, entailed in of_property.items():
        for q in entailed.same:
            to_property[q].append((p, False))
        for q in entailed.swapped:
            to_property[q].append((p, True))
        for c in entailed.subject_classes:
            subject_of[c].append(p)
        for c in entailed.object_classes:
            object_of[c].append(p)
    to_class = {
        c: Evidence(tuple(subclasses[c]), tuple(subject_of[c]), tuple(object_of[c]))
        for c in {*subclasses, *subject_of, *object_of}
    }
    return Rules(
        MappingProxyType({p: entailed for p, entailed in of_property.items() if entailed != Entailed()}),
        MappingProxyType({c: above for c, above in of_class.items() if above}),
        MappingProxyType({q: tuple(links) for q, links in to_property.items()}),
        MappingProxyType(to_class),
    )


def _entailed(start: str, axioms: _Axioms) -> Entailed:
    """Everything that follows from ``s start o``, by walking links and noting domains and ranges."""
    reached: set[Link] = set()
    waiting: list[Link] = [(start, False)]
    while waiting:
        link = waiting.pop()
        if link in reached:
            continue
        reached.add(link)
        p, swapped = link
        waiting += [(q, swapped != swaps) for q, swaps in axioms.links.get(p, ())]
    subject, obj = set[str](), set[str]()
    for p, swapped in reached:
        (obj if swapped else subject).update(axioms.domains.get(p, ()))
        (subject if swapped else obj).update(axioms.ranges.get(p, ()))
    return Entailed(
        same=_sorted({q for q, swapped in reached if not swapped} - {start}),
        swapped=_sorted({q for q, swapped in reached if swapped}),
        subject_classes=_sorted(_above(subject, axioms)),
        object_classes=_sorted(_above(obj, axioms)),
    )


def _above(classes: set[str], axioms: _Axioms) -> set[str]:
    """The classes and all their superclasses."""
    reached: set[str] = set()
    waiting = list(classes)
    while waiting:
        c = waiting.pop()
        if c not in reached:
            reached.add(c)
            waiting += axioms.superclasses.get(c, ())
    return reached


def _sorted(names: set[str]) -> tuple[str, ...]:
    return tuple(sorted(names))
