"""Plain queries are answered without the application, just as it would answer them."""

import http.client
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlparse

import pytest

from tests.server.running import Server, start, stop

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
ALL = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 20"
TO_THE_APPLICATION = {"If-Range": '"x"'}
"""A header of no consequence with which a request goes through the application."""


@pytest.fixture(scope="module")
def server(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start(store, tmp_path_factory.mktemp("quick"), cache=0)
    yield server
    stop(server)


def asked(
    server: Server, method: str, query: dict[str, str], body: bytes | None, headers: dict[str, str]
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(urlparse(server.address).netloc, timeout=60)
    try:
        connection.request(method, f"/sparql?{urlencode(query)}", body, headers)
        response = connection.getresponse()
        kept = {k.lower(): v for k, v in response.getheaders() if k.lower() not in ("date", "x-request-id")}
        return response.status, kept, response.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("query", "more", "headers"),
    [
        (ALL, {}, {}),
        (ALL, {"provenance": "none"}, {"Accept": "application/json"}),
        (ALL, {"provenance": "none"}, {"Accept": "application/sparql-results+xml, */*;q=0.1"}),
        (ALL, {"format": "csv", "provenance": "columns"}, {}),
        (ALL, {"format": "tsv"}, {"Accept-Encoding": "gzip"}),
        (ALL, {"default-graph-uri": "https://other.example/graph#one"}, {}),
        (ALL, {"min-confidence": "0.5", "version": "1"}, {}),
        ("ASK { ?s ?p ?o }", {}, {"Origin": "https://elsewhere.example"}),
        ("CONSTRUCT WHERE { ?s ?p ?o }", {"provenance": "how"}, {"Accept": "application/trig"}),
        ("DESCRIBE <urn:nothing>", {}, {"Accept": "text/turtle"}),
        ("SELECT (1 + 1 AS ?two) {} # " + "x" * 6000, {}, {}),
        ("SELECT (1 + 1 AS ?three) {} # " + "x" * 70_000, {}, {}),
        ("SELECT", {}, {}),
        ("SELECT * { SERVICE <http://no.example/> { ?s ?p ?o } }", {}, {}),
        ("SELECT * { ?s <relative> ?o }", {}, {"Host": "a.example:80"}),
        (ALL, {"timeout": "-1"}, {}),
        (ALL, {"version": "77"}, {}),
        (ALL, {}, {"Accept": "image/png"}),
        (ALL, {"format": "turtle"}, {}),
    ],
)
@pytest.mark.parametrize("way", ["GET", FORM, DIRECT])
def test_the_answer_is_that_of_the_application(
    server: Server, way: str, query: str, more: dict[str, str], headers: dict[str, str]
) -> None:
    told, body = {"query": query, **more}, None
    if way == FORM:
        told, body, headers = {}, urlencode(told).encode(), {**headers, "Content-Type": FORM}
    elif way == DIRECT:
        told, body, headers = more, query.encode(), {**headers, "Content-Type": f"{DIRECT}; charset=UTF-8"}
    method = "GET" if way == "GET" else "POST"
    quick = asked(server, method, told, body, headers)
    assert quick == asked(server, method, told, body, {**headers, **TO_THE_APPLICATION})


def test_chance_is_not_kept_either_way(server: Server) -> None:
    for headers in ({}, TO_THE_APPLICATION):
        _, found, _ = asked(server, "GET", {"query": "SELECT (RAND() AS ?x) {}"}, None, headers)
        assert found["cache-control"] == "no-store"
        assert "etag" not in found


def test_a_long_answer_comes_in_pieces_either_way(server: Server) -> None:
    triples = " ".join(f"({n})" for n in range(9000))
    query = f"SELECT * {{ VALUES (?a) {{ {triples} }} VALUES (?b) {{ (1) (2) (3) }} }}"
    told = {"provenance": "none"}
    headers = {"Content-Type": DIRECT}
    quick = asked(server, "POST", told, query.encode(), headers)
    assert quick[1]["transfer-encoding"] == "chunked"
    assert quick == asked(server, "POST", told, query.encode(), {**headers, **TO_THE_APPLICATION})
