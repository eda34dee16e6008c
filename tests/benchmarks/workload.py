"""The queries of the benchmarks: WatDiv's, those that others added to it, and our own.

The class of a query is the first letter of its name: linear L, star S, snowflake F and
complex C are WatDiv's, O has OPTIONAL, M has MINUS; ours are paths P, aggregates A,
negation N, and LIMIT on large results K.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from pyoxigraph import Store

from tests.benchmarks.watdiv import FILES, SHARED, Data

OWN = Path(__file__).parent / "queries"
CLASSES = {
    "L": "linear",
    "S": "star",
    "F": "snowflake",
    "C": "complex",
    "O": "OPTIONAL",
    "M": "MINUS",
    "P": "paths",
    "A": "aggregates",
    "N": "negation",
    "K": "LIMIT",
}

_CONSTANT = re.compile(r"(wsdbm[:/])([A-Z][A-Za-z]+)(\d+)")
_VARIABLE = re.compile(r"\?(\w+)")
_TRIES = 300


@dataclass(frozen=True)
class Named:
    """A query and its name."""

    name: str
    text: str

    @property
    def kind(self) -> str:
        """The letter of its class."""
        return self.name[0]

    @property
    def is_ordered(self) -> bool:
        """Whether the order of its rows is its own."""
        return "ORDER BY" in self.text

    def reworded(self, number: int) -> str:
        """The same query in a text that was never seen: its variables have other names."""
        return _VARIABLE.sub(rf"?\1_{number}", self.text)


def workload(data: Data, classes: Sequence[str] = tuple(CLASSES)) -> list[Named]:
    """The queries of some classes, with constants for which they have answers where there are any."""
    folder = SHARED / "queries" / str(data.scale if data.generated is None else max(FILES))
    found = [Named(path.stem, path.read_text()) for path in (*folder.glob("*.rq"), *OWN.glob("*.rq"))]
    order = "".join(CLASSES)
    found.sort(key=lambda query: (order.index(query.kind), int(query.name[1:])))
    store = Store.read_only(str(data.plain))
    return [_answered(store, query) for query in found if query.kind in classes]


def _answered(store: Store, query: Named) -> Named:
    """The query, if need be with other constants that give it an answer."""
    for candidate in (query, *_variants(query)):
        rows: Any = store.query(candidate.text)
        if next(rows, None) is not None:
            return candidate
    return query


def _variants(query: Named) -> Iterator[Named]:
    """The query with other entities of the same kind, in an order that is always the same."""
    if not _CONSTANT.search(query.text):
        return
    rng = Random(query.name)  # noqa: S311 - data, no secret
    for attempt in range(_TRIES):
        most = 3 + attempt

        def other(found: re.Match[str], most: int = most) -> str:
            return f"{found[1]}{found[2]}{rng.randrange(most)}"

        yield replace(query, text=_CONSTANT.sub(other, query.text))
