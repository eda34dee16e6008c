"""RDF out: statements as text in any of the graph formats; the ontology in each of them."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

import ontology
from kg.dataset.terms import DefaultGraph, Quad, RdfFormat, parse, serialize
from ontology.vocab import PREFIXES
from server.formats import Format

_ENGINE = {
    "turtle": RdfFormat.TURTLE,
    "trig": RdfFormat.TRIG,
    "ntriples": RdfFormat.N_TRIPLES,
    "nquads": RdfFormat.N_QUADS,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}


def read_triples(text: str) -> Iterator[Quad]:
    """Statements in N-Triples."""
    return parse(text.encode(), format=RdfFormat.N_TRIPLES)


def read_turtle(text: str) -> Iterator[Quad]:
    """Statements in Turtle."""
    return parse(text.encode(), format=RdfFormat.TURTLE)


def write_graph(quads: Iterable[Quad], chosen: Format) -> bytes:
    """Statements in a format. One without graphs gets those of the default graph only."""
    form = _ENGINE[chosen.name]
    distinct = dict.fromkeys(quads)
    if form.supports_datasets:
        return serialize(distinct, format=form, prefixes=PREFIXES) or b""
    default = DefaultGraph()
    triples = (quad.triple for quad in distinct if quad.graph_name == default)
    return serialize(triples, format=form, prefixes=PREFIXES) or b""


@lru_cache(maxsize=len(_ENGINE))
def write_ontology(chosen: Format) -> bytes:
    """The whole ontology in a format; in Turtle as it was written."""
    texts = [ontology.turtle(name) for name in ontology.MODULES]
    if chosen.name == "turtle":
        return "\n".join(texts).encode()
    return write_graph((q for text in texts for q in read_turtle(text)), chosen)
