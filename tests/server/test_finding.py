"""Lists of claims and entities: what is found, by which parameters, with which counts."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from kg.claims.names import Names as Iris
from tests.server.conftest import Names, local
from tests.server.test_browse import page, twin

AUTOWERK = Iris().entity("party", "Autowerk", None)
WIRE = Iris().source("organization", "Example Wire", None, "")


def found(client: FlaskClient, **parameters: Any) -> list[str]:
    response = client.get("/claims", query_string=parameters, headers={"Accept": "application/json"})
    assert response.status_code == 200, response.get_data(as_text=True)
    told = response.get_json()
    assert told["total"] == len(told["claims"])
    return [c["link"]["iri"] for c in told["claims"]]


@pytest.mark.parametrize(
    ("parameters", "which"),
    [
        ({"q": "Autowrek"}, {"grant", "agree", "copy", "deny", "new"}),
        ({"q": "Autowerk", "polarity": "negative"}, {"deny"}),
        ({"contested": "yes"}, {"grant", "agree", "copy", "deny", "new"}),
        ({"contested": "yes", "q": "Ann"}, {"agree"}),
        ({"state": "retracted"}, {"wrong"}),
        ({"state": ["retracted", "superseded"]}, {"wrong", "old"}),
        ({"state": "any", "q": "Hasty"}, {"wrong"}),
        ({"q": "Hasty"}, set()),
        ({"source": WIRE}, {"grant", "copy", "follow"}),
        ({"source": WIRE, "modality": "hedged"}, {"follow"}),
        ({"entity": AUTOWERK}, {"grant", "agree", "copy", "deny", "new"}),
        ({"entity": AUTOWERK, "role": "producer"}, set()),
        ({"since": "2025-05-02", "until": "2025-05-14"}, {"follow"}),
        ({"month": "2025-05", "type": "license_pending"}, {"follow"}),
        ({"min-confidence": "0.61", "type": "license_granted"}, {"agree", "deny", "new"}),
        ({"origins": "one"}, {"deny"}),
        ({"origins": "several"}, {"grant", "agree", "copy", "new"}),
    ],
)
def test_parameters(client: FlaskClient, names: Names, parameters: dict[str, Any], which: set[str]) -> None:
    assert set(found(client, **parameters)) == {getattr(names, name) for name in which}


@pytest.mark.parametrize(
    "query",
    [
        "type=x",
        "state=x",
        "sort=x",
        "since=yesterday",
        "min-confidence=2",
        "min-confidence=nan",
        "source=x",
        "month=May",
        "fact=x",
        "size=1000",
        "q=a&q=b",
        "page=0",
        "q=" + "x" * 300,
        "&".join(f"source=urn:{n}" for n in range(30)),
    ],
)
def test_nonsense_is_told_with_its_parameter(client: FlaskClient, query: str) -> None:
    response = client.get(f"/claims?{query}")
    assert response.status_code == 400
    assert response.get_json()["parameter"] == query.partition("=")[0].partition("&")[0]


def test_pages_hold_together(client: FlaskClient) -> None:
    whole = found(client, sort="surest")
    parts: list[str] = []
    path: str | None = "/claims?sort=surest&size=3"
    while path:
        told = twin(client, path)
        parts += [c["link"]["iri"] for c in told["claims"]]
        path = told["next"]
    assert parts == whole


def test_facets_lead_to_what_they_count(client: FlaskClient) -> None:
    for facet in twin(client, "/claims")["facets"]:
        for choice in facet["choices"]:
            assert twin(client, choice["href"])["total"] == choice["count"], (facet["name"], choice)


def test_what_is_chosen_can_be_taken_away(client: FlaskClient) -> None:
    told = twin(client, "/claims?contested=yes&type=license_granted&q=autowerk")
    assert {c["label"] for c in told["applied"]} == {"contradicted by another claim", "license granted"}
    assert {c["href"] for c in told["applied"]} == {
        "/claims?q=autowerk&type=license_granted",
        "/claims?q=autowerk&contested=yes",
    }


def test_what_was_searched_is_marked(client: FlaskClient) -> None:
    told = twin(client, "/claims?q=fabrka&modality=reported")
    marked = {p["text"] for m in told["marks"] for p in [*m["title"], *m["quote"]] if p["found"]}
    assert marked == {"Fabrika"}
    assert '<mark class="hit">Fabrika</mark>' in page(client, "/claims?q=fabrka")


def test_entities(client: FlaskClient) -> None:
    [car] = twin(client, "/entities?q=autowrek")["entities"]
    assert (car["entity"]["iri"], car["claims"]) == (AUTOWERK, 5)
    everything = twin(client, "/entities")["entities"]
    assert [e["claims"] for e in everything] == sorted((e["claims"] for e in everything), reverse=True)
    producers = twin(client, "/entities?role=producer")["entities"]
    assert {e["entity"]["text"] for e in producers} == {"Fabrika Magnit", "Another supplier"}
    assert client.get("/entities?role=x").status_code == 400
    assert "Nothing has such a name" in page(client, "/entities?q=zzzzz")


def test_start_page_shows_what_is_contested_and_alone(client: FlaskClient, names: Names) -> None:
    told = twin(client, "/")
    assert {c["link"]["iri"] for c in told["alone"]} == {names.deny}
    assert {c["link"]["iri"] for c in told["fallen"]} == {names.wrong, names.old}
    numbers = {n["label"]: n["count"] for n in told["numbers"]}
    assert numbers["contested"] == 5
    assert numbers["retracted"] == 1
    for number in told["numbers"]:
        if number["href"]:
            found = twin(client, number["href"])
            assert (found["links"] if number["href"] == "/review" else found["total"]) == number["count"]


def test_event(client: FlaskClient, names: Names) -> None:
    path = local(names.grant).replace("/claim/", "/event/")
    told = twin(client, path)
    assert told["label"] == "Fabrika Magnit received an export license for Autowerk from Ministry of Trade"
    assert {g["property"]["text"] for g in told["facts"]} >= {"producer", "customer", "earliest day"}
    assert [c["link"]["iri"] for c in told["claims"]] == [names.grant]
    assert "license granted" in page(client, path)
    assert client.get(f"{path}?format=ttl").status_code == 200
    denied = twin(client, local(names.deny).replace("/claim/", "/event/"))
    assert denied["facts"] == []
    assert client.get("/event/none").status_code == 404


def test_record_of_a_source(client: FlaskClient) -> None:
    told = twin(client, WIRE.removeprefix("https://w3id.org/lodestone"))
    record = {line["label"]: line["claims"] for line in told["record"]}
    assert record == {
        "active": 3,
        "contested": 2,
        "corrected": 0,
        "alone": 0,
        "borne out": 2,
        "not compared": 1,
        "superseded": 0,
        "retracted": 0,
    }
