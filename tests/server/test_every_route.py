"""What holds of every route there is: headers, methods, entity tags, scopes and the log of writes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from kg.dataset.writer import Writer
from server.app import create_app
from server.config import Config
from server.gate.tokens import Scope
from server.services import services
from tests.server.conftest import Names
from tests.server.writing import Clients, server

__all__ = ["server"]  # a fixture

OPEN = {"/sparql", "/sparql/diff", "/reconcile", "/answer"}
"""Routes with a POST that needs no token: they are asked so, or keep what anybody may read."""

MADE_ANEW = {"/metrics", "/health/live", "/health/ready", "/static/<path:filename>"}
"""Routes that have no entity tag of a version: they tell of this moment, or of a file."""


def rules(app: Flask, method: str) -> Iterator[Rule]:
    yield from (rule for rule in app.url_map.iter_rules() if method in (rule.methods or ()))


def address(rule: Rule, names: Names) -> str:
    """An address of the route: of something that is there, where there is such a thing."""
    local = names.grant.rpartition("/")[2] if rule.rule.startswith("/claim/") else "none"
    found = re.sub(r"<(?:[^<>]+:)?[^<>]+>", local, rule.rule.replace("<code>", "short"))
    return f"{found}?default" if rule.rule == "/graphs" else found


def test_every_answer_has_its_guards(server: Clients, names: Names) -> None:
    for rule in rules(server.app, "GET"):
        for accept in ("text/html", "*/*"):
            found = server.client.get(address(rule, names), headers={"Accept": accept})
            assert found.status_code < 500, rule.rule
            policy = found.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy, rule.rule
            assert "unsafe" not in policy, rule.rule
            assert found.headers["X-Content-Type-Options"] == "nosniff"
            if found.mimetype == "text/html":
                text = re.sub(r"<script[^>]*\bsrc=[^>]*>", "", found.text)
                assert "<script" not in text or 'type="application/' in text, rule.rule
                assert not re.search(r"<[^>]+\son[a-z]+=", text), rule.rule


def test_head_and_options_everywhere(server: Clients, names: Names) -> None:
    for rule in rules(server.app, "GET"):
        where = address(rule, names)
        got, head = server.client.get(where), server.client.head(where)
        assert (head.status_code, head.data) == (got.status_code, b""), rule.rule
        assert head.headers.get("Content-Type") == got.headers.get("Content-Type"), rule.rule
        asked = server.client.options(where)
        assert asked.status_code == 200, rule.rule
        allowed = set(asked.headers["Allow"].split(", "))
        assert set(rule.methods or ()) <= allowed, rule.rule
        assert set(asked.headers["Access-Control-Allow-Methods"].split(", ")) == allowed
        refused = server.client.open(where, method="PATCH")
        assert refused.status_code == 405, rule.rule
        assert set(refused.headers["Allow"].split(", ")) == allowed


def test_what_is_read_has_an_entity_tag(server: Clients, names: Names) -> None:
    for rule in rules(server.app, "GET"):
        if rule.rule in MADE_ANEW:
            continue
        found = server.client.get(address(rule, names))
        if found.status_code == 200 and found.headers.get("Cache-Control") != "no-store":
            tag = found.headers["ETag"]
            again = server.client.get(address(rule, names), headers={"If-None-Match": tag})
            assert (again.status_code, again.data) == (304, b""), rule.rule


def test_every_write_needs_its_scope_and_is_in_the_log(server: Clients, names: Names) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        for rule in rules(server.app, method):
            if rule.rule in OPEN:
                continue
            where = address(rule, names)
            for scope, status in ((None, 401), (Scope.READ, 403)):
                before = len(server.log())
                found = server.send(method, where, scope, data=b"x")
                assert found.status_code == status, (method, rule.rule)
                (line,) = server.log()[before:]
                assert (line["event"], line["status"]) == ("refused", status), rule.rule


def test_every_update_needs_its_scope(server: Clients) -> None:
    for scope, status in ((None, 401), (Scope.READ, 403), (Scope.WRITE, 403)):
        before = len(server.log())
        found = server.send("POST", "/sparql", scope, data={"update": "CLEAR ALL"})
        assert found.status_code == status
        assert [line["status"] for line in server.log()[before:]] == [status]


@pytest.mark.parametrize(
    "path", ["/sparql?query=ASK%7B%7D&version=99", "/sparql/diff?query=ASK%7B%7D&from=99"]
)
def test_a_version_that_is_not_kept_is_gone(server: Clients, path: str) -> None:
    for accept in ("text/html", "application/json"):
        found = server.client.get(path, headers={"Accept": accept})
        assert found.status_code == 410, found.text


def test_every_body_has_its_limit(server: Clients, names: Names) -> None:
    longest = services(server.app).config.body
    for method in ("POST", "PUT", "DELETE"):
        for rule in rules(server.app, method):
            body = {"data": b"x" * (longest + 1), "content_type": "application/x-www-form-urlencoded"}
            found = server.send(method, address(rule, names), None, **body)
            assert found.status_code in (401, 413), (method, rule.rule, found.status_code)


def test_a_store_without_claims_answers_every_route(tmp_path: Path, names: Names) -> None:
    with Writer(tmp_path / "empty"):
        pass
    app = create_app(Config(store=tmp_path / "empty", workers=1))
    client = app.test_client()
    for rule in rules(app, "GET"):
        for accept in ("text/html", "application/json"):
            found = client.get(address(rule, names), headers={"Accept": accept})
            assert found.status_code < 500, (rule.rule, accept)
    told = client.get("/conflicts?format=json").get_json()
    assert (told["total"], told["conflicts"]) == (0, [])
    services(app).workers.close()
