"""The benchmarks of a size, each in a process of its own; results as JSON and as a page of plots.

    make bench [SIZE=1m] [ONLY=load,http] [QUICK=1] [CPU=1] [ADD=1]
    python tests/benchmarks/run.py [--size 100k|1m|10m|100m] [--only NAMES] [--quick] [--cpu] [--add]
        [--out FOLDER] [--list]

A benchmark that fails, or takes longer than it may, is told and does not stop the others; then
the exit code is 1. FOLDER (bench-results) gets SIZE.json and SIZE.html, what each printed
(NAME.txt), and ``data`` with the stores, which are used again. With ``--add`` the results of
benchmarks that are not run now stay.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks import page, processes
from tests.benchmarks.results import COLLECTED, Program, Run, Unreadable, collected, machine, read
from tests.benchmarks.suite import SIZES, Plan, Task, Unknown, chosen, tasks

ROOT = Path(__file__).parents[2]


def one(task: Task, out: Path) -> tuple[Program, Path]:
    """Run one benchmark; gives back how it ended, and the file with what it recorded."""
    lines = out / f"{task.name}.jsonl"
    lines.unlink(missing_ok=True)
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = os.environ | {COLLECTED: str(lines), "PATH": programs, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(task.path), *task.arguments]
    ended = processes.run(command, out / f"{task.name}.txt", task.seconds, environment, ROOT)
    trouble = ""
    if ended.code is None:
        trouble = f"was ended after {task.seconds:,.0f} s"
    elif ended.code:
        trouble = f"exit code {ended.code}: see {task.name}.txt"
    return Program(task.name, ended.seconds, ended.cpu, ended.peak, trouble), lines


def run(every: Sequence[Task], start: Run, out: Path, name: str) -> Run:
    """Run the benchmarks in turn; the results are written after each."""
    found = start
    for task in every:
        print(f"== {task.name}: {task.about} (at most {task.seconds / 60:.0f} min)", flush=True)
        program, lines = one(task, out)
        kept = [p for p in found.programs if p.name != task.name]
        measures = [m for m in found.measures if m.program != task.name]
        found = replace(
            found,
            programs=(*kept, program),
            measures=(*measures, *collected(lines, task.name)),
        )
        (out / f"{name}.json").write_text(found.to_json(), encoding="utf-8")
        how = program.trouble or "done"
        print(f"   {task.name} {how}, {program.seconds:.0f} s, {program.peak:.0f} MiB", flush=True)
    return found


def beginning(plan: Plan, before: Path | None) -> Run:
    """A run that has nothing yet, or what is to be kept of an earlier one. Raises ``Unreadable``."""
    fresh = Run(
        size=plan.size,
        quick=plan.quick,
        clock="cpu" if plan.cpu else "wall",
        machine=machine(),
        began=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    if before is None or not before.exists():
        return fresh
    old = read(before)
    if (old.clock, old.machine) != (fresh.clock, fresh.machine):
        raise Unreadable(f"{before} was measured otherwise or elsewhere: leave --add out, or another --out")
    return replace(fresh, programs=old.programs, measures=old.measures)


def main() -> None:
    """Runs what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", choices=SIZES, default="1m")
    parser.add_argument("--only", default="", help="names of benchmarks, with commas between")
    parser.add_argument("--quick", action="store_true", help="small data, few rounds: at most 10 minutes")
    parser.add_argument("--cpu", action="store_true", help="processor time where it can be told")
    parser.add_argument("--add", action="store_true", help="keep what earlier runs found of the others")
    parser.add_argument("--out", type=Path, default=ROOT / "bench-results")
    parser.add_argument("--list", action="store_true", help="tell what would be run, and how")
    args = parser.parse_args()
    out = args.out.resolve()
    plan = Plan("100k" if args.quick else args.size, args.quick, args.cpu, out / "data")
    name = "quick" if args.quick else args.size
    try:
        every = chosen(tasks(plan), args.only)
        start = beginning(plan, out / f"{name}.json" if args.add else None)
    except (Unknown, Unreadable) as error:
        parser.error(str(error))
    if args.list:
        for task in every:
            print(f"{task.name:12}{task.about}; at most {task.seconds / 60:.0f} min")
            print(f"{'':12}python tests/benchmarks/{task.file} {' '.join(task.arguments)}")
        return
    out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    found = run(every, start, out, name)
    (out / f"{name}.html").write_text(page.rendered(found), encoding="utf-8")
    print(f"{(time.monotonic() - began) / 60:.0f} min; {out / name}.json, {out / name}.html")
    names = {task.name for task in every}
    failed = [program for program in found.programs if program.trouble and program.name in names]
    for program in failed:
        print(f"FAILED {program.name}: {program.trouble}", file=sys.stderr)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
