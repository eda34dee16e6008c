"""The page of a run: one file of HTML with its plots in it, which asks nobody for anything.

python tests/benchmarks/page.py RESULTS.json > PAGE.html
"""

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tests.benchmarks.drawing import DARK, LIGHT, Bar, curves, ratios
from tests.benchmarks.results import Measure, Run, read

_TOGETHER = 3
"""Classes of one measure from which it has a plot of its own."""


@dataclass(frozen=True)
class Section:
    """One benchmark on the page."""

    name: str
    drawings: tuple[Markup, ...]
    measures: tuple[Measure, ...]


def rendered(run: Run) -> str:
    """The page of a run."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    sections = [_section(program.name, run) for program in run.programs]
    shown = [section for section in sections if section.measures or section.drawings]
    return environment.get_template("page.html").render(run=run, sections=shown, light=LIGHT, dark=DARK)


def _section(name: str, run: Run) -> Section:
    measures = [m for m in run.measures if m.program == name]
    plain = tuple(m for m in measures if not m.detail)
    drawings = [*_ratio_plots(name, plain), *_curve_plots([m for m in measures if m.detail])]
    return Section(name, tuple(Markup(text) for text in drawings), plain)  # noqa: S704 - drawn here


def _ratio_plots(name: str, measures: Sequence[Measure]) -> Iterator[str]:
    of: defaultdict[tuple[str, str], list[Measure]] = defaultdict(list)
    for measure in measures:
        if measure.ratio:
            of[measure.name, measure.baseline].append(measure)
    rest: list[Bar] = []
    for (what, baseline), found in of.items():
        if len(found) < _TOGETHER:
            rest += [_bar(m, f"{what} {m.kind}".strip() + f" ÷ {baseline}") for m in found]
            continue
        bars = [_bar(m, m.kind or f"{m.size:,}") for m in found]
        yield ratios(f"{what} ÷ {baseline}", bars, f"{what} ÷ {baseline}")
    if rest:
        yield ratios(name, rest, "ours ÷ baseline")


def _bar(measure: Measure, name: str) -> Bar:
    return Bar(name, measure.ratio or 0.0, measure.spread, measure.aim)


def _curve_plots(details: Sequence[Measure]) -> Iterator[str]:
    """What was measured at several sizes, by class: ours and the baseline."""
    of: defaultdict[str, dict[str, list[tuple[float, float]]]] = defaultdict(lambda: defaultdict(list))
    for m in details:
        if m.size and m.value and m.name.startswith("by "):
            of[m.name][f"{m.kind}, ours"].append((m.size, m.value))
            if m.base:
                of[m.name][f"{m.kind}, {m.baseline}"].append((m.size, m.base))
    for name, series in of.items():
        several = {key: points for key, points in series.items() if len(points) > 1}
        if several:
            yield curves(name, several, name.removeprefix("by "), "s")


if __name__ == "__main__":
    print(rendered(read(Path(sys.argv[1]))))
