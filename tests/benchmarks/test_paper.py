"""The paper's figures: fits that find what was put in, arithmetic that comes out, markers that are filled."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks import deployment, paper_figures
from tests.benchmarks.drawing import curves, standalone
from tests.benchmarks.fits import added, exponent
from tests.benchmarks.paper_figures import BLOCKS, MARKED, PAPER, Runs, filled
from tests.benchmarks.results import Measure, Program, Run

EMPTY = Run("1m", False, "wall", {"cores": "2", "python": "3.11"}, "2026-01-01T00:00:00+00:00")
PROVENANCE = Measure("provenance", 0.002, 0.001, "plain", "L linear", 1000, aim=1.25, program="provenance")
RATES = {
    ("extract", "reading an article"): Measure("", 0.5, size=100),
    ("extract", "an article on all cores"): Measure("", 0.3, size=100, rows=400),
    ("link", "matching a name"): Measure("", 0.003, cpu=0.001, size=5000),
    ("claims", "taking in a claim"): Measure("", 0.002, size=1000),
    ("store", "disk"): Measure("", 500.0, size=1000),
    ("load", "bulk load"): Measure("", 10.0, size=1_000_000, peak=2048.0),
}


def find(program: str, name: str) -> Measure | None:
    return RATES.get((program, name))


@given(st.floats(0.0, 2.0), st.floats(1e-6, 10.0))
def test_an_exponent_is_found(slope: float, at_one: float) -> None:
    points = [(float(x), at_one * x**slope) for x in (10, 100, 1000)]
    assert exponent(points) == pytest.approx(slope, abs=1e-6)
    assert exponent(points[:1]) is None
    assert exponent([(10.0, 1.0), (10.0, 2.0)]) is None


@given(st.floats(1e-5, 1e-2), st.floats(0, 1e-4), st.floats(0, 1e-4))
def test_what_a_row_and_a_node_cost_is_found(once: float, row: float, node: float) -> None:
    queries = [
        Measure("", 0.01 + once + row * rows + node * nodes, 0.01, rows=rows, nodes=nodes)
        for rows, nodes in (
            (0, 1),
            (1, 9),
            (5, 2),
            (10, 80),
            (50, 3),
            (100, 900),
            (500, 7),
            (900, 9000),
            (3, 3),
        )
    ]
    found = added(queries)
    assert found is not None
    assert (found.once, found.row, found.node) == pytest.approx((once, row, node), rel=1e-3, abs=1e-8)
    assert found.off == pytest.approx(0, abs=1e-3)
    assert added(queries[:7]) is None


def test_no_cost_is_below_zero() -> None:
    queries = [Measure("", 0.011 - 1e-6 * n, 0.01, rows=n, nodes=2 * n) for n in range(10)]
    found = added(queries)
    assert found is not None
    assert min(found.once, found.row, found.node) >= 0


def test_the_arithmetic_of_a_deployment_comes_out() -> None:
    table = deployment.table(find)
    cells = {
        line.split(" | ")[0].strip("| "): line.split(" | ")[2].strip("| ") for line in table.splitlines()[2:]
    }
    assert cells["articles a second"] == "1.16"
    assert cells["reading them"] == "0.58 cores, all day"
    assert cells["claims a day, at most"] == "400,000"
    assert cells["matching their names"] == "0.02 cores"
    assert cells["taking them in"] == "1% of the day: one writer does"
    assert cells["a billion triples after"] == "500 days"
    assert cells["disk"] == "0.50 TB"
    assert cells["loading them at once"] == "3 hours"
    assert cells["memory of the load"] == "2.0 GiB"


def test_a_rate_that_was_not_measured_is_not_guessed() -> None:
    table = deployment.table(lambda *_: None)
    assert table.count("the rate was not measured") == 3
    assert "TB" not in table


def test_every_marker_has_its_figures_and_all_figures_are_in_the_paper() -> None:
    marked = [found[1] for found in MARKED.findall(PAPER.read_text(encoding="utf-8"))]
    assert sorted(marked) == sorted(BLOCKS)
    with pytest.raises(KeyError):
        filled("<!-- figures: other -->\n<!-- end -->", Runs([EMPTY]))


def test_figures_replace_older_ones_and_the_text_stays() -> None:
    text = "Before.\n<!-- figures: classes -->\nold\n<!-- end -->\nAfter.\n"
    small = replace(EMPTY, quick=True, measures=(replace(PROVENANCE, value=0.009),))
    large = replace(EMPTY, measures=(PROVENANCE,), programs=(Program("provenance", 1, 1, 1),))
    once = filled(text, Runs([small, large]))
    assert once.startswith("Before.\n<!-- figures: classes -->\n")
    assert once.endswith("<!-- end -->\nAfter.\n")
    assert "| L linear | 2 |" in once
    assert "old" not in once
    assert filled(once, Runs([small, large])) == once
    assert "Not measured" in filled(text, Runs([EMPTY]))


def test_a_plot_reads_in_light_and_in_dark_and_is_the_same_each_time(tmp_path: Path) -> None:
    svg = standalone(curves("By rows", {"join": [(10, 1), (100, 7)]}, "rows", "ms"))
    assert svg == standalone(curves("By rows", {"join": [(10, 1), (100, 7)]}, "rows", "ms"))
    assert svg.startswith('<svg role="img"')
    assert "<title>By rows</title><style>:root{" in svg
    assert "prefers-color-scheme: dark" in svg
    assert "#04040" not in svg
    drawn = dict(paper_figures.plots(Runs([replace(EMPTY, measures=(PROVENANCE,))])))
    assert list(drawn) == ["paper-classes.svg"]
