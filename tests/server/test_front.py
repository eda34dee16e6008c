"""What passes the front: ids, kept answers, rates, packing; asked of a real server."""

import gzip
import http.client
import json
import re
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kg.dataset.writer import Writer
from server.gate.packing import takes_gzip
from tests.dataset.conftest import grant
from tests.server.running import Server, start, stop

COUNT = "SELECT (COUNT(*) AS ?n) { ?holder ls:holdsLicenseFor ?customer }"
ALL = "SELECT * { ?s ?p ?o }"
JSON = "application/sparql-results+json"
ADMIN = "an administrator's"


@pytest.fixture(scope="module")
def server(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start(store, tmp_path_factory.mktemp("front"))
    yield server
    stop(server)


def metric(server: Server, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} ([0-9.e+-]+)$", server.get("metrics")[2].decode(), re.M)
    assert found is not None, name
    return float(found[1])


def test_every_answer_has_an_id(server: Server) -> None:
    assert server.get("health/live", **{"X-Request-Id": "my-own.id"})[1]["X-Request-Id"] == "my-own.id"
    for odd in ("a b", "x" * 100, "<script>"):
        assert server.get("health/live", **{"X-Request-Id": odd})[1]["X-Request-Id"] not in ("", odd)
    first, second = (server.ask(COUNT)[1]["X-Request-Id"] for _ in range(2))
    assert first != second


def test_an_answer_is_evaluated_once(server: Server) -> None:
    query = COUNT + " # asked twice"
    first = server.ask(query)
    asked = metric(server, "lodestone_queries_total")
    hits = metric(server, "lodestone_requests_from_cache_total")
    second = server.ask(query)
    spelled = server.ask(query.replace(" {", "\n\t{ # said otherwise\n"))
    assert second[2] == first[2] == spelled[2]
    assert second[1]["ETag"] == first[1]["ETag"] == spelled[1]["ETag"]
    assert metric(server, "lodestone_queries_total") == asked
    assert metric(server, "lodestone_requests_from_cache_total") == hits + 1


@pytest.mark.parametrize(
    "parameter", [{"provenance": "none"}, {"format": "xml"}, {"named-graph-uri": "urn:x"}]
)
def test_every_parameter_counts(server: Server, parameter: dict[str, str]) -> None:
    assert server.ask(ALL, **parameter)[1]["ETag"] != server.ask(ALL)[1]["ETag"]


@pytest.mark.parametrize(
    "query", ["SELECT (RAND() AS ?x) {}", "SELECT (NOW() AS ?x) {}", "SELECT (uuid() AS ?x) {}"]
)
def test_chance_and_time_are_never_kept(server: Server, query: str) -> None:
    first, second = server.ask(query, provenance="none"), server.ask(query, provenance="none")
    assert first[2] != second[2]
    assert "ETag" not in first[1]
    assert first[1]["Cache-Control"] == "no-store"


def test_who_has_it_is_told_so_without_evaluation(server: Server) -> None:
    etag = server.ask(ALL, format="tsv")[1]["ETag"]
    asked = metric(server, "lodestone_queries_total")
    path = "sparql?query=SELECT+*+%7B+?s+?p+?o+%7D&format=tsv"
    for known in (etag, f'"other", {etag}', etag.removeprefix("W/"), "*"):
        status, headers, body = server.get(path, **{"If-None-Match": known})
        assert (status, body) == (304, b"")
        assert headers["ETag"] == etag
    assert server.get(path, **{"If-None-Match": '"other"'})[0] == 200
    assert metric(server, "lodestone_queries_total") == asked


def test_text_is_packed_for_who_takes_it(server: Server) -> None:
    plain = server.ask(ALL, provenance="none")[2]
    path = "sparql?provenance=none&query=SELECT+*+%7B+?s+?p+?o+%7D"
    for _ in range(2):
        _, headers, body = server.get(path, **{"Accept-Encoding": "gzip"})
        assert headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in headers["Vary"]
        assert gzip.decompress(body) == plain


def test_a_new_version_is_seen_at_once_and_no_request_is_dropped(copied: Path, tmp_path: Path) -> None:
    server = start(copied, tmp_path)
    stopped = threading.Event()
    statuses: set[int] = set()

    def client() -> None:
        while not stopped.is_set():
            statuses.add(server.ask(COUNT)[0])

    try:
        first = server.ask(COUNT)[1]
        with ThreadPoolExecutor(3) as threads:
            clients = [threads.submit(client) for _ in range(3)]
            with Writer(copied) as writer:
                for number in range(12):
                    writer.add([grant(f"Producer {number}", "Customer")])
                    writer.commit()
                    _, headers, body = server.ask(COUNT, provenance="none")
                    assert json.loads(body)["results"]["bindings"][0]["n"]["value"] == str(number + 2)
                    assert headers["Content-Version"] != first["Content-Version"]
            stopped.set()
            for done in clients:
                done.result()
        assert statuses == {200}
        status, _, body = server.ask(COUNT, version=first["Content-Version"])
        assert status == 410
        assert first["Content-Version"] in json.loads(body)["version"]
        kept = json.loads(body)["kept"][0]
        assert server.ask(COUNT, version=kept)[1]["Content-Version"] == kept
    finally:
        stop(server)


def test_who_sends_too_much_is_told_when_to_come_again(store: Path, tmp_path: Path) -> None:
    server = start(store, tmp_path, rate=0.5, burst=5)
    try:
        answers = [server.ask(f"ASK {{}} # {n}\nLIMIT {n}") for n in range(8)]
        assert [status for status, _, _ in answers].count(429) == 3
        refused = next(headers for status, headers, _ in answers if status == 429)
        assert refused.get_content_type() == "application/problem+json"
        assert 1 <= int(refused["Retry-After"]) <= 3
        assert server.get("health/live")[0] == 200
    finally:
        stop(server)


def test_a_body_that_is_too_long_is_refused(store: Path, tmp_path: Path) -> None:
    server = start(store, tmp_path, body=1000, upload=2000)
    try:
        for length in (1500, 5000):
            status, headers, _ = server.post("sparql", b"query=" + b"x" * length)
            assert (status, headers.get_content_type()) == (413, "application/problem+json")
        told = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=30)
        told.putrequest("POST", "/sparql")
        told.putheader("Content-Length", "99999999999")
        told.endheaders()  # and nothing of it is sent
        assert told.getresponse().status == 413
        told.close()
    finally:
        stop(server)


def test_metrics_tell_of_queries_and_claims(server: Server) -> None:
    server.ask(COUNT)
    text = server.get("metrics")[2].decode()
    for name in (
        'lodestone_requests_total{route="/sparql",status="200"}',
        'lodestone_request_seconds_bucket{le="0.1",route="/sparql"}',
        'lodestone_queries_broken_total{cause="deadline"}',
        'lodestone_claims{state="active"}',
        "lodestone_version ",
        "lodestone_queue ",
        "lodestone_cache_bytes ",
    ):
        assert name in text
    server.get("no/such/page")
    assert 'route="other",status="404"' in server.get("metrics")[2].decode()


def test_a_head_that_is_asked_for_first_leaves_the_answer_whole(server: Server) -> None:
    path = "sparql?query=SELECT+*+%7B+?s+?p+?o+%7D+LIMIT+17"
    for method in ("HEAD", "GET", "HEAD", "GET"):
        request = urllib.request.Request(server.address + path, method=method)  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - our own server
            length = int(response.headers["Content-Length"])
            assert len(response.read()) == (length if method == "GET" else 0)


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [("gzip", True), ("br, x-gzip;q=0.1", True), ("gzip;q=0", False), ("gzip; q=0.000", False), ("*", False)],
)
def test_packing_is_asked_for(accepted: str, packed: bool) -> None:
    assert takes_gzip({b"accept-encoding": accepted.encode()}) is packed


def test_what_is_unchanged_tells_its_version(server: Server) -> None:
    _, first, _ = server.ask(ALL, provenance="none", version="1")
    path = "sparql?version=1&provenance=none&query=SELECT+*+%7B+?s+?p+?o+%7D"
    status, headers, _ = server.get(path, **{"If-None-Match": first["ETag"]})
    assert (status, headers["Content-Version"]) == (304, first["Content-Version"])


def test_only_who_may_write_sends_long_bodies(store: Path, tmp_path: Path) -> None:
    server = start(store, tmp_path, body=1000, upload=5000, token=ADMIN)
    try:
        graph = b'<urn:s> <urn:p> "' + b"x" * 3000 + b'" .'
        sent = {"Content-Type": "application/n-triples"}
        for token, status in (("", 413), ("Bearer wrong", 413), (f"Bearer {ADMIN}", 409)):
            given = {**sent, "Authorization": token} if token else sent
            record = "graphs?graph=https://w3id.org/lodestone/record"
            assert server.post(record, graph, **given)[0] == status
    finally:
        stop(server)


def test_one_client_cannot_take_every_place(store: Path, tmp_path: Path) -> None:
    """Bodies that never come fill the half that an address may have; a token is another client."""
    server = start(store, tmp_path, waiting=0, workers=1, token=ADMIN)  # 33 places
    port = int(server.address.rstrip("/").rpartition(":")[2])
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
    try:
        for one in silent:
            one.sendall(head)
        wait_for(lambda: server.ask("ASK {}")[0] == 503)
        status, _, _ = server.get("sparql?query=ASK%7B%7D", Authorization=f"Bearer {ADMIN}")
        assert status == 200
    finally:
        for one in silent:
            one.close()
        stop(server)


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline


def test_a_graph_is_not_sent_twice(server: Server) -> None:
    _, first, _ = server.get("graphs?default")
    assert 'rel="http://www.w3.org/ns/prov#has_provenance"' in first["Link"]
    asked = metric(server, "lodestone_queries_total")
    status, second, _ = server.get(
        "graphs?default", **{"If-None-Match": first["ETag"], "Accept-Encoding": "x"}
    )
    assert (status, second["Content-Version"]) == (304, first["Content-Version"])
    assert metric(server, "lodestone_queries_total") == asked
    assert server.get("graphs?default&format=nt")[1]["ETag"] != first["ETag"]
