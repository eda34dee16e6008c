"""What provenance costs of a store on another engine, by class, and what the protocol adds.

    python tests/benchmarks/bench_remote.py [--triples 10000] [--rounds 5] [--cap SECONDS] [--json FILE]

Claims as in ``watdiv.py`` (layout 1), generated in its shape, are taken in through the
protocol on each engine that is installed (Oxigraph's server, Virtuoso), and in a folder,
for comparison. Then each query is asked with provenance and without, all rows and
annotations read, confidence not counted. The clock is the wall's, as most of the work is
the server's.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from math import exp, log
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import pytest

from kg.dataset.files import Layout, Settings
from kg.dataset.rdf import ingest_rdf
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.writer import Writer
from kg.errors import LodestoneError
from kg.query import query
from kg.remote import RemoteSource, RemoteWriter
from tests.benchmarks.asking import read_through
from tests.benchmarks.shape import triples_like_watdiv
from tests.benchmarks.watdiv import Data, prepared, write_claims
from tests.benchmarks.workload import CLASSES, Named, workload
from tests.remote.engines import ENGINES

Version = Snapshot | RemoteSource
Found = dict[str, dict[str, Any]]


def taken_in(writer: Writer, files: Iterable[Path]) -> float:
    """Take files in as one version; gives the seconds."""
    began = time.perf_counter()
    with writer:
        for file in files:
            report = ingest_rdf(writer, file)
            if report.rejected:
                raise SystemExit(f"{file}: {report.rejected[0]}")
        writer.commit()
    return time.perf_counter() - began


def timed(version: Version, text: str, rounds: int, cap: float) -> dict[str, Any]:
    """The median milliseconds without provenance and with it, and how many rows; the modes take turns."""
    times: dict[str, list[float]] = {"none": [], "how": []}
    began, rows = time.perf_counter(), 0
    for number in range(rounds + 1):
        for mode, found in times.items():
            started = time.perf_counter()
            if mode == "none":
                rows = len(query(version, text, provenance="none").rows)
            else:
                read_through(query(version, text, confidence=False))
            if number:
                found.append((time.perf_counter() - started) * 1000)
        if number and time.perf_counter() - began > cap:
            break
    return {"rows": rows} | {mode: median(found) for mode, found in times.items()}


def asked(version: Version, queries: Iterable[Named], rounds: int, cap: float) -> Found:
    """Each query's figures, or why it has none."""
    found: Found = {}
    for named in queries:
        try:
            found[named.name] = timed(version, named.text, rounds, cap)
        except LodestoneError as error:
            found[named.name] = {"reason": str(error)}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--triples", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cap", type=float, default=20.0, help="seconds for one query")
    parser.add_argument("--classes", default="".join(CLASSES), help="their letters")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        found = measured(root, args)
    print(printed(found))
    if args.json:
        args.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


def measured(root: Path, args: argparse.Namespace) -> dict[str, Any]:
    """The figures of the store in a folder and of each engine that is installed."""
    data: Data = prepared(root, generated=args.triples / 1_000_000)
    queries = workload(data, args.classes)
    files = write_claims(triples_like_watdiv(args.triples), 1, root)
    here = taken_in(Writer(root / "here"), files)
    snapshot = Reader(root / "here").current()
    found: dict[str, Any] = {
        "triples": args.triples,
        "in a folder": {"seconds": here, "queries": asked(snapshot, queries, args.rounds, args.cap)},
    }
    for engine, started in ENGINES.items():
        folder = root / engine
        folder.mkdir()
        with suppress(pytest.skip.Exception), started(folder) as endpoint:
            settings = Settings(store_id="far")
            far = taken_in(RemoteWriter(endpoint, folder / "beside", settings=settings), files)
            source = RemoteSource(endpoint, Layout(folder / "beside"))
            found[engine] = {
                "seconds": far,
                "queries": asked(source, queries, args.rounds, args.cap),
            }
    return found


def _mean(values: list[float]) -> str:
    return f"{exp(sum(map(log, values)) / len(values)):.2f}" if values else "-"


def printed(found: dict[str, Any]) -> str:
    """The ratios by class: provenance ÷ plain on each store, and each engine's answers ÷ the folder's."""
    stores = [name for name in found if name != "triples"]
    lines = [f"{found['triples']:,} triples, layout 1; geometric means by class, how ÷ none"]
    lines.append("class".ljust(12) + "".join(name.rjust(14) for name in stores))
    for letter, title in CLASSES.items():
        row = f"{letter} {title}".ljust(12)
        for name in stores:
            of = [q for key, q in found[name]["queries"].items() if key[0] == letter and "how" in q]
            row += _mean([q["how"] / q["none"] for q in of]).rjust(14)
        lines.append(row)
    near = found["in a folder"]
    for name in stores[1:]:
        both = [
            (q, near["queries"][key])
            for key, q in found[name]["queries"].items()
            if "how" in q and "how" in near["queries"][key]
        ]
        ratios = {mode: _mean([there[mode] / here[mode] for there, here in both]) for mode in ("none", "how")}
        lines.append(
            f"{name} ÷ in a folder: taking in {found[name]['seconds'] / near['seconds']:.1f}, "
            f"plain answers {ratios['none']}, with provenance {ratios['how']}"
        )
    for name in stores:
        lines += [f"{name} {k}: {q['reason']}" for k, q in found[name]["queries"].items() if "reason" in q]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
