"""A circuit without some claims, against the whole one without them."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from kg.provenance.circuit import Circuit
from kg.provenance.evaluate import evaluate
from kg.provenance.restrict import restricted
from kg.provenance.semirings import BOOLEAN, COUNTING, Semiring
from tests.provenance.expressions import CLAIMS, Expr, anything, build

SETS = st.frozensets(st.sampled_from(CLAIMS))


@given(st.lists(anything(), min_size=1, max_size=3), SETS, SETS)
def test_it_holds_where_the_whole_holds_under_what_is_kept(
    exprs: list[Expr], kept: frozenset[str], standing: frozenset[str]
) -> None:
    circuit = Circuit()
    roots = [build(circuit, expr) for expr in exprs]
    left, nodes = restricted(circuit, roots, kept.__contains__)
    for semiring, stands in ((BOOLEAN, True), (COUNTING, 2)):

        def under(claims: frozenset[str], semiring: Semiring = semiring, stands: object = stands) -> Callable:
            return lambda leaf: stands if leaf.name in claims | {"service"} else semiring.zero

        whole = evaluate(circuit, roots, semiring, under(kept & standing))
        rest = evaluate(left, nodes, semiring, under(standing))
        assert [rest[node] for node in nodes] == [whole[root] for root in roots]


@given(anything(), SETS)
def test_it_knows_only_what_is_kept(expr: Expr, kept: frozenset[str]) -> None:
    circuit = Circuit()
    root = build(circuit, expr)
    left, nodes = restricted(circuit, [root], kept.__contains__)
    assert kept.issuperset(left.names(nodes))


def test_everything_kept_is_the_same_circuit() -> None:
    circuit = Circuit()
    a, b, c = map(circuit.token, "abc")
    root = circuit.minus(circuit.times([circuit.fact([a, b]), c]), circuit.plus([a, c]))
    left, nodes = restricted(circuit, [root, circuit.one, root], {"a", "b", "c"}.__contains__)
    assert left.to_json(nodes) == circuit.to_json([root, circuit.one])
    assert nodes[0] == nodes[2]


def test_what_cannot_hold_is_zero_and_what_is_subtracted_comes_back() -> None:
    circuit = Circuit()
    a, b, c = map(circuit.token, "abc")
    roots = [circuit.times([a, b]), circuit.minus(a, b), circuit.fact([b, c])]
    left, nodes = restricted(circuit, roots, lambda claim: claim != "b")
    assert nodes == [left.zero, left.token("a"), left.token("c")]
