"""Throughput and latency over HTTP, against Oxigraph's own server and rdflib-endpoint on the same data.

    python tests/benchmarks/bench_http.py [--claims 200000] [--seconds 3] [--store DIR]

Small and middling queries, plain, at 1, 8 and 32 clients; a million rows as JSON; what
provenance adds for a page of 100 rows. Every ratio is of figures from one run.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from kg.dataset.rdf import ingest_rdf
from kg.dataset.snapshots import Reader
from kg.dataset.terms import RdfFormat, Triple, serialize
from kg.dataset.writer import Writer
from tests.benchmarks.hammer import Figures, hammer, request
from tests.benchmarks.million import FIRMS, small_query, write_quads
from tests.benchmarks.over_http import free_port
from tests.benchmarks.results import Measure, record, spread_of

ROOT = Path(__file__).parents[2]
CLIENTS = (1, 8, 32)
PAGE = "SELECT ?s ?o { ?s <http://example.org/holdsLicenseFor> ?o } LIMIT 100"
ROWS = "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 1000000"
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


def resident(pid: int) -> float:
    """MiB that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * 4096 / 2**20


def told(name: str, figures: Figures, base: Figures | None = None) -> str:
    ratio = f"  {figures.rate / base.rate:5.2f} times Oxigraph" if base else ""
    failed = f"  {figures.failed} FAILED" if figures.failed else ""
    return f"  {name:<22}{figures.rate:9.0f}/s  p95 {figures.p95 * 1000:8.2f} ms{ratio}{failed}"


def kept(what: str, kind: str, ours: Figures, base: Figures, baseline: str, aim: float) -> None:
    """Hand over how long a request takes, beside another server's: the reciprocal of requests a second."""
    record(Measure(what, 1 / ours.rate, 1 / base.rate, baseline, kind, aim=aim, rounds=len(ours.times)))


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
        facts = snapshot.query("CONSTRUCT WHERE { ?s ?p ?o }")
        serialize(
            (t for t in facts if isinstance(t, Triple)), str(folder / "facts.nt"), format=RdfFormat.N_TRIPLES
        )
        load = [programs / "oxigraph", "load", "-l", folder / "ox", "-f", folder / "facts.nt"]
        subprocess.run(load, check=True, capture_output=True)
        subprocess.run(
            [programs / "oxigraph", "optimize", "-l", folder / "ox"], check=True, capture_output=True
        )
        ours, theirs, rdflib = free_port(), free_port(), free_port()
        command = [sys.executable, "-m", "kg.cli", "serve", "--store", store, "--port", ours]
        pid = stack.enter_context(serving(command, ours))
        stack.enter_context(
            serving(
                [programs / "oxigraph", "serve-read-only", "-l", folder / "ox", "-b", f"127.0.0.1:{theirs}"],
                theirs,
            )
        )
        rounds(ours, theirs, args.seconds)
        rows(ours, theirs, pid)
        page(ours, args.seconds)
        if not args.no_rdflib:
            shutil.rmtree(folder / "ox", ignore_errors=True)
            command = [sys.executable, "-c", RDFLIB, folder / "facts.nt", rdflib]
            stack.enter_context(serving(command, rdflib))
            against_rdflib(ours, rdflib, args.seconds)


def rounds(ours: int, theirs: int, seconds: float) -> None:
    for kind, make in (("small", small_query), ("middling", middling_query)):
        asked = [make((n * 7919) % FIRMS) for n in range(4000)]
        mine = [request("/sparql", q, provenance="none") for q in asked]
        yours = [request("/query", q) for q in asked]
        for clients in CLIENTS:
            print(f"{kind} queries, plain, {clients} client{'s' * (clients > 1)}")
            base = hammer(theirs, yours, clients=clients, seconds=seconds)
            print(told("Oxigraph's server", base))
            salted = [request("/sparql", f"{q} # {time.monotonic_ns()}\nLIMIT {10**9 + n}", provenance="none")
                      for n, q in enumerate(asked, start=time.monotonic_ns() % 10**8)]  # fmt: skip
            uncached = hammer(ours, salted, clients=clients, seconds=seconds)
            print(told("ours, uncached", uncached, base))
            hammer(ours, mine[:100], clients=8, seconds=1)
            cached = hammer(ours, mine[:100], clients=clients, seconds=seconds)
            print(told("ours, cached", cached, base))
            for how, figures, aim in (("uncached", uncached, 2.0), ("cached", cached, 1.0)):
                told_as = f"{kind}, {clients} client{'s' * (clients > 1)}"
                kept(f"plain queries, {how}", told_as, figures, base, "Oxigraph's server", aim)


def rows(ours: int, theirs: int, pid: int) -> None:
    print("a million rows as JSON")
    times: dict[str, list[float]] = {"ours": [], "theirs": []}
    sizes: dict[str, int] = {}
    before = resident(pid)
    for _ in range(3):
        for name, port, text in (
            ("theirs", theirs, request("/query", ROWS)),
            ("ours", ours, request("/sparql", ROWS, provenance="none")),
        ):
            figures = hammer(port, [text], clients=1, seconds=0)
            times[name].append(figures.times[0])
            sizes[name] = figures.size
    mine, yours = median(times["ours"]), median(times["theirs"])
    record(
        Measure(
            "a million rows as JSON",
            mine,
            yours,
            "Oxigraph's server",
            aim=1.25,
            rows=1_000_000,
            spread=spread_of(m / y for m, y in zip(times["ours"], times["theirs"], strict=True)),
            rounds=3,
            peak=resident(pid),
        )
    )
    print(f"  Oxigraph's server {yours:.2f} s, {sizes['theirs']:,} bytes")
    print(f"  ours              {mine:.2f} s, {sizes['ours']:,} bytes")
    print(f"  {yours / mine:.2f} times Oxigraph in rows a second; grew by {resident(pid) - before:.0f} MiB")


def page(ours: int, seconds: float) -> None:
    print("a page of 100 rows, uncached")
    found = {
        provenance: hammer(
            ours,
            [request("/sparql", f"{PAGE} OFFSET {n}", provenance=provenance) for n in range(5000)],
            clients=1,
            seconds=seconds,
        )
        for provenance in ("none", "how")
    }
    how, none = (median(found[provenance].times) for provenance in ("how", "none"))
    record(Measure("a page of 100 rows over HTTP", how, none, "provenance=none", aim=1.5))
    for provenance, figures in found.items():
        print(told(f"provenance={provenance}", figures))
    print(
        f"  with ÷ without: {median(found['how'].times) / median(found['none'].times):.2f} (aim: at most 1.5)"
    )


def against_rdflib(ours: int, rdflib: int, seconds: float) -> None:
    print("small queries, plain, against rdflib-endpoint")
    asked = [small_query((n * 104_729) % FIRMS) for n in range(4000)]
    for clients in CLIENTS:
        theirs = hammer(rdflib, [request("/", q) for q in asked], clients=clients, seconds=seconds)
        fresh = [
            request("/sparql", f"{q} LIMIT {10**9 + clients * 10**6 + n}", provenance="none")
            for n, q in enumerate(asked)
        ]
        mine = hammer(ours, fresh, clients=clients, seconds=seconds)
        ratio = mine.rate / theirs.rate
        kept(
            "plain queries, uncached",
            f"small, {clients} client{'s' * (clients > 1)}",
            mine,
            theirs,
            "rdflib-endpoint",
            0.05,
        )
        print(f"  {clients:>2} clients: {mine.rate:.0f}/s against {theirs.rate:.0f}/s, {ratio:.0f} times")


if __name__ == "__main__":
    main()
