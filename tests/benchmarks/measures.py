"""What the benchmark of provenance found, as measures: a class at a time, and each query as a detail."""

from collections.abc import Callable, Iterator, Sequence
from math import hypot
from statistics import median

from tests.benchmarks.report import AIMS, Found, classes
from tests.benchmarks.results import Measure, geometric, together
from tests.benchmarks.workload import CLASSES

Times = Callable[[Found], tuple[float, float] | None]
"""Milliseconds of ours and of the baseline, of one query."""


def _modes(ours: str, base: str, where: str = "") -> Times:
    """Two ways in which our own program was asked, or a server."""

    def of(query: Found) -> tuple[float, float] | None:
        times = (query.get(where, {}) if where else query).get("ms", {})
        return (times[ours], times[base]) if times.get(ours) and times.get(base) else None

    return of


def _published(name: str) -> Times:
    """Ours with circuits, and a published way."""

    def of(query: Found) -> tuple[float, float] | None:
        ours, theirs = query.get("ms", {}).get("how"), query.get("baselines", {}).get(name, {}).get("ms")
        return (ours, theirs) if ours and theirs else None

    return of


_COMPARED: tuple[tuple[str, str, Times, tuple[str, ...] | None], ...] = (
    ("provenance", "plain", _modes("how", "none"), ("how", "none")),
    ("provenance and confidence", "plain", _modes("sure", "none"), ("sure", "none")),
    ("provenance", "the engine on bare triples", _modes("how", "bare"), ("how", "bare")),
    ("plain", "the engine on bare triples", _modes("none", "bare"), ("none", "bare")),
    ("plain", "as written", _modes("none", "written"), ("none", "written")),
    ("provenance", "NPCS", _published("npcs"), None),
    ("provenance", "SPARQLcirc", _published("sparqlcirc"), None),
    ("provenance over HTTP", "plain over HTTP", _modes("how", "none", "http"), ("how", "none", "http")),
    ("plain over HTTP", "Oxigraph's server", _modes("none", "engine", "http"), ("none", "engine", "http")),
    (
        "plain from the cache",
        "Oxigraph's server",
        _modes("kept", "engine", "http"),
        ("kept", "engine", "http"),
    ),
)
"""Name, baseline, the times, and the modes (and where they are) whose spread it has."""

_UNDER_ONE = ("NPCS", "SPARQLcirc", "Oxigraph's server")
"""What we are to be ahead of."""


def measures(found: Found, quads: int, rounds: int) -> list[Measure]:
    """All that was found, as measures. Seconds of a class are geometric means over its queries."""
    queries: dict[str, Found] = found["queries"]
    every = [m for name, of in classes(queries) for m in _of_class(name, of, quads, rounds)]
    every += [m for name, query in queries.items() for m in _of_query(name, query, quads, rounds)]
    if "larger" in found:
        every += _grown(queries, found["larger"]["queries"], quads, rounds)
    return every


def _of_class(name: str, of: Sequence[Found], quads: int, rounds: int) -> Iterator[Measure]:
    letter = name[0] if name[1:2] == " " else ""
    for what, baseline, times, modes in _COMPARED:
        pairs = [pair for query in of if (pair := times(query)) is not None]
        ours, theirs = geometric(a for a, _ in pairs), geometric(b for _, b in pairs)
        if ours is None or theirs is None:
            continue
        aim = AIMS.get(letter) if (what, baseline) == ("provenance", "plain") else None
        spread = together(_both(query, modes) for query in of) if modes else None
        yield Measure(
            what,
            ours / 1000,
            theirs / 1000,
            baseline,
            name,
            quads,
            aim=1.0 if baseline in _UNDER_ONE else aim,
            spread=spread,
            rounds=rounds,
        )
    for what, unit, part, key, limit in (
        ("more for a query never seen", "ms", "cold", "unseen", 3.0),
        ("more in a fresh process", "ms", "cold", "fresh", None),
        ("memory of provenance", "bytes a row", "bytes", "how", None),
        ("memory with confidence", "bytes a row", "bytes", "sure", None),
    ):
        values = [query[part][key] for query in of if key in query.get(part, {})]
        if values:
            yield Measure(what, max(0.0, median(values)), kind=name, size=quads, unit=unit, aim=limit)


def _both(query: Found, modes: tuple[str, ...]) -> float | None:
    """The spread of the ratio of two modes; a third word says where they are."""
    of = query.get(modes[2], {}) if len(modes) > 2 else query
    ours, base = (of.get("spread", {}).get(mode) for mode in modes[:2])
    return None if ours is None or base is None else hypot(ours, base)


def _of_query(name: str, query: Found, quads: int, rounds: int) -> Iterator[Measure]:
    for what, modes in (("query", ("how", "none")), ("query with confidence", ("sure", "none"))):
        pair = _modes(*modes)(query)
        if pair is not None:
            yield Measure(
                what,
                pair[0] / 1000,
                pair[1] / 1000,
                "plain",
                name,
                quads,
                spread=_both(query, modes),
                rounds=rounds,
                rows=query.get("rows"),
                nodes=query.get("nodes"),
                detail=True,
            )


def _grown(small: dict[str, Found], large: dict[str, Found], quads: int, rounds: int) -> Iterator[Measure]:
    """How many times as long a class takes on ten times the data, with provenance and without."""
    for letter, name in (*CLASSES.items(), ("", "all")):
        grown: dict[str, list[float]] = {"how": [], "none": []}
        spreads = []
        for key, query in small.items():
            if letter not in ("", key[0]):
                continue
            before, after = query.get("ms", {}), large.get(key, {}).get("ms", {})
            if all(before.get(mode) and after.get(mode) for mode in grown):
                for mode, found in grown.items():
                    found.append(after[mode] / before[mode])
                both = [_both(each, ("how", "none")) for each in (query, large[key])]
                spreads.append(None if None in both else hypot(*(s or 0 for s in both)))
        ours, theirs = geometric(grown["how"]), geometric(grown["none"])
        if ours is not None and theirs is not None:
            yield Measure(
                "growth on ten times the data",
                ours,
                theirs,
                "plain",
                f"{letter} {name}".strip(),
                quads,
                "times",
                aim=1.0,
                spread=together(spreads),
                rounds=rounds,
            )
