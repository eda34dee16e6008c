"""Two runs beside each other: which ratios got worse by more than they vary.

    python tests/benchmarks/compare.py OLD.json NEW.json [--floor 0.15]

Ratios are compared, never seconds: another machine has other seconds, but much the same ratios.
A ratio is worse when it is above the old one by more than its tolerance, which is three times the
spread of both together, and at least the floor. Where a spread is not known it is taken as a tenth.
What the old run measured and a benchmark of the new one did not is missing. Exit code 1: something
is worse or missing, or a benchmark of the new run failed. Exit code 2: not to be compared.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, hypot, log
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.results import Measure, Run, Unreadable, read

FLOOR = 0.15
TIMES = 3.0
UNKNOWN = 0.10


class Verdict(StrEnum):
    """What became of a measure."""

    WORSE = "worse"
    MISSING = "missing"
    BETTER = "better"
    SAME = "as before"
    NEW = "new"


@dataclass(frozen=True)
class Compared:
    """A measure in both runs; ``tolerance`` is the factor by which the ratio may grow."""

    verdict: Verdict
    measure: Measure
    old: float | None = None
    new: float | None = None
    tolerance: float | None = None

    def __str__(self) -> str:
        figures = " → ".join("-" if ratio is None else f"{ratio:.3g}" for ratio in (self.old, self.new))
        within = f" (within {self.tolerance:.2f} times)" if self.tolerance else ""
        return f"{self.verdict:10}{figures:18}{within:21} {self.measure}"


def tolerance(old: Measure, new: Measure, floor: float = FLOOR) -> float:
    """The factor by which a ratio may grow without being called worse."""
    spreads = [UNKNOWN if m.spread is None else m.spread for m in (old, new)]
    return exp(max(log(1 + floor), TIMES * hypot(*spreads)))


def compared(old: Run, new: Run, floor: float = FLOOR) -> Iterator[Compared]:
    """All measures that have a ratio and are no details, worst first."""
    before, after = _ratios(old), _ratios(new)
    ran = {program.name for program in new.programs}
    found = []
    for key, measure in before.items():
        if (now := after.get(key)) is not None:
            found.append(_judged(measure, now, floor))
        elif measure.program in ran:
            found.append(Compared(Verdict.MISSING, measure, old=measure.ratio))
    found += [Compared(Verdict.NEW, m, new=m.ratio) for key, m in after.items() if key not in before]
    order = list(Verdict)
    return iter(sorted(found, key=lambda each: (order.index(each.verdict), str(each.measure))))


def _ratios(run: Run) -> dict[tuple[str, str, str, str, int], Measure]:
    return {m.key: m for m in run.measures if m.ratio is not None and not m.detail}


def _judged(old: Measure, new: Measure, floor: float) -> Compared:
    may, was, now = tolerance(old, new, floor), old.ratio or 0.0, new.ratio or 0.0
    if now > was * may:
        verdict = Verdict.WORSE
    elif was > now * may:
        verdict = Verdict.BETTER
    else:
        verdict = Verdict.SAME
    return Compared(verdict, new, was, now, may)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints what changed; gives back the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--floor", type=float, default=FLOOR, help="what is never called worse, as a share")
    args = parser.parse_args(arguments)
    try:
        old, new = read(args.old), read(args.new)
    except Unreadable as error:
        print(error, file=sys.stderr)
        return 2
    if (old.size, old.quick, old.clock) != (new.size, new.quick, new.clock):
        told = [f"{run.size}{', quick' * run.quick}, {run.clock} time" for run in (old, new)]
        print(f"these runs cannot be compared: {told[0]} and {told[1]}", file=sys.stderr)
        return 2
    if old.machine != new.machine:
        print("the machines or the versions differ: ratios, too, may have changed by that")
    every = list(compared(old, new, args.floor))
    for each in every:
        print(each)
    failed = [program for program in new.programs if program.trouble]
    for program in failed:
        print(f"failed     {program.name}: {program.trouble}")
    bad = [each for each in every if each.verdict in (Verdict.WORSE, Verdict.MISSING)]
    print(f"{len(every)} ratios: " + ", ".join(f"{sum(e.verdict is v for e in every)} {v}" for v in Verdict))
    return 1 if bad or failed else 0


if __name__ == "__main__":
    sys.exit(main())
