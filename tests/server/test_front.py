"""What passes the front: ids, kept answers, rates, packing; asked of a real server."""

import gzip
import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kg.dataset.writer import Writer
from tests.dataset.conftest import grant
from tests.server.running import Server, start, stop

COUNT = "SELECT (COUNT(*) AS ?n) { ?holder ls:holdsLicenseFor ?customer }"
ALL = "SELECT * { ?s ?p ?o }"
JSON = "application/sparql-results+json"


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
