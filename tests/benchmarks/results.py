"""What a benchmark found, as data: each measure beside its baseline, and the run that it belongs to.

A benchmark hands over what it measured by ``record``. On its own that does nothing; started by
``run.py`` it adds a line of JSON to the file that the run collects, so that what was
measured before a failure is kept.
"""

import json
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from math import exp, log, sqrt
from pathlib import Path
from statistics import median, quantiles
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

FORMAT = 1
COLLECTED = "LODESTONE_BENCH_RECORD"
"""Names the file that measures are added to."""

PACKAGES = ("pyoxigraph", "oxigraph", "rdflib", "spacy", "rapidfuzz", "tantivy", "numpy", "flask", "uvicorn")
"""Whose versions a run states."""

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Unreadable(Exception):
    """A file that holds no results, or others than this version writes."""


@dataclass(frozen=True)
class Measure:
    """One thing measured, ours beside a baseline of the same run. Less is better, always.

    ``value`` and ``base`` are in ``unit``: seconds for one of whatever was done, unless it says
    otherwise. ``kind`` is the class (of queries, say), ``size`` what it was measured on
    (quads, names, articles). ``aim`` is the most that the ratio is to be, or the value where there is no
    baseline. ``spread`` is half the distance of the ratio's quartiles over the rounds, as a share of it.
    ``cpu`` is processor time in seconds, ``peak`` memory in MiB. ``rows`` and ``nodes`` are the size of
    an answer and of its circuit. A ``detail`` goes into plots and fits and is not compared with other
    runs: one query alone varies too much.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    name: str
    value: Amount
    base: Amount | None = None
    baseline: str = ""
    kind: str = ""
    size: int = 0
    unit: str = "s"
    aim: Amount | None = None
    spread: Amount | None = None
    rounds: Annotated[int, Field(ge=1)] = 1
    cpu: Amount | None = None
    base_cpu: Amount | None = None
    peak: Amount | None = None
    base_peak: Amount | None = None
    rows: int | None = None
    nodes: int | None = None
    detail: bool = False
    program: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours ÷ the baseline's; nothing where there is no baseline."""
        return self.value / self.base if self.base else None

    @property
    def misses(self) -> bool:
        """Whether it has an aim and is above it."""
        found = self.value if self.base is None else self.ratio
        return self.aim is not None and found is not None and found > self.aim

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """What two runs tell the same measure by."""
        return self.program, self.name, self.kind, self.baseline, self.size

    def __str__(self) -> str:
        kind = f" ({self.kind})" if self.kind else ""
        against = f" ÷ {self.baseline}" if self.baseline else ""
        return f"{self.program}: {self.name}{kind}{against}, {self.size:,}"


@dataclass(frozen=True)
class Program:
    """How one benchmark of a run ended. ``trouble`` says what went wrong, and is empty where nothing did.

    ``peak`` is the most memory (MiB) that its processes held together, pages that two share counted twice.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    name: str
    seconds: Amount
    cpu: Amount
    peak: Amount
    trouble: str = ""


@dataclass(frozen=True)
class Run:
    """All that one run found, and on what: ``size`` as it was asked for, ``clock`` what seconds are of."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    size: str
    quick: bool
    clock: str
    machine: dict[str, str]
    began: str
    format: int = FORMAT
    programs: tuple[Program, ...] = ()
    measures: tuple[Measure, ...] = field(default=())

    def to_json(self) -> str:
        """As a document; each measure has its ratio, too."""
        document = asdict(self)
        for made, measure in zip(document["measures"], self.measures, strict=True):
            made["ratio"] = measure.ratio
        return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


_RUN = TypeAdapter(Run)
_MEASURE = TypeAdapter(Measure)


def read(path: Path) -> Run:
    """A run from its file. Raises ``Unreadable``."""
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if document.get("format") != FORMAT:
            raise Unreadable(f"{path}: format {document.get('format')}, but this version reads {FORMAT}")
        for measure in document["measures"]:
            measure.pop("ratio", None)
        return _RUN.validate_python(document)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unreadable(f"{path} holds no results of a run: {_first(error)}") from error


def record(*measures: Measure) -> None:
    """Hand over measures to the run, if there is one. Raises ``Unreadable`` for what no measure can be."""
    path = os.environ.get(COLLECTED)
    for measure in measures:
        try:
            line = _MEASURE.dump_json(_MEASURE.validate_python(asdict(measure)))
        except ValidationError as error:
            raise Unreadable(f"no measure: {measure}: {_first(error)}") from error
        if path:
            with Path(path).open("ab") as out:
                out.write(line + b"\n")


def collected(path: Path, program: str) -> tuple[Measure, ...]:
    """What a program recorded, with its name. A line that was cut off is left out."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            made = json.loads(line)
        except ValueError:
            continue
        found.append(_MEASURE.validate_python({**made, "program": program}))
    return tuple(found)


def _first(error: Exception) -> str:
    if isinstance(error, ValidationError):
        wrong = error.errors()[0]
        return f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}"
    return str(error)


def spread_of(values: Iterable[float]) -> float | None:
    """Half the distance of the quartiles ÷ the median; of two or three values, half their range."""
    found = sorted(values)
    if len(found) < 2 or not (middle := median(found)):
        return None
    low, high = (found[0], found[-1])
    if len(found) > 3:
        low, _, high = quantiles(found, n=4, method="inclusive")
    return (high - low) / 2 / middle


def together(spreads: Iterable[float | None]) -> float | None:
    """The spread of a geometric mean of figures that vary apart from each other."""
    found = [spread for spread in spreads if spread is not None]
    return sqrt(sum(spread**2 for spread in found)) / len(found) if found else None


def geometric(values: Iterable[float]) -> float | None:
    """The geometric mean of what is above zero; nothing of nothing."""
    found = [log(value) for value in values if value > 0]
    return exp(sum(found) / len(found)) if found else None


def machine() -> dict[str, str]:
    """What a reader has to know of the machine: cores, memory, versions; no name and no address."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    found = {
        "cores": str(os.cpu_count()),
        "memory": f"{memory:.0f} GiB",
        "architecture": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
    }
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
