"""Counting the triples of a pattern with constants, as far as an estimate needs it."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from kg.query.algebra import TriplePattern
from kg.query.plan.estimate import Count
from kg.query.shaping.render import node

_REMEMBERED = 10_000


def counting(ask: Callable[[str], Any]) -> Count:
    """A counter that asks an engine for solutions; it remembers, so it is for one version only.

    A new count costs about 0.1 ms, and 0.3 µs more for each triple up to the limit.
    """

    @lru_cache(maxsize=_REMEMBERED)
    def count(pattern: TriplePattern, limit: int) -> int:
        triple = f"{node(pattern.subject)} {node(pattern.predicate)} {node(pattern.object)}"
        ((found,),) = ask(f"SELECT (COUNT(*) AS ?n) WHERE {{ SELECT * WHERE {{ {triple} }} LIMIT {limit} }}")
        return int(found.value)

    return count
