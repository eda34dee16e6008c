"""An answer that is cited is kept as it was, under the hash of what it says."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kg.dataset.kept import canonical
from kg.dataset.upkeep.purge import Purge
from kg.dataset.writer import Writer
from server.app import create_app
from server.config import Config
from server.services import services
from tests.server.conftest import Names

QUERY = "SELECT ?who ?customer { ?p ls:holdsLicenseFor ?c ; rdfs:label ?who . ?c rdfs:label ?customer }"


@pytest.fixture(scope="module")
def path(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(store, tmp_path_factory.mktemp("citing") / "store")


@pytest.fixture(scope="module")
def app(path: Path) -> Iterator[Flask]:
    app = create_app(Config(store=path, workers=1, timeout=20))
    yield app
    services(app).workers.close()


def cite(client: FlaskClient, query: str = QUERY, **more: Any) -> TestResponse:
    headers = more.pop("headers", {})
    return client.post("/answer", data={"query": query, **more}, headers=headers)


def kept(client: FlaskClient, **more: Any) -> dict[str, Any]:
    response = cite(client, **more)
    assert response.status_code == 303
    found = client.get(response.location, query_string={"format": "json"})
    assert found.status_code == 200
    told: dict[str, Any] = found.get_json()
    assert response.location == f"/answer/{told['hash']}"
    return told


def test_its_name_is_the_hash_of_what_it_says(client: FlaskClient) -> None:
    told = kept(client)
    content = {name: value for name, value in told.items() if name not in ("hash", "cited")}
    assert hashlib.sha256(canonical(content)).hexdigest() == told["hash"]
    assert kept(client) == told
    assert told["query"] == QUERY
    assert told["plain"]["results"]["bindings"]


def test_the_page_says_of_when_it_is_and_how_to_cite_it(client: FlaskClient) -> None:
    told = kept(client)
    page = client.get(f"/answer/{told['hash']}", headers={"Accept": "text/html"}).text
    assert told["version"] in page
    assert f"SHA-256 {told['hash']}" in page
    assert "Fabrika Magnit" in page
    assert "Because" in page


def test_it_stays_the_same_when_the_claims_change(client: FlaskClient, path: Path, names: Names) -> None:
    told = kept(client)
    before = client.get(f"/answer/{told['hash']}", headers={"Accept": "text/html"}).text
    with Writer(path) as writer:
        writer.retract(names.copy, reason="withdrawn", by="an editor")
        writer.commit()
    assert client.get(f"/answer/{told['hash']}", headers={"Accept": "text/html"}).text == before
    assert kept(client)["hash"] != told["hash"]


def test_a_policy_is_part_of_it(client: FlaskClient, names: Names) -> None:
    told = kept(client, without=names.agree)
    assert told["policy"] == [["without", names.agree]]
    assert names.agree in told["left_out"]
    page = client.get(f"/answer/{told['hash']}", headers={"Accept": "text/html"}).text
    again = next(part for part in page.split('"') if part.startswith("/sparql?") and "without" in part)
    assert parse_qs(urlsplit(again.replace("&amp;", "&")).query)["without"] == [names.agree]


def test_questions_of_every_form_are_kept(client: FlaskClient) -> None:
    for query in ("ASK { ?s ls:holdsLicenseFor ?o }", "CONSTRUCT WHERE { ?s ls:holdsLicenseFor ?o }"):
        told = kept(client, query=query)
        assert client.get(f"/answer/{told['hash']}", headers={"Accept": "text/html"}).status_code == 200


@pytest.mark.parametrize("name", ["0" * 64, "x", "../lodestone.json", "A" * 64])
def test_what_was_never_cited_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/answer/{name}").status_code == 404


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}]
)
def test_pages_of_other_sites_have_nothing_kept(client: FlaskClient, headers: dict[str, str]) -> None:
    assert cite(client, headers=headers).status_code == 403


def test_a_version_that_is_gone_cannot_be_cited(client: FlaskClient) -> None:
    assert cite(client, version="99999").status_code == 410


def test_only_queries_are_kept(client: FlaskClient) -> None:
    assert client.post("/answer", data={}).status_code == 400
    assert client.post("/answer", data={"update": "CLEAR ALL"}).status_code == 400
    assert cite(client, query="SELECT").status_code == 400


def test_there_is_room_for_so_many(path: Path) -> None:
    app = create_app(Config(store=path, workers=1, answers=0))
    response = cite(app.test_client(), query="ASK { ?nothing a ls:No }")
    services(app).workers.close()
    assert response.status_code == 507
    assert "answers" in response.get_json()["detail"]


def test_a_damaged_one_is_not_shown(client: FlaskClient, path: Path) -> None:
    name = kept(client, query="ASK {}")["hash"]
    [file] = path.glob(f"answers/*/{name}.json.gz")
    file.write_bytes(file.read_bytes()[:-9])
    assert client.get(f"/answer/{name}").status_code == 503


def test_what_quotes_a_purged_document_goes_with_it(client: FlaskClient, path: Path) -> None:
    told, other = (
        kept(client),
        kept(client, query="ASK { ?s ls:holdsLicenseFrom ?nothing . ?nothing a ls:No }"),
    )
    quoted = next(c["document"] for c in told["plain"]["provenance"]["claims"].values() if c["quote"])
    with Purge(path) as writer:
        writer.purge(quoted, reason="protection of a source")
    gone = client.get(f"/answer/{told['hash']}")
    assert gone.status_code == 410
    assert "purged" in gone.get_json()["detail"]
    assert client.get(f"/answer/{other['hash']}").status_code == 200
    stones = [json.loads(file.read_text(encoding="utf-8")) for file in path.glob("answers/*/*.gone")]
    assert {stone["reason"] for stone in stones} == {"protection of a source"}
