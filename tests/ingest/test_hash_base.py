"""A base IRI that ends in ``#``: claims in, asked, judged, shown, checked, and out again."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from kg.claims.names import part_of, whole_of
from kg.cli import main
from server.app import create_app
from server.config import Config

BASE = "https://example.org/kg#"
BRIEF = Path(__file__).parents[2] / "kg" / "example" / "brief.txt"
REPORT = {
    "type": "license_granted",
    "roles": {"producer": "JL MAG", "customer": "Volkswagen"},
    "when": {"text": "in late April", "edtf": "2025-04-21/2025-04-30"},
    "quantity": {"value": 5, "unit": "tonnes"},
    "attribution": [{"kind": "publisher", "name": "Example Daily"}],
    "document": {"title": "A second report"},
}
ASKED = """SELECT ?who ?from {
    ?grant a ls:LicenseGranted ; ls:producer ?producer ; ls:customer ?c ; ls:earliest ?from .
    ?producer rdfs:label ?who . ?c rdfs:label "Volkswagen" } ORDER BY ?who"""


def run(*arguments: str) -> str:
    found = CliRunner().invoke(main, arguments)
    assert found.exit_code == 0, found.output
    return found.stdout


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hash")
    (folder / "report.jsonl").write_text(json.dumps(REPORT), encoding="utf-8")
    path = folder / "store"
    run("ingest", str(BRIEF), str(folder / "report.jsonl"), "--store", str(path), "--base", BASE, "-q")
    run("link", "--store", str(path))
    return path


@pytest.fixture(scope="module")
def client(store: Path) -> FlaskClient:
    return create_app(Config(store=store, workers=1, timeout=20)).test_client()


def asked(store: Path) -> list[dict[str, str]]:
    told = json.loads(run("query", ASKED, "--store", str(store), "--format", "json"))
    assert told["provenance"]["complete"] is True
    return [{name: cell["value"] for name, cell in row.items()} for row in told["results"]["bindings"]]


def test_claims_answer_and_everything_holds(store: Path) -> None:
    day = "2025-04-21"
    due = [{"who": "JL MAG", "from": day}, {"who": "a magnet producer in Baotou", "from": day}]
    assert asked(store) == due
    assert "everything holds" in run("check", "--store", str(store))


def test_what_is_exported_comes_back(store: Path, tmp_path: Path) -> None:
    run("export", "--store", str(store), "-o", str(tmp_path / "all.nq"))
    again = tmp_path / "again"
    run("ingest", str(tmp_path / "all.nq"), "--store", str(again), "--base", BASE, "-q")
    assert asked(again) == asked(store)
    assert "everything holds" in run("check", "--store", str(again))


def test_a_claim_falls(store: Path, tmp_path: Path) -> None:
    told = json.loads(run("query", ASKED, "--store", str(store), "--format", "json"))
    [mine] = [iri for iri, claim in told["provenance"]["claims"].items() if claim["quote"] is None]
    policy = json.loads(run("query", ASKED, "--store", str(store), "--format", "json", "--without", mine))
    assert len(policy["results"]["bindings"]) == 1
    found = CliRunner().invoke(main, ["retract", mine, "--reason", "x", "--by", "y", "--store", str(store)])
    assert found.exit_code == 0, found.output
    assert len(asked(store)) == 1


def test_pages_of_claims_documents_and_entities(client: FlaskClient) -> None:
    told = client.get("/sparql", query_string={"query": ASKED, "format": "json"}).get_json()
    quoted = {c["quote"]: (i, c) for i, c in told["provenance"]["claims"].items() if c["quote"]}
    iri, claim = quoted["a magnet producer in Baotou obtained a license for Volkswagen in late April"]
    assert iri.startswith(f"{BASE}claim/")
    page = client.get(f"/claim/{iri.removeprefix(BASE + 'claim/')}")
    assert page.status_code == 200
    assert "obtained a license for Volkswagen in late April" in page.text
    document = client.get("/document/" + claim["document"].removeprefix(BASE + "document/"))
    assert document.status_code == 200
    assert "obtained a license for Volkswagen in late April" in document.text
    for format_ in ("json", "ttl", "trig", "jsonld"):
        assert client.get(f"/claim/{iri.rpartition('/')[2]}?format={format_}").status_code == 200
    entities = {row["o"]["value"] for row in _rows(client, "SELECT ?o { ?e ls:producer ?o }")}
    assert entities
    for entity in entities:
        assert client.get("/entity/" + entity.removeprefix(BASE + "entity/")).status_code == 200


def _rows(client: FlaskClient, text: str) -> list[dict[str, dict[str, str]]]:
    found = client.get("/sparql", query_string={"query": text, "format": "json"})
    assert found.status_code == 200, found.text
    rows: list[dict[str, dict[str, str]]] = found.get_json()["results"]["bindings"]
    return rows


@pytest.mark.parametrize("name", ["https://example.org/claim/a", "https://example.org/kg#claim/a", "urn:x#a"])
def test_a_part_tells_what_it_is_a_part_of(name: str) -> None:
    part = part_of(name, "role-producer")
    assert part.count("#") == 1
    assert whole_of(part) == name
