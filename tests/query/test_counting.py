"""Thresholds: a circuit that is true exactly where enough of some events are."""

from itertools import product

import pytest

from kg.provenance.circuit import Circuit, Op
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings import BOOLEAN
from kg.query.grouping.counting import at_least


@pytest.mark.parametrize("least", [1, 2, 3, 5])
def test_at_least(least: int) -> None:
    circuit = Circuit()
    names = ["a", "b", "c", "d"]
    node = at_least(circuit, list(map(circuit.token, names)), least)
    for values in product((True, False), repeat=4):
        true = dict(zip(names, values, strict=True))
        held = evaluate(circuit, [node], BOOLEAN, lambda leaf, true=true: true[leaf.name])[node]
        assert held is (sum(values) >= least)
    assert Op.MINUS not in circuit.operations
