"""Requests that make no sense, by the thousand: only the intended 5xx, and the store unchanged.

``LODESTONE_FUZZ=10000`` sends so many in all; by default there are fewer.
"""

import hashlib
import http.client
import os
import random
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server import audit
from tests.query.whole import queries
from tests.server.running import Server, start, stop

REQUESTS = int(os.environ.get("LODESTONE_FUZZ", "600"))
INTENDED = {501, 503, 504}
PATHS = (
    "sparql",
    "claims",
    "claim",
    "document",
    "source",
    "entity",
    "graphs",
    "ontology",
    "metrics",
    "docs",
    "",
)
NAMES = (
    "query",
    "update",
    "default-graph-uri",
    "named-graph-uri",
    "provenance",
    "timeout",
    "version",
    "format",
)
NAMES += ("memory", "result", "q", "type", "page", "iri", "default", "graph", "min-confidence", "without")
TYPES = ("application/sparql-query", "application/sparql-update", "application/x-www-form-urlencoded")
TYPES += ("application/trig", "application/json", "text/turtle", "multipart/form-data", "x", "")
ACCEPTS = ("*/*", "text/html", "application/sparql-results+json", "text/csv;q=0.1, */*;q=nan", "x/y", ";;,")
PIECES = (
    "SELECT",
    "*",
    "WHERE",
    "{",
    "}",
    "?x",
    "(",
    ")",
    "FILTER",
    "OPTIONAL",
    "UNION",
    "GRAPH",
    "<urn:x>",
    "ls:",
)
PIECES += (
    "'",
    '"',
    "\\",
    "#",
    "\x00",
    "\ud800",
    "SERVICE",
    "<http://127.0.0.1:1/>",
    "9" * 400,
    "%",
    ".",
    ";",
    "^^",
)
PIECES += (
    "a",
    "COUNT",
    "GROUP BY",
    "HAVING",
    "BIND",
    "VALUES",
    "<<",
    ">>",
    "{|",
    "|}",
    "@en--ltr",
    "_:b",
    "[]",
    "*/?",
)


@pytest.fixture(scope="module")
def server(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start(store, tmp_path_factory.mktemp("fuzz"), timeout=2.0)
    yield server
    stop(server)


@pytest.fixture(scope="module", autouse=True)
def unchanged(store: Path, server: Server) -> Iterator[None]:
    """The store's files are what they were, but for the log of what was refused."""
    before = contents(store)
    yield
    assert contents(store) == before


def contents(store: Path) -> dict[str, str]:
    return {
        str(path.relative_to(store)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in store.rglob("*")
        if path.is_file() and path.name not in (audit.FILE, "lock")
    }


def send(
    server: Server, method: str, target: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> int:
    """Send a request as it is, and read the answer to its end."""
    host = server.address.removeprefix("http://").rstrip("/")
    connection = http.client.HTTPConnection(host, timeout=60)
    try:
        connection.request(method, target, body, headers or {})
        response = connection.getresponse()
        data = response.read()
        if response.status >= 400 and method != "HEAD":
            assert response.headers.get_content_type() in ("application/problem+json", "text/html"), data
            assert b"Traceback" not in data
        return response.status
    finally:
        connection.close()


def soup(rng: random.Random) -> str:
    return " ".join(rng.choice(PIECES) for _ in range(rng.randrange(1, 30)))


def mangled(text: str, rng: random.Random) -> str:
    """A query with something cut out, doubled or put in."""
    place, end = sorted(rng.randrange(len(text) + 1) for _ in range(2))
    return rng.choice(
        (text[:place] + text[end:], text[:end] + text[place:], f"{text[:place]}{soup(rng)}{text[place:]}")
    )


def encoded(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("seed", range(4))
def test_soup_in_every_place(server: Server, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - requests, no secret
    for _ in range(REQUESTS // 8):
        pairs = "&".join(f"{rng.choice(NAMES)}={encoded(soup(rng))}" for _ in range(rng.randrange(4)))
        method = rng.choice(("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"))
        headers = {"Accept": rng.choice(ACCEPTS), "Content-Type": rng.choice(TYPES)}
        body = soup(rng).encode("utf-8", "surrogatepass") if method not in ("GET", "HEAD") else None
        status = send(server, method, f"/{rng.choice(PATHS)}?{pairs}", body, headers)
        assert status < 500 or status in INTENDED, (method, pairs, body, headers)


@settings(max_examples=max(20, REQUESTS // 4), suppress_health_check=list(HealthCheck), deadline=None)
@given(query=queries(), seed=st.integers(0, 10**6))
def test_broken_sparql(server: Server, query: object, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311
    text = mangled(str(query), rng)
    form = urlencode({"query": text.encode("utf-8", "surrogatepass")})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": rng.choice(ACCEPTS)}
    status = send(server, "POST", "/sparql", form.encode(), headers)
    assert status < 500 or status in INTENDED, text


def test_what_openapi_describes(server: Server) -> None:
    schema = schemathesis.openapi.from_url(f"{server.address}openapi.json")

    for operation in schema.get_all_operations():
        made = operation.ok().as_strategy()

        @settings(max_examples=max(5, REQUESTS // 80), suppress_health_check=list(HealthCheck), deadline=None)
        @given(case=made)
        def one(case: schemathesis.Case) -> None:
            response = case.call(base_url=server.address.rstrip("/"))
            assert response.status_code < 500 or response.status_code in INTENDED, case.as_curl_command()

        one()
