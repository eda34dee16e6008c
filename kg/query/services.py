"""SERVICE: what other endpoints say, asked before the query that needs it.

Only endpoints of an allow-list are asked. What one of them says rests on that endpoint at
that time: an outside token, which no claim of ours can fell (DESIGN section 5).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import urlencode

from kg.dataset.terms import (
    BlankNode,
    QueryResultsFormat,
    QuerySolutions,
    Triple,
    parse_query_results,
)
from kg.errors import LodestoneError, QueryRefused
from kg.outbound import Outbound
from kg.query.algebra import (
    Extend,
    Filter,
    Given,
    Graph,
    Iri,
    Item,
    Join,
    LeftJoin,
    Minus,
    Pattern,
    Query,
    Select,
    Service,
    Table,
    Union,
)
from kg.query.answer import Row
from kg.query.conditions import existences
from kg.query.page import constant_of
from kg.query.render import render
from kg.query.scope import expressions_of, patterns_of, visible
from kg.query.standing import Fresh

MOST_ROWS = 10_000
"""An endpoint may give so many solutions to one SERVICE."""
UNKNOWN = 0.5
"""P(what an endpoint says is so), where the allow-list does not say: an unknown takes even odds."""


class Services(Protocol):
    """The endpoints that queries may ask."""

    def ask(self, service: str, query: str) -> bytes:
        """Its answer, SPARQL results in JSON. Raises ``LodestoneError`` where there is none."""
        ...

    def probability(self, service: str) -> float:
        """P(what it says is so)."""
        ...


@dataclass(frozen=True)
class Endpoints:
    """Endpoints on an allow-list, asked by POST."""

    outbound: Outbound
    probabilities: Mapping[str, float] = field(default_factory=dict)

    def ask(self, service: str, query: str) -> bytes:
        """Its answer. Raises ``QueryRefused``, ``OutboundRefused`` and ``OutboundFailed``."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/sparql-results+json",
        }
        body = urlencode({"query": query}).encode()
        return self.outbound.fetch(service, method="POST", body=body, headers=headers).body

    def probability(self, service: str) -> float:
        """P(what it says is so)."""
        return self.probabilities.get(service, UNKNOWN)


@dataclass(frozen=True)
class Fetched:
    """Solutions that an endpoint gave at a time; the empty one where it ``failed`` and was to be silent."""

    service: str
    at: str
    rows: tuple[Row, ...]
    failed: bool = False


def has_service(pattern: Pattern) -> bool:
    """Whether SERVICE occurs in a pattern, EXISTS included."""
    if isinstance(pattern, Service) or any(map(has_service, patterns_of(pattern))):
        return True
    return any(
        has_service(one.pattern) for expression in expressions_of(pattern) for one in existences(expression)
    )


def with_services(query: Query, services: Services) -> Query:
    """The query with what the endpoints said in the places of SERVICE. Raises ``QueryRefused``."""
    of = _Caller(query, services).pattern(query.body.of)
    if has_service(of):
        raise QueryRefused("SERVICE within EXISTS is refused: ask it outside, and bind what it gives")
    return replace(query, body=replace(query.body, of=of))


def table_of_given(given: Given) -> Table:
    """What was fetched, for the plain query."""
    if not isinstance(given.work, Fetched):
        raise TypeError(given.work)
    return Table(given.variables, tuple(tuple(map(constant_of, row)) for row in given.work.rows))


class _Caller:
    def __init__(self, query: Query, services: Services) -> None:
        self._query = query
        self._services = services
        self._fresh = Fresh(f"{query.hidden}_s")

    def pattern(self, what: Pattern) -> Pattern:
        """A pattern with its services asked."""
        match what:
            case Service():
                return self.pattern(_spread(what)) if has_service(what.of) else self._asked(what)
            case Join() | LeftJoin() | Union() | Minus():
                return replace(what, left=self.pattern(what.left), right=self.pattern(what.right))
            case Filter() | Extend() | Graph() | Select():
                return replace(what, of=self.pattern(what.of))
        return what

    def _asked(self, what: Service) -> Pattern:
        if not isinstance(what.name, Iri):
            raise QueryRefused("SERVICE with a variable is refused: name the endpoint")
        service = what.name.value
        variables = tuple(variable for variable in visible(what.of) if not variable.hidden)
        items = tuple(map(Item, variables))
        asked = Query("select", Select(what.of, items or None), base=self._query.base)
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        try:
            rows = _rows(self._services.ask(service, render(asked)), [v.name for v in variables], service)
        except LodestoneError as error:
            if not what.silent:
                raise QueryRefused(f"SERVICE <{service}> gave no answer: {error}") from error
            given = Fetched(service, at, ((),), failed=True)
            return Given((), frozenset(), self._fresh("service"), given)
        bound = (all(row[place] is not None for row in rows) for place in range(len(variables)))
        sure = frozenset(v for v, is_bound in zip(variables, bound, strict=True) if is_bound)
        return Given(variables, sure, self._fresh("service"), Fetched(service, at, rows))


def _spread(what: Service) -> Pattern:
    """SERVICE around other SERVICEs as calls side by side: none of them is sent on by another."""
    of = what.of
    match of:
        case Service():
            return of
        case Join() | LeftJoin() | Union() | Minus():
            left, right = (replace(what, of=part) for part in (of.left, of.right))
            return replace(of, left=left, right=right)
        case Filter() | Extend() | Graph():
            return replace(of, of=replace(what, of=of.of))
    raise QueryRefused("SERVICE within a sub-SELECT of another SERVICE is refused: ask them side by side")


def _rows(answer: bytes, names: list[str], service: str) -> tuple[Row, ...]:
    try:
        result = parse_query_results(answer, format=QueryResultsFormat.JSON)
        if not isinstance(result, QuerySolutions):
            raise QueryRefused(f"SERVICE <{service}> gave no solutions")
        there = {variable.value for variable in result.variables}
        rows = []
        for solution in result:
            row: Row = tuple(solution[name] if name in there else None for name in names)
            if any(isinstance(term, BlankNode | Triple) for term in row):
                raise QueryRefused(
                    f"SERVICE <{service}> gave blank nodes, which mean nothing here: ask for what they have"
                )
            rows.append(row)
            if len(rows) > MOST_ROWS:
                raise QueryRefused(
                    f"SERVICE <{service}> gives more than {MOST_ROWS:,} solutions: ask for less"
                )
    except (SyntaxError, ValueError, OSError) as error:
        raise QueryRefused(f"SERVICE <{service}> answered with what is no SPARQL result: {error}") from error
    return tuple(rows)
