"""The same queries through HTTP: our server, with provenance and without, and the engine's own server.

Our server keeps no answers, so that each is made anew, as the engine's is; a second one of ours
keeps them, and gives the same again (``kept``).
"""

import http.client
import json
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

from tests.benchmarks.results import spread_of
from tests.benchmarks.watdiv import Data
from tests.benchmarks.workload import Named

MODES = ("none", "how", "kept", "engine")
_JSON = "application/sparql-results+json"
_START = 60.0


class Unanswered(Exception):
    """A server did not answer as it should."""


class Endpoint:
    """One server, asked over one connection."""

    def __init__(self, port: int, path: str) -> None:
        self._port, self._path = port, path
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, text: str, seconds: float, **parameters: str) -> bytes:
        """The body of an answer. Raises ``Unanswered``."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=seconds)
        try:
            self._connection.request(
                "GET",
                f"{self._path}?{urlencode({'query': text, **parameters})}",
                headers={"Accept": _JSON},
            )
            response = self._connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            self._connection = None
            raise Unanswered(f"{type(error).__name__}: {error}") from error
        if response.status != http.client.OK:
            raise Unanswered(f"{response.status}: {body[:200].decode(errors='replace')}")
        return body


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(command: Sequence[str], port: int, path: str) -> Iterator[Endpoint]:
    """A server that runs meanwhile."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    )
    try:
        endpoint, began = Endpoint(port, path), time.perf_counter()
        while True:
            try:
                endpoint.ask("ASK {}", _START)
            except Unanswered as error:
                if process.poll() is not None or time.perf_counter() - began > _START:
                    raise SystemExit(f"{' '.join(command)} does not answer: {error}") from error
                time.sleep(0.05)
            else:
                break
        yield endpoint
    finally:
        process.terminate()
        process.wait()


@contextmanager
def servers(data: Data, engine: str | None) -> Iterator[dict[str, tuple[Endpoint, dict[str, str]]]]:
    """Our servers, and the engine's over the bare triples if its program is at hand."""
    with ExitStack() as stack:
        found = {}
        for mode, flags in (("none", ("--cache", "0")), ("kept", ())):
            port = free_port()
            command = [sys.executable, "-m", "kg.cli", "serve", "--store", str(data.store)]
            command += ["--port", str(port), *flags]
            found[mode] = (stack.enter_context(serving(command, port, "/sparql")), {"provenance": "none"})
        found["how"] = (found["none"][0], {"provenance": "how"})
        if engine is not None:
            port = free_port()
            bind = f"127.0.0.1:{port}"
            command = [engine, "serve-read-only", "--location", str(data.plain), "--bind", bind]
            found["engine"] = (stack.enter_context(serving(command, port, "/query")), {})
        yield found


def timed(
    asked: dict[str, tuple[Endpoint, dict[str, str]]], query: Named, rounds: int, seconds: float
) -> dict[str, Any]:
    """The median milliseconds of each mode, in turns, and whether provenance changes the rows."""
    bodies: dict[str, bytes] = {}
    times: dict[str, list[float]] = {mode: [] for mode in asked}
    slowest = 0.0
    try:
        for mode, (endpoint, parameters) in asked.items():
            began = time.perf_counter()
            bodies[mode] = endpoint.ask(query.text, seconds, **parameters)
            slowest = max(slowest, time.perf_counter() - began)
        for _ in range(min(rounds, max(1, int(seconds / 4 / max(slowest, 0.001))))):
            for mode, (endpoint, parameters) in asked.items():
                began = time.perf_counter()
                endpoint.ask(query.text, seconds, **parameters)
                times[mode].append((time.perf_counter() - began) * 1000)
    except Unanswered as error:
        return {"reason": str(error)}
    plain, annotated = (json.loads(bodies[mode])["results"]["bindings"] for mode in ("none", "how"))
    same = plain == annotated if query.is_ordered else _bag(plain) == _bag(annotated)
    return {
        "ms": {mode: median(found) for mode, found in times.items()},
        "spread": {mode: spread_of(found) for mode, found in times.items()},
        "same": same,
        "bytes": {mode: len(body) for mode, body in bodies.items()},
    }


def _bag(bindings: list[dict[str, Any]]) -> Counter[str]:
    return Counter(json.dumps(row, sort_keys=True) for row in bindings)
