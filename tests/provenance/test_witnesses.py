"""What a row is said to rest on, against its minimal witnesses."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kg.provenance.circuit import Circuit
from kg.provenance.semirings import WHY
from kg.provenance.witnesses import rests_on, rests_on_of
from tests.provenance.expressions import CLAIMS, Expr, build, means, positives, token

LABEL = Expr("fact", tuple(map(token, CLAIMS)))


@given(positives())
def test_a_node_rests_on_the_claims_of_its_minimal_witnesses(expr: Expr) -> None:
    circuit = Circuit()
    root = build(circuit, expr)
    values = {claim: frozenset((frozenset((claim,)),)) for claim in CLAIMS}
    assert rests_on(circuit, root) == frozenset().union(*means(expr, WHY, values))


@given(positives())
def test_the_json_form_says_the_same(expr: Expr) -> None:
    circuit = Circuit()
    root = build(circuit, expr)
    listed, place = circuit.to_json([root])
    again, numbers = Circuit.from_json(listed)
    assert rests_on(again, numbers[place[root]]) == rests_on(circuit, root)


def test_a_grant_that_gives_the_name_itself_rests_on_nothing_else() -> None:
    circuit = Circuit()
    root = build(
        circuit, Expr("plus", (Expr("times", (token("a1"), LABEL)), Expr("times", (token("b1"), LABEL))))
    )
    assert rests_on(circuit, root) == {"a1", "b1"}


def test_many_names_do_not_hide_what_a_row_rests_on() -> None:
    circuit = Circuit()
    label = circuit.fact(circuit.token(str(number)) for number in range(500))
    assert rests_on(circuit, circuit.times([circuit.token("7"), label])) == {"7"}


@given(st.lists(positives(), min_size=1, max_size=3), st.frozensets(st.sampled_from(CLAIMS)))
def test_some_claims_are_found_among_those_it_rests_on(exprs: list[Expr], claims: frozenset[str]) -> None:
    circuit = Circuit()
    roots = [build(circuit, expr) for expr in exprs]
    assert rests_on_of(circuit, roots, claims) == {root: rests_on(circuit, root) & claims for root in roots}


def test_what_is_subtracted_is_not_rested_on() -> None:
    circuit = Circuit()
    a, b, c = map(circuit.token, "abc")
    root = circuit.minus(a, circuit.minus(b, c))
    assert rests_on_of(circuit, [root, c], {"a", "b", "c"}) == {root: {"a"}, c: {"c"}}


def test_a_sum_of_many_products_rests_on_its_minimal_ones() -> None:
    circuit = Circuit()
    tokens = [circuit.token(str(number)) for number in range(300)]
    pairs = [circuit.times(pair) for pair in pairwise(tokens)]
    needless = [circuit.times([tokens[0], tokens[1], circuit.token(f"needless {n}")]) for n in range(300)]
    fact = circuit.fact(tokens[:2])
    root = circuit.plus([*pairs, *needless, circuit.times([fact, tokens[5]])])
    assert rests_on(circuit, root) == {str(number) for number in range(300)}
