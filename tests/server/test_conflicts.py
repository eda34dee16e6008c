"""The page of conflicts and its twin in JSON, worked out by the workers over a real store."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kg.dataset.snapshots import Reader
from kg.errors import QueryTimeout
from server.conflicts import ConflictsAsked, conflicts_told
from tests.server.conftest import HOSTILE, Names


def test_conflicts_of_the_version(client: FlaskClient, names: Names) -> None:
    response = client.get("/conflicts", headers={"Accept": "application/json"})
    assert response.status_code == 200, response.get_data(as_text=True)
    found = response.get_json()
    counts = {kind["value"]: kind["count"] for kind in found["kinds"]}
    assert counts["contradiction"] == counts["agreement"] == 1
    assert found["total"] == sum(counts.values()) == len(found["conflicts"])
    first = found["conflicts"][0]
    assert first["kind"] == "contradiction"
    assert first["what"] == "Fabrika Magnit holds license for Autowerk"
    assert [one["claim"]["iri"] for one in first["sides"][1]["claims"]] == [names.deny]
    assert names.grant in {one["claim"]["iri"] for one in first["sides"][0]["claims"]}
    assert response.headers["Content-Version"]


def test_of_some_kinds_around_a_claim(client: FlaskClient, names: Names) -> None:
    path = f"/conflicts?format=json&kind=agreement&kind=correction&about={names.grant}"
    found = client.get(path).get_json()
    assert found["about"]["iri"] == names.grant
    assert {one["kind"] for one in found["conflicts"]} == {"agreement"}
    assert [kind["value"] for kind in found["kinds"] if kind["chosen"]] == ["correction", "agreement"]
    [agreement] = found["conflicts"]
    assert len(agreement["sides"]) == 3
    nothing = client.get(f"/conflicts?format=json&about={names.hostile}").get_json()
    assert nothing["conflicts"] == []


def test_the_page(client: FlaskClient, names: Names) -> None:
    text = client.get("/conflicts", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert "<bdi>Fabrika Magnit holds license for Autowerk</bdi>" in text
    assert 'value="contradiction"' in text
    assert HOSTILE not in text


@pytest.mark.parametrize(
    ("query", "told"),
    [("kind=war", "kind is one of"), ("about=x y", "about is the IRI"), ("page=0", "page is a number")],
)
def test_what_cannot_be_asked(client: FlaskClient, query: str, told: str) -> None:
    response = client.get(f"/conflicts?{query}", headers={"Accept": "application/json"})
    assert response.status_code == 400
    assert told in response.get_json()["detail"]


def test_a_nanopublication_is_found_by_its_name(client: FlaskClient, names: Names) -> None:
    trig = client.get(names.grant.removeprefix("https://w3id.org/lodestone") + "?format=trig").get_data(
        as_text=True
    )
    name = next(word for word in trig.split() if "/RA" in word).strip("<>").partition("#")[0]
    response = client.get(name.removeprefix("https://w3id.org/lodestone") + "?format=json")
    assert response.status_code == 303
    assert client.get(response.location).get_json()["iri"] == names.grant


def test_a_version_too_large_for_the_deadline_is_not_begun(store: Path, names: Names) -> None:
    snapshot = Reader(store).current()
    counts = {**snapshot.manifest.counts, "active": 75_001}
    large = Reader(store).current()
    large.manifest = replace(snapshot.manifest, counts=counts)
    with pytest.raises(QueryTimeout, match=r"75,001 claims .* within 30 s: ask about"):
        conflicts_told(large, ConflictsAsked().written(), 30)
    found = conflicts_told(large, ConflictsAsked(about=names.grant).written(), 30)
    assert json.loads(json.dumps(found))["total"] > 0
