"""The page of conflicts and its twin in JSON, worked out by the workers over a real store."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from kg.claims.claim import Claim
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from kg.errors import QueryTimeout
from server.app import create_app
from server.config import Config
from server.conflicts import ConflictsAsked, conflicts_told
from server.services import services
from tests.server.conftest import HOSTILE, Names, license_claim


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


def contested(client: FlaskClient, monkeypatch: pytest.MonkeyPatch, query: str = "") -> Any:
    """The page where three claims are too many for one."""
    monkeypatch.setattr("server.views.contested.AT_ONCE", 3)
    return client.get(f"/conflicts?format=json&{query}").get_json()


def test_of_many_claims_what_is_denied_is_told_at_once(
    client: FlaskClient, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = client.get("/conflicts?format=json&kind=contradiction").get_json()
    assert whole["complete"]
    for query in ("", f"about={names.grant}", f"about={whole_of(client, names)}"):
        found = contested(client, monkeypatch, query)
        assert not found["complete"]
        assert found["everything"].endswith("compare=all")
        [one], [known] = found["conflicts"], whole["conflicts"]
        assert known["what"] in one["what"].split("; ")
        for side, same in zip(one["sides"], known["sides"], strict=True):
            assert claims_of(side) == claims_of(same)
            assert side["origins"] == same["origins"]
        everything = client.get(found["everything"] + "&format=json").get_json()
        assert everything["complete"]
        assert {"agreement", "contradiction"} <= {c["kind"] for c in everything["conflicts"]}


def test_of_many_claims_other_days_are_no_contradiction(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {"roles": {"producer": "Werk", "licensee": "Werk", "customer": "Bosch"}}
    with Writer(copied) as writer:
        for polarity, day in (("positive", "2025-06-02"), ("negative", "2023-01-09")):
            told = license_claim(**said, polarity=polarity, when={"edtf": day})
            writer.add([Claim.model_validate(told)])
        writer.commit()
    app = create_app(Config(store=copied, workers=1))
    client = app.test_client()
    whole = client.get("/conflicts?format=json").get_json()
    kinds = {one["kind"] for one in whole["conflicts"] if "Bosch" in one["what"]}
    assert kinds == {"different_time"}
    found = contested(client, monkeypatch)
    about = [one for one in found["conflicts"] if "Bosch" in one["what"]]
    assert {one["kind"] for one in about} == {"different_time"}
    assert {one["kind"] for one in found["conflicts"] if "Autowerk" in one["what"]} == {"contradiction"}
    assert {kind["value"]: kind["count"] for kind in found["kinds"]}["contradiction"] is None
    chosen = contested(client, monkeypatch, "kind=contradiction")["conflicts"]
    assert {one["kind"] for one in chosen} == {"contradiction"}
    services(app).workers.close()


def test_of_many_claims_other_kinds_are_compared(
    client: FlaskClient, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = contested(client, monkeypatch, "kind=agreement")
    assert found["complete"]
    assert {one["kind"] for one in found["conflicts"]} == {"agreement"}
    nothing = contested(client, monkeypatch, "kind=correction")
    assert not nothing["complete"]
    assert nothing["conflicts"] == []
    assert contested(client, monkeypatch, f"about={names.hostile}")["conflicts"] == []
    response = client.get("/conflicts?compare=some", headers={"Accept": "application/json"})
    assert response.status_code == 400
    text = client.get("/conflicts", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert 'href="/conflicts?compare=all"' in text


def test_of_many_claims_what_was_corrected_is_told(
    copied: Path, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Writer(copied) as writer:
        correction = license_claim(
            attribution=[{"kind": "publisher", "name": "Correcting Daily"}],
            roles={"producer": "Another maker", "customer": "Autowerk"},
            corrects=[names.agree],
        )
        [added] = writer.add([Claim.model_validate(correction)])
        writer.commit()
    app = create_app(Config(store=copied, workers=1))
    client = app.test_client()
    for query in ("", f"about={names.agree}", f"about={added.iri}", f"about={whole_of(client, names)}"):
        found = contested(client, monkeypatch, f"kind=correction&{query}")
        [one] = found["conflicts"]
        assert claims_of(one["sides"][0]) == {names.agree} or added.iri in query
        assert claims_of(one["sides"][1]) == {added.iri} or added.iri in query
        assert found["total"] == 1
    services(app).workers.close()


def claims_of(side: dict[str, Any]) -> set[str]:
    """The claims of a side."""
    return {one["claim"]["iri"] for one in side["claims"]}


def whole_of(client: FlaskClient, names: Names) -> str:
    """The entity that the grant is for."""
    told = client.get(names.grant.removeprefix("https://w3id.org/lodestone") + "?format=json").get_json()
    iri: str = next(role["entity"]["iri"] for role in told["roles"] if role["role"] == "customer")
    return iri
