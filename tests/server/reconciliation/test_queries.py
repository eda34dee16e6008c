"""Batches of reconciliation queries, held to the schemas and examples of the specification."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.server.reconciliation.asking import LS, WD, batch, best
from tests.server.reconciliation.conftest import Validate


def test_a_batch_is_answered_by_its_keys(client: FlaskClient, valid: Validate) -> None:
    queries = {
        "a": {"query": "Tesla"},
        "b": {"query": "nobody of that name"},
        "c": {"query": "FABRIKA MAGNIT"},
    }
    found = batch(client, **queries)
    valid("reconciliation-result-batch", found)
    assert set(found) == {"a", "b", "c"}
    tesla = found["a"]["result"][0]
    assert (tesla["name"], tesla["match"]) == ("Tesla", True)
    assert {t["id"] for t in tesla["type"]} >= {f"{LS}Party"} or tesla["type"]
    assert found["b"]["result"] == []
    assert found["c"]["result"][0]["name"] == "Fabrika Magnit"
    features = tesla["features"]
    assert len({f["id"] for f in features}) == len(features)
    assert client.get("/reconcile", query_string={"queries": json.dumps(queries)}).get_json() == found


@pytest.mark.parametrize(
    "query",
    [
        {"query": "54930043XZGB27CTOV49"},
        {"query": f"{WD}Q478214"},
        {"properties": [{"pid": "lei", "v": "54930043XZGB27CTOV49"}]},
        {"properties": [{"pid": f"{LS}lei", "v": ["54930043XZGB27CTOV49"]}]},
        {"properties": [{"pid": "wikidata", "v": {"id": "Q478214", "name": "Tesla, Inc."}}]},
        {"query": "Tesla", "properties": [{"pid": "lei", "v": "54930043XZGB27CTOV49"}]},
        {"query": "Tesla", "type": [f"{LS}Party", f"{LS}Place"], "type_strict": "any"},
        {"query": "Tesla", "type": "Place", "type_strict": "should"},
        {"query": "Tesla", "limit": 1.0},
    ],
)
def test_an_entity_is_found_in_several_ways(client: FlaskClient, query: dict[str, Any]) -> None:
    assert best(client, **query)["name"] == "Tesla"


def test_an_entitys_own_identifier_finds_it(client: FlaskClient) -> None:
    iri = best(client, query="Tesla")["id"]
    found = best(client, query=iri)
    assert (found["id"], found["score"], found["match"]) == (iri, 100, True)


def test_another_identifier_keeps_apart(client: FlaskClient) -> None:
    found = best(client, query="Tesla", properties=[{"pid": "lei", "v": "529900NNUPAGGOMPXZ31"}])
    assert not found["match"]
    assert found["score"] <= 20


def test_types_restrict(client: FlaskClient) -> None:
    place = batch(client, q={"query": "Tesla", "type": f"{LS}Place"})["q"]["result"]
    assert all(c["name"] != "Tesla" for c in place)
    both = batch(client, q={"query": "Tesla", "type": [f"{LS}Party", f"{LS}Place"], "type_strict": "all"})
    assert both["q"]["result"] == []


def test_the_limit_is_kept(client: FlaskClient) -> None:
    assert len(batch(client, q={"query": "Fabrika Magnit", "limit": 1})["q"]["result"]) == 1
    assert len(batch(client, q={"query": "Fabrika Magnit", "limit": 10**9})["q"]["result"]) <= 50


@pytest.mark.parametrize("kind", ["valid", "invalid"])
def test_the_examples_of_the_specification(
    client: FlaskClient, spec: Path, valid: Validate, kind: str
) -> None:
    files = sorted((spec / "examples" / "reconciliation-query-batch" / kind).glob("*.json"))
    assert files
    for file in files:
        data = json.loads(file.read_text(encoding="utf-8"))
        for query in data.values():  # its types are those of other services
            query.pop("type", None)
        response = client.post("/reconcile", data={"queries": json.dumps(data)})
        assert response.status_code == (200 if kind == "valid" else 400), (file.name, response.text)
        if kind == "valid":
            valid("reconciliation-result-batch", response.get_json())
            assert set(response.get_json()) == set(data)


BROKEN = {
    "no JSON": "{",
    "no object": "[1]",
    "nothing asked": '{"q": {}}',
    "a limit of none": '{"q": {"query": "a", "limit": 0}}',
    "a limit below none": '{"q": {"query": "a", "limit": -1}}',
    "a limit that is no number": '{"q": {"query": "a", "limit": NaN}}',
    "a name that is a number": '{"q": {"query": 7}}',
    "a type that is none": '{"q": {"query": "a", "type": "Nonsense"}}',
    "another strictness": '{"q": {"query": "a", "type_strict": "maybe"}}',
    "a property without a value": '{"q": {"query": "a", "properties": [{"pid": "lei"}]}}',
    "a value in a value": '{"q": {"query": "a", "properties": [{"pid": "lei", "v": [["x"]]}]}}',
    "a name without end": json.dumps({"q": {"query": "x" * 1001}}),
    "nested without end": "[" * 100_000,
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_batch_is_refused(client: FlaskClient, name: str) -> None:
    response = client.post("/reconcile", data={"queries": BROKEN[name]})
    assert response.status_code == 400, response.text
    problem = response.get_json()
    assert response.mimetype == "application/problem+json"
    assert problem["detail"]
    assert len(problem["detail"]) < 1000


def test_a_batch_has_a_largest_size(client: FlaskClient) -> None:
    most = client.get("/reconcile").get_json()["batchSize"]
    fits = {str(n): {"query": "Tesla"} for n in range(most)}
    assert len(batch(client, **fits)) == most
    larger = {**fits, "more": {"query": "Tesla"}}
    assert client.post("/reconcile", data={"queries": json.dumps(larger)}).status_code == 413
    assert client.post("/reconcile", data={"queries": "{}"}).get_json() == {}


def test_a_form_is_needed(client: FlaskClient) -> None:
    assert client.post("/reconcile", json={"queries": {}}).status_code == 415
    assert client.post("/reconcile", data={"other": "1"}).status_code == 400
    assert client.post("/reconcile", data={"queries": "{}", "extend": "{}"}).status_code == 400
    assert client.delete("/reconcile").status_code == 405


def test_an_empty_cell_does_not_spoil_the_batch(client: FlaskClient) -> None:
    told = batch(client, blank={"query": " "}, empty={"query": ""}, firm={"query": "Tesla"})
    assert told["blank"] == told["empty"] == {"result": []}
    assert told["firm"]["result"][0]["match"]


def test_types_go_by_prefixed_names_too(client: FlaskClient) -> None:
    whole = batch(client, q={"query": "Baotou", "type": f"{LS}Place"})
    assert whole["q"]["result"][0]["name"] == "Baotou"
    assert batch(client, q={"query": "Baotou", "type": "ls:Place"}) == whole
    unknown = json.dumps({"q": {"query": "Baotou", "type": "ls:Nonsense"}})
    assert client.post("/reconcile", data={"queries": unknown}).status_code == 400
