"""Confidence, weakest and origins against their definitions, world by world."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given

from kg.provenance.circuit import Circuit
from kg.provenance.probability import Assessor
from kg.provenance.semirings import WHY
from kg.provenance.trusted import Trust
from tests.provenance.expressions import (
    CLAIMS,
    Expr,
    Ratings,
    anything,
    build,
    means,
    positives,
    ratings,
    token,
)


def assessor(expr: Expr, model: Ratings, **limits: int) -> tuple[Assessor, int]:
    circuit = Circuit()
    root = build(circuit, expr)
    return Assessor(circuit, model, **limits), root


def by_enumeration(expr: Expr, model: Ratings) -> float:
    return sum(weight for weight, world in model.worlds(expr) if model.holds(expr, world))


@given(anything(), ratings())
def test_confidence_is_the_probability_of_the_worlds_where_it_holds(expr: Expr, model: Ratings) -> None:
    judge, root = assessor(expr, model)
    found = judge.confidence(root)
    assert found.error is None
    assert found.value == pytest.approx(by_enumeration(expr, model), abs=1e-9)


@given(anything(), ratings())
def test_an_estimate_is_within_its_error(expr: Expr, model: Ratings) -> None:
    judge, root = assessor(expr, model, max_clauses=0, max_variables=0)
    found = judge.confidence(root)
    # two and a half half-widths are five standard deviations
    assert abs(found.value - by_enumeration(expr, model)) <= 2.5 * (found.error or 1e-9)


def falls_with(expr: Expr, fallen: set[str]) -> bool:
    """Whether it is false when the claims of these origins fall, and the others stand."""
    model = Ratings(dict.fromkeys("abc", 1.0), dict.fromkeys(CLAIMS, 1.0))
    world = {name: name not in fallen for name in ("a", "b", "c", "service", *CLAIMS)}
    return not model.holds(expr, world)


@pytest.mark.parametrize("max_falling", [4, 1])
@given(expr=anything())
def test_origins_is_the_smallest_set_whose_fall_makes_it_false(max_falling: int, expr: Expr) -> None:
    even = Ratings(dict.fromkeys("abc", 0.5), dict.fromkeys(CLAIMS, 0.5))
    judge, root = assessor(expr, even, max_falling=max_falling)
    names = ("a", "b", "c", "service")
    sizes = [n for n in range(5) for fallen in combinations(names, n) if falls_with(expr, set(fallen))]
    assert judge.origins(root) == min(sizes, default=None)


@given(positives(), ratings())
def test_weakest_is_the_weakest_claim_of_the_best_witness(expr: Expr, model: Ratings) -> None:
    judge, root = assessor(expr, model)
    witnesses = means(expr, WHY, {claim: frozenset((frozenset((claim,)),)) for claim in CLAIMS})
    best = max((min((model.trust(c).probability for c in w), default=1.0) for w in witnesses), default=0.0)
    assert judge.weakest([root])[root] == best


EVEN = Ratings({"a": 0.8, "b": 0.6, "c": 0.5}, {"a1": 0.9, "a2": 0.7, "b1": 0.5, "b2": 0.5, "c1": 1.0})


def test_a_copy_adds_nothing_to_a_fact_but_a_second_fact_of_the_origin_does() -> None:
    fact, root = assessor(Expr("fact", (token("a1"), token("a2"))), EVEN)
    assert fact.confidence(root).value == pytest.approx(0.8 * 0.9)
    either, root = assessor(Expr("plus", (token("a1"), token("a2"))), EVEN)
    assert either.confidence(root).value == pytest.approx(0.8 * (1 - 0.1 * 0.3))


def test_a_claim_is_as_sure_with_what_its_copies_also_say_as_alone() -> None:
    label = Expr("fact", (token("a1"), token("a2")))
    row, root = assessor(Expr("times", (token("a2"), label)), EVEN)
    assert row.confidence(root).value == pytest.approx(0.8 * 0.7)
    both, root = assessor(Expr("times", (token("a1"), token("a2"), label)), EVEN)
    assert both.confidence(root).value == pytest.approx(0.8 * 0.7)


def test_claims_of_one_origin_stand_or_fall_with_it() -> None:
    both, root = assessor(Expr("times", (token("a1"), token("a2"))), EVEN)
    assert both.confidence(root).value == pytest.approx(0.8 * 0.9 * 0.7)
    assert both.origins(root) == 1


def test_base_data_is_certain_and_falls_with_nothing() -> None:
    judge, root = assessor(Expr("plus", (Expr("one"), token("a1"))), EVEN)
    assert judge.confidence(root).value == 1.0
    assert judge.weakest([root])[root] == 1.0
    assert judge.origins(root) is None


class Many:
    """Every claim from an origin of its own, or of three."""

    def __init__(self, origins: int) -> None:
        self.origins = origins

    def trust(self, claim: str) -> Trust:
        return Trust(str(int(claim) % self.origins), 0.5, 0.5)

    def outside(self, service: str) -> float:
        raise AssertionError(service)


def pairs(circuit: Circuit, count: int) -> int:
    """A sum of products of neighbours, which share claims."""
    tokens = [circuit.token(str(number)) for number in range(count)]
    return circuit.plus(circuit.times(pair) for pair in pairwise(tokens))


def test_what_is_too_large_is_estimated_and_says_so() -> None:
    circuit = Circuit()
    root = pairs(circuit, 40)
    exact = Assessor(circuit, Many(1000)).confidence(root)
    estimate = Assessor(circuit, Many(1000), max_clauses=0, max_diagram=50).confidence(root)
    assert exact.error is None
    assert estimate.error is not None
    assert 0 < estimate.error < 0.02
    assert estimate.value == pytest.approx(exact.value, abs=2.5 * estimate.error)


def test_the_estimate_is_the_same_each_time() -> None:
    circuit = Circuit()
    root = pairs(circuit, 40)
    first, second = (
        Assessor(circuit, Many(1000), max_clauses=0, max_variables=0).confidence(root) for _ in range(2)
    )
    assert first == second


def test_beyond_the_cap_origins_is_a_lower_bound() -> None:
    circuit = Circuit()
    root = pairs(circuit, 40)
    assert Assessor(circuit, Many(1000)).origins(root) == 20
    assert Assessor(circuit, Many(1000), max_variables=0).origins(root) == 2
    one = circuit.plus([circuit.times([circuit.token("0"), circuit.token(str(n))]) for n in (1, 2, 3)])
    assert Assessor(circuit, Many(1000), max_falling=0, max_variables=0).origins(one) == 1


def test_a_sum_of_many_claims_of_few_origins_is_exact() -> None:
    circuit = Circuit()
    root = circuit.plus(circuit.token(str(number)) for number in range(600))
    found = Assessor(circuit, Many(3)).confidence(root)
    assert found.error is None
    assert found.value == pytest.approx(1 - 0.5**3)


def test_deep_circuits_are_assessed_without_a_stack() -> None:
    circuit = Circuit()
    node = circuit.token("0")
    for number in range(1, 3000):
        node = circuit.plus(
            [circuit.times([node, circuit.token(str(number))]), circuit.token(str(number + 1))]
        )
    judge = Assessor(circuit, Many(10_000))
    assert 0 < judge.confidence(node).value < 1
    assert judge.origins(node) == 2


@given(anything(), ratings())
def test_without_any_effort_left_an_estimate_has_an_error_that_holds(expr: Expr, model: Ratings) -> None:
    judge, root = assessor(expr, model, max_clauses=0, max_variables=0, max_visits=0)
    found = judge.confidence(root)
    assert abs(found.value - by_enumeration(expr, model)) <= 2.5 * (found.error or 1e-9)


def dense(nodes: int) -> tuple[Circuit, list[int]]:
    """What every node of a clique is reached by, round by round; each edge has a copy of one origin."""
    circuit = Circuit()
    edges = {
        (a, b): circuit.fact([circuit.token(str(100 * a + b)), circuit.token(str(100 * a + b + 10_000))])
        for a in range(nodes)
        for b in range(nodes)
    }
    reached = [edges[0, b] for b in range(nodes)]
    for _ in range(nodes):
        reached = [
            circuit.plus([edges[0, b], *(circuit.times([reached[a], edges[a, b]]) for a in range(nodes))])
            for b in range(nodes)
        ]
    return circuit, reached


def test_many_large_rows_end_in_estimates_the_same_each_time() -> None:
    circuit, rows = dense(9)
    judges = [Assessor(circuit, Many(97), max_visits=2000) for _ in range(2)]
    found = [judges[0].confidence(row) for row in rows]
    assert all(one.error is not None for one in found)
    assert found == [judges[1].confidence(row) for row in rows]
    assert [judges[0].origins(row) for row in rows] == [2] * 9
