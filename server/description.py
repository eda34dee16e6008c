"""The service description (SPARQL 1.1 Service Description), and example queries."""

from collections.abc import Iterator
from dataclasses import dataclass

from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import BlankNode, Literal, NamedNode, Quad, node
from ontology.vocab import LS, PREFIXES, RDF, XSD

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
FORMATS = "http://www.w3.org/ns/formats/"

_GRAPH_FORMATS = ("Turtle", "TriG", "N-Triples", "N-Quads", "JSON-LD", "RDF_XML")
_RESULT_FORMATS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    *_GRAPH_FORMATS,
)
_TYPE = node(RDF + "type")
_DCT = PREFIXES["dct"]


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
    """What this service is and can do, and what it has (VoID)."""
    service = BlankNode("service")

    def sd(name: str) -> NamedNode:
        return node(SD + name)

    yield Quad(service, _TYPE, sd("Service"))
    yield Quad(service, sd("endpoint"), NamedNode(endpoint))
    for language in ("SPARQL11Query", "SPARQL11Update"):
        yield Quad(service, sd("supportedLanguage"), sd(language))
    yield Quad(service, sd("feature"), sd("EmptyGraphs"))
    for name in _RESULT_FORMATS:
        yield Quad(service, sd("resultFormat"), node(FORMATS + name))
    for name in _GRAPH_FORMATS:
        yield Quad(service, sd("inputFormat"), node(FORMATS + name))
    dataset, graph, record = BlankNode("dataset"), BlankNode("default"), BlankNode("record")
    yield Quad(service, sd("defaultDataset"), dataset)
    yield Quad(dataset, _TYPE, sd("Dataset"))
    yield Quad(dataset, sd("defaultGraph"), graph)
    yield Quad(graph, _TYPE, sd("Graph"))
    yield Quad(dataset, sd("namedGraph"), record)
    yield Quad(record, _TYPE, sd("NamedGraph"))
    yield Quad(record, sd("name"), snapshot.record)
    yield from _void(dataset, endpoint, snapshot)


def _void(dataset: BlankNode, endpoint: str, snapshot: Snapshot) -> Iterator[Quad]:
    """What the dataset holds (https://www.w3.org/TR/void/)."""
    claims = BlankNode("claims")
    count = Literal(str(snapshot.manifest.counts.get("active", 0)), datatype=node(XSD + "integer"))

    def void(name: str) -> NamedNode:
        return node(VOID + name)

    yield Quad(dataset, _TYPE, void("Dataset"))
    yield Quad(dataset, node(_DCT + "title"), Literal("Lodestone: claims and what they state", language="en"))
    yield Quad(
        dataset,
        node(_DCT + "modified"),
        Literal(snapshot.manifest.published, datatype=node(XSD + "dateTime")),
    )
    yield Quad(dataset, void("sparqlEndpoint"), NamedNode(endpoint))
    yield Quad(dataset, void("uriSpace"), Literal(snapshot.names.base))
    yield Quad(dataset, void("classPartition"), claims)
    yield Quad(claims, void("class"), node(LS.Claim))
    yield Quad(claims, void("entities"), count)
    yield Quad(dataset, void("entities"), count)
    for namespace in sorted(set(PREFIXES.values())):
        yield Quad(dataset, void("vocabulary"), node(namespace))
    for name in _GRAPH_FORMATS:
        yield Quad(dataset, void("feature"), node(FORMATS + name))
