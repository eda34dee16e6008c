"""``version=``: what is asked of an older version is told of it, or refused; never answered of another."""

import json
import re
from html import unescape
from typing import Any

import pytest

from server.gate.tokens import Scope
from tests.server.conftest import Names, license_claim, local
from tests.server.writing import TURTLE, Clients, server

__all__ = ["server"]  # a fixture


def get(server: Clients, path: str, accept: str = "application/json") -> tuple[int, dict[str, str], str]:
    found = server.client.get(path, headers={"Accept": accept})
    return found.status_code, dict(found.headers), found.text


@pytest.fixture(scope="module")
def older(server: Clients) -> tuple[str, str, str, str]:
    """The version before anything was written, that after it, a claim and an entity of the later one."""
    before = server.client.get("/health/ready").get_json()["version"]
    server.send("PUT", "/graphs?graph=urn:later", data="<urn:a> <urn:p> 1 .", content_type=TURTLE)
    server.send("POST", "/graphs?default", data="<urn:later> <urn:p> 1 .", content_type=TURTLE)
    posted = server.send("POST", "/claims", Scope.WRITE, json=license_claim(said="2025-07-09"))
    [claim] = posted.get_json()["claims"]
    after = server.client.get("/health/ready").get_json()["version"]
    return before, after, claim["claim"], "urn:later"


def test_graphs_are_read_in_the_version_asked_for(server: Clients, older: tuple[str, str, str, str]) -> None:
    before, after, claim, graph = older
    for path in (f"/graphs?graph={graph}", f"/graphs?graph={claim}"):
        assert get(server, f"{path}&version={before}", TURTLE)[0] == 404
        for method in ("GET", "HEAD"):
            found = server.client.open(f"{path}&version={after}", method=method, headers={"Accept": TURTLE})
            assert (found.status_code, found.headers["Content-Version"]) == (200, after)
    number = before.rpartition("-")[2]
    status, headers, text = get(server, f"/graphs?default&version={number}", TURTLE)
    assert (status, headers["Content-Version"]) == (200, before)
    assert "urn:later" not in text
    assert "urn:later" in get(server, "/graphs?default", TURTLE)[2]
    then = get(server, f"/graphs?default&version={before}", TURTLE)[1]["ETag"]
    assert then == headers["ETag"] != get(server, "/graphs?default", TURTLE)[1]["ETag"]


def test_lists_and_records_too(server: Clients, older: tuple[str, str, str, str]) -> None:
    before, after, claim, _ = older
    local = claim.rpartition("/")[2]
    assert get(server, f"/claim/{local}?version={after}")[0] == 200
    for accept in ("application/json", TURTLE, "application/trig"):
        assert get(server, f"/claim/{local}?version={before}", accept)[0] == 404
    now = json.loads(get(server, f"/claims?version={after}&size=2")[2])
    status, headers, text = get(server, f"/claims?version={before}&size=2")
    then = json.loads(text)
    assert (status, headers["Content-Version"]) == (200, before)
    assert then["total"] == now["total"] - 1
    assert "version=" in then["next"]
    assert json.loads(get(server, then["next"])[2])["total"] == then["total"]


@pytest.mark.parametrize(
    "path",
    [
        *("/graphs?default", "/graphs?graph=urn:g", "/claims?q=x", "/claim?iri=urn:x"),
        *("/document?iri=urn:x", "/source?iri=urn:x", "/entity?iri=urn:x", "/event?iri=urn:x"),
    ],
)
@pytest.mark.parametrize("version", ["99999", "urn:no-version", "x"])
def test_a_version_that_is_not_kept_is_gone(server: Clients, path: str, version: str) -> None:
    accept = TURTLE if "graphs" in path else "application/json"
    for method in ("GET", "HEAD"):
        found = server.client.open(f"{path}&version={version}", method=method, headers={"Accept": accept})
        assert found.status_code == 410, found.text


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/entities", "/explain?s=urn:a&p=urn:b&o=urn:c", "/conflicts", "/judgments", "/ontology"),
        *("/docs", "/health/ready", "/metrics", "/reconcile", "/sparql/terms?prefix=x", "/review"),
        "/openapi.json",
    ],
)
def test_elsewhere_it_is_refused(server: Clients, path: str) -> None:
    status, _, text = get(server, f"{path}{'&' if '?' in path else '?'}version=1")
    assert status == 400
    assert json.loads(text)["parameter"] == "version"
    assert "/sparql" in json.loads(text)["detail"]


OLDER = "An older version"
"""What the page of an older version says."""


def test_a_page_for_reading_is_of_the_version_asked_for(
    server: Clients, older: tuple[str, str, str, str]
) -> None:
    before, after, claim, _ = older
    local, number = claim.rpartition("/")[2], after.rpartition("-")[2]
    assert server.send("DELETE", f"/claim/{local}?reason=a+test", Scope.WRITE).status_code == 200
    status, headers, now = get(server, f"/claim/{local}", "text/html")
    assert (status, OLDER in now, "taken back by" in now) == (200, False, True)
    status, headers, then = get(server, f"/claim/{local}?version={number}", "text/html")
    assert (status, headers["Content-Version"], "taken back by" in then) == (200, after, False)
    assert OLDER in then
    assert f'<a href="/claim/{local}">The newest version</a>' in then
    assert get(server, f"/claim/{local}?version={before}", "text/html")[0] == 404


def test_the_links_of_an_older_page_stay_in_its_version(
    server: Clients, older: tuple[str, str, str, str], names: Names
) -> None:
    before = older[0]
    seen: dict[str, str] = {}
    todo = [f"{local(names.grant)}?version={before.rpartition('-')[2]}"]
    while todo and len(seen) < 40:
        path = todo.pop(0)
        status, headers, text = get(server, path, "text/html")
        assert (status, headers["Content-Version"], OLDER in text) == (200, before, True), path
        seen[path] = text
        newest = re.sub(r"[?&]version=\d+", "", path)
        links = [unescape(found) for found in DATED.findall(text)]
        assert [link for link in links if "version=" not in link] in ([newest], []), path
        todo += [link for link in dict.fromkeys(links) if "version=" in link and link not in (*seen, *todo)]
    assert {path.split("/")[1].partition("?")[0] for path in seen} >= {
        *("claim", "claims", "document", "source", "entity", "event"),
    }


DATED = re.compile(r'<a [^>]*href="(/(?:claim|document|source|entity|event)s?[/?][^"#]*)"(?! type=)')
"""Links of a page to pages that can be of an older version, its twins apart."""


def test_the_foot_of_a_page_has_its_address_in_its_version(server: Clients, names: Names) -> None:
    path = local(names.grant)
    newest = server.client.get("/health/ready").get_json()["version"].rpartition("-")[2]
    text = get(server, f"{path}?again=1", "text/html")[2]
    assert f'<a href="{path}?again=1&amp;version={newest}">a link to this version</a>' in text
    assert "a link to this version" not in get(server, "/conflicts", "text/html")[2]


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_nothing_is_written_on_an_older_version(server: Clients, method: str) -> None:
    before = server.client.get("/health/ready").get_json()["version"]
    options: dict[str, Any] = {"data": "<urn:a> <urn:p> 1 .", "content_type": TURTLE}
    for path in ("/graphs?default&version=1", "/graphs?graph=urn:g&version=1"):
        assert server.send(method, path, **options).status_code == 400
    assert server.client.get("/health/ready").get_json()["version"] == before


@pytest.mark.parametrize("accept", ["text/html", TURTLE])
def test_the_service_is_described_as_it_is_now(server: Clients, accept: str) -> None:
    found = server.client.get("/sparql?version=1", headers={"Accept": accept})
    assert found.status_code == 400
    assert server.client.get("/sparql", headers={"Accept": accept}).status_code == 200
