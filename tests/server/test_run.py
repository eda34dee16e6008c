"""The server as a process of its own, asked by standard clients."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from SPARQLWrapper import CSV, JSON, POST, TURTLE, XML, SPARQLWrapper

from server.config import Config
from server.errors import ConfigError
from server.run import check_port
from tests.server.conftest import Names

SERVE = """
import os
import sys
from pathlib import Path
from server import serve
from server.config import Config
if __name__ == "__main__":
    given = {"token": os.environ.get("LODESTONE_TOKEN"), "timeout": 30}
    given["memory"] = int(os.environ.get("MEMORY", 2**28))
    serve(Config(store=Path(sys.argv[1]), port=int(sys.argv[2]), workers=2, **given))
"""
HOLDERS = "SELECT ?holder ?customer { ?holder ls:holdsLicenseFor ?customer }"
NUMBERS = " ".join(map(str, range(2000)))
ROOT = Path(__file__).parent.parent.parent
RUNAWAY = "SELECT (COUNT(*) AS ?n) { " + " ".join(f"VALUES ?x{i} {{ {NUMBERS} }}" for i in range(4)) + " }"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Server:
    process: "subprocess.Popen[str]"
    address: str

    def get(self, path: str, **headers: str) -> tuple[int, Any, bytes]:
        request = urllib.request.Request(self.address + path, headers=headers)  # noqa: S310 - our own server
        try:
            with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
                return response.status, response.headers, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def ask(self, query: str, **parameters: str) -> tuple[int, Any, bytes]:
        return self.get("sparql?" + urllib.parse.urlencode({"query": query, **parameters}))


def start(store: Path, folder: Path, **environment: str) -> Server:
    """A server, when it says that it is ready."""
    script = folder / "serve.py"
    script.write_text(SERVE, encoding="utf-8")
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, script, store, str(port)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == f"Lodestone serves {store} at http://127.0.0.1:{port}/\n"
    return Server(process, f"http://127.0.0.1:{port}/")


def stop(server: Server, sent: signal.Signals = signal.SIGTERM) -> int:
    """Tell a server to stop; gives back its exit status."""
    server.process.send_signal(sent)
    try:
        server.process.communicate(timeout=60)
    finally:
        server.process.kill()
        server.process.communicate()
    return server.process.returncode


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


def test_sparqlwrapper_reads_graphs(server: Server) -> None:
    client = SPARQLWrapper(server.address + "sparql")
    client.setQuery("CONSTRUCT { ?s rdfs:label ?o } { ?s ls:holdsLicenseFor ?c ; rdfs:label ?o }")
    client.setReturnFormat(TURTLE)
    assert b"Fabrika Magnit" in client.queryAndConvert()


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
        check_port(Config(store=store, port=port))


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
