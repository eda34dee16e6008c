"""What provenance costs: WatDiv's queries and our own, with it and without, beside two published ways.

    python tests/benchmarks/bench_provenance.py [FOLDER] [--scale 1|10 | --generate MILLIONS]
        [--layout 1|5|20] [--classes LSFC] [--rounds 7] [--cap SECONDS] [--growth]
        [--skip cold,memory,baselines,http] [--cpu] [--oxigraph PROGRAM] [--json FILE]

FOLDER keeps the stores (see ``watdiv.py``); without it they are built anew. Every query is
asked in a process that is killed when it takes longer than the cap. The aims: provenance
÷ plain at most 1.25 (L, S, F, C), 1.5 (O, M, P, A), 1.3 (K), confidence not counted; at
most 3 ms more for a query that was never seen before; plain ÷ as written at most 1.1 for
each query; ahead of the baselines in every class.
"""

import argparse
import json
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks import asking, over_http
from tests.benchmarks.killable import Failed, Killable, TookTooLong
from tests.benchmarks.measures import measures
from tests.benchmarks.report import printed
from tests.benchmarks.results import record, spread_of
from tests.benchmarks.watdiv import FILES, SHARED, Data, data_arguments, prepared
from tests.benchmarks.workload import CLASSES, Named, workload

PARTS = ("cold", "memory", "baselines", "http")
_COLD = 1
_WORDINGS = 3
_LONG = 500.0
"""Milliseconds; what takes longer is asked in fewer words."""
_MANY_ROWS = 500


class Bench:
    """One data set in one layout, asked query by query."""

    def __init__(self, data: Data, args: argparse.Namespace) -> None:
        self.data, self.args = data, args
        self._asker = Killable(asking.opened, str(data.store), str(data.plain), str(data.claims), args.cpu)

    def run(self, queries: Sequence[Named], parts: Sequence[str]) -> dict[str, dict[str, Any]]:
        """What was found of each query; of those before an interruption."""
        found: dict[str, dict[str, Any]] = {}
        try:
            with self._asker:
                for query in queries:
                    began = time.perf_counter()
                    found[query.name] = self._asked(query, parts)
                    took = time.perf_counter() - began
                    print(f"{self.data.name} {query.name} took {took:.1f} s", file=sys.stderr, flush=True)
            if "http" in parts:
                with over_http.servers(self.data, self.args.oxigraph) as endpoints:
                    for query in queries:
                        http = over_http.timed(endpoints, query, self.args.rounds, self.args.cap)
                        found[query.name]["http"] = http
        except KeyboardInterrupt:
            print("interrupted: this is what there is", file=sys.stderr)
        return found

    def _do(self, work: Callable[..., Any], *args: object, alone: bool = False) -> Any:
        do = self._asker.alone if alone else self._asker.do
        return do(work, *args, seconds=self.args.cap)

    def _asked(self, query: Named, parts: Sequence[str]) -> dict[str, Any]:
        """Everything about one query; what takes too long or fails has its reason."""
        result: dict[str, Any]
        try:
            result = self._do(asking.checked, query.text, query.is_ordered)
        except (TookTooLong, Failed) as error:
            result = {"reason": f"{error}", "complete": False}
        times = self._warm(query, asking.MODES if result["complete"] else asking.PLAIN)
        result["ms"] = {mode: median(found) for mode, found in times.items()}
        result["spread"] = {mode: spread_of(found) for mode, found in times.items()}
        if not result["ms"]:
            return result
        try:
            if "how" in result["ms"] and "cold" in parts:
                result["cold"] = self._cold(query)
            if "how" in result["ms"] and "memory" in parts and result["rows"] >= _MANY_ROWS:
                result["bytes"] = self._bytes(query, result["rows"])
        except (TookTooLong, Failed) as error:
            result["reason"] = f"cold or in memory: {error}"
        if "baselines" in parts:
            result["baselines"] = {name: self._baseline(name, query) for name in asking.BASELINES}
        return result

    def _warm(self, query: Named, modes: tuple[str, ...]) -> dict[str, list[float]]:
        """The milliseconds, round by round, of as many modes as can be had within the cap."""
        while modes:
            try:
                found: dict[str, list[float]] = self._do(
                    asking.timed, query.text, modes, self.args.rounds, self.args.cap / 4
                )
            except (TookTooLong, Failed):
                modes = modes[:-1]
            else:
                return found
        return {}

    def _cold(self, query: Named) -> dict[str, float]:
        """Milliseconds more: in a fresh process, and for a new text in a warm one."""
        fresh: dict[str, list[float]] = {"none": [], "how": []}
        for _ in range(_COLD):
            for mode, times in fresh.items():
                times.append(self._do(asking.once, mode, query.text, alone=True))
        pairs = _WORDINGS if fresh["how"][0] < _LONG else 1
        wordings = [query.reworded(number) for number in range(2 * pairs)]
        return {
            "fresh": median(fresh["how"]) - median(fresh["none"]),
            "unseen": self._do(asking.unseen, wordings),
        }

    def _bytes(self, query: Named, rows: int) -> dict[str, float]:
        """Bytes a row that an answer holds more than a plain one."""
        held = {mode: self._do(asking.held, mode, query.text, alone=True) for mode in ("none", "how", "sure")}
        return {mode: (held[mode] - held["none"]) / rows for mode in ("how", "sure")}

    def _baseline(self, name: str, query: Named) -> dict[str, Any]:
        try:
            found: dict[str, Any] = self._do(asking.baseline, name, query.text, 3)
        except (TookTooLong, Failed) as error:
            return {"reason": str(error)}
        return found


def larger(data: Data) -> Data:
    """The data set that is ten times as large."""
    generated = None if data.generated is None else 10 * data.generated
    return prepared(data.root, 10 * data.scale, data.layout, generated)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    data_arguments(parser)
    parser.add_argument("--classes", default="".join(CLASSES), help="their letters")
    parser.add_argument("--queries", help="only these, by name, with commas between")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--cap", type=float, default=60.0, help="seconds for one query")
    parser.add_argument("--skip", default="", help=f"of {','.join(PARTS)}")
    parser.add_argument("--growth", action="store_true", help="ask ten times the data, too")
    parser.add_argument("--oxigraph", default=shutil.which("oxigraph"), help="the engine's own server")
    parser.add_argument("--cpu", action="store_true", help="count processor time: for a busy machine")
    parser.add_argument("--json", type=Path, help="where to write what was found")
    args = parser.parse_args()
    if args.growth and args.generate is None and 10 * args.scale not in FILES:
        parser.error("--growth needs data ten times as large: --scale 1, or --generate")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if args.generate is None and not SHARED.is_dir():
        args.generate = 0.1
    with tempfile.TemporaryDirectory() as folder:
        data = prepared(args.folder or Path(folder), args.scale, args.layout, args.generate)
        found = {"data": data.name, "layout": data.layout, "cpu": args.cpu, "queries": _run(data, args)}
        if args.growth:
            grown = larger(data)
            args.skip = ",".join(PARTS)
            found["larger"] = {"data": grown.name, "queries": _run(grown, args)}
        if args.json:
            args.json.write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")
        print(printed(found))
        record(*measures(found, data.quads, args.rounds))


def _run(data: Data, args: argparse.Namespace) -> dict[str, dict[str, Any]]:
    queries = workload(data, args.classes)
    if args.queries:
        queries = [query for query in queries if query.name in args.queries.split(",")]
    parts = [part for part in PARTS if part not in args.skip.split(",")]
    return Bench(data, args).run(queries, parts)


if __name__ == "__main__":
    main()
