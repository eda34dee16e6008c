"""A store on another engine, asked by protocol: what provenance adds, class by class.

    python tests/benchmarks/bench_remote.py [--quick] [--engine oxigraph|virtuoso] [--rounds 5] [--cap 20]

The engine is a server, a process of its own; the claims are generated ones of WatDiv's
shape, a claim for each triple. Plain queries go through the same protocol. Virtuoso is
given fewer claims.
"""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from pyoxigraph import RdfFormat, Store

from kg.dataset.files import Layout, Settings
from kg.errors import LodestoneError
from kg.ingest.taking import Ingest
from kg.query import query
from kg.remote import RemoteSource, RemoteWriter
from tests.benchmarks.asking import read_through
from tests.benchmarks.results import Measure, geometric, record, spread_of, together
from tests.benchmarks.shape import triples_like_watdiv
from tests.benchmarks.watdiv import Data
from tests.benchmarks.workload import CLASSES, Named, workload
from tests.remote.engines import ENGINES

BASE = "http://remote.example/"


def loaded(folder: Path, writer: RemoteWriter, millions: float) -> tuple[Data, float]:
    """Put the claims on the engine, the bare triples beside, to choose queries by; and the seconds of it."""
    data = Data(folder, generated=millions)
    triples = list(triples_like_watdiv(int(millions * 1_000_000)))
    data.plain.mkdir(parents=True)
    bare = Store(str(data.plain))
    bare.bulk_load(input="".join(triples), format=RdfFormat.N_TRIPLES)
    bare.flush()
    claims = folder / "claims.nq"
    with claims.open("w", encoding="utf-8") as out:
        for number, line in enumerate(triples):
            out.write(f"{line.rstrip().removesuffix('.')} <http://example.org/claim/{number}> .\n")
    began = time.perf_counter()
    with writer:
        report = Ingest(writer).run([claims])
    if not report.clean:
        raise SystemExit(f"not all claims were taken in: {report.quarantined[0].reason}")
    return data, time.perf_counter() - began


def asked(source: RemoteSource, one: Named, rounds: int, cap: float) -> dict[str, list[float]] | str:
    """Seconds of each round with provenance and without, or why there are none."""
    found: dict[str, list[float]] = {"none": [], "how": []}
    first = 0.0
    for number in range(rounds + 1):
        for mode, times in found.items():
            began = time.perf_counter()
            if mode == "none":
                len(query(source, one.text, provenance="none").rows)
            else:
                answer = query(source, one.text, confidence=False)
                if answer.provenance is None or not answer.provenance.complete:
                    return "not annotated"
                read_through(answer)
            took = time.perf_counter() - began
            first += took
            if number:
                times.append(took)
        if number == 0 and first > cap:
            return f"took over {cap:g} s"
    return found


def main() -> None:
    """Loads the engine and asks it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--engine", choices=ENGINES, default="oxigraph")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cap", type=float, default=20.0, help="seconds for a query's first round")
    args = parser.parse_args()
    millions = 0.005 if args.quick or args.engine == "virtuoso" else 0.02
    ratios: defaultdict[str, list[tuple[float, float, float | None]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as name, ENGINES[args.engine](Path(name)) as endpoint:
        folder = Path(name) / "beside"
        writer = RemoteWriter(endpoint, folder, settings=Settings(store_id="bench", base=BASE))
        data, took = loaded(Path(name) / "data", writer, millions)
        source = RemoteSource(endpoint, Layout(folder), base=BASE)
        size = round(millions * 1_000_000)
        print(f"{size:,} claims by protocol in {took:.1f} s")
        record(Measure("taking in a claim by protocol", took / size, size=size))
        for one in workload(data):
            try:
                found = asked(source, one, args.rounds, args.cap)
            except LodestoneError as error:
                found = str(error)
            if isinstance(found, str):
                print(f"{one.name}: {found}", flush=True)
                continue
            how, none = median(found["how"]), median(found["none"])
            spread = spread_of(h / n for h, n in zip(found["how"], found["none"], strict=True))
            ratios[one.kind].append((how, none, spread))
            print(f"{one.name}: {none * 1000:.1f} ms, {how * 1000:.1f} ms, {how / none:.2f}", flush=True)
    for letter, told in CLASSES.items():
        hows, nones, spreads = zip(*ratios[letter], strict=True) if ratios[letter] else ((), (), ())
        how_mean, none_mean = geometric(hows), geometric(nones)
        if how_mean is None or none_mean is None:
            continue
        kind, spread = f"{letter} {told}", together(spreads)
        record(
            Measure(
                "provenance by protocol",
                how_mean,
                none_mean,
                "plain by protocol",
                kind,
                size,
                spread=spread,
                rounds=args.rounds,
            )
        )
        print(f"{kind}: provenance ÷ plain by protocol {how_mean / none_mean:.2f}")


if __name__ == "__main__":
    main()
