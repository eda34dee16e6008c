"""The machinery of the benchmarks: results as data, runs that go on after a failure, comparison of ratios."""

import json
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks import compare, page, processes
from tests.benchmarks import run as suite_run
from tests.benchmarks.compare import Verdict, compared
from tests.benchmarks.measures import measures
from tests.benchmarks.results import (
    COLLECTED,
    Measure,
    Program,
    Run,
    Unreadable,
    collected,
    geometric,
    machine,
    read,
    record,
    spread_of,
)
from tests.benchmarks.suite import SIZES, Plan, Task, Unknown, chosen, tasks
from tests.benchmarks.workload import CLASSES

LOAD = Measure("load", 12.0, 3.0, "the engine", size=1000, aim=5, spread=0.05, rounds=3, program="load")
RUN = Run(
    "1m", False, "wall", machine(), "2026-01-01T00:00:00+00:00", programs=(Program("load", 15, 9, 300),)
)


def with_ratio(ratio: float, spread: float | None = 0.05) -> Run:
    return replace(RUN, measures=(replace(LOAD, value=ratio, base=1.0, spread=spread),))


def only(verdicts: list[compare.Compared]) -> Verdict:
    (found,) = verdicts
    return found.verdict


def test_results_come_back_as_they_were_written_and_state_their_ratio(tmp_path: Path) -> None:
    found = replace(RUN, measures=(LOAD, replace(LOAD, name="first answer", base=None, baseline="")))
    path = tmp_path / "run.json"
    path.write_text(found.to_json(), encoding="utf-8")
    assert read(path) == found
    assert [m["ratio"] for m in json.loads(path.read_text())["measures"]] == [4.0, None]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "holds no results"),
        ("[]", "holds no results"),
        ('{"format": 99}', "format 99"),
        (RUN.to_json().replace('"began"', '"begun"'), "begun|began"),
        (replace(RUN, measures=(LOAD,)).to_json().replace("12.0", "-1"), "greater than or equal"),
        (replace(RUN, measures=(LOAD,)).to_json().replace("12.0", "NaN"), "finite"),
    ],
)
def test_a_file_that_holds_no_results_is_told(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Unreadable, match=told):
        read(path)


def test_a_measure_is_recorded_only_within_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(COLLECTED, raising=False)
    record(LOAD)
    lines = tmp_path / "load.jsonl"
    monkeypatch.setenv(COLLECTED, str(lines))
    record(LOAD, replace(LOAD, kind="again"))
    with lines.open("a") as out:
        out.write('{"name": "cut o')
    assert collected(lines, "load") == (LOAD, replace(LOAD, kind="again"))
    with pytest.raises(Unreadable, match="value"):
        record(replace(LOAD, value=float("inf")))


PROGRAM = f"""
import os, sys, time
with open(os.environ[{COLLECTED!r}], "a") as out:
    out.write('{{"name": "something", "value": 1.0, "base": 2.0, "baseline": "nothing"}}\\n')
print("measured", flush=True)
"""


def task(folder: Path, name: str, ending: str, seconds: float = 60) -> Task:
    path = folder / f"{name}.py"
    path.write_text(PROGRAM + ending, encoding="utf-8")
    return Task(name, "a test", str(path), (), seconds)


def runs(process: int) -> bool:
    """Whether a process goes on: one that ended is a zombie where the first process reaps none."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    return False


def test_a_run_goes_on_after_failures_keeps_what_was_measured_and_leaves_nothing_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_GRACE", 0.2)
    stays = "import subprocess; print(subprocess.Popen(['sleep', '600']).pid, flush=True); time.sleep(600)"
    every = [
        task(tmp_path, "breaks", "sys.exit(3)"),
        task(tmp_path, "hangs", stays, seconds=3),
        task(tmp_path, "works", "held = bytearray(200_000_000); time.sleep(1)"),
    ]
    found = suite_run.run(every, replace(RUN, programs=()), tmp_path, "1m")
    troubles = {program.name: program.trouble for program in found.programs}
    assert troubles["works"] == ""
    assert "exit code 3" in troubles["breaks"]
    assert "ended after" in troubles["hangs"]
    assert [m.program for m in found.measures] == ["breaks", "hangs", "works"]
    assert found.programs[2].peak > 190
    assert read(tmp_path / "1m.json") == found
    left = int((tmp_path / "hangs.txt").read_text().splitlines()[1])
    assert not runs(left)


def test_what_would_be_run_is_listed_and_a_wrong_name_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["run.py", "--quick", "--list", "--only", "serve"])
    suite_run.main()
    listed = capsys.readouterr().out
    assert "bench_serve.py --store" in listed
    assert "million.py" in listed
    monkeypatch.setattr(sys, "argv", ["run.py", "--only", "nothing"])
    with pytest.raises(SystemExit) as ended:
        suite_run.main()
    assert ended.value.code == 2
    assert "no benchmark nothing" in capsys.readouterr().err


def test_a_failure_is_in_the_exit_code_and_the_page_is_there_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    both = (task(tmp_path, "breaks", "sys.exit(3)"), task(tmp_path, "works", ""))
    for only, code in (("works", 0), ("", 1)):
        monkeypatch.setattr(suite_run, "tasks", lambda _: both)
        monkeypatch.setattr(sys, "argv", ["run.py", "--quick", "--out", str(tmp_path), "--only", only])
        with pytest.raises(SystemExit) as ended:
            suite_run.main()
        assert ended.value.code == code
    assert "FAILED breaks: exit code 3" in capsys.readouterr().err
    assert "something" in (tmp_path / "quick.html").read_text()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("quick", [False, True])
def test_every_task_has_its_program_and_what_it_needs(tmp_path: Path, size: str, quick: bool) -> None:
    every = tasks(Plan(size, quick, False, tmp_path))
    names = [each.name for each in every]
    assert len(set(names)) == len(names) > 7
    for number, each in enumerate(every):
        assert set(each.needs) <= set(names[:number])
    assert [each.name for each in chosen(every, "http, load")] == ["store", "load", "http"]
    with pytest.raises(Unknown, match="there are store"):
        chosen(every, "htpp")


def test_results_of_another_machine_are_not_added_to(tmp_path: Path) -> None:
    plan = Plan("1m", False, False, tmp_path)
    before = tmp_path / "1m.json"
    assert suite_run.beginning(plan, before).measures == ()
    before.write_text(replace(RUN, measures=(LOAD,)).to_json(), encoding="utf-8")
    assert suite_run.beginning(plan, before).measures == (LOAD,)
    before.write_text(replace(RUN, machine={"cores": "64"}).to_json(), encoding="utf-8")
    with pytest.raises(Unreadable, match="elsewhere"):
        suite_run.beginning(plan, before)


@pytest.mark.parametrize(
    ("old", "new", "spread", "verdict"),
    [
        (2.0, 2.0, 0.01, Verdict.SAME),
        (2.0, 2.2, 0.01, Verdict.SAME),
        (2.0, 2.5, 0.01, Verdict.WORSE),
        (2.5, 2.0, 0.01, Verdict.BETTER),
        (2.0, 2.5, 0.10, Verdict.SAME),
        (2.0, 4.0, 0.10, Verdict.WORSE),
        (2.0, 2.5, None, Verdict.SAME),
        (2.0, 4.0, None, Verdict.WORSE),
    ],
)
def test_a_ratio_is_worse_when_it_grew_by_more_than_it_varies(
    old: float, new: float, spread: float | None, verdict: Verdict
) -> None:
    assert only(list(compared(with_ratio(old, spread), with_ratio(new, spread)))) is verdict


@given(st.floats(0.01, 100), st.floats(0.01, 100), st.floats(0, 0.5), st.floats(0, 0.5))
def test_what_is_worse_one_way_is_better_the_other(a: float, b: float, s: float, t: float) -> None:
    first, second = with_ratio(a, s), with_ratio(b, t)
    there, back = only(list(compared(first, second))), only(list(compared(second, first)))
    turned = {Verdict.WORSE: Verdict.BETTER, Verdict.BETTER: Verdict.WORSE}
    assert back is turned.get(there, there)


def test_what_is_missing_is_told_unless_its_benchmark_was_not_run() -> None:
    old, without = with_ratio(2.0), replace(RUN, measures=())
    assert only(list(compared(old, without))) is Verdict.MISSING
    assert list(compared(old, replace(without, programs=()))) == []
    assert only(list(compared(without, old))) is Verdict.NEW
    detail = replace(old, measures=(replace(LOAD, detail=True),))
    assert list(compared(detail, without)) == []


@pytest.mark.parametrize(
    ("new", "code", "told"),
    [
        (with_ratio(4.0), 0, "1 as before"),
        (with_ratio(8.0), 1, "worse"),
        (replace(with_ratio(4.0), programs=(Program("load", 1, 1, 1, "exit code 1"),)), 1, "failed"),
        (replace(with_ratio(4.0), size="10m"), 2, "cannot be compared"),
    ],
)
def test_comparing_ends_in_an_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], new: Run, code: int, told: str
) -> None:
    paths = [tmp_path / "old.json", tmp_path / "new.json"]
    for path, made in zip(paths, (with_ratio(4.0), new), strict=True):
        path.write_text(made.to_json(), encoding="utf-8")
    assert compare.main(list(map(str, paths))) == code
    printed = capsys.readouterr()
    assert told in printed.out + printed.err
    assert compare.main([str(tmp_path / "nowhere.json"), str(paths[1])]) == 2


def test_the_page_holds_everything_and_asks_nobody() -> None:
    by_rows = [
        Measure("by rows", n / 1000, n / 2000, "plain", "join", n, detail=True, program="scaling")
        for n in (10, 100)
    ]
    classes = [replace(LOAD, kind=f"{letter} <&>", spread=None) for letter in "LSF"]
    programs = (*RUN.programs, Program("scaling", 1, 1, 1, "exit code 1: <b>"))
    html = page.rendered(replace(RUN, programs=programs, measures=(LOAD, *classes, *by_rows)))
    assert html.count("<svg") == 2
    assert "exit code 1: &lt;b&gt;" in html
    assert "<b>" not in html
    assert "src=" not in html
    assert "<script" not in html
    assert "url(http" not in html
    assert 'href="http' not in html
    assert "prefers-color-scheme: dark" in html


def test_the_spread_is_half_the_distance_of_the_quartiles() -> None:
    assert spread_of([1.0]) is None
    assert spread_of([1.0, 3.0]) == 0.5
    assert spread_of([1.0, 2.0, 3.0, 4.0, 5.0]) == pytest.approx(1 / 3)
    assert geometric([1.0, 4.0]) == 2.0
    assert geometric([]) is None


def test_classes_become_measures_with_their_aims_and_baselines() -> None:
    def query(how: float) -> dict[str, object]:
        return {
            "complete": True,
            "rows": 5,
            "nodes": 9,
            "ms": {"none": 1.0, "how": how, "sure": 4.0, "written": 2.0, "bare": 1.0},
            "spread": {"none": 0.03, "how": 0.04},
            "baselines": {"npcs": {"ms": 8.0}, "sparqlcirc": {"reason": "a path"}},
            "http": {"ms": {"none": 2.0, "how": 3.0, "kept": 1.0, "engine": 2.0}, "spread": {}},
            "bytes": {"how": -3.0, "sure": 100.0},
            "cold": {"unseen": 2.5, "fresh": 9.0},
        }

    grown = {"L1": query(10.0), "L2": query(40.0)}
    found = measures({"queries": {"L1": query(1.0), "L2": query(4.0)}, "larger": {"queries": grown}}, 1000, 5)
    of = {(m.name, m.baseline): m for m in found if m.kind == f"L {CLASSES['L']}"}
    provenance = of["provenance", "plain"]
    assert provenance.ratio == pytest.approx(2.0)
    assert (provenance.aim, provenance.misses) == (1.25, True)
    assert provenance.spread == pytest.approx(0.05 / 2**0.5)
    assert of["provenance", "NPCS"].ratio == pytest.approx(0.25)
    assert ("provenance", "SPARQLcirc") not in of
    assert of["provenance over HTTP", "plain over HTTP"].ratio == pytest.approx(1.5)
    assert of["plain from the cache", "Oxigraph's server"].ratio == pytest.approx(0.5)
    assert of["memory of provenance", ""].value == 0
    assert of["more for a query never seen", ""].misses is False
    assert of["growth on ten times the data", "plain"].ratio == pytest.approx(10.0)
    assert [m.rows for m in found if m.detail and m.name == "query"] == [5, 5]
