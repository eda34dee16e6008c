"""Judgments over HTTP: taken in, read in every format, refused, undone; who may, and what is logged."""

from typing import Any

import pytest
from rdflib import Graph

from kg.dataset.snapshots import Reader
from ontology.vocab import LS
from server.gate.tokens import Scope
from tests.server.conftest import license_claim
from tests.server.writing import Clients, server

__all__ = ["server"]  # a fixture
BASE = "https://w3id.org/lodestone/"


def offer(server: Clients, status: int, *judgments: dict[str, Any], force: str = "") -> Any:
    body: Any = judgments[0] if len(judgments) == 1 else list(judgments)
    query = f"?force={force}" if force else ""
    found = server.send("POST", f"/judgments{query}", Scope.WRITE, json=body)
    assert found.status_code == status, found.text
    return found


def same(left: str, right: str, **changes: Any) -> dict[str, Any]:
    return {"left": left, "right": right, "verdict": "same", "reason": "one register entry", **changes}


def test_a_judgment_is_made_read_used_and_undone(server: Clients) -> None:
    made = offer(
        server, 201, same("urn:b", "urn:a", confidence=0.75, features={"name": 0.9, "town": "Žilina"})
    )
    [judged] = made.get_json()["judgments"]
    here = made.headers["Location"]
    assert (judged["outcome"], here) == ("new", "/judgment/" + judged["judgment"].rpartition("/")[2])
    page = server.client.get(here, headers={"Accept": "application/json"}).get_json()
    assert page["label"] == "urn:a is the same as urn:b"
    assert page["line"]["author"] == "write desk"
    assert page["features"] == [{"name": "name", "value": 0.9}, {"name": "town", "value": "Žilina"}]
    assert [m["iri"] for m in page["same"]] == ["urn:a", "urn:b"]
    turtle = Graph().parse(
        data=server.client.get(here, headers={"Accept": "text/turtle"}).data, format="turtle"
    )
    assert (None, None, None) in turtle
    assert {str(o) for o in turtle.objects(None, None)} >= {LS.Same, "urn:a", "urn:b", "one register entry"}
    html = server.client.get(here, headers={"Accept": "text/html"})
    assert "urn:a is the same as urn:b" in html.text
    assert server.ask(f"GRAPH <{BASE}record> {{ <urn:b> ls:canonicalEntity <urn:a> }}")
    missing = server.send("DELETE", here, Scope.WRITE)
    assert (missing.status_code, missing.get_json()["parameter"]) == (400, "reason")
    for already in (False, True):
        gone = server.send("DELETE", here, Scope.WRITE, json={"reason": "another firm"})
        assert gone.get_json()["already"] is already
    assert not server.ask(f"GRAPH <{BASE}record> {{ <urn:b> ls:canonicalEntity <urn:a> }}")
    page = server.client.get(here, headers={"Accept": "application/json"}).get_json()
    assert (page["line"]["state"], page["undone_by"], page["undone_reason"]) == (
        "undone",
        "write desk",
        "another firm",
    )
    assert [entry["what"] for entry in server.log() if entry["event"] == "done"][-3:] == [
        "judge",
        "undo",
        "undo",
    ]


def test_claims_meet_where_their_parties_are_one(server: Clients) -> None:
    claims = [
        license_claim(
            roles={
                "producer": {"text": text, "iri": f"urn:{text}"},
                "customer": {"text": "C", "iri": "urn:c"},
            },
            document={"title": f"On {text}"},
            attribution=[{"kind": "publisher", "name": f"Paper {text}"}],
        )
        for text in ("one", "two")
    ]
    assert server.send("POST", "/claims", Scope.WRITE, json=claims).status_code == 201
    iri = offer(server, 201, same("urn:one", "urn:two")).get_json()["judgments"][0]["judgment"]

    def confidence(**policy: str) -> list[tuple[str, int]]:
        asked = {"query": "SELECT ?p { ?p ls:holdsLicenseFor <urn:c> }", "format": "json", **policy}
        told = server.client.get("/sparql", query_string=asked).get_json()
        rows = zip(told["results"]["bindings"], told["provenance"]["rows"], strict=True)
        return sorted((row["p"]["value"], of["origins"]) for row, of in rows)

    assert confidence() == [("urn:one", 2)]
    assert confidence(without=iri) == [("urn:one", 1), ("urn:two", 1)]
    asked = {"query": "SELECT ?p { ?p ls:holdsLicenseFor <urn:c> }", "without": iri}
    diff = server.client.get("/sparql/diff", query_string=asked).get_json()
    assert [len(diff[part]) for part in ("appeared", "vanished", "changed")] == [1, 0, 1]
    moved = server.client.get("/entity?iri=urn:two&format=json")
    assert (moved.status_code, moved.headers["Location"]) == (302, "/entity?iri=urn%3Aone&format=json")
    page = server.client.get(f"/judgment/{iri.rpartition('/')[2]}", headers={"Accept": "text/html"}).text
    assert "one is the same as two" in page


def test_the_list_is_filtered_and_in_three_formats(server: Clients) -> None:
    offer(
        server,
        201,
        same("urn:l1", "urn:l2", status="proposed"),
        same("urn:l1", "urn:l3", verdict="different"),
    )
    for query, expected in (
        ("?about=urn:l1", {"proposed", "active"}),
        ("?about=urn:l1&state=proposed", {"proposed"}),
        ("?about=urn:l1&state=undone", set()),
    ):
        found = server.client.get(f"/judgments{query}", headers={"Accept": "application/json"}).get_json()
        assert {line["state"] for line in found["judgments"]} == expected
    assert server.client.get("/judgments", headers={"Accept": "text/html"}).status_code == 200
    turtle = server.client.get("/judgments", headers={"Accept": "text/turtle"})
    assert len(Graph().parse(data=turtle.data, format="turtle")) > 10
    assert server.client.get("/judgments?state=maybe").status_code == 400
    assert server.client.get("/judgments?about=x").status_code == 400
    assert server.client.get("/judgment/none").status_code == 404
    assert server.client.get("/judgment/%22%3E").status_code == 404


def test_what_others_judged_is_respected_all_or_none(server: Clients) -> None:
    different = offer(server, 201, same("urn:x", "urn:z", verdict="different")).get_json()["judgments"][0]
    refused = offer(server, 409, same("urn:x", "urn:y"), same("urn:y", "urn:z"))
    problem = refused.get_json()
    assert problem["judgments"] == [different["judgment"]]
    assert "judged different" in problem["detail"]
    assert not Reader(server.store).current().judgments_on("urn:y")
    again = offer(server, 201, same("urn:x", "urn:y"))
    assert again.get_json()["new"] == 1


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"left": "urn:a"}, 422, "right: Field required"),
        (same("urn:a", "urn:a"), 422, "against itself"),
        (same("no iri", "urn:a"), 422, "left"),
        (same("urn:a", "urn:c", status="unreviewed"), 422, "proposed, accepted or rejected"),
        ([], 422, "no judgment in this"),
        ([same("urn:a", "urn:c"), 1], 422, "judgment 2"),
        (same(f"{BASE}claim/1", "urn:c"), 409, "neither an entity nor an event"),
    ],
)
def test_what_is_no_judgment_is_refused_in_words(server: Clients, body: Any, status: int, words: str) -> None:
    found = server.send("POST", "/judgments", Scope.WRITE, json=body)
    assert found.status_code == status, found.text
    assert words in found.get_json()["detail"]


def test_who_may_judge(server: Clients) -> None:
    for scope, status in ((None, 401), (Scope.READ, 403)):
        assert server.send("POST", "/judgments", scope, json=same("urn:a", "urn:b")).status_code == status
        assert server.send("DELETE", "/judgment/1", scope, json={"reason": "x"}).status_code == status
    assert server.send("DELETE", "/judgment/1", Scope.WRITE, json={"reason": "x"}).status_code == 404
    other = server.send("POST", "/judgments", Scope.WRITE, data="x", content_type="text/csv")
    assert other.status_code == 415
    assert (
        server.send("POST", "/judgments?force=1", Scope.WRITE, json=same("urn:a", "urn:b")).status_code == 400
    )


def test_the_routes_are_described(server: Clients) -> None:
    paths = server.client.get("/openapi.json").get_json()["paths"]
    assert set(paths["/judgments"]) == {"get", "post"}
    assert set(paths["/judgment/{local}"]) == {"get", "delete"}
    assert {p["name"] for p in paths["/judgments"]["get"]["parameters"]} >= {"state", "about"}
