"""Rules with several premises, read from the ontology: transitive properties and property chains.

These are prp-trp and prp-spo2 of the OWL 2 RL rules (OWL 2 Profiles, section 4.3). Their
members may be inferred themselves, and what they conclude has consequences of its own by
the rules of one premise (``kg.infer.rules``). Chains through ``rdf:type`` are not read.

Libraries that do OWL 2 RL (owlrl, reasonable) were tried: they work out all that follows, in
memory, each time anew, and tell neither what a triple follows from nor what falls with a
premise, which is what this package is there for.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from rdflib import OWL, RDF, Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from kg.infer.rules import TYPE, Entailed, Rules, Triple
from ontology import MODULES, turtle


@dataclass(frozen=True, slots=True)
class Step:
    """One member of a chain: a property, read backward if ``swapped``."""

    prop: str
    swapped: bool = False

    def triple(self, left: str, right: str) -> Triple:
        """The triple that leads from one node to the next."""
        return (right, self.prop, left) if self.swapped else (left, self.prop, right)


@dataclass(frozen=True, slots=True)
class Chain:
    """``x head z`` follows where the steps of ``body``, two and more, lead from ``x`` to ``z``.

    ``adds`` is what follows from the conclusion alone, less the classes of ``x`` and ``z`` that
    follow from the first and the last member too. ``axiom`` is the rule in words.
    """

    head: str
    body: tuple[Step, ...]
    adds: Entailed
    axiom: str

    @property
    def is_transitive(self) -> bool:
        """Whether this is the transitivity of a property."""
        return self.body == (Step(self.head), Step(self.head))


@dataclass(frozen=True, slots=True)
class Joins:
    """The chains of some axioms, together with their rules of one premise.

    ``uses`` says of a property which chains it is a member of, and at which place; ``by_head``
    gives chains by what they conclude, transitivity apart, which is in ``transitive``.
    ``properties`` and ``classes`` are what may follow from a chain: the properties of the
    triples, and the classes of which something may be a member for that reason, each
    class with the chains and whether it is their subject that is one. ``relevant`` are
    the properties of triples that may be premises of a chain, themselves or by what
    follows from them.
    """

    rules: Rules
    chains: tuple[Chain, ...]
    uses: Mapping[str, tuple[tuple[Chain, int], ...]]
    by_head: Mapping[str, tuple[Chain, ...]]
    transitive: Mapping[str, Chain]
    properties: frozenset[str]
    classes: Mapping[str, tuple[tuple[Chain, bool], ...]]
    relevant: frozenset[str]

    @classmethod
    def from_turtle(cls, *texts: str) -> "Joins":
        """The chains that the axioms of these Turtle texts, taken together, make."""
        graph = Graph()
        for text in texts:
            graph.parse(data=text, format="turtle")
        rules = Rules.from_turtle(*texts)
        return _joins(rules, sorted(_axioms(graph), key=str))

    def may_conclude(self, triple: Triple) -> bool:
        """Whether a triple may follow from a chain."""
        return triple[1] in self.properties or (triple[1] == TYPE and triple[2] in self.classes)

    def touches(self, triple: Triple) -> bool:
        """Whether a triple may follow from a chain, or be a member of one itself."""
        return self.may_conclude(triple) or triple[1] in self.uses

    def follows(self, triple: Triple) -> Iterator[Triple]:
        """What follows from a triple alone and ``touches`` a chain, apart from classes."""
        for other in self.rules.consequences(triple):
            if other[1] in self.properties or other[1] in self.uses:
                yield other

    def leads_on(self, triple: Triple) -> bool:
        """Whether a triple may be a premise of a chain, itself or by what follows from it."""
        return triple[1] in self.relevant

    def members(self, triple: Triple) -> Iterator[Triple]:
        """The triple and what follows from it alone, as far as chains have such members."""
        s, p, o = triple
        if p in self.uses:
            yield triple
        entailed = self.rules.of_property.get(p)
        if entailed is not None:
            yield from ((s, q, o) for q in entailed.same if q in self.uses)
            if not o.startswith('"'):
                yield from ((o, q, s) for q in entailed.swapped if q in self.uses and (o, q, s) != triple)


def conclusions(chain: Chain, start: str, end: str) -> Iterator[Triple]:
    """What a chain concludes of its ends: the head, and what ``Chain.adds`` says."""
    adds = chain.adds
    yield start, chain.head, end
    yield from ((start, q, end) for q in adds.same)
    yield from ((start, TYPE, c) for c in adds.subject_classes)
    if not end.startswith('"'):
        yield from ((end, q, start) for q in adds.swapped)
        yield from ((end, TYPE, c) for c in adds.object_classes)


@lru_cache(maxsize=1)
def ontology_joins() -> Joins:
    """The chains of Lodestone's own ontology, its alignment to other vocabularies left out."""
    return Joins.from_turtle(*(turtle(name) for name in MODULES if name != "alignment"))


_Axiom = tuple[str, tuple[Step, ...]]


def _axioms(graph: Graph) -> Iterator[_Axiom]:
    for prop in set(graph.subjects(RDF.type, OWL.TransitiveProperty)):
        if _is_property(prop):
            yield prop.n3(), (Step(prop.n3()), Step(prop.n3()))
    for head, listed in graph.subject_objects(OWL.propertyChainAxiom):
        steps = [_step(graph, member) for member in Collection(graph, listed)]
        body = tuple(step for step in steps if step is not None)
        if _is_property(head) and len(body) == len(steps) > 1:
            yield head.n3(), body


def _step(graph: Graph, member: Node) -> Step | None:
    if _is_property(member):
        return Step(member.n3())
    inverse = graph.value(member, OWL.inverseOf)
    return Step(inverse.n3(), swapped=True) if inverse is not None and _is_property(inverse) else None


def _is_property(term: Node) -> bool:
    return isinstance(term, URIRef) and term != RDF.type


def _joins(rules: Rules, axioms: Iterable[_Axiom]) -> Joins:
    chains = tuple(
        Chain(head, body, _added(rules, head, body), _worded(head, body))
        for head, body in dict.fromkeys(axioms)
    )
    uses: defaultdict[str, list[tuple[Chain, int]]] = defaultdict(list)
    by_head: defaultdict[str, list[Chain]] = defaultdict(list)
    classes: defaultdict[str, list[tuple[Chain, bool]]] = defaultdict(list)
    properties: set[str] = set()
    for chain in chains:
        if chain.is_transitive:
            uses[chain.head].append((chain, 0))
        else:
            by_head[chain.head].append(chain)
            for place, step in enumerate(chain.body):
                uses[step.prop].append((chain, place))
        properties.update((chain.head, *chain.adds.same, *chain.adds.swapped))
        for names, is_subject in ((chain.adds.subject_classes, True), (chain.adds.object_classes, False)):
            for name in names:
                classes[name].append((chain, is_subject))
    leading = {q for prop in uses for q, _ in rules.to_property.get(prop, ())}
    return Joins(
        rules,
        chains,
        MappingProxyType({p: tuple(found) for p, found in uses.items()}),
        MappingProxyType({p: tuple(found) for p, found in by_head.items()}),
        MappingProxyType({chain.head: chain for chain in chains if chain.is_transitive}),
        frozenset(properties),
        MappingProxyType({c: tuple(found) for c, found in classes.items()}),
        frozenset({*uses, *leading}),
    )


def _added(rules: Rules, head: str, body: tuple[Step, ...]) -> Entailed:
    entailed = rules.of_property.get(head)
    if entailed is None:
        return Entailed()
    before, after = _classes(rules, body[0])[0], _classes(rules, body[-1])[1]
    return Entailed(
        entailed.same,
        entailed.swapped,
        tuple(c for c in entailed.subject_classes if c not in before),
        tuple(c for c in entailed.object_classes if c not in after),
    )


def _classes(rules: Rules, step: Step) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The classes of what a step starts from, and of what it leads to."""
    entailed = rules.of_property.get(step.prop, Entailed())
    both = (entailed.subject_classes, entailed.object_classes)
    return both[::-1] if step.swapped else both


def _worded(head: str, body: tuple[Step, ...]) -> str:
    if body == (Step(head), Step(head)):
        return f"{head} is transitive"
    steps = " then ".join(f"{step.prop} backward" if step.swapped else step.prop for step in body)
    return f"{steps} makes {head}"
