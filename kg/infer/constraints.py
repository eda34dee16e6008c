"""What the ontology rules out: disjoint classes and properties, values that can be one only, circles.

Each says of two triples, or of one, that they cannot both be so. Read for reports: what
breaks a constraint stays in the data, for nobody knows which side is wrong. So a
functional property with two values makes no two names one thing either, as it would in
OWL (prp-fp, prp-ifp); that two names are one is only ever judged.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from rdflib import OWL, RDF, Graph, URIRef
from rdflib.collection import Collection

from kg.infer.disjoint import disjoint_pairs
from ontology import MODULES, turtle

Pair = tuple[str, str]


@dataclass(frozen=True)
class Constraints:
    """Classes and properties under a constraint, as terms in N-Triples, in order; pairs in order too."""

    disjoint_classes: tuple[Pair, ...] = ()
    disjoint_properties: tuple[Pair, ...] = ()
    functional: tuple[str, ...] = ()
    inverse_functional: tuple[str, ...] = ()
    asymmetric: tuple[str, ...] = ()
    irreflexive: tuple[str, ...] = ()

    @classmethod
    def from_graph(cls, graph: Graph) -> "Constraints":
        """The constraints of some axioms."""
        return cls(
            tuple(sorted(_ordered(*pair) for pair in disjoint_pairs(graph) if len(pair) == 2)),
            tuple(sorted(_disjoint_properties(graph))),
            _of_type(graph, OWL.FunctionalProperty),
            _of_type(graph, OWL.InverseFunctionalProperty),
            _of_type(graph, OWL.AsymmetricProperty),
            _of_type(graph, OWL.IrreflexiveProperty),
        )


@lru_cache(maxsize=1)
def ontology_constraints() -> Constraints:
    """The constraints of Lodestone's own ontology."""
    graph = Graph()
    for name in MODULES:
        graph.parse(data=turtle(name), format="turtle")
    return Constraints.from_graph(graph)


def _disjoint_properties(graph: Graph) -> Iterator[Pair]:
    for a, b in graph.subject_objects(OWL.propertyDisjointWith):
        yield _ordered(a.n3(), b.n3())
    for axiom in graph.subjects(RDF.type, OWL.AllDisjointProperties):
        for members in graph.objects(axiom, OWL.members):
            names = [member.n3() for member in Collection(graph, members)]
            yield from (_ordered(a, b) for a, b in combinations(names, 2))


def _ordered(a: str, b: str) -> Pair:
    return min(a, b), max(a, b)


def _of_type(graph: Graph, kind: URIRef) -> tuple[str, ...]:
    return tuple(sorted(prop.n3() for prop in _names(graph, kind)))


def _names(graph: Graph, kind: URIRef) -> Iterator[URIRef]:
    for prop in set(graph.subjects(RDF.type, kind)):
        if isinstance(prop, URIRef):
            yield prop
