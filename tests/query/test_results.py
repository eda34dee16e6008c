"""Answers as text, against the standards and the engine's own writers."""

import csv
import io
import json
from xml.etree import ElementTree as ET

import pytest

from kg.dataset.terms import (
    BaseDirection,
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    RdfFormat,
    Triple,
    parse_query_results,
)
from kg.dataset.terms import parse as parse_rdf
from kg.query import Answer, query
from kg.query.formats.rdf_results import RDF_FORMATS, to_rdf
from kg.query.formats.results import Unwritable, to_csv, to_json, to_tsv, to_xml
from ontology.vocab import XSD
from tests.query.fake import EX, SPARQL_PREFIX, FakeSnapshot, read

N = NamedNode(EX + "n")
ODD = (
    N,
    BlankNode("b0"),
    Literal('a "quoted", \\ line\nbreak\r\ttab <&> é 😀'),
    Literal(""),
    Literal("  "),
    Literal("Magnet", language="de-at"),
    Literal("مغناطيس", language="ar", direction=BaseDirection.RTL),
    Literal("1", datatype=NamedNode(XSD + "integer")),
    Literal("x", datatype=NamedNode(EX + "t?a=1&b=2")),
    Triple(N, N, Triple(N, N, Literal("deep", language="en"))),
    None,
)
ODD_ANSWER = Answer("select", EX + "v", tuple(f"v{i}" for i in range(len(ODD))), (ODD, (None,) * len(ODD)))


@pytest.mark.parametrize(
    ("write", "form"),
    [(to_json, QueryResultsFormat.JSON), (to_xml, QueryResultsFormat.XML), (to_tsv, QueryResultsFormat.TSV)],
)
def test_the_engine_reads_back_the_same_terms(write, form) -> None:
    read_back = parse_query_results(write(ODD_ANSWER).encode(), format=form)
    assert tuple(variable.value for variable in read_back.variables) == ODD_ANSWER.variables
    rows = [tuple(solution) for solution in read_back]
    if form == QueryResultsFormat.XML:  # the engine's reader trims text, an XML parser does not
        rows[0] = (*rows[0][:4], Literal(xml_literal(write(ODD_ANSWER), "v4")), *rows[0][5:])
    assert rows == list(ODD_ANSWER.rows)


def xml_literal(text: str, name: str) -> str | None:
    results = "{http://www.w3.org/2005/sparql-results#}"
    found = ET.fromstring(text).find(f".//{results}binding[@name='{name}']/{results}literal")  # noqa: S314
    return None if found is None else found.text


def test_csv_holds_the_plain_values() -> None:
    rows = list(csv.reader(io.StringIO(to_csv(ODD_ANSWER), newline="")))
    assert rows[0] == list(ODD_ANSWER.variables)
    assert rows[1][:8] == [
        EX + "n", "_:b0", ODD[2].value, "", "  ", "Magnet", "مغناطيس", "1",
    ]  # fmt: skip
    assert rows[1][-1] == ""
    assert to_csv(ODD_ANSWER).count("\r\n") == 3


def snapshot() -> FakeSnapshot:
    return FakeSnapshot({"a": read(":x :p :y"), "b": read(":x :p :y . :z :p :y")}, read(":w :p :y"))


def answer(text: str, **options) -> Answer:
    return query(snapshot(), SPARQL_PREFIX + text, **options)


def test_the_document_is_that_of_the_contract() -> None:
    document = json.loads(to_json(answer("SELECT ?s { ?s :p ?o } ORDER BY ?s")))
    assert document["head"] == {"vars": ["s"]}
    assert document["results"] == {"bindings": [{"s": {"type": "uri", "value": EX + n}} for n in "wxz"]}
    told = document["provenance"]
    assert {"version", "complete", "circuit", "rows", "claims"} == set(told)
    assert told["version"] == EX + "version/1"
    assert told["complete"] is True
    for number, node in enumerate(told["circuit"]):
        assert all(operand < number for operand in node.get("of", []))
    nodes = [told["circuit"][row["node"]] for row in told["rows"]]
    tokens = {node["claim"]: number for number, node in enumerate(told["circuit"]) if node["op"] == "token"}
    assert nodes[0] == {"op": "one"}
    assert nodes[1]["op"] == "plus"
    assert sorted(nodes[1]["of"]) == sorted(tokens.values())
    assert nodes[2] == {"op": "token", "claim": EX + "b"}
    base = told["rows"][0]
    assert (base["confidence"], base["weakest"], base["origins"], base["contested"]) == (1.0, 1.0, None, [])
    assert set(told["claims"]) == {EX + "a", EX + "b"}
    assert set(told["claims"][EX + "a"]) == {"label", "quote", "document", "source", "probability"}


def test_what_is_not_annotated_has_a_reason_and_null_nodes() -> None:
    told = json.loads(to_json(answer("SELECT ?s { ?s :p ?o FILTER(RAND() < 2) }")))["provenance"]
    assert told["complete"] is False
    assert "RAND()" in told["reason"]
    assert told["rows"] == [{"node": None}] * 3
    assert told["circuit"] == []


def test_without_provenance_the_document_is_the_standard_one() -> None:
    document = json.loads(to_json(answer("SELECT ?s { ?s :p ?o }", provenance="none")))
    assert set(document) == {"head", "results"}
    assert json.loads(to_json(answer("ASK { :x :p :y }", provenance="none"))) == {"head": {}, "boolean": True}


def test_ask_has_one_row() -> None:
    true = json.loads(to_json(answer("ASK { :x :p :y }")))
    assert true["boolean"] is True
    assert len(true["provenance"]["rows"]) == 1
    false = json.loads(to_json(answer("ASK { :y :p :y }")))
    assert false["provenance"]["circuit"] == [{"op": "zero"}]
    assert false["provenance"]["rows"][0]["confidence"] == 0.0


def test_columns_stand_beside_the_values() -> None:
    rows = list(
        csv.DictReader(io.StringIO(to_csv(answer("SELECT ?s { ?s :p ?o } ORDER BY ?s"), columns=True)))
    )
    assert list(rows[0]) == ["s", "_confidence", "_origins", "_claims"]
    assert (rows[0]["_confidence"], rows[0]["_origins"], rows[0]["_claims"]) == ("1.0", "", "")
    assert rows[1]["_claims"] == f"{EX}a {EX}b"
    assert 0 < float(rows[2]["_confidence"]) < 1
    tsv = to_tsv(answer("SELECT ?s { :x :p ?s }"), columns=True).splitlines()
    assert tsv[0] == "?s\t?_confidence\t?_origins\t?_claims"
    assert tsv[1].startswith(f"<{EX}y>\t0.")
    assert tsv[1].endswith(f'\t"{EX}a {EX}b"')


def test_xml_says_true() -> None:
    root = ET.fromstring(to_xml(answer("ASK { :x :p :y }")))  # noqa: S314 - our own text
    assert root.findtext("{http://www.w3.org/2005/sparql-results#}boolean") == "true"


@pytest.mark.parametrize("form", RDF_FORMATS)
def test_triples_come_back_from_every_rdf_format(form: str) -> None:
    built = answer("CONSTRUCT { ?s :q ?o ; :r 'a\"\\n'@en, 1 } WHERE { ?s :p ?o }")
    quads = list(parse_rdf(to_rdf(built, form), format=RDF_FORMATS[form]))
    assert {quad.triple for quad in quads} == set(built.triples)


def built(*terms) -> Answer:
    return Answer("construct", EX + "v", triples=(Triple(*terms),))


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (lambda: to_rdf(built(N, NamedNode("http://ex.org/"), N), "rdf-xml"), "predicate"),
        (lambda: to_rdf(built(N, N, Literal("\x01")), "rdf-xml"), "control characters"),
        (lambda: to_rdf(built(N, N, Triple(N, N, N)), "json-ld"), "json-ld"),
        (lambda: to_xml(Answer("select", EX, ("x",), ((Literal("\x01"),),))), "control characters"),
        (lambda: to_json(built(N, N, N)), "RDF"),
        (lambda: to_csv(built(N, N, N)), "RDF"),
        (lambda: to_rdf(ODD_ANSWER, "turtle"), "no RDF"),
    ],
)
def test_what_a_format_cannot_express_is_refused_whole(write, says: str) -> None:
    with pytest.raises(Unwritable, match=says):
        write()


def test_an_empty_graph_is_written() -> None:
    empty = Answer("construct", EX)
    assert list(parse_rdf(to_rdf(empty, "turtle"), format=RdfFormat.TURTLE)) == []
