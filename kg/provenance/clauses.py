"""The probability of a sum of products of independent things, by taking it apart.

Parts that share nothing are independent, what all products have in common is factored out,
and where neither helps one thing is taken to be true and then false, which leaves less
(d-trees: Olteanu, Huang, Koch, "Approximate confidence computation in probabilistic
databases", ICDE 2010). Probabilities are vectors, a number for each world of some origins,
so that all of those are worked out in one go.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from functools import reduce
from itertools import chain
from operator import mul

import numpy as np
from numpy.typing import NDArray

from kg.provenance.effort import Effort, Intractable
from kg.provenance.semirings.why import minimal

Values = NDArray[np.float64]
Clause = frozenset[int]

_DEEP = 100


def any_of(parts: Collection[Values]) -> Values:
    """P(one of several independent things)."""
    none: Values = reduce(mul, (1.0 - part for part in parts))
    return 1.0 - none


def components(clauses: Collection[Clause]) -> list[list[Clause]]:
    """The clauses in groups that share nothing."""
    group_of: dict[int, list[Clause]] = {}
    for clause in clauses:
        meeting = {id(group): group for group in map(group_of.get, clause) if group is not None}
        groups = sorted(meeting.values(), key=len)
        group = groups.pop() if groups else []
        group.append(clause)
        for thing in clause:
            group_of[thing] = group
        for smaller in groups:
            group += smaller
            for thing in chain.from_iterable(smaller):
                group_of[thing] = group
    return list({id(group): group for group in group_of.values()}.values())


class Sums:
    """Probabilities of sums of products over things with the probabilities ``of``."""

    def __init__(self, of: Mapping[int, Values], one: Values, effort: Effort) -> None:
        self._of = of
        self._one = one
        self._effort = effort
        self._known: dict[frozenset[Clause], Values] = {}

    def probability(self, clauses: Collection[Clause], depth: int = 0) -> Values:
        """P(all things of one of the clauses). Raises ``Intractable``."""
        self._effort.spend(len(clauses))
        if depth > _DEEP:
            raise Intractable
        if len(clauses) == 1:
            return self._all_of(next(iter(clauses)))
        if frozenset() in clauses:
            return self._one
        common = frozenset.intersection(*clauses)
        if common:
            return self._all_of(common) * self.probability({c - common for c in clauses}, depth + 1)
        key = frozenset(clauses)
        found = self._known.get(key)
        if found is None:
            groups = components(minimal(key))
            parts = [
                self._together(group, depth) if len(groups) == 1 else self.probability(group, depth + 1)
                for group in groups
            ]
            found = self._known[key] = parts[0] if len(parts) == 1 else any_of(parts)
        return found

    def _all_of(self, things: Clause) -> Values:
        return reduce(mul, map(self._of.__getitem__, things), self._one)

    def _together(self, clauses: Collection[Clause], depth: int) -> Values:
        """Of clauses that hang together, by what is in most of them."""
        if len(clauses) == 1:
            return self._all_of(next(iter(clauses)))
        counts = Counter(chain.from_iterable(clauses))
        most = max(counts.values())
        frequent = sorted(thing for thing, count in counts.items() if count == most)
        pivot = frequent[len(frequent) // 2]
        true = self.probability(minimal({c - {pivot} for c in clauses}), depth + 1)
        false = self.probability([c for c in clauses if pivot not in c], depth + 1)
        p = self._of[pivot]
        return p * true + (1.0 - p) * false
