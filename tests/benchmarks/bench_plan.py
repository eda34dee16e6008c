"""Planned ÷ as written, for each WatDiv query and class, at scale 1 and 10; plans are never cached.

    python tests/benchmarks/bench_plan.py --watdiv FOLDER [--repeat 9]

FOLDER holds ``w1.nt.gz``, ``w10.nt.xz`` and ``queries``. Times are of the processor, rows drained,
the best of some; both forms in turn. Parsing and planning are timed apart, and shown with and without.
"""

import argparse
import gzip
import lzma
import math
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from kg.dataset.statistics import gather
from kg.dataset.terms import RdfFormat, Store
from kg.query.parse.queries import QueryParser
from kg.query.plan import planned
from kg.query.plan.count import counting
from kg.query.shaping.render import render
from ontology.vocab import PREFIXES
from tests.benchmarks.results import Measure, record, spread_of, together
from tests.benchmarks.watdiv import SHARED

DATA = {1: ("w1.nt.gz", gzip.open), 10: ("w10.nt.xz", lzma.open)}


def drained(store: Store, text: str) -> float:
    """Milliseconds to evaluate a query and read all its rows."""
    began = time.thread_time()
    for _ in store.query(text):
        pass
    return (time.thread_time() - began) * 1000


def prepared(store: Store, statistics: object, text: str) -> tuple[str, bool, float]:
    """The text to be asked, whether it is another one, and the milliseconds spent on that."""
    began = time.thread_time()
    plan = planned(QueryParser(text, None, PREFIXES).query(), statistics, counting(store.query))
    asked = render(plan.query) if plan.changed else text
    return asked, plan.changed, (time.thread_time() - began) * 1000


def geometric_mean(ratios: list[float]) -> float:
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def _ratio(name: str, ratio: float, kind: str, spread: float | None, rounds: int, aim: float) -> Measure:
    """A ratio of processor times, as a measure whose baseline takes one."""
    return Measure(name, ratio, 1.0, "as written", kind, unit="times", aim=aim, spread=spread, rounds=rounds)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--watdiv", type=Path, default=SHARED, help="else LODESTONE_SHARED/watdiv")
    parser.add_argument("--repeat", type=int, default=9)
    args = parser.parse_args()
    if not args.watdiv.is_dir():
        parser.error(f"WatDiv's data and queries are not at {args.watdiv}: name their folder (--watdiv)")
    classes: defaultdict[str, list[float]] = defaultdict(list)
    spreads: defaultdict[str, list[float | None]] = defaultdict(list)
    every: dict[str, float] = {}
    planning = []
    for scale, (name, opened) in DATA.items():
        with tempfile.TemporaryDirectory() as place:
            store = Store(place)
            with opened(args.watdiv / name) as data:
                store.bulk_load(data, RdfFormat.N_TRIPLES)
            store.optimize()
            began = time.perf_counter()
            statistics = gather(store)
            print(f"scale {scale}: statistics in {time.perf_counter() - began:.1f} s")
            for path in sorted((args.watdiv / "queries" / str(scale)).glob("*.rq")):
                text = path.read_text(encoding="utf-8")
                tries = [prepared(store, statistics, text) for _ in range(5)]
                asked, changed, _ = tries[0]
                planning.append(min(spent for *_, spent in tries))
                times = [(drained(store, text), drained(store, asked)) for _ in range(args.repeat)]
                written, found = (min(column) for column in zip(*times, strict=True))
                ratio = found / written if changed else 1.0
                classes[path.stem[0]].append(ratio)
                spreads[path.stem[0]].append(spread_of(b / a for a, b in times) if changed else 0.0)
                every[f"{path.stem} at scale {scale}"] = ratio
                if changed:
                    print(
                        f"  {path.stem}: {written:.2f} ms as written, {found:.2f} ms planned, "
                        f"{ratio:.2f}; planning {planning[-1]:.2f} ms"
                    )
    print(
        f"parse, plan, count and render: median {sorted(planning)[len(planning) // 2]:.2f} ms, "
        f"most {max(planning):.2f} ms"
    )
    for letter in "LSFCOM":
        if not classes[letter]:
            continue
        mean, spread = geometric_mean(classes[letter]), together(spreads[letter])
        record(_ratio("a planned query", mean, letter, spread, args.repeat, 1.0))
        print(f"{letter}: planned ÷ as written {geometric_mean(classes[letter]):.2f}")
    print(f"all: {geometric_mean(list(every.values())):.2f} as geometric mean")
    worst = max(every, key=every.__getitem__)
    record(_ratio("the worst planned query", every[worst], worst, None, args.repeat, 1.1))
    print(f"worst: {worst}, {every[worst]:.2f} (aim: at most 1.1)")


if __name__ == "__main__":
    main()
