"""Sums of products taken apart, against all worlds of their things."""

from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.provenance.clauses import Clause, Sums, components
from kg.provenance.effort import Effort, Intractable

THINGS = range(6)
CLAUSES = st.frozensets(st.frozensets(st.sampled_from(THINGS), max_size=4), min_size=1, max_size=8)
CHANCES = st.lists(st.sampled_from((0.0, 0.3, 0.5, 0.9, 1.0)), min_size=6, max_size=6)


def holds(clauses: frozenset[Clause], true: frozenset[int]) -> bool:
    return any(clause <= true for clause in clauses)


@given(CLAUSES, CHANCES, CHANCES)
def test_it_is_the_probability_of_the_worlds_where_it_holds(
    clauses: frozenset[Clause], first: list[float], second: list[float]
) -> None:
    of = {thing: np.array([first[thing], second[thing]]) for thing in THINGS}
    expected = np.zeros(2)
    for choice in product((False, True), repeat=len(THINGS)):
        if holds(clauses, frozenset(thing for thing in THINGS if choice[thing])):
            expected += prod(of[thing] if choice[thing] else 1 - of[thing] for thing in THINGS)
    assert Sums(of, np.ones(2), Effort(10_000)).probability(clauses) == pytest.approx(expected, abs=1e-12)


@given(CLAUSES)
def test_components_share_nothing_and_are_whole(clauses: frozenset[Clause]) -> None:
    clauses -= {frozenset()}
    groups = components(clauses)
    assert sorted(map(sorted, clauses)) == sorted(sorted(clause) for group in groups for clause in group)
    things = [frozenset().union(*group) for group in groups]
    assert sum(map(len, things)) == len(frozenset().union(*things))
    for group in groups:
        reached = [group[0]]
        for clause in reached:
            reached += [other for other in group if other not in reached and clause & other]
        assert len(reached) == len(group)


def test_it_gives_up_where_the_effort_is_spent() -> None:
    grid = frozenset(frozenset((i, 100 + j, 1000 + 40 * i + j)) for i in range(40) for j in range(40))
    of = dict.fromkeys(frozenset().union(*grid), np.ones(1))
    with pytest.raises(Intractable):
        Sums(of, np.ones(1), Effort(50_000)).probability(grid)
