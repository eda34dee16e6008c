"""Throughput and latency over HTTP, against Oxigraph's own server and rdflib-endpoint on the same data.

    python tests/benchmarks/bench_http.py [--claims 200000] [--seconds 3] [--store DIR] [--no-rdflib]

Small and middling queries, plain, at 1, 8 and 32 clients; a million rows as JSON, and what a server
holds meanwhile; what provenance adds for a page of 100 rows. Every ratio is of figures from one run.
All servers are asked the same texts. "cpu" is the processor time of a server and all its processes for one
request: what else the machine does blurs it less than the rate. "Uncached" asks a server of
ours that keeps no answers.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import cast

sys.path.insert(0, str(Path(__file__).parents[2]))

from kg.dataset.loading.rdf import ingest_rdf
from kg.dataset.snapshots import Reader
from kg.dataset.terms import QueryTriples, RdfFormat, serialize
from kg.dataset.writer import Writer
from tests.benchmarks.hammer import Figures, hammer, request
from tests.benchmarks.million import FIRMS, small_query, write_quads
from tests.benchmarks.over_http import free_port
from tests.benchmarks.processor import family, spent
from tests.benchmarks.results import Measure, record, spread_of

ROOT = Path(__file__).parents[2]
CLIENTS = (1, 8, 32)
ROUNDS = 6
"""Turns in which pages are asked with provenance and without."""

PAGE = "SELECT ?s ?o { ?s <http://example.org/holdsLicenseFor> ?o } LIMIT 100"
ROWS = "SELECT ?s ?p ?o { ?s ?p ?o }"
RDFLIB = """
import sys, uvicorn
from rdflib import Graph
from rdflib_endpoint import SparqlEndpoint
graph = Graph()
graph.parse(sys.argv[1], format="nt")
uvicorn.run(SparqlEndpoint(graph=graph, path="/"), host="127.0.0.1", port=int(sys.argv[2]), log_level="error")
"""


def middling_query(firm: int) -> str:
    """Whom the customers of one firm hold licenses for in turn."""
    return f"""
        SELECT ?customer (COUNT(?next) AS ?n) WHERE {{
          <http://example.org/firm/{firm}> <http://example.org/holdsLicenseFor> ?customer .
          ?customer <http://example.org/holdsLicenseFor> ?next .
          ?next <http://example.org/holdsLicenseFor> ?last .
        }} GROUP BY ?customer ORDER BY ?customer"""


@contextmanager
def serving(command: Sequence[object], port: int, wait: float = 300.0) -> Iterator[int]:
    """A server, once it takes connections; gives back its process id."""
    process = subprocess.Popen(
        list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT
    )
    try:
        deadline = time.monotonic() + wait
        while True:
            try:
                hammer(port, [b"GET / HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n"], clients=1, seconds=0)
                break
            except (OSError, ValueError):
                if time.monotonic() > deadline or process.poll() is not None:
                    raise SystemExit(f"{command[0]} does not answer") from None
                time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def held(pid: int) -> float:
    """MiB that a server and its processes hold, what they share counted once for each."""
    found = 0
    for one in family(pid):
        with suppress(OSError):
            fields = Path(f"/proc/{one}/statm").read_text(encoding="ascii").split()
            found += (int(fields[1]) - int(fields[2])) * 4096  # mapped files are not held
    return found / 2**20


class Watch:
    """Looks meanwhile at what a server holds."""

    def __init__(self, pid: int) -> None:
        self._pid, self.highest = pid, 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        while not self._end.wait(0.1):
            self.highest = max(self.highest, held(self._pid))

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()


@dataclass(frozen=True)
class Asked:
    """A server to ask: its name here, its port and its process."""

    name: str
    port: int
    pid: int


@dataclass(frozen=True)
class Round:
    """What a server did: the figures of its clients, and its processor time for a request in seconds."""

    name: str
    figures: Figures
    cpu: float

    def told(self, base: "Round | None" = None) -> str:
        figures = self.figures
        line = (
            f"  {self.name:<22}{figures.rate:8.0f}/s  p95 {figures.p95 * 1000:8.2f} ms"
            f"  cpu {self.cpu * 1e6:7.0f} µs"
        )
        if base is not None:
            line += (
                f"  {figures.rate / base.figures.rate:6.2f} times {base.name} (cpu {base.cpu / self.cpu:.2f})"
            )
        return line + (f"  {figures.failed} FAILED" if figures.failed else "")


def measured(server: Asked, requests: Sequence[bytes], *, clients: int, seconds: float) -> Round:
    """A round of requests to a server."""
    before = spent(server.pid)
    figures = hammer(server.port, requests, clients=clients, seconds=seconds)
    return Round(server.name, figures, (spent(server.pid) - before) / len(figures.times))


def kept(what: str, kind: str, ours: Round, base: Round, aim: float) -> None:
    """Hand over how long a request takes, beside another server's: the reciprocal of requests a second."""
    record(
        Measure(
            what,
            1 / ours.figures.rate,
            1 / base.figures.rate,
            base.name,
            kind,
            aim=aim,
            rounds=len(ours.figures.times),
            cpu=ours.cpu,
            base_cpu=base.cpu,
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--claims", type=int, default=200_000, help="claims, five quads each")
    parser.add_argument("--seconds", type=float, default=3.0, help="length of each round")
    parser.add_argument("--store", type=Path, help="a store that has the data already")
    parser.add_argument(
        "--no-rdflib", action="store_true", help="leave rdflib-endpoint out: it is slow to load"
    )
    args = parser.parse_args()
    programs = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        store = args.store or folder / "store"
        if args.store is None:
            write_quads(folder / "claims.nq", args.claims)
            with Writer(store) as writer:
                ingest_rdf(writer, folder / "claims.nq")
                writer.commit()
        snapshot = Reader(store).current()
        facts = cast(QueryTriples, snapshot.query("CONSTRUCT WHERE { ?s ?p ?o }"))
        serialize(facts, str(folder / "facts.nt"), format=RdfFormat.N_TRIPLES)
        load: list[str | Path] = [
            programs / "oxigraph",
            "load",
            "-l",
            folder / "ox",
            "-f",
            folder / "facts.nt",
        ]
        subprocess.run(load, check=True, capture_output=True)
        subprocess.run(
            [programs / "oxigraph", "optimize", "-l", folder / "ox"], check=True, capture_output=True
        )
        command = [sys.executable, "-m", "kg.cli", "serve", "--store", store, "--timeout", "120", "--port"]

        def begun(name: str, command: Sequence[object], port: int) -> Asked:
            return Asked(name, port, stack.enter_context(serving(command, port)))

        port = free_port()
        fresh = begun("ours, uncached", [*command, port, "--cache", "0"], port)
        port = free_port()
        cached = begun("ours, cached", [*command, port], port)
        port = free_port()
        oxigraph = [programs / "oxigraph", "serve-read-only", "-l", folder / "ox", "-b", f"127.0.0.1:{port}"]
        theirs = begun("Oxigraph's server", oxigraph, port)
        rounds(fresh, cached, theirs, args.seconds)
        rows(fresh, theirs)
        page(fresh, args.seconds)
        if not args.no_rdflib:
            port = free_port()
            rdflib = begun("rdflib-endpoint", [sys.executable, "-c", RDFLIB, folder / "facts.nt", port], port)
            against_rdflib(fresh, cached, rdflib, args.seconds)


def rounds(fresh: Asked, cached: Asked, theirs: Asked, seconds: float) -> None:
    for kind, make in (("small", small_query), ("middling", middling_query)):
        asked = [make((n * 7919) % FIRMS) for n in range(4000)]
        mine = [request("/sparql", q, provenance="none") for q in asked]
        yours = [request("/query", q) for q in asked]
        hammer(fresh.port, mine[-200:], clients=8, seconds=1)
        hammer(cached.port, mine[:100], clients=8, seconds=1)
        for clients in CLIENTS:
            which = f"{kind}, {clients} client{'s' * (clients > 1)}"
            print(f"{which}, plain")
            base = measured(theirs, yours, clients=clients, seconds=seconds)
            print(base.told())
            uncached = measured(fresh, mine, clients=clients, seconds=seconds)
            print(uncached.told(base))
            kept("plain queries, uncached", which, uncached, base, 2.0)
            base = measured(theirs, yours[:100], clients=clients, seconds=seconds)
            again = measured(cached, mine[:100], clients=clients, seconds=seconds)
            print(again.told(base), flush=True)
            kept("plain queries, cached", which, again, base, 1.0)


def rows(ours: Asked, theirs: Asked) -> None:
    """A million rows, all there are, and as many by LIMIT, which chooses the same ones with provenance."""
    print("what a server holds while it sends rows as JSON")
    print(f"  idle      {held(ours.pid):.0f} MiB, Oxigraph's {held(theirs.pid):.0f} MiB")
    for number in (100_000, 300_000, 1_000_000):
        most = [sent(server, path, number)[1] for server, path in ((ours, "/sparql"), (theirs, "/query"))]
        print(f"  {number:<9,} {most[0]:.0f} MiB, Oxigraph's {most[1]:.0f} MiB", flush=True)
    for kind, limit in (("", 0), ("by LIMIT", 1_000_000)):
        found: dict[str, list[Round]] = {"ours": [], "theirs": []}
        highest = 0.0
        for _ in range(3):
            found["theirs"].append(sent(theirs, "/query", limit)[0])
            mine, most_held = sent(ours, "/sparql", limit)
            found["ours"].append(mine)
            highest = max(highest, most_held)
        told_rows(kind, found, theirs.name, highest)


def sent(server: Asked, path: str, limit: int) -> tuple[Round, float]:
    """The rows fetched once, and the MiB that the server held at most meanwhile."""
    text = request(path, f"{ROWS} LIMIT {limit}" if limit else ROWS, provenance="none")
    with Watch(server.pid) as watch:
        found = measured(server, [text], clients=1, seconds=0)
    return found, watch.highest


def told_rows(kind: str, found: dict[str, list[Round]], baseline: str, highest: float) -> None:
    mine, yours = (median([r.figures.times[0] for r in found[name]]) for name in ("ours", "theirs"))
    cpu = [median(r.cpu for r in found[name]) for name in ("ours", "theirs")]
    pairs = zip(found["ours"], found["theirs"], strict=True)
    record(
        Measure(
            "a million rows as JSON",
            mine,
            yours,
            baseline,
            kind,
            aim=1.25,
            rows=1_000_000,
            spread=spread_of(m.figures.times[0] / y.figures.times[0] for m, y in pairs),
            rounds=3,
            cpu=cpu[0],
            base_cpu=cpu[1],
            peak=highest,
        )
    )
    print(f"a million rows as JSON {kind}")
    for name, of in found.items():
        size = of[0].figures.size
        print(f"  {name:<8}{median(r.figures.times[0] for r in of):.2f} s, {size:,} bytes")
    print(f"  {yours / mine:.2f} times Oxigraph in rows a second (cpu {cpu[1] / cpu[0]:.2f})", flush=True)


def page(ours: Asked, seconds: float) -> None:
    """Each page begins a row after the one before, or where that ends: then each row is another claim."""
    for kind, step, pages in (("", 1, 400), ("all claims new", 100, 60)):
        print(f"a page of 100 rows, uncached {kind}")
        found: dict[str, list[Round]] = {"none": [], "how": []}
        for turn in range(ROUNDS):
            for provenance, of in found.items():
                begin = 2000 + turn * pages * step
                asked = [
                    request("/sparql", f"{PAGE} OFFSET {begin + n * step}", provenance=provenance)
                    for n in range(pages)
                ]
                of.append(measured(ours, asked, clients=1, seconds=seconds / ROUNDS))
        told_page(kind, found)


def told_page(kind: str, found: dict[str, list[Round]]) -> None:
    how, none = (median([t for r in found[name] for t in r.figures.times]) for name in ("how", "none"))
    cpu, base_cpu = (median([r.cpu for r in found[name]]) for name in ("how", "none"))
    record(
        Measure(
            "a page of 100 rows over HTTP",
            how,
            none,
            "provenance=none",
            kind,
            aim=1.5,
            rounds=ROUNDS,
            cpu=cpu,
            base_cpu=base_cpu,
        )
    )
    print(f"  {none * 1000:.2f} ms without, {how * 1000:.2f} ms with provenance")
    print(f"  with ÷ without: {how / none:.2f} (cpu {cpu / base_cpu:.2f}; aim: at most 1.5)", flush=True)


def against_rdflib(ours: Asked, cached: Asked, rdflib: Asked, seconds: float) -> None:
    for kind, make in (("small", small_query), ("middling", middling_query)):
        asked = [make((n * 104_729) % FIRMS) for n in range(4000)]
        for clients in CLIENTS:
            which = f"{kind}, {clients} client{'s' * (clients > 1)}"
            print(f"{which}, plain")
            base = measured(rdflib, [request("/", q) for q in asked], clients=clients, seconds=seconds)
            print(base.told())
            mine = [request("/sparql", q, provenance="none") for q in asked]
            uncached = measured(ours, mine, clients=clients, seconds=seconds)
            print(uncached.told(base), flush=True)
            kept("plain queries, uncached", which, uncached, base, 0.05)
            again = measured(cached, mine[:100], clients=clients, seconds=seconds)
            print(again.told(base), flush=True)
            kept("plain queries, cached", which, again, base, 0.05)


if __name__ == "__main__":
    main()
