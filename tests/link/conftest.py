"""A SPARQL server with data in Wikidata's model, and one before it that can misbehave."""

import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

DATA = Path(__file__).parent / "wikidata"


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def _program() -> str:
    beside = Path(sys.executable).parent / "oxigraph"
    found = str(beside) if beside.is_file() else shutil.which("oxigraph")
    if found is None:
        pytest.skip("oxigraph, a SPARQL server, is not installed (extra dev)")
    return found


@pytest.fixture(scope="session")
def wikidata(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an endpoint that has ``wikidata/small.ttl``."""
    folder, port, program = tmp_path_factory.mktemp("wikidata") / "store", _free_port(), _program()
    load = [program, "load", "-l", str(folder), "-f", str(DATA / "small.ttl")]
    subprocess.run(load, check=True, capture_output=True, timeout=60)
    address = f"127.0.0.1:{port}"
    with (folder.parent / "log").open("wb") as log:
        server = subprocess.Popen(
            [program, "serve-read-only", "-l", str(folder), "-b", address], stdout=log, stderr=log
        )
    try:
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield f"http://{address}/query"
    finally:
        server.terminate()
        server.wait(timeout=20)


Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Between:
    """A server before the endpoint: ``answers`` come first, by turns, and ``requests`` are noted."""

    url: str = ""
    answers: list[Answer | Callable[[bytes], Answer]] = field(default_factory=list)
    requests: list[tuple[dict[str, str], str]] = field(default_factory=list)
    forever: bool = False

    def next(self) -> Answer | Callable[[bytes], Answer] | None:
        if not self.answers:
            return None
        return self.answers[0] if self.forever else self.answers.pop(0)


@pytest.fixture
def between(wikidata: str) -> Iterator[Between]:
    """A server that passes on to the endpoint what it does not answer itself."""
    state = Between()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.requests.append((dict(self.headers), body.decode()))
            planned = state.next()
            if planned is None:
                self._say(passed_on(body))
            else:
                self._say(planned(passed_on(body)[2]) if callable(planned) else planned)

        do_GET = do_POST  # noqa: N815 - as the base class has it

        def _say(self, answer: Answer) -> None:
            status, headers, content = answer
            with suppress(OSError):
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class has it
            pass

    def passed_on(body: bytes) -> Answer:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/sparql-results+json",
        }
        request = urllib.request.Request(wikidata, body, headers)  # noqa: S310 - of this machine
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - of this machine
            return 200, {"Content-Type": "application/sparql-results+json"}, response.read()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/sparql"
    yield state
    server.shutdown()
    thread.join()
    server.server_close()
