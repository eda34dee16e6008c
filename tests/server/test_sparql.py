"""The endpoint over a real store, in process."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat, parse

from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from ontology.vocab import LS, RDF
from server.app import create_app
from server.config import Config
from server.formats import GRAPHS, RESULTS
from server.services import services
from tests.server.conftest import GRANT_QUOTE, Names, local

HOLDERS = "SELECT ?holder ?customer { ?holder ls:holdsLicenseFor ?customer }"
LABELS = "CONSTRUCT { ?s rdfs:label ?o } { ?s ls:holdsLicenseFor ?c ; rdfs:label ?o }"
SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"


def ask(client: FlaskClient, query: str, accept: str | None = None, **parameters: str) -> Any:
    headers = {"Accept": accept} if accept else {}
    return client.get("/sparql", query_string={"query": query, **parameters}, headers=headers)


def test_rows_come_with_who_says_so(client: FlaskClient, names: Names) -> None:
    response = ask(client, HOLDERS)
    assert response.status_code == 200
    assert response.mimetype == "application/sparql-results+json"
    document = response.get_json()
    assert document["head"] == {"vars": ["holder", "customer"]}
    assert len(document["results"]["bindings"]) == 1
    provenance = document["provenance"]
    assert provenance["complete"] is True
    assert set(provenance["claims"]) == {names.grant, names.agree, names.copy, names.new}
    assert provenance["claims"][names.grant]["quote"] == GRANT_QUOTE
    [row] = provenance["rows"]
    wire, other = 0.8 * 0.8 * 0.95, 0.8 * 0.8
    assert row["confidence"] == pytest.approx(1 - (1 - wire) * (1 - other) ** 2)
    assert row["origins"] == 3
    assert row["contested"] == [names.deny]


def test_plain_answers_are_standard(client: FlaskClient) -> None:
    assert set(ask(client, HOLDERS, provenance="none").get_json()) == {"head", "results"}
    assert ask(client, "ASK {}", provenance="none").get_json() == {"head": {}, "boolean": True}


@pytest.mark.parametrize("form", RESULTS, ids=lambda f: f.name)
def test_results_in_every_format(client: FlaskClient, form: Any) -> None:
    for media_type in form.media_types:
        response = ask(client, HOLDERS, media_type)
        assert response.status_code == 200
        assert response.mimetype == media_type
        assert b"fabrika-magnit" in response.data
    named = ask(client, HOLDERS, format=form.name)
    assert named.mimetype == form.media_type


@pytest.mark.parametrize("form", GRAPHS, ids=lambda f: f.name)
def test_graphs_in_every_format(client: FlaskClient, form: Any) -> None:
    engine = {
        "turtle": RdfFormat.TURTLE,
        "trig": RdfFormat.TRIG,
        "ntriples": RdfFormat.N_TRIPLES,
        "nquads": RdfFormat.N_QUADS,
        "jsonld": RdfFormat.JSON_LD,
        "rdfxml": RdfFormat.RDF_XML,
    }[form.name]
    for media_type in form.media_types:
        response = ask(client, LABELS, media_type)
        assert response.status_code == 200
        assert response.mimetype == media_type
        assert [q.object.value for q in parse(response.data, format=engine)] == ["Fabrika Magnit"]


@pytest.mark.parametrize(
    ("name", "engine"),
    [("trig", RdfFormat.TRIG), ("nquads", RdfFormat.N_QUADS), ("jsonld", RdfFormat.JSON_LD)],
)
def test_graphs_are_those_of_annotations_where_it_is_asked(
    client: FlaskClient, names: Names, name: str, engine: RdfFormat
) -> None:
    response = ask(client, LABELS, format=name, provenance="how")
    about = NamedNode("https://w3id.org/lodestone/provenance")
    quads = list(parse(response.data, format=engine))
    notes = [quad for quad in quads if quad.graph_name == about]
    graphs = {quad.graph_name for quad in quads if quad.graph_name != about}
    assert graphs == {note.subject for note in notes}
    said = {note.object.value for note in notes if note.predicate.value.endswith("wasDerivedFrom")}
    assert {names.grant, response.headers["Content-Version"]} <= said
    [sure] = {note.object.value for note in notes if note.predicate.value == LS.confidence}
    assert 0 < float(sure) < 1
    plain = ask(client, LABELS, format=name)
    assert {str(quad.triple) for quad in parse(plain.data, format=engine)} == {
        str(quad.triple) for quad in quads if quad.graph_name != about
    }


def test_relative_names_are_resolved_against_the_endpoint(client: FlaskClient) -> None:
    found = ask(client, "SELECT ?x { VALUES ?x { <thing> } }").get_json()
    assert found["results"]["bindings"][0]["x"]["value"] == "http://localhost/thing"


def test_describe(client: FlaskClient) -> None:
    response = ask(client, "DESCRIBE ?s { ?s ls:holdsLicenseFor ?c }")
    assert response.mimetype == "text/turtle"
    assert "Fabrika Magnit" in response.get_data(as_text=True)


def test_csv_with_columns(client: FlaskClient, names: Names) -> None:
    plain = list(csv.DictReader(io.StringIO(ask(client, HOLDERS, "text/csv").text)))
    assert set(plain[0]) == {"holder", "customer"}
    [row] = csv.DictReader(io.StringIO(ask(client, HOLDERS, "text/csv", provenance="columns").text))
    assert float(row["_confidence"]) == pytest.approx(0.949, abs=0.001)
    assert row["_origins"] == "3"
    assert set(row["_claims"].split()) == {names.grant, names.agree, names.copy, names.new}


def test_post_form_and_direct_answer_like_get(client: FlaskClient) -> None:
    got = ask(client, HOLDERS).get_json()
    form = client.post("/sparql", data={"query": HOLDERS})
    direct = client.post("/sparql", data=HOLDERS, content_type="application/sparql-query")
    assert form.get_json() == got == direct.get_json()


def test_dataset_parameters(client: FlaskClient, names: Names) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ls:holdsLicenseFor ?o }"

    def counted(**parameters: Any) -> str:
        found = ask(client, count, **parameters).get_json()
        return str(found["results"]["bindings"][0]["n"]["value"])

    assert counted() == "1"
    assert counted(**{"default-graph-uri": names.deny}) == "1"
    assert counted(**{"default-graph-uri": names.follow}) == "0"
    assert counted(**{"default-graph-uri": "urn:unknown"}) == "0"
    graphs = ask(
        client, "SELECT ?g { GRAPH ?g { ?s ls:holdsLicenseFor ?o } }", **{"named-graph-uri": names.deny}
    ).get_json()
    assert [b["g"]["value"] for b in graphs["results"]["bindings"]] == [names.deny]


def test_what_cannot_be_annotated_is_told(client: FlaskClient) -> None:
    provenance = ask(client, "SELECT ?s { ?s ls:holdsLicenseFor ?o FILTER(RAND() < 2) }").get_json()[
        "provenance"
    ]
    assert provenance["complete"] is False
    assert provenance["reason"]
    assert provenance["rows"] == [{"node": None}]


def test_every_answer_names_version_and_provenance(client: FlaskClient, store: Path) -> None:
    response = ask(client, HOLDERS, "text/csv")
    version = Reader(store).current().iri
    assert response.headers["Content-Version"] == version
    link = response.headers["Link"]
    assert 'rel="http://www.w3.org/ns/prov#has_provenance"' in link
    target = urlsplit(link[1 : link.index(">")])
    followed = client.get(f"{target.path}?{target.query}").get_json()
    assert followed["provenance"]["version"] == version
    assert len(followed["provenance"]["rows"]) == 1


def test_a_long_query_still_has_its_link(client: FlaskClient) -> None:
    response = client.post("/sparql", data={"query": "ASK {} #" + "x" * 20_000})
    assert response.status_code == 200
    assert "has_query_service" in response.headers["Link"]


def test_etag_saves_the_body(client: FlaskClient) -> None:
    first = ask(client, HOLDERS)
    again = client.get(
        "/sparql", query_string={"query": HOLDERS}, headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status_code == 304
    assert again.data == b""
    assert ask(client, "ASK {}").headers["ETag"] != first.headers["ETag"]


def test_syntax_errors_have_a_place(client: FlaskClient) -> None:
    response = ask(client, "SELECT * {\n  ?s ?p }")
    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"
    problem = response.get_json()
    assert problem["status"] == 400
    assert problem["type"] == "/docs#syntax"
    assert problem["line"] == 2
    assert problem["column"] > 1


@pytest.mark.parametrize(
    ("parameters", "accept", "status"),
    [
        ({"query": HOLDERS}, "image/png", 406),
        ({"query": HOLDERS}, "text/turtle", 406),
        ({"query": LABELS}, "text/csv", 406),
        ({"query": HOLDERS, "format": "turtle"}, None, 400),
        ({"query": HOLDERS, "format": "banana"}, None, 400),
        ({"query": HOLDERS, "provenance": "columns"}, None, 400),
        ({"query": HOLDERS, "provenance": "yes"}, None, 400),
        ({"query": HOLDERS, "timeout": "never"}, None, 400),
        ({"query": HOLDERS, "min-confidence": "5"}, None, 400),
        ({"query": HOLDERS, "version": "999"}, None, 410),
        ({"query": HOLDERS, "version": "nonsense"}, None, 410),
        ({"query": "SELECT * { SERVICE <http://192.0.2.1/> { ?s ?p ?o } }"}, None, 403),
        ({"query": "INSERT DATA { <urn:a> <urn:b> <urn:c> }"}, None, 400),
    ],
)
def test_errors(client: FlaskClient, parameters: dict[str, str], accept: str | None, status: int) -> None:
    response = client.get("/sparql", query_string=parameters, headers={"Accept": accept} if accept else {})
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    problem = response.get_json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]


def test_an_endpoint_that_is_dead_is_a_bad_gateway(store: Path) -> None:
    dead = "http://127.0.0.1:1/sparql"
    app = create_app(Config(store=store, workers=1, timeout=20, outbound=(dead,)))
    try:
        asked = {"query": f"SELECT * {{ SERVICE <{dead}> {{ ?s ?p ?o }} }}"}
        response = app.test_client().get("/sparql", query_string=asked)
        assert response.status_code == 502
        assert response.mimetype == "application/problem+json"
        problem = response.get_json()
        assert (problem["type"], problem["endpoint"]) == ("/docs#service", dead)
        assert problem["status"] == 502
        other = {"query": "SELECT * { SERVICE <http://127.0.0.1:2/sparql> { ?s ?p ?o } }"}
        assert app.test_client().get("/sparql", query_string=other).status_code == 403
        silent = {"query": asked["query"].replace("SERVICE", "SERVICE SILENT")}
        assert app.test_client().get("/sparql", query_string=silent).status_code == 200
    finally:
        services(app).workers.close()


def test_a_body_too_long_is_refused(client: FlaskClient) -> None:
    response = client.post("/sparql", data={"query": "ASK {} #" + "x" * 5_000_000})
    assert response.status_code == 413


def test_an_answer_too_long_is_an_error(store: Path) -> None:
    app = create_app(Config(store=store, workers=1, result=100))
    try:
        response = ask(app.test_client(), HOLDERS)
        assert response.status_code == 413
        assert response.get_json()["limit"] == "result"
        assert ask(app.test_client(), "ASK {}", provenance="none").status_code == 200
    finally:
        services(app).workers.close()


def test_service_description(client: FlaskClient) -> None:
    response = client.get("/sparql")
    assert response.mimetype == "text/turtle"
    quads = list(parse(response.data, format=RdfFormat.TURTLE))
    [service] = [q.subject for q in quads if q.object == NamedNode(SD + "Service")]
    told = {(q.predicate.value, str(q.object)) for q in quads if q.subject == service}
    assert (SD + "endpoint", "<http://localhost/sparql>") in told
    for language in ("SPARQL11Query", "SPARQL11Update"):
        assert (SD + "supportedLanguage", f"<{SD}{language}>") in told
    void = {q.predicate.value.removeprefix(VOID): q.object for q in quads if VOID in q.predicate.value}
    assert void["uriSpace"].value == "https://w3id.org/lodestone/"
    assert int(void["entities"].value) > 5
    assert void["class"].value == LS.Claim
    jsonld = client.get("/sparql", headers={"Accept": "application/ld+json"})
    assert jsonld.mimetype == "application/ld+json"
    assert any(f"{RDF}type" in json.dumps(n) or "@type" in n for n in json.loads(jsonld.data))


def test_options_and_methods(client: FlaskClient) -> None:
    options = client.options("/sparql")
    assert options.status_code == 200
    assert {"GET", "POST"} <= set(options.headers["Access-Control-Allow-Methods"].split(", "))
    wrong = client.delete("/sparql")
    assert wrong.status_code == 405
    assert "GET" in wrong.headers["Allow"]
    assert client.head("/sparql", query_string={"query": "ASK {}"}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/sparql?query=ASK{}", "/nothing", "/claims", "/health/live", "/static/style.css"]
)
def test_headers_that_every_answer_carries(client: FlaskClient, path: str) -> None:
    with client.get(path) as response:
        headers = response.headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Access-Control-Allow-Origin"] == "*"


def test_query_page(client: FlaskClient, names: Names) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    empty = client.get("/sparql", headers=browser)
    assert empty.mimetype == "text/html"
    assert "<textarea" in empty.text
    answered = client.get("/sparql", query_string={"query": HOLDERS}, headers=browser)
    assert answered.mimetype == "text/html"
    assert "95 %" in answered.text
    assert local(names.grant) in answered.text
    assert "contested" in answered.text
    boolean = client.get(
        "/sparql", query_string={"query": "ASK { ?s ls:holdsLicenseFor ?o }"}, headers=browser
    )
    assert "<b>Yes</b>" in boolean.text
    graph = client.get("/sparql", query_string={"query": LABELS}, headers=browser)
    assert "Fabrika Magnit" in graph.text
    wrong = client.get("/sparql", query_string={"query": "SELECT <script>"}, headers=browser)
    assert wrong.status_code == 400
    assert wrong.mimetype == "text/html"
    assert "SELECT &lt;script&gt;" in wrong.text
    assert "<script>" not in wrong.text


@pytest.fixture
def own(copied: Path) -> Iterator[Flask]:
    app = create_app(Config(store=copied, workers=2))
    yield app
    services(app).workers.close()


def test_a_write_is_seen_by_the_next_read_and_the_old_version_stays(
    own: Flask, copied: Path, names: Names
) -> None:
    client = own.test_client()
    before = ask(client, HOLDERS)
    with Writer(copied) as writer:
        for name in (names.grant, names.agree, names.copy, names.new, names.old):
            writer.retract(name, reason="a test", by="a test")
        writer.commit()
    for _ in range(4):
        assert ask(client, HOLDERS).get_json()["results"]["bindings"] == []
    assert client.get(local(names.grant) + "?format=json").get_json()["state"] == "retracted"
    old = ask(client, HOLDERS, version=before.headers["Content-Version"])
    assert old.headers["Content-Version"] == before.headers["Content-Version"]
    assert len(old.get_json()["results"]["bindings"]) == 1
