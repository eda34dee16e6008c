"""Which shapes of queries stay as they are written: they need not be planned each time.

Queries of one shape differ in constants alone, in places of which the statistics know no
more than how many nodes there are. What the planner left as it was written, some times in
a row with other constants, is left so without planning; now and then it looks again. Nothing
can be slower than as written by that.
"""

import re
from collections.abc import Hashable, Iterator

from kg.dataset.statistics import Statistics
from kg.query.algebra import Bgp, Iri, PathPattern, Pattern, Query, Table, Var
from kg.query.parse import has_word
from kg.query.scope import patterns_of
from kg.query.shaping.render import node

ENOUGH = 4
"""Plans in a row that changed nothing."""

_AGAIN = 16
"""Of so many queries one is planned all the same."""

_MOST = 1_000
_LONGEST = 4_000
_LARGE = 10_000
_CONSTANT = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|<[^<>"{}|^`\\\s]*>|\b\d[\w.]*')


class Habits:
    """What became of the queries of each shape."""

    def __init__(self, statistics: Statistics) -> None:
        self._statistics = statistics
        self._known: dict[Hashable, int] = {}

    def shape(self, sparql: str, query: Query) -> Hashable | None:
        """The shape of a query; ``None`` for one of which no other tells enough."""
        if len(sparql) > _LONGEST or has_word(sparql, "EXISTS"):
            return None
        parts: list[str] = []
        for part in _within(query.body.of):
            if isinstance(part, PathPattern | Table):
                return None
            if isinstance(part, Bgp):
                for triple in part.triples:
                    if not isinstance(triple.predicate, Iri):
                        return None
                    parts.append(triple.predicate.value)
                    if not isinstance(triple.object, Var):
                        kind = (triple.predicate.value, node(triple.object))
                        parts.append(kind[1] if kind in self._statistics.kinds else "")
        limit = query.body.limit
        few = limit if limit is not None and limit < _LARGE else None
        return (_CONSTANT.sub("0", sparql), few, *parts)

    def stays(self, shape: Hashable) -> bool:
        """Whether a query of this shape is left as it is written."""
        seen = self._known.get(shape, 0)
        if seen < ENOUGH:
            return False
        self._known[shape] = seen + 1
        return seen % _AGAIN != 0

    def note(self, shape: Hashable, *, changed: bool) -> None:
        """Remember what a plan did."""
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[shape] = 0 if changed else self._known.get(shape, 0) + 1


def _within(pattern: Pattern) -> Iterator[Pattern]:
    yield pattern
    for part in patterns_of(pattern):
        yield from _within(part)
