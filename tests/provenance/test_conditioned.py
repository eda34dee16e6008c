"""Confidence by the worlds of origins, against all worlds and against diagrams."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import assume, given

from kg.provenance.circuit import Circuit
from kg.provenance.conditioned import Conditioned
from kg.provenance.effort import Effort, Intractable
from kg.provenance.probability import Assessor
from kg.provenance.trusted import Trust, Trusted
from tests.provenance.expressions import (
    CLAIMS,
    Expr,
    Ratings,
    anything,
    build,
    positives,
    ratings,
    token,
)

EVEN = Ratings(dict.fromkeys("abc", 0.8), dict.fromkeys(CLAIMS, 0.6))


def given_all_origins(expr: Expr, model: Ratings) -> float:
    circuit = Circuit()
    root = build(circuit, expr)
    trusted = Trusted(circuit, model)
    chains = trusted.chains(root)
    origins = sorted({trusted.trust(claim).origin for claim in circuit.names([root])})
    return Conditioned(trusted, origins, chains, Effort(10_000)).probability(root)


def by_enumeration(expr: Expr, model: Ratings) -> float:
    return sum(weight for weight, world in model.worlds(expr) if model.holds(expr, world))


@given(positives(), ratings())
def test_without_minus_it_is_always_exact(expr: Expr, model: Ratings) -> None:
    assert given_all_origins(expr, model) == pytest.approx(by_enumeration(expr, model), abs=1e-9)


@given(anything(), ratings())
def test_with_minus_it_is_exact_or_gives_up(expr: Expr, model: Ratings) -> None:
    try:
        found = given_all_origins(expr, model)
    except Intractable:
        assume(False)
    else:
        assert found == pytest.approx(by_enumeration(expr, model), abs=1e-9)


A, B, C = map(token, ("a1", "b1", "c1"))
LESS = Expr("minus", (B, A))
SURE = Expr("plus", (Expr("one"), Expr("one")))


@pytest.mark.parametrize(
    "expr",
    [
        Expr("plus", (LESS, A)),
        Expr("plus", (LESS, C)),
        Expr("plus", (LESS, Expr("times", (A, C)))),
        Expr("plus", (LESS, Expr("plus", (Expr("minus", (C, A)), Expr("times", (A, B)))))),
        Expr("minus", (Expr("plus", (A, B)), Expr("times", (A, C)))),
        Expr("plus", (Expr("minus", (Expr("times", (A, B)), SURE)), Expr("times", (A, B, SURE)))),
        Expr("plus", (Expr("minus", (Expr("times", (A, C)), SURE)), Expr("times", (B, C)), A)),
    ],
)
def test_these_with_minus_are_worked_out(expr: Expr) -> None:
    assert given_all_origins(expr, EVEN) == pytest.approx(by_enumeration(expr, EVEN), abs=1e-9)


@pytest.mark.parametrize(
    "expr",
    [
        Expr("plus", (LESS, Expr("fact", (A, C)))),
        Expr("times", (A, Expr("plus", (LESS, C)))),
        Expr("plus", (LESS, Expr("minus", (A, C)))),
        Expr("plus", (LESS, Expr("times", (Expr("fact", (A, C)), B)))),
    ],
)
def test_these_are_not_and_a_diagram_tells(expr: Expr) -> None:
    with pytest.raises(Intractable):
        given_all_origins(expr, EVEN)
    circuit = Circuit()
    found = Assessor(circuit, EVEN).confidence(build(circuit, expr))
    assert found.value == pytest.approx(by_enumeration(expr, EVEN), abs=1e-9)


class Claims:
    """Claim ``n`` is of origin ``n % origins``; what it is trusted differs from claim to claim."""

    def __init__(self, origins: int) -> None:
        self.origins = origins

    def trust(self, claim: str) -> Trust:
        number = int(claim)
        origin = number % self.origins
        return Trust(str(origin), 0.5 + origin / (3 * self.origins), 0.3 + number % 7 / 10)

    def outside(self, service: str) -> float:
        raise AssertionError(service)


def exact(circuit: Circuit, root: int, origins: int, **limits: int) -> float:
    found = Assessor(circuit, Claims(origins), **limits).confidence(root)
    assert found.error is None
    return found.value


def grid(circuit: Circuit, seed: int) -> int:
    """A sum of products of claims and facts, some of them in several products."""
    random = Random(seed)  # noqa: S311 - data, no secret
    tokens = [circuit.token(str(number)) for number in range(24)]
    parts = tokens + [circuit.fact(random.sample(tokens, 2)) for _ in range(6)]
    return circuit.plus(circuit.times(random.sample(parts, 3)) for _ in range(12))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("origins", [4, 15])
def test_it_agrees_with_a_diagram(seed: int, origins: int) -> None:
    circuit = Circuit()
    root = grid(circuit, seed)
    diagram = exact(circuit, root, origins, max_clauses=0, max_diagram=1_000_000)
    assert exact(circuit, root, origins, max_variables=0) == pytest.approx(diagram, abs=1e-9)


def at_least(circuit: Circuit, least: int, events: list[int]) -> int:
    """The sum of "exactly n of these" for each n from the least, built event by event."""
    exactly = [circuit.one]
    for event in events:
        exactly = [
            circuit.plus([circuit.minus(same, event), circuit.times([event, fewer])])
            for same, fewer in zip([*exactly, circuit.zero], [circuit.zero, *exactly], strict=True)
        ]
    return circuit.plus(exactly[least:])


def by_counting(model: Claims, least: int, claims: int) -> float:
    """P(at least so many of the first claims hold), with each origin alone in its world."""
    total = 0.0
    for world in range(1 << model.origins):
        weight, counts = 1.0, [1.0]
        for origin in range(model.origins):
            reliable = model.trust(str(origin)).reliability
            weight *= reliable if world >> origin & 1 else 1 - reliable
        for claim in range(claims):
            p = model.trust(str(claim)).credibility * (world >> claim % model.origins & 1)
            counts = [(1 - p) * same + p * fewer for fewer, same in pairwise((0.0, *counts, 0.0))]
        total += weight * sum(counts[least:])
    return total


@pytest.mark.parametrize(("least", "claims"), [(1, 3), (4, 30), (25, 60)])
def test_thresholds_over_many_claims_are_exact(least: int, claims: int) -> None:
    circuit = Circuit()
    root = at_least(circuit, least, [circuit.token(str(number)) for number in range(claims)])
    expected = by_counting(Claims(3), least, claims)
    assert exact(circuit, root, 3, max_variables=0) == pytest.approx(expected, abs=1e-9)


def test_many_products_of_few_origins_are_as_sure_as_with_their_hubs_factored_out() -> None:
    circuit = Circuit()
    factored, written_out = [], []
    for hub in range(1, 40):
        centre = circuit.token(str(hub))
        spokes = [circuit.token(str(100 * hub + n)) for n in range(1, 60)]
        factored.append(circuit.times([centre, circuit.plus(spokes)]))
        written_out += [circuit.times([centre, spoke]) for spoke in spokes]
    sums = [exact(circuit, circuit.plus(parts), 10, max_variables=0) for parts in (factored, written_out)]
    assert sums[0] == pytest.approx(sums[1], abs=1e-9)
