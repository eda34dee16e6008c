"""The laws that every semiring promises, and the ones that its flags say it has not."""

from datetime import date, timedelta
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.provenance.circuit import Circuit
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings import (
    BOOLEAN,
    COUNTING,
    FUZZY,
    HOW,
    LINEAGE,
    TROPICAL,
    WHY,
    Semiring,
    Unsupported,
)
from kg.provenance.semirings.how import How
from kg.provenance.semirings.tropical import ALWAYS, NEVER
from kg.provenance.semirings.why import Why, minimal
from tests.provenance.expressions import CLAIMS, Expr, build, means, positives

NAMES = st.sampled_from("abc")
SETS = st.frozensets(NAMES)
MONOMIALS = st.dictionaries(NAMES, st.integers(1, 2), max_size=2).map(lambda m: tuple(sorted(m.items())))
ELEMENTS = {
    BOOLEAN: st.booleans(),
    COUNTING: st.integers(0, 9),
    FUZZY: st.sampled_from((0.0, 0.25, 0.5, 1.0)),
    LINEAGE: st.none() | SETS,
    TROPICAL: st.sampled_from((ALWAYS, *map(date, (2023, 2024, 2025), (7, 8, 4), (3, 15, 4)), NEVER)),
    WHY: st.frozensets(SETS, max_size=3).map(minimal),
    HOW: st.dictionaries(MONOMIALS, st.integers(1, 3), max_size=3),
}
ALL = pytest.mark.parametrize("semiring", ELEMENTS, ids=lambda s: type(s).__name__)


@ALL
@given(data=st.data())
def test_it_is_a_commutative_semiring(semiring: Semiring, data: st.DataObject) -> None:
    x, y, z = (data.draw(ELEMENTS[semiring]) for _ in range(3))
    plus, times = semiring.plus, semiring.times
    assert plus(x, y) == plus(y, x)
    assert times(x, y) == times(y, x)
    assert plus(plus(x, y), z) == plus(x, plus(y, z))
    assert times(times(x, y), z) == times(x, times(y, z))
    assert times(x, plus(y, z)) == plus(times(x, y), times(x, z))
    assert plus(x, semiring.zero) == x == times(x, semiring.one)
    assert times(x, semiring.zero) == semiring.zero


@ALL
@given(data=st.data())
def test_minus_obeys_the_axioms_of_spm_semirings(semiring: Semiring, data: st.DataObject) -> None:
    """Geerts et al., JACM 2016, definition 4.1."""
    x, y, z = (data.draw(ELEMENTS[semiring]) for _ in range(3))
    plus, times, minus = semiring.plus, semiring.times, semiring.minus
    assert minus(x, x) == semiring.zero
    assert minus(x, plus(y, z)) == minus(minus(x, y), z)
    assert times(x, minus(y, z)) == minus(times(x, y), z)
    assert plus(minus(x, minus(x, y)), minus(x, y)) == x


@ALL
@given(data=st.data())
def test_what_its_flags_promise_holds(semiring: Semiring, data: st.DataObject) -> None:
    x, y = (data.draw(ELEMENTS[semiring]) for _ in range(2))
    if semiring.idempotent:
        assert semiring.plus(x, x) == x
    if semiring.absorptive:
        assert semiring.plus(x, semiring.times(x, y)) == x


A = {(("a", 1),): 1}
B = {(("b", 1),): 1}


@pytest.mark.parametrize(("semiring", "x"), [(COUNTING, 1), (HOW, A)], ids=["Counting", "How"])
def test_it_is_not_idempotent(semiring: Semiring, x: object) -> None:
    assert not semiring.idempotent
    assert semiring.plus(x, x) != x


@pytest.mark.parametrize(
    ("semiring", "x", "y"),
    [(COUNTING, 1, 1), (HOW, A, B), (LINEAGE, frozenset("a"), frozenset("b"))],
    ids=["Counting", "How", "Lineage"],
)
def test_it_is_not_absorptive(semiring: Semiring, x: object, y: object) -> None:
    assert not semiring.absorptive
    assert semiring.plus(x, semiring.times(x, y)) != x


def test_fuzzy_is_no_probability() -> None:
    assert FUZZY.plus(0.5, 0.5) == 0.5


def test_a_claim_that_is_used_twice_comes_no_later() -> None:
    day = date(2025, 4, 4)
    assert TROPICAL.times(day, day) == day


@given(positives(), st.permutations(range(len(CLAIMS))))
def test_the_earliest_date_is_the_first_on_which_the_claims_known_suffice(
    expr: Expr, order: list[int]
) -> None:
    first = date(2025, 4, 4)
    known = {claim: first + timedelta(days) for claim, days in zip(CLAIMS, order, strict=True)}
    circuit = Circuit()
    root = build(circuit, expr)
    earliest = evaluate(circuit, [root], TROPICAL, lambda leaf: known[leaf.name])[root]
    days = [ALWAYS, *sorted(known.values())]
    suffice = [day for day in days if means(expr, BOOLEAN, {claim: known[claim] <= day for claim in CLAIMS})]
    assert earliest == min(suffice, default=NEVER)


@ALL
@given(data=st.data())
def test_many_at_once_are_as_one_by_one(semiring: Semiring, data: st.DataObject) -> None:
    values = data.draw(st.lists(ELEMENTS[semiring], min_size=1, max_size=4))
    assert semiring.plus_all(values) == reduce(semiring.plus, values)
    assert semiring.times_all(values) == reduce(semiring.times, values)


@given(st.frozensets(st.frozensets(st.integers(0, 9), max_size=8), max_size=12))
def test_minimal_sets_contain_no_other(sets: frozenset[frozenset[int]]) -> None:
    assert minimal(sets) == {one for one in sets if not any(other < one for other in sets)}


def test_too_many_witnesses_or_monomials_are_refused() -> None:
    circuit = Circuit()
    tokens = list(map(circuit.token, "abcdef"))
    pairs = [circuit.plus(tokens[i : i + 2]) for i in (0, 2, 4)]
    root = circuit.times(pairs)
    names = {circuit[t].name: frozenset((frozenset(circuit[t].name),)) for t in tokens}
    assert len(evaluate(circuit, [root], WHY, lambda n: names[n.name])[root]) == 8
    with pytest.raises(Unsupported, match="more than 7 minimal witnesses"):
        evaluate(circuit, [root], Why(cap=7), lambda n: names[n.name])
    with pytest.raises(Unsupported, match="more than 7 monomials"):
        evaluate(circuit, [root], How(cap=7), lambda n: {((n.name, 1),): 1})
