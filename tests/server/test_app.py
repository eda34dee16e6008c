"""Pages about the server itself, and errors of the HTTP layer."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat, parse

from kg.errors import InvalidClaim, LodestoneError, StoreBusy, StoreError
from ontology.vocab import LS, OWL
from server.app import create_app, percent
from server.config import Config
from server.problems import KINDS, kind_of
from server.services import services

HTML = {"Accept": "text/html"}


def subclasses(error: type[LodestoneError]) -> set[type[LodestoneError]]:
    return {error, *(deep for direct in error.__subclasses__() for deep in subclasses(direct))}


def test_every_error_has_its_row() -> None:
    for error in subclasses(LodestoneError):
        assert kind_of(error("what went wrong")).status >= 400
    assert kind_of(StoreBusy("held")) is KINDS[StoreBusy]
    assert KINDS[StoreBusy].status == 503


def test_what_only_ingest_raises_is_a_fault_here() -> None:
    assert kind_of(InvalidClaim("x")).status == 500


def test_docs_explain_every_problem(client: FlaskClient) -> None:
    text = client.get("/docs", headers=HTML).text
    assert set(re.findall(r'<tr id="([a-z-]+)">', text)) == {kind.slug for kind in KINDS.values()}


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("text/turtle", RdfFormat.TURTLE),
        ("application/ld+json", RdfFormat.JSON_LD),
        ("application/rdf+xml", RdfFormat.RDF_XML),
        ("application/n-triples", RdfFormat.N_TRIPLES),
    ],
)
def test_ontology_in_rdf(client: FlaskClient, accept: str, form: RdfFormat) -> None:
    response = client.get("/ontology", headers={"Accept": accept})
    assert response.mimetype == accept
    triples = {(q.subject, q.object) for q in parse(response.data, format=form)}
    assert (NamedNode(LS.Claim), NamedNode(OWL + "Class")) in triples


def test_ontology_page_has_an_anchor_for_every_term(client: FlaskClient) -> None:
    text = client.get("/ontology", headers=HTML).text
    assert {term.local for term in LS} <= set(re.findall(r' id="(\w+)"', text))


def test_wrong_methods_and_unknown_pages(client: FlaskClient) -> None:
    gone = client.get("/nothing/here")
    assert (gone.status_code, gone.mimetype) == (404, "application/problem+json")
    page = client.get("/nothing/here", headers=HTML)
    assert (page.status_code, page.mimetype) == (404, "text/html")
    wrong = client.post("/ontology")
    assert wrong.status_code == 405
    assert "GET" in wrong.headers["Allow"]
    assert wrong.get_json()["status"] == 405


def test_health_of_a_store_that_is_not_there(tmp_path: Path) -> None:
    client = create_app(Config(store=tmp_path / "none")).test_client()
    assert client.get("/health/live").status_code == 200
    ready = client.get("/health/ready")
    assert ready.status_code == 503
    assert ready.headers["Retry-After"]
    assert "lodestone ingest" in ready.get_json()["detail"]
    assert kind_of(StoreError("x")).status == 503


def test_queries_of_a_store_that_is_not_there(tmp_path: Path) -> None:
    app = create_app(Config(store=tmp_path / "none", workers=1))
    try:
        response = app.test_client().get("/sparql?query=ASK{}")
        assert response.status_code == 503
        assert response.get_json()["type"] == "/docs#store"
        assert "lodestone ingest" in response.get_json()["detail"]
    finally:
        services(app).workers.close()


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0, "0 %"), (0.001, "<1 %"), (0.6137, "61 %"), (0.994, "99 %"), (0.9999, ">99 %"), (1, "100 %")],
)
def test_percent_never_overstates(probability: float, text: str) -> None:
    assert percent(probability) == text
