"""The planner: puts the parts of a query in the order in which they cost least.

The engine has no statistics; it keeps the written order among patterns of one form. Here
joins are ordered by the statistics of the snapshot, and written so that the engine keeps
the order (``LATERAL``). A query changes only where the estimate sees a clear gain, and
never what it answers.
"""

from dataclasses import dataclass, replace

from kg.dataset.statistics import Statistics
from kg.query.algebra import Aggregate, Call, Exists, Expression, Pattern, Query
from kg.query.deriving.conditions import VOLATILE
from kg.query.plan.estimate import Count, Estimator, State
from kg.query.plan.explain import Decision, Explanation
from kg.query.plan.order import CAUTIOUS, Caution
from kg.query.plan.rewrite import Planner, stops_at
from kg.query.scope import expressions_of, patterns_of, subexpressions

__all__ = ["Caution", "Count", "Decision", "Explanation", "Planned", "planned", "planned_pattern"]

_BY_ORDER = frozenset(("SAMPLE", "GROUP_CONCAT"))
"""Aggregates whose value hangs on the order of solutions."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A query as planned, and what was done; the very same query where nothing was."""

    query: Query
    explanation: Explanation

    @property
    def changed(self) -> bool:
        """Whether the engine should be asked the planned query, instead of the text as written."""
        return self.explanation.changed


def planned(
    query: Query, statistics: Statistics, count: Count | None = None, caution: Caution = CAUTIOUS
) -> Planned:
    """The query with its joins in order. Without ``count`` constants are taken to be average."""
    reason = _why_not(query, statistics)
    if reason is not None:
        return Planned(query, Explanation(reason=reason))
    limit = 1 if query.form == "ask" else stops_at(query.body)
    planner = Planner(Estimator(statistics, count), limit=limit, caution=caution)
    of, _ = planner.pattern(query.body.of, State())
    explanation = Explanation(tuple(planner.decisions))
    found = Planned(replace(query, body=replace(query.body, of=of)), explanation)
    return found if found.changed else Planned(query, explanation)


def planned_pattern(
    pattern: Pattern,
    statistics: Statistics,
    count: Count | None = None,
    caution: Caution = CAUTIOUS,
    *,
    annotated: bool,
) -> tuple[Pattern, Explanation]:
    """A pattern with its joins in order; an ``annotated`` one has each triple pattern in a ``GRAPH ?k``."""
    planner = Planner(Estimator(statistics, count), annotated, caution=caution)
    found, _ = planner.pattern(pattern, State())
    explanation = Explanation(tuple(planner.decisions))
    return (found if explanation.changed else pattern), explanation


def _why_not(query: Query, statistics: Statistics) -> str | None:
    if query.default_graphs or query.named_graphs:
        return "FROM chooses another dataset than the one counted"
    if not statistics.triples:
        return "there are no statistics"
    for expression in _expressions(query.body):
        for part in subexpressions(expression):
            if isinstance(part, Call) and part.name in VOLATILE:
                return f"{part.name}() gives another value each time"
            if isinstance(part, Aggregate) and part.name in _BY_ORDER:
                return f"{part.name} hangs on the order of solutions"
    return None


def _expressions(pattern: Pattern) -> list[Expression]:
    """All expressions anywhere in a pattern."""
    found = list(expressions_of(pattern))
    for expression in tuple(found):
        for part in subexpressions(expression):
            if isinstance(part, Exists):
                found.extend(_expressions(part.pattern))
    for inner in patterns_of(pattern):
        found.extend(_expressions(inner))
    return found
