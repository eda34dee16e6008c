"""The manifest, what it promises, previews, suggestions, and other sites."""

import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from server.app import create_app
from server.config import Config
from tests.server.reconciliation.asking import LS, best
from tests.server.reconciliation.conftest import Validate

SHOWN = "a-token-of-the-test"


def test_the_manifest_is_of_version_0_2(client: FlaskClient, valid: Validate) -> None:
    response = client.get("/reconcile")
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    told = response.get_json()
    valid("manifest", told)
    assert told["versions"] == ["0.2"]
    assert {t["name"] for t in told["defaultTypes"]} >= {"party", "place"}


def test_what_the_manifest_promises_is_there(client: FlaskClient) -> None:
    told = client.get("/reconcile").get_json()
    entity = best(client, query="Tesla")["id"]
    known = {"entity": entity, "type": f"{LS}Party", "property": f"{LS}lei"}
    for what, one in told["suggest"].items():
        assert client.get(_path(one["service_url"] + one["service_path"]) + "?prefix=a").status_code == 200
        flyout = one["service_url"] + one["flyout_service_path"].replace("${id}", quote(known[what], safe=""))
        answer = client.get(_path(flyout))
        assert answer.status_code == 200, what
        assert set(answer.get_json()) == {"id", "html"}
        assert answer.get_json()["id"] == known[what]
    proposal = told["extend"]["propose_properties"]
    assert client.get(_path(proposal["service_url"] + proposal["service_path"])).status_code == 200
    for template in (told["view"]["url"], told["preview"]["url"]):
        assert client.get(_path(template.replace("{{id}}", quote(entity, safe="")))).status_code == 200
    for url in (told["logo"], told["documentation"], told["feature_view"]["url"]):
        with client.get(_path(url)) as answer:
            assert answer.status_code == 200


def _path(url: str) -> str:
    return url.removeprefix("http://localhost").partition("#")[0]


def test_entities_are_suggested(client: FlaskClient, valid: Validate) -> None:
    found = client.get("/reconcile/suggest/entity?prefix=tes").get_json()
    valid("suggest-entities-response", found)
    assert found["result"][0]["name"] == "Tesla"
    iri = found["result"][0]["id"]
    again = client.get("/reconcile/suggest/entity", query_string={"prefix": iri}).get_json()
    assert again["result"][0]["id"] == iri
    assert client.get("/reconcile/suggest/entity?prefix=tes&cursor=1").get_json() == {"result": []}
    assert client.get("/reconcile/suggest/entity?prefix=").get_json() == {"result": []}


def test_types_and_properties_are_suggested(client: FlaskClient, valid: Validate) -> None:
    kinds = client.get("/reconcile/suggest/type?prefix=pa").get_json()
    valid("suggest-types-response", kinds)
    assert f"{LS}Party" in {t["id"] for t in kinds["result"]}
    held = client.get("/reconcile/suggest/property?prefix=lei").get_json()
    valid("suggest-properties-response", held)
    assert "lei" in {p["id"] for p in held["result"]}
    every = client.get("/reconcile/suggest/type").get_json()["result"]
    later = client.get("/reconcile/suggest/type?cursor=3").get_json()["result"]
    assert later[: len(every) - 3] == every[3:]


@pytest.mark.parametrize("what", ["entity", "type", "property"])
def test_a_cursor_is_a_number(client: FlaskClient, what: str) -> None:
    for cursor in ("-1", "x", "99999999999", "1e3"):
        assert client.get(f"/reconcile/suggest/{what}?prefix=a&cursor={cursor}").status_code == 400
    assert client.get(f"/reconcile/suggest/{what}?prefix={'a' * 1001}").status_code == 400


# --- previews


def test_a_preview_may_be_framed_and_nothing_else(client: FlaskClient) -> None:
    iri = best(client, query="Tesla")["id"]
    page = client.get("/reconcile/preview", query_string={"id": iri})
    assert page.mimetype == "text/html"
    assert "Tesla" in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "default-src 'none'" in policy
    assert "X-Frame-Options" not in page.headers
    assert "<script" not in page.text
    other = client.get("/entity", query_string={"iri": iri})
    assert other.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in other.headers["Content-Security-Policy"]


def test_names_cannot_bring_markup(client: FlaskClient) -> None:
    iri = best(client, query="script alert(1) script Ltd")["id"]
    assert "<script" not in client.get("/reconcile/preview", query_string={"id": iri}).text
    assert (
        "<script" not in client.get("/reconcile/flyout/entity", query_string={"id": iri}).get_json()["html"]
    )


@pytest.mark.parametrize("what", ["preview", "flyout/entity", "flyout/type", "flyout/property"])
def test_what_is_not_there_is_not_found(client: FlaskClient, what: str) -> None:
    for name in ("https://nobody.example/x", "no iri", "<>"):
        response = client.get(f"/reconcile/{what}", query_string={"id": name})
        assert response.status_code == 404, name
    assert client.get(f"/reconcile/{what}").status_code == 400


# --- other sites


def test_jsonp_calls_a_function_and_nothing_else(client: FlaskClient) -> None:
    response = client.get("/reconcile?callback=jQuery.cb_1")
    assert response.mimetype == "text/javascript"
    found = re.fullmatch(r"/\*\*/jQuery\.cb_1\((.*)\);", response.text, re.S)
    assert found
    assert json.loads(found[1])["versions"] == ["0.2"]
    for callback in ("alert(1)", "a b", "", "x;y", "a" * 101, "<script>"):
        assert client.get("/reconcile", query_string={"callback": callback}).status_code == 400


def test_a_token_that_reading_needs_is_told_of(linked: Path, valid: Validate) -> None:
    app = create_app(Config(store=linked, workers=1, read_token=True, token=SHOWN, cors=("none",)))
    client = app.test_client()
    told = client.get("/reconcile")
    assert told.status_code == 200
    valid("manifest", told.get_json())
    assert told.get_json()["authentication"]["name"] == "Authorization"
    assert client.get("/reconcile?queries={}").status_code == 401
    assert client.post("/reconcile", data={"queries": "{}"}).status_code == 401
    shown = {"Authorization": f"Bearer {SHOWN}"}
    assert client.post("/reconcile", data={"queries": "{}"}, headers=shown).get_json() == {}
    assert client.get("/reconcile?callback=f", headers=shown).status_code == 400
