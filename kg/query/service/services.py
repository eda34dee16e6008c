"""SERVICE: what other endpoints say, asked before the query that needs it.

Only endpoints of an allow-list are asked. What one of them says rests on that endpoint at
that time: an outside token, which no claim of ours can fell (DESIGN section 5).
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

from kg.dataset.terms import (
    BlankNode,
    QueryResultsFormat,
    QuerySolutions,
    Triple,
    parse_query_results,
)
from kg.errors import QueryRefused, ServiceFailed
from kg.outbound import Outbound, OutboundRefused
from kg.query.algebra import Given, Table
from kg.query.answer import Row
from kg.query.shaping.page import constant_of

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
    """Endpoints on an allow-list, asked by POST.

    After a ``#``, an entry of the list may have P(what the endpoint says is so):
    ``https://query.example.org/sparql#0.8``.
    """

    outbound: Outbound

    def ask(self, service: str, query: str) -> bytes:
        """Its answer. Raises ``OutboundRefused`` and ``OutboundFailed``."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/sparql-results+json",
        }
        body = urlencode({"query": query}).encode()
        return self.outbound.fetch(service, method="POST", body=body, headers=headers).body

    def probability(self, service: str) -> float:
        """P(what it says is so), by the entry that names most of its address."""
        for entry in sorted(self.outbound.allowed, key=lambda entry: -len(entry.partition("#")[0])):
            with suppress(OutboundRefused):
                Outbound((entry,)).check(service)
                return probability_of(entry)
        return UNKNOWN


def probability_of(entry: str) -> float:
    """The probability that an entry of the allow-list gives. Raises ``ValueError``."""
    _, _, text = entry.partition("#")
    if not text:
        return UNKNOWN
    found = float(text)
    if not 0 < found <= 1:
        raise ValueError(f"{text} is no probability above 0 and up to 1")
    return found


@dataclass(frozen=True)
class Fetched:
    """Solutions that an endpoint gave at a time; the empty one where it ``failed`` and was to be silent."""

    service: str
    at: str
    rows: tuple[Row, ...]
    failed: bool = False


def table_of_given(given: Given) -> Table:
    """What was fetched, for the plain query."""
    if not isinstance(given.work, Fetched):
        raise TypeError(given.work)
    return Table(given.variables, tuple(tuple(map(constant_of, row)) for row in given.work.rows))


def rows_of(answer: bytes, names: list[str], service: str) -> tuple[Row, ...]:
    """The solutions that an endpoint gave, over some variables.

    Raises ``ServiceFailed`` for what is no such answer, and ``QueryRefused`` for blank
    nodes and for too many.
    """
    try:
        result = parse_query_results(answer, format=QueryResultsFormat.JSON)
        if not isinstance(result, QuerySolutions):
            raise ServiceFailed(f"SERVICE <{service}> gave no solutions", endpoint=service)
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
        raise ServiceFailed(
            f"SERVICE <{service}> answered with what is no SPARQL result: {error}", endpoint=service
        ) from error
    return tuple(rows)
