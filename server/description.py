"""The service description (SPARQL 1.1 Service Description), and example queries."""

from collections.abc import Iterator
from dataclasses import dataclass

from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import BlankNode, Literal, NamedNode, Quad, node
from ontology.vocab import RDF, XSD

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
FORMATS = "http://www.w3.org/ns/formats/"

_RESULT_FORMATS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "TriG",
    "N-Triples",
    "N-Quads",
    "JSON-LD",
    "RDF_XML",
)


@dataclass(frozen=True)
class Example:
    """A query to start from, with the question that it answers."""

    question: str
    query: str


EXAMPLES = (
    Example(
        "Who holds an export license for Volkswagen, who says so, and how sure is it?",
        """SELECT ?producer ?name WHERE {
  ?producer ls:holdsLicenseFor ?customer ; rdfs:label ?name .
  ?customer rdfs:label "Volkswagen" .
}""",
    ),
    Example(
        "Which licenses were granted, to whom and for whom?",
        """SELECT ?holder ?customer WHERE {
  ?holder ls:holdsLicenseFor ?customer .
}""",
    ),
    Example(
        "Which claims come from anonymous sources?",
        """SELECT ?claim ?words ?count WHERE {
  GRAPH <https://w3id.org/lodestone/record> {
    ?claim a ls:Claim ; ls:attribution ?link .
    ?link ls:position 1 ; ls:voice ?voice .
    ?voice a ls:AnonymousGroup ; rdfs:label ?words .
    OPTIONAL { ?link ls:groupCount ?count }
  }
}""",
    ),
    Example(
        "What was hedged or expected, and so is no fact?",
        """SELECT ?claim ?quote ?modality WHERE {
  GRAPH <https://w3id.org/lodestone/record> {
    ?claim ls:modality ?modality ; ls:quote/oa:exact ?quote .
    FILTER(?modality IN (ls:Hedged, ls:Expected))
  }
}""",
    ),
)
"""Example queries of the query page. Prefixes of the ontology need not be declared."""


def examples(record: str) -> tuple[Example, ...]:
    """The example queries for a store, whose record may have another name."""
    default = "https://w3id.org/lodestone/record"
    return tuple(Example(e.question, e.query.replace(default, record)) for e in EXAMPLES)


def service_description(endpoint: str, snapshot: Snapshot) -> Iterator[Quad]:
    """What this service is and can do."""
    service, dataset, graph = BlankNode("service"), BlankNode("dataset"), BlankNode("default")
    kind = node(RDF + "type")

    def sd(name: str) -> NamedNode:
        return node(SD + name)

    yield Quad(service, kind, sd("Service"))
    yield Quad(service, sd("endpoint"), NamedNode(endpoint))
    yield Quad(service, sd("supportedLanguage"), sd("SPARQL11Query"))
    for name in _RESULT_FORMATS:
        yield Quad(service, sd("resultFormat"), node(FORMATS + name))
    yield Quad(service, sd("defaultDataset"), dataset)
    yield Quad(dataset, kind, sd("Dataset"))
    yield Quad(dataset, sd("defaultGraph"), graph)
    yield Quad(graph, kind, sd("Graph"))
    count = Literal(str(snapshot.manifest.counts.get("active", 0)), datatype=node(XSD + "integer"))
    yield Quad(dataset, node(VOID + "entities"), count)
    yield Quad(dataset, sd("namedGraph"), BlankNode("record"))
    yield Quad(BlankNode("record"), kind, sd("NamedGraph"))
    yield Quad(BlankNode("record"), sd("name"), snapshot.record)
