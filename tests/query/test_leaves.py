"""What a support is as a circuit, and what a restriction leaves of it."""

from collections import Counter

import pytest

from kg.dataset.annotated.view import Support
from kg.provenance.circuit import Circuit
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings.how import HOW, variable
from kg.query.leaves import annotation
from kg.query.trust.trusting import Restriction


@pytest.mark.parametrize(
    ("support", "monomials"),
    [
        (Support(), ""),
        (Support(base=True), "1"),
        (Support(facts=(("a", "b"),)), "a + b"),
        (Support(True, (("a",),)), "1 + a"),
        (Support(facts=(("a j k", "b"),)), "ajk + b"),
        (Support(facts=(("a",),), proofs=((("b", "c j"), ("d",)),)), "a + bd + cdj"),
    ],
)
def test_a_proof_is_the_product_of_its_facts(support: Support, monomials: str) -> None:
    circuit = Circuit()
    node = annotation(circuit, support)
    polynomial = Counter(evaluate(circuit, [node], HOW, lambda n: variable(n.name))[node])
    told = sorted("".join(name * power for name, power in m) or "1" for m in polynomial.elements())
    assert " + ".join(told) == monomials


def test_equal_parts_of_supports_are_one_node() -> None:
    circuit = Circuit()
    annotation(circuit, Support(facts=(("a", "b"), ("c",))))
    before = len(circuit)
    annotation(circuit, Support(proofs=((("a", "b"), ("c",)),)))
    assert len(circuit) == before + 1


def test_a_proof_falls_with_any_of_its_facts() -> None:
    support = Support(facts=(("a", "b j"),), proofs=((("a", "c"), ("b j",)), (("c",), ("d",))))
    left = Restriction({"a", "b", "c"}.__contains__, origin=str.upper)
    assert left.of_facts(support) == Support(facts=(("a", "b j"),), proofs=((("a", "c"), ("b j",)),))
    two = Restriction({"a", "b", "c"}.__contains__, origin=str.upper, min_origins=2)
    assert two.of_facts(support) == Support(facts=(("a", "b j"),))
