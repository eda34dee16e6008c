"""Thresholds: a circuit that is true exactly where enough of some events are."""

from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from kg.provenance.circuit import Circuit, Op
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings import BOOLEAN, HOW
from kg.provenance.semirings.how import variable


@given(
    st.integers(1, 6),
    st.lists(st.sampled_from(["a", "b", "c", "d", "e", "f", "ab", "a+b", "1"]), min_size=1, max_size=7),
)
def test_at_least(least: int, events: list[str]) -> None:
    """It is the sum over all choices of so many of the nodes, in N[X], and so in every semiring."""
    circuit = Circuit()
    tokens = {name: circuit.token(name) for name in "abcdef"}
    both, either = (combine((tokens["a"], tokens["b"])) for combine in (circuit.times, circuit.plus))
    nodes = tokens | {"ab": both, "a+b": either, "1": circuit.one}
    of = [nodes[name] for name in events]
    node = circuit.at_least(least, of)
    whole = circuit.plus(circuit.times(chosen) for chosen in combinations(of, least))
    found = evaluate(circuit, [node, whole], HOW, lambda leaf: variable(leaf.name))
    assert found[node] == found[whole]
    assert Op.MINUS not in circuit.operations
    for values in product((True, False), repeat=6):
        true = dict(zip(tokens, values, strict=True))
        held = evaluate(circuit, [node, *of], BOOLEAN, lambda leaf, true=true: true[leaf.name])
        assert held[node] is (sum(held[one] for one in of) >= least)
