"""What the benchmark of provenance found, as text."""

from collections.abc import Callable, Iterable
from statistics import median
from typing import Any

from tests.benchmarks.results import geometric
from tests.benchmarks.workload import CLASSES

Found = dict[str, Any]
"""What was found of one query."""

AIMS = dict.fromkeys("LSFC", 1.25) | dict.fromkeys("OMPAN", 1.5) | {"K": 1.3}


def printed(found: Found) -> str:
    """Tables of the classes and of the queries, and what is not as it should be."""
    queries: dict[str, Found] = found["queries"]
    parts = [
        f"{found['data']}, layout {found['layout']}: {_NOTE}{_CPU if found['cpu'] else ''}",
        _table(_CLASS_HEAD, [_class_row(name, of) for name, of in classes(queries)]),
        _HTTP_NOTE if any("http" in query for query in queries.values()) else "",
        _table(_QUERY_HEAD, [_query_row(name, query) for name, query in queries.items()]),
        "\n".join(_complaints(queries)),
    ]
    if "larger" in found:
        parts.append(_growth(queries, found["larger"]))
    return "\n\n".join(part for part in parts if part)


def classes(queries: dict[str, Found]) -> Iterable[tuple[str, list[Found]]]:
    """The classes that have queries, the four of WatDiv together, and all."""
    for letter, name in CLASSES.items():
        of = [query for key, query in queries.items() if key[0] == letter]
        if of:
            yield f"{letter} {name}", of
    yield "LSFC", [query for key, query in queries.items() if key[0] in "LSFC"]
    yield "all", list(queries.values())


def ratio(over: str, under: str, where: str = "ms") -> Callable[[Found], float | None]:
    """One mode's time ÷ another's, of one query."""

    def of(query: Found) -> float | None:
        times = (query if where == "ms" else query.get(where, {})).get("ms", {})
        return times[over] / times[under] if over in times and under in times else None

    return of


def ahead(name: str) -> Callable[[Found], float | None]:
    """A baseline's time ÷ ours with circuits."""

    def of(query: Found) -> float | None:
        theirs, ours = query.get("baselines", {}).get(name, {}).get("ms"), query.get("ms", {}).get("how")
        return theirs / ours if theirs and ours else None

    return of


def against_bare(name: str) -> Callable[[Found], float | None]:
    """A baseline's time ÷ the engine's on the bare triples."""

    def of(query: Found) -> float | None:
        theirs, bare = query.get("baselines", {}).get(name, {}).get("ms"), query.get("ms", {}).get("bare")
        return theirs / bare if theirs and bare else None

    return of


def _under(part: str, name: str) -> Callable[[Found], float | None]:
    return lambda query: query.get(part, {}).get(name)


_RATIOS: dict[str, Callable[[Found], float | None]] = {
    "how÷none": ratio("how", "none"),
    "+conf": ratio("sure", "none"),
    "how÷bare": ratio("how", "bare"),
    "none÷bare": ratio("none", "bare"),
    "none÷written": ratio("none", "written"),
    "npcs÷bare": against_bare("npcs"),
    "circ÷bare": against_bare("sparqlcirc"),
    "npcs÷how": ahead("npcs"),
    "circ÷how": ahead("sparqlcirc"),
    "http how÷none": ratio("how", "none", "http"),
    "http none÷oxigraph": ratio("none", "engine", "http"),
    "http kept÷oxigraph": ratio("kept", "engine", "http"),
}
_MEDIANS = {
    "fresh +ms": _under("cold", "fresh"),
    "unseen +ms": _under("cold", "unseen"),
    "B/row": _under("bytes", "how"),
    "B/row conf": _under("bytes", "sure"),
}
_CLASS_HEAD = ["class", "n", "annotated", "aim", *_RATIOS, *_MEDIANS]
_QUERY_HEAD = ["query", "rows", "none ms", "how ms", *_RATIOS, *_MEDIANS]
_NOTE = "times in ms, warm medians; classes are geometric means over their queries"
_CPU = "; in processor time but for HTTP"
_KEPT_NOTE = "`kept` answers come from the cache; `none` and `how` are made without it"
_HTTP_NOTE = (
    f"{_KEPT_NOTE}; over HTTP `how` includes confidence, labels and quotes; +ms and B/row are medians"
)


def _class_row(name: str, of: list[Found]) -> list[str]:
    annotated = sum(query["complete"] for query in of)
    aim = AIMS.get(name[0]) if name[1:2] == " " else None
    cells = [name, str(len(of)), str(annotated), f"{aim:g}" if aim else ""]
    cells += [_shown(_geometric(map(measure, of))) for measure in _RATIOS.values()]
    return cells + [_shown(_middle(map(measure, of))) for measure in _MEDIANS.values()]


def _query_row(name: str, query: Found) -> list[str]:
    times = query.get("ms", {})
    cells = [name, str(query.get("rows", "?")), _shown(times.get("none")), _shown(times.get("how"))]
    return cells + [_shown(measure(query)) for measure in (*_RATIOS.values(), *_MEDIANS.values())]


def _geometric(values: Iterable[float | None]) -> float | None:
    return geometric(value for value in values if value)


def _middle(values: Iterable[float | None]) -> float | None:
    found = [value for value in values if value is not None]
    return median(found) if found else None


def _shown(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    )


def _complaints(queries: dict[str, Found]) -> Iterable[str]:
    """What is wrong, or missing."""
    for name, query in queries.items():
        if not query.get("same", True):
            yield f"WRONG {name}: provenance changes the rows"
        if not query.get("right", True):
            yield f"WRONG {name}: other rows than the engine gives on the bare triples"
        if not query.get("http", {}).get("same", True):
            yield f"WRONG {name}: over HTTP provenance changes the rows"
        if reason := query.get("reason"):
            yield f"not measured, {name}: {reason}"
        elif missing := {"none", "how", "sure"} - set(query["ms"]):
            yield f"took too long, {name}: {', '.join(sorted(missing))}"
        if reason := query.get("http", {}).get("reason"):
            yield f"over HTTP, {name}: {reason}"
        for baseline, measured in query.get("baselines", {}).items():
            if reason := measured.get("reason"):
                yield f"not covered by {baseline}, {name}: {reason}"


def _growth(queries: dict[str, Found], larger: Found) -> str:
    """How much longer each class takes on ten times the data."""
    pairs = [(name, queries[name], query) for name, query in larger["queries"].items() if name in queries]
    rows = []
    for letter, name in (*CLASSES.items(), ("", "all")):
        of = [(small, large) for key, small, large in pairs if key[0] == letter or not letter]
        if not of:
            continue
        cells = [f"{letter} {name}".strip()]
        for mode in ("bare", "none", "how"):
            grown = (
                large["ms"][mode] / small["ms"][mode]
                for small, large in of
                if mode in small.get("ms", {}) and mode in large.get("ms", {})
            )
            cells.append(_shown(_geometric(grown)))
        cells.append(_shown(_geometric(ratio("how", "none")(large) for _, large in of)))
        rows.append(cells)
    head = [f"{larger['data']} ÷ this", "bare", "none", "how", "how÷none there"]
    return _table(head, rows)
