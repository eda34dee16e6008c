"""Long answers come in pieces, hold no memory, and break off where they break."""

import gzip
import http.client
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.server.running import Server, start, stop

NUMBERS = " ".join(map(str, range(500)))
MANY = f"SELECT ?x ?y {{ VALUES ?x {{ {NUMBERS} }} VALUES ?y {{ {NUMBERS} }} }}"
ENDLESS = (
    f"SELECT ?x ?y ?z {{ VALUES ?x {{ {NUMBERS} }} VALUES ?y {{ {NUMBERS} }} VALUES ?z {{ {NUMBERS} }} }}"
)
BROKEN = (http.client.IncompleteRead, ConnectionError)


@pytest.fixture(scope="module")
def server(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start(store, tmp_path_factory.mktemp("stream"))
    yield server
    stop(server)


@contextmanager
def begin(
    server: Server,
    query: str,
    accept: str = "application/sparql-results+json",
    encoding: str = "identity",
    **parameters: str,
) -> Iterator[http.client.HTTPResponse]:
    """Ask, and read no further than the head of the answer."""
    host = server.address.removeprefix("http://").rstrip("/")
    connection = http.client.HTTPConnection(host, timeout=60)
    body = urlencode({"query": query, "provenance": "none", **parameters})
    headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
    headers["Accept-Encoding"] = encoding
    try:
        connection.request("POST", "/sparql", body, headers)
        with connection.getresponse() as response:
            yield response
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("accept", "rows"),
    [
        ("application/sparql-results+json", lambda b: len(json.loads(b)["results"]["bindings"])),
        ("application/sparql-results+xml", lambda b: b.count(b"<result>")),
        ("text/csv", lambda b: b.count(b"\r\n") - 1),
        ("text/tab-separated-values", lambda b: b.count(b"\n") - 1),
    ],
    ids=["json", "xml", "csv", "tsv"],
)
def test_all_rows_come(server: Server, accept: str, rows: Callable[[bytes], int]) -> None:
    with begin(server, MANY, accept) as response:
        assert response.status == 200
        assert response.headers["Transfer-Encoding"] == "chunked"
        assert rows(response.read()) == 250_000


@pytest.mark.parametrize("provenance", ["none", "how"])
def test_a_stream_is_packed_for_who_takes_it(server: Server, provenance: str) -> None:
    with begin(server, MANY, "text/csv", provenance=provenance) as response:
        plain = response.read()
    with begin(server, MANY, "text/csv", "gzip", provenance=provenance) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in response.headers["Vary"]
        assert gzip.decompress(response.read()) == plain


def test_a_packed_stream_that_breaks_off_is_not_taken_for_whole(server: Server) -> None:
    with begin(server, ENDLESS, encoding="gzip", timeout="1.5") as response:
        assert response.headers["Content-Encoding"] == "gzip"
        with pytest.raises(BROKEN):
            response.read()


@pytest.mark.parametrize(
    ("query", "limits"), [(ENDLESS, {"timeout": "1.5"}), (MANY, {"result": "3"})], ids=["deadline", "length"]
)
def test_a_limit_in_the_middle_breaks_the_connection(
    server: Server, query: str, limits: dict[str, str]
) -> None:
    with begin(server, query, **limits) as response:
        assert response.status == 200
        with pytest.raises(BROKEN):
            response.read()
    with begin(server, "ASK {}") as response:
        assert response.status == 200


def test_a_length_that_is_reached_before_anything_was_sent_is_told(server: Server) -> None:
    with begin(server, MANY, result="0.5") as response:
        assert response.status == 413
        assert json.loads(response.read())["limit"] == "result"


def workers_of(server: Server) -> list[int]:
    """Processes of a server that evaluate queries: those that a fork server has started."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
                line = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if fields[3] == str(server.process.pid) and b"forkserver" in line:
                parent = int(fields[1])
                found.append((parent, int(folder.name)))
    forkserver = next(pid for parent, pid in found if parent == server.process.pid)
    return [pid for parent, pid in found if parent == forkserver]


def test_a_worker_that_is_killed_in_the_middle_breaks_the_connection(server: Server) -> None:
    with begin(server, ENDLESS) as response:
        response.read(100_000)
        for pid in workers_of(server):
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(BROKEN):
            response.read()
    with begin(server, "ASK {}") as response:
        assert response.status == 200


def test_who_goes_away_frees_the_worker(server: Server) -> None:
    with begin(server, ENDLESS) as response:
        response.read(100_000)
    deadline = time.monotonic() + 25  # the query's own is later
    while busy(server):
        assert time.monotonic() < deadline


def busy(server: Server) -> bool:
    """Whether a worker uses the processor."""
    before = sum(map(ticks, workers_of(server)))
    time.sleep(0.3)
    return sum(map(ticks, workers_of(server))) - before > 5


def ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def test_a_slow_reader_costs_no_memory(server: Server) -> None:
    def resident() -> int:
        return int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]) * 4096

    with begin(server, MANY) as response:
        response.read()
    before = resident()
    with begin(server, ENDLESS, timeout="5") as response:
        response.read(1000)
        time.sleep(2)
        assert resident() - before < 64 * 1024 * 1024


def test_who_reads_nothing_keeps_no_worker_beyond_the_deadline(store: Path, tmp_path: Path) -> None:
    server = start(store, tmp_path, workers=1, patience=8)
    try:
        with begin(server, ENDLESS, timeout="2") as response:
            response.read(1000)
            began = time.monotonic()
            assert server.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0] == 200
            assert time.monotonic() - began < 7
    finally:
        stop(server)
