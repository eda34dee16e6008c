"""First answer after ``lodestone serve`` on a million quads, then small queries with provenance.

    python tests/benchmarks/bench_serve.py [--store DIR] [--queries 200]

The baseline of a small query is the same request with ``provenance=none``.
"""

import argparse
import http.client
import json
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.million import FIRMS, prepared, small_query
from tests.benchmarks.results import Measure, record, spread_of

_PARTS = 8
"""Parts of the queries whose medians tell how far the ratio varies."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(port: int, query: str, provenance: str) -> dict[str, object]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    path = "/sparql?" + urlencode({"query": query, "provenance": provenance})
    connection.request("GET", path, headers={"Accept": "application/sparql-results+json"})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    if response.status != 200:
        raise SystemExit(f"{response.status}: {body[:300]!r}")
    answer: dict[str, object] = json.loads(body)
    return answer


def first_answer(store: Path, port: int) -> tuple[subprocess.Popen[bytes], float]:
    began = time.perf_counter()
    command = [sys.executable, "-m", "kg.cli", "serve", "--store", str(store), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[2])
    while time.perf_counter() - began < 60:
        try:
            ask(port, small_query(77), "how")
        except ConnectionError:
            time.sleep(0.02)
        else:
            return server, time.perf_counter() - began
    server.terminate()
    raise SystemExit("no answer within 60 s")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--store", type=Path, help="a store that bench_load.py's data was taken into")
    parser.add_argument("--queries", type=int, default=200)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = args.store
        if store is None:
            store = prepared(Path(folder))
        port = free_port()
        server, seconds = first_answer(store, port)
        print(f"first answer with provenance {seconds:.2f} s after the command (aim: under 3 s)")
        try:
            times: dict[str, list[float]] = {"none": [], "how": []}
            for number in range(args.queries):
                for provenance, found in times.items():
                    began = time.perf_counter()
                    ask(port, small_query((number * 7919 + len(provenance)) % FIRMS), provenance)
                    found.append(time.perf_counter() - began)
        finally:
            server.terminate()
            server.wait()
    how, none = times["how"], times["none"]
    record(
        Measure("first answer after the start", seconds, aim=3),
        Measure(
            "a small query with provenance over HTTP",
            median(how),
            median(none),
            baseline="provenance=none",
            spread=spread_of(median(how[n::_PARTS]) / median(none[n::_PARTS]) for n in range(_PARTS)),
            rounds=args.queries,
        ),
    )
    for provenance, found in times.items():
        p95 = quantiles(found, n=20)[-1]
        print(f"provenance={provenance}: median {median(found) * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms")
    print(f"with ÷ without provenance: {median(times['how']) / median(times['none']):.2f}")


if __name__ == "__main__":
    main()
