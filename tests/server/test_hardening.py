"""What was sent to break the server is answered, or an error of its own that tells nothing of the disk."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kg.claims.claim import Claim
from kg.dataset.loading.rdf import ingest_rdf
from kg.dataset.writer import Writer
from ontology.vocab import LS
from server.app import create_app
from server.config import Config
from server.naming import is_web
from server.services import services
from tests.server.conftest import Names, license_claim, local

HTML = {"Accept": "text/html"}
ODD_HOST = "http://a\uff03b/"


@pytest.mark.parametrize("address", ["http://[oops", ODD_HOST, "http://[::1", "urn:x"])
def test_what_is_no_address_is_no_link(address: str) -> None:
    assert not is_web(address)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str, str]]:
    """A server of a claim whose document has an odd address: the application, the claim, its document."""
    store = tmp_path_factory.mktemp("odd") / "store"
    with Writer(store) as writer:
        claim = Claim.model_validate(
            license_claim(document={"title": "A brief", "publisher": "Daily", "url": "http://[oops"})
        )
        [added] = writer.add([claim])
        writer.commit()
    app = create_app(Config(store=store, workers=1))
    with app.app_context():
        document = services(app).snapshot().node(added.iri).need(LS.document)
    yield app, added.iri, document
    services(app).workers.close()


def test_odd_addresses_of_documents_are_shown_without_a_link(odd: tuple[Flask, str, str]) -> None:
    app, *pages = odd
    for iri in pages:
        response = app.test_client().get(local(iri), headers=HTML)
        assert response.status_code == 200
        assert 'href="http://[oops"' not in response.text


def test_odd_hosts_in_answers_are_shown_without_a_link(client: FlaskClient) -> None:
    query = f"SELECT ?x {{ VALUES ?x {{ <{ODD_HOST}> }} }}"
    response = client.get(f"/sparql?query={quote(query)}", headers=HTML)
    assert response.status_code == 200
    assert ODD_HOST in response.text
    assert f'href="{ODD_HOST}"' not in response.text


@pytest.mark.parametrize("digits", [19, 400, 5000])
def test_no_version_has_so_long_a_number(client: FlaskClient, store: Path, digits: int) -> None:
    for version in ("9" * digits, "\u0663" * digits):
        response = client.get("/sparql", query_string={"query": "ASK {}", "version": version})
        assert response.status_code == 410
        assert str(store) not in response.text


def test_where_the_store_lies_is_not_told(tmp_path: Path) -> None:
    app = create_app(Config(store=tmp_path / "secret", workers=1))
    try:
        for path in ("/", "/claims", "/health/ready", "/sparql", "/sparql?query=ASK{}", "/claim/x"):
            for accept in ("text/html", "application/json", "text/turtle"):
                response = app.test_client().get(path, headers={"Accept": accept})
                assert response.status_code in (406, 503)
                assert "secret" not in response.text
    finally:
        services(app).workers.close()


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("SELECT * {} LIMIT " + "9" * 5000, "syntax"),
        ("SELECT * { <//[x> ?p ?o }", "syntax"),
        ("SELECT * { SERVICESILENT<http://127.0.0.1:1/>{} }", "syntax"),
        ("SELECT * " + "{" * 3000 + "}" * 3000, "too-complex"),
        ("SELECT * { FILTER(" + "1+" * 30_000 + "1) }", "too-complex"),
    ],
    ids=["limit", "address", "glued", "deep", "chain"],
)
def test_what_breaks_readers_is_a_bad_request(client: FlaskClient, query: str, kind: str) -> None:
    response = client.post("/sparql", data={"query": query})
    assert response.status_code == 400
    assert response.get_json()["type"] == f"/docs#{kind}"


def test_scripts_of_other_sites_read_no_whole_document(client: FlaskClient, names: Names) -> None:
    page = client.get(local(names.grant), headers={"Accept": "application/json"})
    assert page.headers["Access-Control-Allow-Origin"] == "*"
    document = page.get_json()["document"]["href"]
    assert "Access-Control-Allow-Origin" not in client.get(document).headers


TRIPLE_TERMS = (
    '<urn:g1> { <urn:a> <urn:b> <<( <urn:s> <urn:p> "o" )>>, "a"@en--ltr . }\n'
    '<urn:g2> { <urn:a> <urn:b> <<( <urn:s> <urn:p> <<( <urn:x> <urn:p> 1 )>> )>> ; rdfs:label "A" . }'
)


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A server of claims with terms of RDF 1.2."""
    folder = tmp_path_factory.mktemp("newer")
    file = folder / "newer.trig"
    file.write_text(f"@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n{TRIPLE_TERMS}")
    with Writer(folder / "store") as writer:
        ingest_rdf(writer, file)
        writer.commit()
    app = create_app(Config(store=folder / "store", workers=1))
    yield app.test_client()
    services(app).workers.close()


@pytest.mark.parametrize(
    "path",
    [
        "/claims",
        "/claim?iri=urn:g1",
        "/claim?iri=urn:g2",
        "/entities",
        "/entity?iri=urn:a",
        "/conflicts",
        "/conflicts?about=urn:g1",
        "/conflicts?about=urn:g2",
        "/conflicts?about=urn:a",
        f"/sparql?query={quote('SELECT * { ?s ?p ?o }')}",
        f"/sparql?query={quote('SELECT * { GRAPH ?g { ?s ?p ?o } }')}",
    ],
)
def test_terms_of_rdf_1_2_break_no_page(newer: FlaskClient, path: str) -> None:
    for accept in ("text/html", "application/json", "text/turtle", "*/*"):
        response = newer.get(path, headers={"Accept": accept})
        assert response.status_code in (200, 406), response.text
    assert newer.get(path).status_code == 200
