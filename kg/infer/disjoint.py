"""Which classes have nothing in common, by the ontology."""

from functools import lru_cache
from itertools import combinations

from rdflib import OWL, RDF, Graph, URIRef
from rdflib.collection import Collection

from ontology import MODULES, turtle


def disjoint_pairs(graph: Graph) -> set[frozenset[str]]:
    """The pairs of named classes, in N-Triples, that axioms of a graph call disjoint."""
    pairs = {frozenset((a.n3(), b.n3())) for a, b in graph.subject_objects(OWL.disjointWith)}
    for axiom in graph.subjects(RDF.type, OWL.AllDisjointClasses):
        for members in graph.objects(axiom, OWL.members):
            classes = [c.n3() for c in Collection(graph, members) if isinstance(c, URIRef)]
            pairs.update(frozenset(pair) for pair in combinations(classes, 2))
    return pairs


@lru_cache(maxsize=1)
def ontology_disjoint() -> frozenset[frozenset[str]]:
    """The pairs that Lodestone's own ontology calls disjoint."""
    graph = Graph()
    for name in MODULES:
        graph.parse(data=turtle(name), format="turtle")
    return frozenset(disjoint_pairs(graph))
