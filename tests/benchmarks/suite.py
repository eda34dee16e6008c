"""Which benchmarks there are, with what arguments for which size, and how long each may take."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PROVENANCE = "bench_provenance.py"
SIZES = {"100k": 100_000, "1m": 1_000_000, "10m": 10_000_000, "100m": 100_000_000}
"""Quads of claims, roughly: WatDiv's data have 0.15 and 1.4 million in layout 1."""

_QUADS_OF_TRIPLES = 4 / 3
"""In layout 1 every third triple has a second claim."""


class Unknown(Exception):
    """A benchmark or size that there is not."""


@dataclass(frozen=True)
class Task:
    """One benchmark of a run: its program, arguments, most seconds, and what has to be there before."""

    name: str
    about: str
    file: str
    arguments: tuple[str, ...]
    seconds: float
    needs: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """Where the program is."""
        return HERE / self.file


@dataclass(frozen=True)
class Plan:
    """What a run is to be: its size, short or not, by which clock, with data where."""

    size: str
    quick: bool
    cpu: bool
    data: Path

    @property
    def quads(self) -> int:
        """How many quads the stores are to have."""
        return SIZES[self.size]


def tasks(plan: Plan) -> tuple[Task, ...]:
    """All benchmarks in their order; those that are not in this tree are left out."""
    quads, quick = plan.quads, plan.quick
    claims = quads // 5
    many = ("--claims", str(claims))
    store = plan.data / f"claims-{claims}"
    kept = ("--store", str(store / "store"))
    short = ("--quick",) if quick else ()

    def minutes(fixed: float, of_a_million: float = 0.0) -> float:
        return 60 * (fixed + of_a_million * quads / 1_000_000)

    def either(name: str, few: int, more: int) -> tuple[str, str]:
        return f"--{name}", str(few if quick else more)

    found = (
        Task("store", "what the server is asked with", "million.py", (str(store), *many), minutes(4, 25)),
        Task("load", "bulk load ÷ the engine's own", "bench_load.py", many, minutes(4, 15)),
        Task("claims", "claims from JSON Lines", "bench_claims.py", either("claims", 500, 2000), minutes(5)),
        Task("extract", "articles ÷ parsing", "bench_extract.py", either("articles", 30, 200), minutes(5)),
        Task("link", "names ÷ comparing each", "bench_link.py", _link(quick), minutes(6)),
        Task("infer", "inference ÷ a load without", "bench_infer.py", _infer(quads, quick), minutes(4, 15)),
        Task("plan", "planned ÷ as written", "bench_plan.py", either("repeat", 3, 5), minutes(10)),
        Task("serve", "first answer, small ones", "bench_serve.py", kept, minutes(4), ("store",)),
        Task(
            "pages",
            "every kind of page",
            "bench_pages.py",
            (*kept, *either("rounds", 1, 3)),
            minutes(8),
            ("store",),
        ),
        Task("http", "beside others' servers", "bench_http.py", _http(plan, kept), minutes(12), ("store",)),
        Task("provenance", "by class", PROVENANCE, _provenance(plan, 1), minutes(6, 50)),
        Task("layout-20", "20 claims on a tenth", PROVENANCE, _provenance(plan, 20), minutes(6, 30)),
        Task("growth", "ten times the data", PROVENANCE, _growth(plan), minutes(6, 40)),
        Task(
            "scaling",
            "by triples, claims, rows, operators",
            "bench_scaling.py",
            (*short, *_clock(plan)),
            minutes(10),
        ),
        Task("remote", "an engine by protocol", "bench_remote.py", short, minutes(8)),
        Task("cluster", "two workers ÷ one", "bench_cluster.py", (), minutes(15)),
    )
    return tuple(task for task in found if task.path.exists() and not (quick and task.name in _LONG))


_LONG = ("layout-20", "growth", "plan", "cluster")
"""What a short run leaves out."""


def chosen(every: Sequence[Task], only: str) -> tuple[Task, ...]:
    """The tasks named, with what they need. Raises ``Unknown``."""
    if not only.strip():
        return tuple(every)
    names = {name.strip() for name in only.split(",")} - {""}
    there = {task.name: task for task in every}
    if wrong := sorted(names - set(there)):
        raise Unknown(f"no benchmark {', '.join(wrong)} in this run: there are {', '.join(there)}")
    wanted = names | {need for name in names for need in there[name].needs}
    return tuple(task for task in every if task.name in wanted)


def _link(quick: bool) -> tuple[str, ...]:
    return ("--entities", "10000", "--names", "500") if quick else ("--entities", "100000", "--names", "2000")


def _infer(quads: int, quick: bool) -> tuple[str, ...]:
    return ("--claims", str(quads // 20), "--against", "1000" if quick else "2000,20000")


def _http(plan: Plan, kept: tuple[str, ...]) -> tuple[str, ...]:
    without = ("--no-rdflib",) if plan.quick or plan.quads > 1_000_000 else ()
    return (*kept, "--seconds", "1" if plan.quick else "3", *without)


def _provenance(plan: Plan, layout: int) -> tuple[str, ...]:
    rounds = ("--rounds", "3", "--cap", "10") if plan.quick else ("--rounds", "5", "--cap", "30")
    parts = ("--skip", "memory") if plan.quick else ("--skip", "baselines,http") if layout == 20 else ()
    data = _data(plan.quads // 10 if layout == 20 else plan.quads)
    return (str(plan.data), *data, "--layout", str(layout), *rounds, *parts, *_clock(plan))


def _growth(plan: Plan) -> tuple[str, ...]:
    parts = ("--skip", "cold,memory,baselines,http", "--rounds", "3", "--cap", "30", "--growth")
    fewer = plan.quads // 10
    data = ("--scale", "1") if fewer <= 100_000 else ("--generate", _millions(fewer))
    return (str(plan.data), *data, *parts, *_clock(plan))


def _data(quads: int) -> tuple[str, ...]:
    """WatDiv's own data where they are large enough, else generated ones."""
    if quads > 1_000_000:
        return ("--generate", _millions(quads))
    return ("--scale", "10" if quads > 100_000 else "1")


def _millions(quads: float) -> str:
    return f"{quads / _QUADS_OF_TRIPLES / 1_000_000:g}"


def _clock(plan: Plan) -> tuple[str, ...]:
    return ("--cpu",) if plan.cpu else ()
