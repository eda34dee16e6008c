import json
from datetime import date
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.provenance.circuit import Circuit, CircuitTooLarge, Op
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings import BOOLEAN, COUNTING, FUZZY, HOW, LINEAGE, TROPICAL, WHY, Semiring
from kg.provenance.semirings.how import variable
from tests.provenance.expressions import CLAIMS, Expr, anything, build, means, positives


def value_in(semiring: Semiring, expr: Expr, values: dict) -> object:
    circuit = Circuit()
    root = build(circuit, expr)
    return evaluate(circuit, [root], semiring, lambda node: values[node.name])[root]


@given(positives(facts=False))
def test_simplifying_changes_no_polynomial(expr: Expr) -> None:
    """N[X] is the free commutative semiring: what holds there holds in all of them."""
    values = {claim: variable(claim) for claim in CLAIMS}
    assert value_in(HOW, expr, values) == means(expr, HOW, values)


@given(anything())
def test_simplifying_changes_no_value(expr: Expr) -> None:
    tokens = [*CLAIMS, "service"]
    for semiring, values in (
        (BOOLEAN, {name: name in ("a1", "b2") for name in tokens}),
        (COUNTING, {name: number for number, name in enumerate(tokens)}),
        (FUZZY, {name: number / 6 for number, name in enumerate(tokens)}),
        (TROPICAL, {name: date(2025, 4, number + 1) for number, name in enumerate(tokens)}),
        (LINEAGE, {name: frozenset((name,)) for name in tokens}),
        (WHY, {name: frozenset((frozenset((name,)),)) for name in tokens}),
    ):
        assert value_in(semiring, expr, values) == means(expr, semiring, values)


def test_equal_annotations_are_one_node() -> None:
    circuit = Circuit()
    a, b, c = map(circuit.token, "abc")
    assert circuit.plus([a, circuit.plus([b, c])]) == circuit.plus([circuit.plus([c, a]), b])
    assert circuit.times([circuit.one, b, a]) == circuit.times([a, b])
    assert circuit.fact([a, b]) != circuit.plus([a, b])


def test_what_only_some_semirings_allow_is_not_done() -> None:
    circuit = Circuit()
    a = circuit.token("a")
    assert circuit[circuit.plus([a, a])].of == (a, a)
    assert circuit[circuit.times([a, a])].of == (a, a)
    assert circuit[circuit.plus([circuit.one, a])].op is Op.PLUS


def test_minus_is_all_or_nothing() -> None:
    circuit = Circuit()
    a, b = map(circuit.token, "ab")
    assert circuit.minus(a, circuit.zero) == a
    assert (
        circuit.minus(a, a) == circuit.minus(a, circuit.one) == circuit.minus(circuit.zero, b) == circuit.zero
    )


def test_the_list_points_back_and_holds_only_what_the_rows_need() -> None:
    circuit = Circuit()
    a, b, unused = map(circuit.token, ("a", "b", "unused"))
    circuit.times([a, unused])
    fact = circuit.fact([a, b])
    root = circuit.minus(circuit.times([fact, circuit.outside("http://s", "now")]), b)
    listed, place = circuit.to_json([root, circuit.one, circuit.zero])
    assert json.loads(json.dumps(listed)) == [
        {"op": "zero"},
        {"op": "one"},
        {"op": "token", "claim": "a"},
        {"op": "token", "claim": "b"},
        {"op": "plus", "of": [2, 3]},
        {"op": "token", "service": "http://s", "at": "now"},
        {"op": "times", "of": [4, 5]},
        {"op": "minus", "of": [6, 3]},
    ]
    assert (place[root], place[circuit.one], place[circuit.zero]) == (7, 1, 0)


def test_what_is_subtracted_supports_nothing() -> None:
    circuit = Circuit()
    a, b, c = map(circuit.token, "abc")
    root = circuit.minus(a, circuit.minus(b, c))
    assert circuit.positive_names(root) == ["a"]
    assert circuit.names([root]) == ["a", "b", "c"]


def test_a_circuit_may_be_deeper_than_any_stack() -> None:
    circuit = Circuit()
    node = circuit.token("0")
    for number in range(1, 50_000):
        other = circuit.token(str(number))
        node = circuit.plus([circuit.times([node, other]), other])
    assert evaluate(circuit, [node], BOOLEAN, lambda leaf: leaf.name == "49999")[node]
    assert not evaluate(circuit, [node], BOOLEAN, lambda leaf: leaf.name != "49999")[node]
    assert len(circuit.to_json([node])[0]) == len(circuit) - 2


@given(st.lists(st.lists(st.integers(0, 8), max_size=10), max_size=12))
def test_products_built_at_once_are_those_built_one_by_one(combinations: list[list[int]]) -> None:
    """The operands are zero, one, three tokens, a fact, a product, a sum and a product with a fact."""
    circuit = Circuit()
    a, b, c = map(circuit.token, "abc")
    operands = [0, 1, a, b, c, circuit.fact([a, b]), circuit.times([a, b]), circuit.plus([a, b])]
    operands.append(circuit.times([operands[5], c]))
    found = circuit.products([[operands[n] for n in combination] for combination in combinations])
    values = evaluate(circuit, [*operands, *found], HOW, lambda node: variable(node.name))
    for number, combination in zip(found, combinations, strict=True):
        assert values[number] == reduce(HOW.times, (values[operands[n]] for n in combination), HOW.one)
        assert number == circuit.times(operands[n] for n in combination)


def test_a_circuit_does_not_outgrow_its_size() -> None:
    circuit = Circuit(most_nodes=6)
    a, b, c = map(circuit.token, "abc")
    product = circuit.times([a, b])
    grow = (
        lambda: circuit.token("d"),
        lambda: circuit.outside("http://s", "now"),
        lambda: circuit.fact([a, b]),
        lambda: circuit.plus([a, b]),
        lambda: circuit.times([b, c]),
        lambda: circuit.minus(a, b),
        lambda: circuit.products([[a, c]]),
        lambda: circuit.products([[a, product]]),
    )
    for build_one_more in grow:
        with pytest.raises(CircuitTooLarge, match="more than 6 nodes"):
            build_one_more()
    assert circuit.times([b, a]) == circuit.products([[a, b]])[0] == product
    assert len(circuit) == 6


def test_many_facts_at_once_are_the_facts_one_by_one() -> None:
    asserted = [("a",), ("b", "c"), ("a",), ("c", "b", "d"), ("c", "b")]
    at_once, one_by_one = Circuit(), Circuit()
    one_by_one.token("c")
    at_once.token("c")
    found = at_once.facts(asserted)
    expected = [one_by_one.fact(map(one_by_one.token, claims)) for claims in asserted]
    assert found[0] == found[2]
    assert found[1] == found[4]
    assert at_once.facts(asserted) == found
    for one, other in zip(found, expected, strict=True):
        assert at_once.names([one]) == sorted(at_once.names([one]), key=at_once.token)
        assert set(at_once.names([one])) == set(one_by_one.names([other]))
        assert at_once[one].op is one_by_one[other].op
