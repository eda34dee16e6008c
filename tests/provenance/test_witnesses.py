"""What a row is said to rest on, against its minimal witnesses."""

from hypothesis import given

from kg.provenance.circuit import Circuit
from kg.provenance.semirings import WHY
from kg.provenance.witnesses import rests_on
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
