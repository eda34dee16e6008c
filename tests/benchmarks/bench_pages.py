"""Every kind of page on a million quads: what the server spends on it, and its size.

    python tests/benchmarks/bench_pages.py [--store DIR] [--only WORD] [--rounds 3]

A page is *cold* where it is the first thing that is asked of a new version, and *warm* the next time
(kept answers are left out: each request differs in a parameter that means nothing). Milliseconds
are processor time of the server with all its processes, so that other work blurs them less. The
aims are 100 ms, and 300 kB before the editor.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode

sys.path.insert(0, str(Path(__file__).parents[2]))

from kg.claims.claim import Claim
from kg.claims.names import BASE
from kg.dataset.writer import Writer
from tests.benchmarks.bench_serve import free_port
from tests.benchmarks.crowd import BUSY, Crowd, add_crowd
from tests.benchmarks.million import prepared, small_query
from tests.benchmarks.processor import spent_finely
from tests.benchmarks.results import Measure, record

AIM = 0.1
"""Seconds of a page."""

MOST = 300_000
"""Bytes of a page."""

ROOT = Path(__file__).parents[2]
HOLDS = "https://w3id.org/lodestone/ontology#holdsLicenseFor"
LICENSES = "SELECT ?p { ?p ls:holdsLicenseFor <" + BUSY + "> }"


def pages(crowd: Crowd, root: str) -> dict[str, str]:
    """A page of each kind, the heaviest there is, by its path."""

    def of(kind: str, iri: str, **more: object) -> str:
        return f"/{kind}?{urlencode({'iri': iri, **more})}"

    def local(iri: str) -> str:
        return "/" + iri.removeprefix(BASE)

    firm, graph = "http://example.org/firm/77", "http://example.org/claim/00000077"
    others = told(root + of("claim", graph))
    return {
        "start": "/",
        "claims": "/claims",
        "claims, 100 on a page": "/claims?size=100",
        "claims, page 100": "/claims?page=100",
        "claims, searched": "/claims?q=kestrl+motors+license",
        "claims, contested": "/claims?contested=yes",
        "claims, by confidence and date": "/claims?min-confidence=0.4&since=2025-05-01&sort=surest",
        "entities": "/entities",
        "entities, searched": "/entities?q=prodcer",
        "entities of a role": "/entities?role=producer",
        "entity, busy": of("entity", BUSY),
        "entity, busy, page 5": of("entity", BUSY, page=5),
        "entity, a few claims": local(crowd.producer),
        "entity of others' RDF": of("entity", firm),
        "event": local(crowd.said_often.replace("/claim/", "/event/")),
        "claim that 250 agree with": local(crowd.said_often),
        "claim that is corrected": local(crowd.corrected),
        "claim that is denied": local(crowd.denied),
        "claim with a quote": local(crowd.quoted),
        "claim of others' RDF": of("claim", graph),
        "document of 2,000 quotes": local(crowd.document),
        "document, part 3": local(crowd.document) + "?part=3",
        "document of 200,000 claims": others["document"]["href"],
        "source of 2,500 claims": local(crowd.source),
        "source of 200,000 claims": others["chain"][0]["source"]["href"],
        "judgments": "/judgments",
        "judgments that wait": "/judgments?state=proposed",
        "judgment": local(crowd.judgment),
        "review": "/review",
        "review, page 20": "/review?page=20",
        "conflicts": "/conflicts",
        "conflicts of the busy entity": f"/conflicts?about={quote(BUSY, safe='')}",
        "conflicts of a claim": f"/conflicts?about={quote(crowd.denied, safe='')}",
        "explanation": "/explain?" + urlencode({"s": crowd.producer, "p": HOLDS, "o": BUSY}),
        "query page": "/sparql?format=html",
        "answer of some 10 rows": "/sparql?" + urlencode({"query": small_query(77), "format": "html"}),
        "answer of 400 rows": "/sparql?" + urlencode({"query": LICENSES, "format": "html"}),
        "what if": "/sparql?" + urlencode({"query": LICENSES, "format": "html", "without": crowd.source}),
        "ontology": "/ontology",
        "docs": "/docs",
        "docs, questions": "/docs/questions",
        "docs, commands": "/docs/commands",
    }


def told(address: str) -> dict[str, Any]:
    """The twin of a page."""
    request = urllib.request.Request(address, headers={"Accept": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=120) as response:  # noqa: S310
        found: dict[str, Any] = json.loads(response.read())
        return found


@dataclass(frozen=True)
class Cost:
    """What one request took: seconds of processors and of the clock, bytes, and the status."""

    spent: float
    took: float
    size: int
    status: int


def asked(pid: int, address: str) -> Cost:
    """Ask for a page as a browser does, but for the packing."""
    request = urllib.request.Request(address, headers={"Accept": "text/html"})  # noqa: S310 - our own server
    before, began = spent_finely(pid), time.perf_counter()
    try:
        with urllib.request.urlopen(request, timeout=120) as response:  # noqa: S310
            status, size = response.status, len(response.read())
    except HTTPError as error:
        with error:
            status, size = error.code, len(error.read())
    took = time.perf_counter() - began
    return Cost(spent_finely(pid) - before, took, size, status)


def new_version(store: Path, number: int) -> None:
    """Publish one more claim."""
    claim = {
        "type": "other",
        "roles": {"product": f"a product, number {number}"},
        "document": {"title": "Of the benchmark"},
        "attribution": [{"kind": "publisher", "name": "Benchmark"}],
    }
    with Writer(store) as writer:
        writer.add([Claim.model_validate(claim)])
        writer.commit()


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--store", type=Path, help="a store that million.py made; it is left as it is")
    parser.add_argument("--only", default="", help="pages whose name has this in it")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(dir=args.store.parent if args.store else None))
    try:
        given = args.store or prepared(folder)
        store = folder / "of-pages"
        subprocess.run(["cp", "-a", str(given), str(store)], check=True)
        run(store, add_crowd(store), args.only, args.rounds)
    finally:
        shutil.rmtree(folder)


def run(store: Path, crowd: Crowd, only: str, rounds: int) -> None:
    """Serve the store, ask for every page, cold and warm."""
    port = free_port()
    command = [sys.executable, "-m", "kg.cli", "serve", "--store", str(store), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT)
    try:
        root = f"http://127.0.0.1:{port}"
        wait(root)
        wanted = {name: path for name, path in pages(crowd, root).items() if only in name}
        print(f"{'page':34} {'cold':>7} {'warm':>7}   {'by the clock':>14} {'kB':>7}")
        for number, (name, path) in enumerate(wanted.items()):
            colds, warms = [], []
            mark = "&" if "?" in path else "?"
            for turn in range(rounds):
                new_version(store, number * rounds + turn)
                time.sleep(0.1)
                colds.append(asked(server.pid, f"{root}{path}{mark}again=0"))
                warms += [asked(server.pid, f"{root}{path}{mark}again={n}") for n in (1, 2)]
            tell(name, colds, warms)
    finally:
        server.terminate()
        server.wait()


def tell(name: str, colds: list[Cost], warms: list[Cost]) -> None:
    """Print a line, and hand it over."""
    cold, warm = (median(one.spent for one in some) for some in (colds, warms))
    clock, size = median(one.took for one in colds), max(one.size for one in colds)
    status = {one.status for one in (*colds, *warms)} - {200}
    marks = ("" if cold < AIM else " slow") + ("" if size < MOST else " large")
    marks += f" {status}" if status else ""
    figures = f"{cold * 1000:7.1f} {warm * 1000:7.1f} ms {clock * 1000:11.1f} ms {size / 1000:7.1f}"
    print(f"{name:34} {figures}{marks}", flush=True)
    record(
        Measure("page, cold", cold, kind=name, aim=AIM, rounds=len(colds)),
        Measure("page, warm", warm, kind=name, aim=AIM, rounds=len(warms)),
        Measure("page, size", size, kind=name, unit="bytes", aim=MOST),
    )


def wait(root: str) -> None:
    """Until the server answers."""
    for _ in range(1200):
        try:
            with urllib.request.urlopen(f"{root}/health/ready", timeout=5):  # noqa: S310
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
