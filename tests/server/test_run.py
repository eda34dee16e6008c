"""The server as a process of its own, asked by standard clients."""

import json
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from SPARQLWrapper import (
    CSV,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)

from server.config import Config
from server.errors import ConfigError
from server.run import listen
from tests.server.conftest import Names
from tests.server.running import SERVE, Server, start, stop

HOLDERS = "SELECT ?holder ?customer { ?holder ls:holdsLicenseFor ?customer }"
NUMBERS = " ".join(map(str, range(2000)))
RUNAWAY = "SELECT (COUNT(*) AS ?n) { " + " ".join(f"VALUES ?x{i} {{ {NUMBERS} }}" for i in range(4)) + " }"


@pytest.fixture(scope="module")
def server(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start(store, tmp_path_factory.mktemp("serve"))
    yield server
    stop(server)


def test_it_is_ready(server: Server) -> None:
    assert server.get("health/live")[0] == 200
    status, _, body = server.get("health/ready")
    assert status == 200
    assert json.loads(body)["status"] == "ready"


def test_sparqlwrapper_reads_rows(server: Server) -> None:
    client = SPARQLWrapper(server.address + "sparql")
    client.setQuery(HOLDERS)
    client.setReturnFormat(JSON)
    found = client.queryAndConvert()
    assert len(found["results"]["bindings"]) == 1
    assert found["provenance"]["complete"] is True
    client.setMethod(POST)
    assert client.queryAndConvert()["results"] == found["results"]
    client.setReturnFormat(XML)
    assert len(client.queryAndConvert().getElementsByTagName("result")) == 1
    client.setReturnFormat(CSV)
    assert client.queryAndConvert().startswith(b"holder,customer")
    client.setReturnFormat(TSV)
    assert client.queryAndConvert().startswith(b"?holder\t?customer\n")


def test_sparqlwrapper_reads_graphs(server: Server) -> None:
    client = SPARQLWrapper(server.address + "sparql")
    client.setQuery("CONSTRUCT { ?s rdfs:label ?o } { ?s ls:holdsLicenseFor ?c ; rdfs:label ?o }")
    for way in (URLENCODED, POSTDIRECTLY):
        client.setMethod(POST)
        client.setRequestMethod(way)
        for name in (TURTLE, N3):
            client.setReturnFormat(name)
            assert b"Fabrika Magnit" in client.queryAndConvert()
        for name in (RDFXML, JSONLD):  # converted, they would be deprecated classes of rdflib
            client.setReturnFormat(name)
            assert b"Fabrika Magnit" in client.query().response.read()


def test_plain_http(server: Server, names: Names) -> None:
    status, headers, body = server.get("claim/" + names.grant.rpartition("/")[2], Accept="application/trig")
    assert (status, headers.get_content_type()) == (200, "application/trig")
    assert names.grant.encode() in body
    assert server.get("nothing")[0] == 404
    assert server.ask("SELECT")[0] == 400


def test_a_runaway_query_is_killed_and_nobody_else_notices(server: Server) -> None:
    with ThreadPoolExecutor(1) as threads:
        runaway = threads.submit(server.ask, RUNAWAY, timeout="1.5")
        answers = []
        while not runaway.done():
            answers.append(server.ask(HOLDERS)[0])
        status, headers, body = runaway.result()
    assert status == 504
    assert headers.get_content_type() == "application/problem+json"
    assert json.loads(body)["seconds"] == 1.5
    assert answers
    assert set(answers) == {200}
    assert server.ask(HOLDERS)[0] == 200


def test_whoever_waits_when_the_server_stops_is_told(store: Path, tmp_path: Path) -> None:
    errors = tmp_path / "errors"
    hurried = f"import os, server.run\nserver.run.STOP_AFTER = 1\nos.dup2(os.open({str(errors)!r}, 65), 2)"
    server = start(store, tmp_path, program=f"{hurried}\n{SERVE}")
    with ThreadPoolExecutor() as threads:
        asked = threads.submit(server.ask, RUNAWAY, provenance="none")
        time.sleep(1)
        assert stop(server) == 0
        status, headers, body = asked.result()
    assert (status, json.loads(body)["title"]) == (503, "The server is stopping")
    assert int(headers["Retry-After"]) > 0
    assert "Traceback" not in errors.read_text(encoding="utf-8")


def test_a_query_that_eats_memory_is_stopped(server: Server) -> None:
    hungry = RUNAWAY.replace("(COUNT(*) AS ?n)", "*") + " ORDER BY ?x3"
    status, headers, body = server.ask(hungry)
    assert status == 503
    assert headers["Retry-After"]
    assert headers.get_content_type() == "application/problem+json"
    assert "memory" in json.loads(body)["detail"]
    assert server.ask(HOLDERS)[0] == 200


def test_a_port_that_is_taken_is_told(server: Server, store: Path) -> None:
    port = int(server.address.rstrip("/").rpartition(":")[2])
    with pytest.raises(ConfigError, match="choose another port"):
        listen(Config(store=store, port=port))


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told_and_leaves_nothing_behind(
    store: Path, tmp_path: Path, sent: signal.Signals
) -> None:
    server = start(store, tmp_path)
    assert len(_session(server.process.pid)) > 2
    assert stop(server, sent) == 0
    while _session(server.process.pid):  # the last of them are just ending
        time.sleep(0.05)


def _session(leader: int) -> list[str]:
    """Processes of a session."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                told = (folder / "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            if told.rpartition(")")[2].split()[3] == str(leader):
                found.append(folder.name)
    return found
