"""The claims that a node rests on: those in one of its minimal witnesses.

A row that joins a grant with the name of its customer is derived from the grant, and from
every claim that gives that name; but the grant gives it too, so the row rests on the
grant alone. Where witnesses are too many to work out, all claims that occur count.
"""

from kg.provenance.circuit import Circuit, Op
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings.protocol import Unsupported
from kg.provenance.semirings.why import Why, Witness, minimal

MOST_LEAVES = 48
"""Nodes with more leaves, and of other shapes than sums of products, are not worked out."""

_WHY = Why(cap=1000)


def rests_on(circuit: Circuit, root: int) -> frozenset[str]:
    """The claims in the minimal witnesses of a node; all that occur positively where those are too many."""
    found = _witnesses(circuit, root)
    if found is None:
        return frozenset(circuit.positive_names(root))
    return frozenset().union(*found)


def _witnesses(circuit: Circuit, root: int) -> frozenset[Witness] | None:
    node = circuit[root]
    if node.op is Op.PLUS:
        products = [_product(circuit, number) for number in node.of]
        known = [product for product in products if product is not None]
        if len(known) == len(products) <= MOST_LEAVES:
            return minimal(frozenset(known))
    elif (product := _product(circuit, root)) is not None:
        return frozenset((product,))
    leaves = [n for n in circuit.reachable((root,)) if circuit[n].op in (Op.TOKEN, Op.OUTSIDE)]
    if len(leaves) > MOST_LEAVES or any(circuit[n].op is Op.OUTSIDE for n in leaves):
        return None
    try:
        return evaluate(circuit, (root,), _WHY, lambda leaf: frozenset((frozenset((leaf.name,)),)))[root]
    except Unsupported:
        return None


def _product(circuit: Circuit, root: int) -> Witness | None:
    """The one witness of a product of claims, and of sums that one of those claims is a part of."""
    node = circuit[root]
    operands = node.of if node.op is Op.TIMES else (root,)
    tokens = {n for n in operands if circuit[n].op is Op.TOKEN}
    for number in operands:
        other = circuit[number]
        if number not in tokens and not (other.op in (Op.FACT, Op.PLUS) and tokens.intersection(other.of)):
            return None
    return frozenset(circuit[n].name for n in tokens)
