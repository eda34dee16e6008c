"""The service description (SPARQL 1.1 Service Description), and example queries."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import takewhile
from urllib.parse import urlencode

from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import BlankNode, Literal, NamedNode, Quad, node
from ontology.vocab import BASE, LS, PREFIXES, RDF, XSD

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


_QUESTIONS = files("server") / "questions"
_DEFAULT = BASE + "record"


@dataclass(frozen=True)
class Example:
    """A query to start from, with the question that it answers and the policy under which it asks it.

    ``note`` says what else there is to know.
    """

    question: str
    query: str
    note: str = ""
    policy: tuple[tuple[str, str], ...] = ()

    @property
    def address(self) -> str:
        """Where its answer is."""
        return "/sparql?" + urlencode([("query", self.query), *self.policy, ("format", "html")])


@cache
def examples(record: str = _DEFAULT) -> tuple[Example, ...]:
    """The questions that analysts ask (``questions/*.rq``), for a store whose record may have another name.

    Prefixes of the ontology need not be declared. In the comments at the head of a file the
    first line is the question; ``with NAME=VALUE`` is a parameter of the policy.
    """
    paths = sorted((path for path in _QUESTIONS.iterdir() if path.name.endswith(".rq")), key=lambda p: p.name)
    return tuple(_example(path.read_text(encoding="utf-8").replace(_DEFAULT, record)) for path in paths)


def _example(text: str) -> Example:
    lines = text.splitlines()
    head = [line.removeprefix("#").strip() for line in takewhile(lambda line: line.startswith("#"), lines)]
    question, *notes = head
    policy = [tuple(note.removeprefix("with ").split("=", 1)) for note in notes if note.startswith("with ")]
    return Example(
        question,
        "\n".join(lines[len(head) :]).strip(),
        " ".join(note for note in notes if not note.startswith("with ")),
        tuple((name, value) for name, value in policy),
    )


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
