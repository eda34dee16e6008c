"""Trust policies, differences and plans over HTTP."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.server.conftest import Names

HOLDS = "SELECT ?p ?c { ?p ls:holdsLicenseFor ?c }"


def ask(client: FlaskClient, path: str = "/sparql", **parameters: str | list[str]) -> dict[str, Any]:
    sent = {name.replace("_", "-"): value for name, value in parameters.items()}
    reply = client.get(path, query_string=sent, headers={"Accept": "application/sparql-results+json"})
    assert reply.status_code == 200, reply.text
    return dict(reply.get_json())


def rows(answer: dict[str, Any]) -> int:
    return len(answer["results"]["bindings"])


def test_a_policy_takes_rows_away(client: FlaskClient) -> None:
    whole = ask(client, query=HOLDS)
    claims = list(whole["provenance"]["claims"])
    assert rows(whole) > 0
    assert rows(ask(client, query=HOLDS, without=claims)) == 0
    assert rows(ask(client, query=HOLDS, min_confidence="1")) == 0
    assert rows(ask(client, query=HOLDS, min_confidence="0")) == rows(whole)
    assert rows(ask(client, query=HOLDS, known_at="1999-01-01")) == 0
    assert rows(ask(client, query=HOLDS, without=claims, provenance="none")) == 0


def test_a_policy_holds_in_every_format(client: FlaskClient) -> None:
    for form in ("csv", "tsv", "xml"):
        reply = client.get("/sparql", query_string={"query": HOLDS, "format": form, "min-confidence": "1"})
        assert "entity" not in reply.text


def test_the_provenance_link_keeps_the_policy(client: FlaskClient) -> None:
    reply = client.get("/sparql", query_string={"query": HOLDS, "format": "csv", "min-confidence": "0.5"})
    assert "min-confidence=0.5" in reply.headers["Link"]


def test_two_policies_are_two_answers_to_a_cache(client: FlaskClient) -> None:
    tags = {
        client.get("/sparql", query_string={"query": HOLDS, "min-confidence": p}).headers["ETag"]
        for p in ("0.1", "0.9", "1")
    }
    assert len(tags) == 3


def test_what_if(client: FlaskClient, names: Names) -> None:
    whole = ask(client, query=HOLDS)
    claims = list(whole["provenance"]["claims"])
    told = ask(client, "/sparql/diff", query=HOLDS, without=claims)
    assert told["complete"]
    assert (told["appeared"], told["changed"], told["same"]) == ([], [], 0)
    assert len(told["vanished"]) == rows(whole)
    first = told["vanished"][0]
    assert first["after"] is None
    assert 0 < first["before"]["confidence"] <= 1
    assert set(first["before"]["claims"]) <= set(told["claims"])
    back = ask(client, "/sparql/diff", query=HOLDS, before_without=claims)
    assert len(back["appeared"]) == rows(whole)
    assert names.grant in told["claims"]


def test_one_of_several_claims_falls(client: FlaskClient, names: Names) -> None:
    told = ask(client, "/sparql/diff", query=HOLDS, without=names.agree)
    [change] = told["changed"]
    assert names.agree in change["before"]["claims"]
    assert names.agree not in change["after"]["claims"]
    assert change["after"]["confidence"] < change["before"]["confidence"]
    told = ask(client, "/sparql/diff", query=HOLDS, without=names.grant)
    assert told["changed"] == []  # its copy is as good


def test_a_plan_is_told(client: FlaskClient) -> None:
    told = ask(client, query=HOLDS, explain="plan")
    assert told["provenance"]["complete"]
    assert "holdsLicenseFor" in told["plain"]["asked"]


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("/sparql", {"query": HOLDS, "min-confidence": "high"}),
        ("/sparql", {"query": HOLDS, "explain": "all"}),
        ("/sparql/diff", {"query": HOLDS, "version": "1"}),
        ("/sparql/diff", {"without": "urn:x"}),
        ("/sparql/diff", {"query": "SELECT", "without": "urn:x"}),
    ],
)
def test_nonsense_is_refused(client: FlaskClient, path: str, given: dict[str, str]) -> None:
    reply = client.get(path, query_string=given)
    assert reply.status_code == 400
    assert reply.content_type == "application/problem+json"
