"""Loading a million claim quads, against the engine's own bulk load of the same file.

    python tests/benchmarks/bench_load.py [--claims 200000] [--rounds 1]

Each load is a process of its own, the two in turn. Ours includes the default graph, the
record of every claim, and the published snapshot.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from pyoxigraph import RdfFormat, Store

from kg.dataset.rdf import ingest_rdf
from kg.dataset.writer import Writer
from tests.benchmarks.million import CLAIMS, write_quads
from tests.benchmarks.results import Measure, record, spread_of


def engine_load(data: Path, store: Path) -> None:
    Store(str(store)).bulk_load(path=str(data), format=RdfFormat.N_QUADS)


def own_load(data: Path, store: Path) -> None:
    with Writer(store) as writer:
        ingest_rdf(writer, data)
        writer.commit()


LOADS = {"engine": engine_load, "lodestone": own_load}


def child(kind: str, data: Path, store: Path) -> None:
    began = time.perf_counter()
    LOADS[kind](data, store)
    seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mb": used.ru_maxrss / 1024}))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--claims", type=int, default=CLAIMS, help="claims, five quads each")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--child", nargs=3, metavar=("KIND", "DATA", "STORE"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        child(args.child[0], Path(args.child[1]), Path(args.child[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "claims.nq"
        quads = write_quads(data, args.claims)
        measured: dict[str, list[dict[str, float]]] = {kind: [] for kind in LOADS}
        for number in range(args.rounds):
            for kind in LOADS:
                store = Path(folder) / f"{kind}-{number}"
                command = [sys.executable, __file__, "--child", kind, str(data), str(store)]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                measured[kind].append(json.loads(done.stdout))
        ratios = [o["seconds"] / e["seconds"] for e, o in zip(*measured.values(), strict=True)]
        for kind, runs in measured.items():
            seconds = median(run["seconds"] for run in runs)
            peak = max(run["peak_mb"] for run in runs)
            print(f"{kind:10} {seconds:6.1f} s  {quads / seconds:9,.0f} quads/s  peak {peak:5.0f} MB")
        engine, own = measured["engine"], measured["lodestone"]
        record(
            Measure(
                "bulk load",
                median(run["seconds"] for run in own),
                median(run["seconds"] for run in engine),
                baseline="the engine's bulk load of the same file",
                size=quads,
                aim=5,
                spread=spread_of(ratios),
                rounds=args.rounds,
                cpu=median(run["cpu"] for run in own),
                base_cpu=median(run["cpu"] for run in engine),
                peak=max(run["peak_mb"] for run in own),
                base_peak=max(run["peak_mb"] for run in engine),
            )
        )
        print(f"lodestone ÷ engine's bulk load: {median(ratios):.2f} (aim: at most 6; peak below 2000 MB)")


if __name__ == "__main__":
    main()
