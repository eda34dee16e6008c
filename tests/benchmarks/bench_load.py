"""Loading a million claim quads, against the engine's own bulk load of the same file, and of as many.

    python tests/benchmarks/bench_load.py [--claims 200000] [--rounds 1] [--memory 1200]

Each load is a process of its own, one after the other. Ours includes the default graph, the
record of every claim, both indexes, and the published snapshot. ``written`` is the engine's
bulk load of all quads that are in our stores afterwards. Last comes what a million claims
take on disk. Two million claims (ten million quads) take about as many times as long as
200,000, and 12 GB of disk.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from pyoxigraph import RdfFormat, Store

from kg.dataset.loading.rdf import ingest_rdf
from kg.dataset.snapshots import Reader
from kg.dataset.upkeep.compacting import store_use
from kg.dataset.writer import Writer
from tests.benchmarks.million import CLAIMS, write_quads
from tests.benchmarks.processor import family, own_memory
from tests.benchmarks.results import Measure, record, spread_of


def engine_load(data: Path, store: Path, _memory: int) -> None:
    Store(str(store)).bulk_load(path=str(data), format=RdfFormat.N_QUADS)


def own_load(data: Path, store: Path, memory: int) -> None:
    with Writer(store) as writer:
        writer.load_memory = memory * 1024 * 1024
        ingest_rdf(writer, data)
        writer.commit()


LOADS = {"engine": engine_load, "lodestone": own_load, "written": engine_load}
MEMORY = 1200
_LOOK = 0.25
"""Seconds between looks at what is held: a file that is mapped, or the system's cache, does not count."""


def write_all(store: Path, out: Path) -> int:
    """Write every quad of our stores as N-Quads; gives back how many."""
    manifest = Reader(store).current().manifest
    count = 0
    with out.open("wb") as file:
        for part in manifest.stores:
            source = Store.read_only(str(store / "snapshots" / part))
            source.dump(file, RdfFormat.N_QUADS)
            count += len(source)
    return count


def child(kind: str, data: Path, store: Path, memory: int) -> None:
    began = time.perf_counter()
    LOADS[kind](data, store, memory)
    seconds = time.perf_counter() - began
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps({"seconds": seconds, "cpu": sum(one.ru_utime + one.ru_stime for one in used)}))


def watched(command: list[str]) -> dict[str, float]:
    """What a load in a process of its own says, and the most that it and those it started held at a time."""
    peak = 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            peak = max(peak, sum(map(own_memory, family(process.pid))) / 2**20)
            time.sleep(_LOOK)
        if process.returncode or process.stdout is None:
            sys.exit(f"{' '.join(command)} ended with {process.returncode}")
        return {**json.loads(process.stdout.read()), "peak_mb": peak}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--claims", type=int, default=CLAIMS, help="claims, five quads each")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--child", nargs=3, metavar=("KIND", "DATA", "STORE"), help=argparse.SUPPRESS)
    parser.add_argument("--memory", type=int, default=MEMORY, help="megabytes that ours may take, about")
    args = parser.parse_args()
    if args.child:
        child(args.child[0], Path(args.child[1]), Path(args.child[2]), args.memory)
        return
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "claims.nq"
        quads = write_quads(data, args.claims)
        measured: dict[str, list[dict[str, float]]] = {kind: [] for kind in LOADS}
        written = 0
        use: dict[str, int] = {}
        for number in range(args.rounds):
            for kind in LOADS:
                store = Path(folder) / f"{kind}-{number}"
                source = data
                if kind == "written":
                    source = Path(folder) / "written.nq"
                    if not written:
                        ours = Path(folder) / f"lodestone-{number}"
                        written, use = write_all(ours, source), store_use(ours)
                    shutil.rmtree(Path(folder) / f"lodestone-{number}")
                command = [sys.executable, __file__, "--memory", str(args.memory)]
                command += ["--child", kind, str(source), str(store)]
                measured[kind].append(watched(command))
                if kind != "lodestone":
                    shutil.rmtree(store)
        sizes = {"engine": quads, "lodestone": quads, "written": written}
        ratios = [o["seconds"] / e["seconds"] for e, o, _ in zip(*measured.values(), strict=True)]
        as_many = [o["seconds"] / w["seconds"] for _, o, w in zip(*measured.values(), strict=True)]
        for kind, runs in measured.items():
            seconds = median(run["seconds"] for run in runs)
            cpu, peak = median(run["cpu"] for run in runs), max(run["peak_mb"] for run in runs)
            print(
                f"{kind:10} {sizes[kind]:12,} quads  {seconds:7.1f} s  {sizes[kind] / seconds:9,.0f}/s  "
                f"processor {cpu:7.1f} s  peak {peak:5.0f} MB"
            )
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
        many = measured["written"]
        record(
            Measure(
                "bulk load, of as many quads",
                median(run["seconds"] for run in own),
                median(run["seconds"] for run in many),
                baseline="the engine's bulk load of as many quads as are written",
                size=quads,
                aim=1.5,
                spread=spread_of(as_many),
                rounds=args.rounds,
                cpu=median(run["cpu"] for run in own),
                base_cpu=median(run["cpu"] for run in many),
                peak=max(run["peak_mb"] for run in own),
                base_peak=max(run["peak_mb"] for run in many),
            )
        )
        print(f"lodestone ÷ engine's bulk load: {median(ratios):.2f} (aim: at most 5)")
        print(f"lodestone ÷ the engine's of as many quads: {median(as_many):.2f} (aim: at most 1.5)")
        parts = {name: size / args.claims for name, size in use.items()}
        told = ", ".join(f"{name} {size:,.0f}" for name, size in sorted(parts.items(), key=lambda i: -i[1]))
        print(f"disk per million claims: {sum(parts.values()):,.0f} MB ({told})")


if __name__ == "__main__":
    main()
