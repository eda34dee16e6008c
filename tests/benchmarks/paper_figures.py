"""Puts the figures of runs into the paper: tables between its markers, and plots beside it.

    python tests/benchmarks/paper_figures.py RESULTS.json [MORE.json ...]

What stands between ``<!-- figures: NAME -->`` and ``<!-- end -->`` in server/docs/paper.md is written
anew; the plots go to server/static/paper-*.svg. What no run measured is said to be so. Of
several runs the largest that has a figure gives it; tables by size take all.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks import deployment
from tests.benchmarks.drawing import Bar, curves, ratios, standalone
from tests.benchmarks.fits import added, exponent
from tests.benchmarks.results import Measure, Run, Unreadable, read
from tests.benchmarks.suite import SIZES
from tests.benchmarks.workload import CLASSES

ROOT = Path(__file__).parents[2]
PAPER = ROOT / "server" / "docs" / "paper.md"
STATIC = ROOT / "server" / "static"
MARKED = re.compile(r"(<!-- figures: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
NOT_MEASURED = "Not measured in the runs that these figures come from.\n"
AXES = ("triples", "rows", "operators", "claims per triple")


class Runs:
    """All runs, the largest first."""

    def __init__(self, runs: Iterable[Run]) -> None:
        self.runs = sorted(runs, key=lambda run: (not run.quick, SIZES[run.size]), reverse=True)

    def all(self, program: str, name: str) -> list[Measure]:
        """What a benchmark measured under a name, in every run."""
        return [m for run in self.runs for m in run.measures if (m.program, m.name) == (program, name)]

    def one(
        self, program: str, name: str, kind: str | None = None, baseline: str | None = None
    ) -> Measure | None:
        """The figure of the largest run that has it."""
        for m in self.all(program, name):
            if (kind is None or m.kind == kind) and (baseline is None or m.baseline == baseline):
                return m
        return None


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown; the sentence that it was not measured where there are no rows."""
    found = ["| " + " | ".join(row) + " |" for row in rows]
    if not found:
        return NOT_MEASURED
    rule = "|---" + "|--:" * (len(head) - 1) + "|"
    return "\n".join(["| " + " | ".join(head) + " |", rule, *found]) + "\n"


def shown(value: float | None, unit: str = "") -> str:
    """A figure with three digits."""
    if value is None:
        return "-"
    text = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{text}{unit}"


def machine(runs: Runs) -> str:
    """When and on what each run was made."""
    said = []
    for run in runs.runs:
        clock = "processor time" if run.clock == "cpu" else "wall clock"
        facts = ", ".join(f"{name} {value}" for name, value in run.machine.items() if name in _TOLD)
        quick = ", in short" if run.quick else ""
        failed = [p.name for p in run.programs if p.trouble]
        troubles = f" Not finished: {', '.join(failed)}." if failed else ""
        said.append(f"- {run.size}{quick}, {run.began[:10]}, {clock}: {facts}.{troubles}")
    return "\n".join(said) + "\n"


_TOLD = ("cores", "memory", "architecture", "python", "pyoxigraph")


def classes(runs: Runs) -> str:
    """Provenance by class, beside each baseline."""
    columns = (
        ("provenance", "plain"),
        ("provenance and confidence", "plain"),
        ("provenance over HTTP", "plain over HTTP"),
        ("plain", "as written"),
        ("plain over HTTP", "Oxigraph's server"),
        ("provenance", "NPCS"),
        ("provenance", "SPARQLcirc"),
    )
    head = [
        "class",
        *(
            f"{name} ÷ {'its plain' if 'HTTP' in base and 'plain' in base else base}"
            for name, base in columns
        ),
    ]
    rows = []
    for kind in (*(f"{letter} {name}" for letter, name in CLASSES.items()), "all"):
        found = [runs.one("provenance", name, kind, base) for name, base in columns]
        if any(found):
            rows.append([kind, *(shown(m.ratio if m else None) for m in found)])
    return table(head, rows)


def remote(runs: Runs) -> str:
    """Provenance by class where the store is another engine, asked by protocol, and with many claims."""
    rows = []
    for kind in (f"{letter} {name}" for letter, name in CLASSES.items()):
        near = runs.one("provenance", "provenance", kind, "plain")
        many = runs.one("layout-20", "provenance", kind, "plain")
        far = runs.one("remote", "provenance by protocol", kind)
        if many or far:
            rows.append([kind, *(shown(m.ratio if m else None) for m in (near, many, far))])
    return table(["class", "embedded", "20 claims on a tenth of the triples", "by protocol"], rows)


def memory(runs: Runs) -> str:
    """Bytes a row that an answer with provenance holds beyond the plain one, and cold queries."""
    columns = (
        ("memory of provenance", " B"),
        ("memory with confidence", " B"),
        ("more for a query never seen", " ms"),
        ("more in a fresh process", " ms"),
    )
    rows = []
    for kind in (*(f"{letter} {name}" for letter, name in CLASSES.items()), "all"):
        found = [runs.one("provenance", name, kind) for name, _ in columns]
        if any(found):
            cells = zip(found, columns, strict=True)
            rows.append([kind, *(shown(m.value if m else None, unit) for m, (_, unit) in cells)])
    return table(["class", "circuits, a row", "with confidence, a row", "never seen", "fresh process"], rows)


def growth(runs: Runs) -> str:
    """How much longer each class takes on ten times the data."""
    found: dict[tuple[str, int], Measure] = {}
    for m in runs.all("growth", "growth on ten times the data"):
        found.setdefault((m.kind, m.size), m)
    rows = [
        [kind, f"{size:,}", shown(m.base), shown(m.value), shown(m.ratio)]
        for (kind, size), m in found.items()
    ]
    return table(["class", "from quads", "plain", "with provenance", "÷"], rows)


def fits(runs: Runs) -> str:
    """The exponents along each axis, and what a row and a node cost."""
    rows = []
    for axis in AXES:
        for kind, points in _curves(runs, axis).items():
            last = points[-1]
            rows.append(
                [
                    axis,
                    kind,
                    f"{points[0].size:,} to {last.size:,}",
                    shown(exponent([(m.size, m.base) for m in points if m.base])),
                    shown(exponent([(m.size, m.value) for m in points])),
                    shown(last.ratio),
                ]
            )
    text = table(["along", "query", "measured from", "plain", "with circuits", "÷ at the end"], rows)
    cost = added([m for m in runs.all("provenance", "query") if m.size == _largest(runs)])
    if cost is not None:
        text += (
            f"\nOver the {cost.queries} annotated queries of the workload, provenance adds"
            f" {cost.once * 1000:.2f} ms once, {cost.row * 1e6:.1f} µs for each row and"
            f" {cost.node * 1e6:.1f} µs for each node of the circuit. The fit misses half of them by no"
            f" more than {cost.off:.0%} of their time.\n"
        )
    return text


def _largest(runs: Runs) -> int:
    return max((m.size for m in runs.all("provenance", "query")), default=0)


def _curves(runs: Runs, axis: str) -> dict[str, list[Measure]]:
    """The points of each line along an axis, of the largest run that has them, in order."""
    for run in runs.runs:
        found: dict[str, list[Measure]] = {}
        for m in run.measures:
            if m.program == "scaling" and m.name == f"by {axis}" and m.base is not None:
                found.setdefault(m.kind, []).append(m)
        if found:
            return {kind: sorted(points, key=lambda m: m.size) for kind, points in found.items()}
    return {}


def confidence(runs: Runs) -> str:
    """What confidence costs by claims per triple."""
    sure = {m.size: m for m in runs.all("scaling", "by claims per triple") if m.base is None}
    rows = [
        [f"{m.size}", shown((m.base or 0) * 1000), shown(m.value * 1000), shown(sure[m.size].value * 1000)]
        for points in _curves(runs, "claims per triple").values()
        for m in points
        if m.size in sure
    ]
    return table(["claims per triple", "plain, ms", "with circuits, ms", "with confidence, ms"], rows)


def others(runs: Runs) -> str:
    """Every other ratio: load, ingest, extraction, linking, inference, HTTP."""
    left = ("provenance", "layout-20", "growth", "scaling", "plan", "remote")
    found: dict[tuple[str, ...], Measure] = {}
    for run in runs.runs:
        for m in run.measures:
            if m.program not in left and not m.detail and m.ratio is not None:
                found.setdefault((m.program, m.name, m.kind, m.baseline, str(m.size)), m)
    rows = []
    for m in found.values():
        name = f"{m.name} ({m.kind})" if m.kind else m.name
        aim = shown(m.aim) if m.aim is not None else ""
        size, peak = f"{m.size:,}" if m.size else "", shown(m.peak, " MiB") if m.peak else ""
        rows.append([name, m.baseline, size, shown(m.ratio), aim, peak])
    return table(["what", "÷", "size", "ratio", "aim", "memory"], rows)


BLOCKS: dict[str, Callable[[Runs], str]] = {
    "machine": machine,
    "classes": classes,
    "remote": remote,
    "memory": memory,
    "growth": growth,
    "fits": fits,
    "confidence": confidence,
    "others": others,
    "deployment": lambda runs: deployment.table(runs.one),
}


def filled(text: str, runs: Runs) -> str:
    """The paper with the figures of the runs. Raises ``KeyError`` for a marker that nothing belongs to."""
    return MARKED.sub(lambda found: f"{found[1]}\n{BLOCKS[found[2]](runs)}\n{found[3]}", text)


def plots(runs: Runs) -> Iterator[tuple[str, str]]:
    """The plots, with the names of their files."""
    bars = []
    for kind in (f"{letter} {name}" for letter, name in CLASSES.items()):
        m = runs.one("provenance", "provenance", kind, "plain")
        if m is not None and m.ratio:
            bars.append(Bar(kind, m.ratio, m.spread, m.aim))
    if bars:
        yield "paper-classes.svg", ratios("Provenance ÷ plain, by class", bars, "provenance ÷ plain")
    for axis in AXES:
        series = {}
        for kind, points in _curves(runs, axis).items():
            series[f"{kind}, provenance"] = [(m.size, m.value * 1000) for m in points]
            if axis != "operators":
                series[f"{kind}, plain"] = [(m.size, (m.base or 0) * 1000) for m in points]
        if series:
            name = f"paper-{axis.replace(' ', '-')}.svg"
            yield name, curves(f"Milliseconds of a query by {axis}", series, axis, "ms")


def main() -> None:
    """Writes the paper's figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", type=Path, nargs="+")
    parser.add_argument("--paper", type=Path, default=PAPER)
    parser.add_argument("--static", type=Path, default=STATIC)
    args = parser.parse_args()
    try:
        runs = Runs(read(path) for path in args.results)
    except Unreadable as error:
        parser.error(str(error))
    args.paper.write_text(filled(args.paper.read_text(encoding="utf-8"), runs), encoding="utf-8")
    print(args.paper)
    for name, svg in plots(runs):
        (args.static / name).write_text(standalone(svg), encoding="utf-8")
        print(args.static / name)


if __name__ == "__main__":
    main()
