"""What a deployment needs, worked out from measured rates: a billion triples, 100,000 articles a day."""

from collections.abc import Callable, Iterator

from tests.benchmarks.results import Measure

TRIPLES = 1_000_000_000
ARTICLES = 100_000
DAY = 86_400
NAMES = 4
"""Names in a claim that have to be matched: about as many as a grant has roles."""

QUADS = 5
"""Quads that a claim asserts in the data of the load."""

Find = Callable[..., Measure | None]
"""The figure of a benchmark: its program, its name, and if need be class and baseline."""


def table(find: Find) -> str:
    """Each step with its arithmetic; those whose rate was not measured say so."""
    lines = ["| what | arithmetic | result |", "|---|---|--:|"]
    lines += [f"| {what} | {how} | {result} |" for what, how, result in (*_stream(find), *_store(find))]
    return "\n".join(lines) + "\n"


def _stream(find: Find) -> Iterator[tuple[str, str, str]]:
    """What articles cost, each day."""
    a_second = ARTICLES / DAY
    yield "articles a second", f"{ARTICLES:,} ÷ {DAY:,}", f"{a_second:.2f}"
    one, every = find("extract", "reading an article"), find("extract", "an article on all cores")
    if one is None or every is None or not every.rows:
        yield _unknown("reading them")
        return
    cores = a_second * one.value
    yield "reading them", f"{a_second:.2f}/s × {one.value:.3f} s of a core", f"{cores:.2f} cores, all day"
    each = every.rows / every.size
    claims = ARTICLES * each
    yield (
        "claims a day, at most",
        f"{ARTICLES:,} × {each:.1f} (articles chosen to have some)",
        f"{claims:,.0f}",
    )
    link = find("link", "matching a name")
    if link is None:
        yield _unknown("matching their names")
    else:
        took = claims * NAMES * (link.cpu or link.value) / DAY
        how = f"{claims:,.0f} × {NAMES} names × {1000 * (link.cpu or link.value):.2f} ms, among {link.size:,}"
        yield "matching their names", how, f"{took:.2f} cores"
    taken = find("claims", "taking in a claim")
    if taken is None:
        yield _unknown("taking them in")
        return
    share = claims * taken.value / DAY
    said = "one writer does" if share < 0.7 else "more than the one writer can do"
    how = f"{claims:,.0f} × {1000 * taken.value:.2f} ms"
    yield "taking them in", how, f"{share:.0%} of the day: {said}"
    days = TRIPLES / (claims * QUADS)
    yield "a billion triples after", f"10⁹ ÷ ({claims:,.0f} × {QUADS} triples)", f"{days:,.0f} days"


def _store(find: Find) -> Iterator[tuple[str, str, str]]:
    """What a billion triples take."""
    disk = find("store", "disk")
    if disk is None:
        yield _unknown("disk")
    else:
        total = TRIPLES * disk.value / 1e12
        how = f"10⁹ × {disk.value:.0f} bytes, record and indexes counted in (at {disk.size:,} quads)"
        yield "disk", how, f"{total:.2f} TB"
        yield "disk with two versions kept after a compaction", f"2 × {total:.2f} TB", f"{2 * total:.1f} TB"
    load = find("load", "bulk load")
    if load is None:
        yield _unknown("loading them at once")
        return
    rate = load.size / load.value
    how = f"10⁹ ÷ {rate:,.0f} quads/s (at {load.size:,} quads)"
    yield "loading them at once", how, f"{TRIPLES / rate / 3600:,.0f} hours"
    if load.peak is not None:
        how = f"measured at {load.size:,} quads; not extrapolated"
        yield "memory of the load", how, f"{load.peak / 1024:.1f} GiB"


def _unknown(what: str) -> tuple[str, str, str]:
    return what, "the rate was not measured in these runs", "-"
