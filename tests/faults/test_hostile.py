"""A hundred runaway queries at once, while normal clients go on asking."""

import http.client
import itertools
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import quantiles

import pytest

from kg.dataset.record.records import DEFAULT
from kg.dataset.terms import Quad, node
from kg.dataset.writer import Writer
from tests.server.running import Server, start, stop
from tests.server.test_stream import busy, workers_of

MEBIBYTE = 1024 * 1024
RUNAWAYS = 100
TIMEOUT = 4.0
NOISE = 0.25
"""Seconds that other work on the machine may take: a multiple of milliseconds is no measure then."""

MEMORY = 256 * MEBIBYTE
_NUMBERS = " ".join(map(str, range(1500)))
_VALUES = " ".join(f"VALUES ?x{i} {{ {_NUMBERS} }}" for i in range(4))

_ALL = ", ".join(f"STR(?x{i})" for i in range(4)) + ', "!"'
EDGE, ENDS = "<urn:edge>", 50
"""What paths explode on: an edge from each of these nodes to every one."""

BOMBS: tuple[Callable[[int], str], ...] = (
    lambda n: f"SELECT (COUNT(*) AS ?n) {{ {_VALUES} FILTER(?x0 != {n}) }}",
    lambda n: f"SELECT * {{ {_VALUES} }} ORDER BY DESC(?x3) (?x0 + {n}) ?x1 ?x2",
    lambda n: (
        f"SELECT (COUNT(*) AS ?n) {{ ?a {EDGE}+ ?b . ?b ({EDGE}|^<urn:{n}>)* ?c . ?c (!<urn:{n}>)* ?d "
        f". ?d {EDGE}+ ?e . ?e ({EDGE}/{EDGE})+ ?f }}"
    ),
    lambda n: f'SELECT * {{ {_VALUES} FILTER(REGEX(CONCAT("aaaaaaaa{n}", {_ALL}), "^(a|a?|[0-9]+)+$")) }}',
    lambda n: (
        "SELECT (STRLEN(?z) AS ?n) { BIND('"
        + "x" * 200
        + "' AS ?s0) "
        + " ".join(f"BIND(CONCAT(?s{i}, ?s{i}, '{n}') AS ?s{i + 1})" for i in range(24))
        + " BIND(?s24 AS ?z) }"
    ),
)
"""Cross products, huge sorts, path explosions, regex bombs, string bombs; each is another query."""

NORMAL = "SELECT ?holder ?customer {{ ?holder ls:holdsLicenseFor ?customer FILTER(STR(?holder) != '{}') }}"


@pytest.fixture(scope="module")
def server(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("hostile")
    path = shutil.copytree(store, folder / "store")
    ends = [node(f"urn:end:{number}") for number in range(ENDS)]
    with Writer(path) as writer:
        writer.add_base(Quad(one, node("urn:edge"), other, DEFAULT) for one in ends for other in ends)
        writer.commit()
    server = start(path, folder, timeout=TIMEOUT, memory=MEMORY, cache=0, patience=20.0)
    yield server
    stop(server)


class Normal:
    """Clients that ask small queries, one after the other."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._numbers = itertools.count()
        self._stopped = threading.Event()
        self.statuses: Counter[int] = Counter()
        self.times: list[float] = []

    def ask(self) -> None:
        while not self._stopped.is_set():
            began = time.monotonic()
            status, _, _ = self._server.ask(NORMAL.format(next(self._numbers)), provenance="none")
            self.times.append(time.monotonic() - began)
            self.statuses[status] += 1
            time.sleep(0.01)

    def stop(self) -> None:
        self._stopped.set()

    @property
    def p95(self) -> float:
        return quantiles(self.times, n=20)[-1]


def resident(server: Server) -> int:
    """Bytes of memory that the server and its workers hold."""
    total = 0
    for pid in (server.process.pid, *workers_of(server)):
        try:
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
        except OSError:
            continue
    return total


def attacked(server: Server, bomb: str) -> int:
    """The status that a runaway is answered with, 0 for an answer that breaks off after its beginning."""
    try:
        return server.ask(bomb, provenance="none")[0]
    except http.client.IncompleteRead:
        return 0


def asked_by(server: Server, work: Callable[[], None]) -> Normal:
    """Normal clients that ask while something else is done."""
    normal = Normal(server)
    with ThreadPoolExecutor(3) as threads:
        clients = [threads.submit(normal.ask) for _ in range(3)]
        try:
            work()
        finally:
            normal.stop()
        for client in clients:
            client.result()
    return normal


def test_a_hundred_runaways_harm_nobody_else(server: Server) -> None:
    quiet = asked_by(server, lambda: time.sleep(3))
    idle = resident(server)
    highest = 0
    outcomes: Counter[int] = Counter()

    def attack() -> None:
        nonlocal highest
        with ThreadPoolExecutor(RUNAWAYS) as threads:
            bombs = [threads.submit(attacked, server, BOMBS[n % len(BOMBS)](n)) for n in range(RUNAWAYS)]
            while not all(bomb.done() for bomb in bombs):
                highest = max(highest, resident(server))
                time.sleep(0.1)
        outcomes.update(bomb.result() for bomb in bombs)

    loud = asked_by(server, attack)
    print(
        f"p95 quiet {quiet.p95 * 1000:.1f} ms, under attack {loud.p95 * 1000:.1f} ms; "
        f"{idle / MEBIBYTE:.0f} MiB idle, {highest / MEBIBYTE:.0f} MiB at most; runaways: {dict(outcomes)}"
    )
    assert set(quiet.statuses) == {200}
    assert set(loud.statuses) == {200}
    assert set(outcomes) <= {0, 413, 503, 504}  # none comes to an end
    assert highest < idle + 3 * (MEMORY + 128 * MEBIBYTE)
    time.sleep(10)
    assert not busy(server)
    assert loud.p95 < max(NOISE, 5 * quiet.p95)
