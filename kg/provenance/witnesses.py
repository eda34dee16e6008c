"""The claims that a node rests on: those in one of its minimal witnesses.

A row that joins a grant with the name of its customer is derived from the grant, and from
every claim that gives that name; but the grant gives it too, so the row rests on the
grant alone. Where witnesses are too many to work out, all claims that occur count.
"""

from collections.abc import Container, Iterable, Sequence
from itertools import chain, product
from math import prod

from kg.provenance.circuit import Circuit, Op
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings.protocol import Unsupported
from kg.provenance.semirings.why import Why, Witness, minimal

MOST_LEAVES = 48
"""Nodes of other shapes than sums of products are worked out up to so many leaves,"""
MOST_WITNESSES = 2_000
"""and sums of products up to so many witnesses, before the minimal ones are picked out."""

_WHY = Why(cap=1000)
_SUMS = (Op.FACT, Op.PLUS)


def rests_on(circuit: Circuit, root: int) -> frozenset[str]:
    """The claims in the minimal witnesses of a node; all that occur positively where those are too many."""
    operations, of = circuit.operations, circuit.operands[root]
    if operations[root] in _SUMS and all(operations[n] is Op.TOKEN for n in of):
        return frozenset(map(circuit.name, of))
    found = witnesses_of(circuit, root)
    if found is None:
        return frozenset(circuit.positive_names(root))
    return frozenset().union(*found)


def rests_on_of(circuit: Circuit, roots: Iterable[int], claims: Container[str]) -> dict[int, frozenset[str]]:
    """For each node those of some claims that it rests on; only nodes above one of them are worked out."""
    roots = list(roots)
    operations, operands = circuit.operations, circuit.operands
    above: set[int] = set()
    for number in circuit.reachable(roots):
        op, of = operations[number], operands[number]
        if op is Op.TOKEN:
            touched = circuit.name(number) in claims
        else:
            touched = not above.isdisjoint(of[:1] if op is Op.MINUS else of)
        if touched:
            above.add(number)
    nothing: frozenset[str] = frozenset()
    return {
        root: frozenset(name for name in rests_on(circuit, root) if name in claims)
        if root in above
        else nothing
        for root in roots
    }


def witnesses_of(circuit: Circuit, root: int) -> frozenset[Witness] | None:
    """The minimal witnesses of a node; ``None`` where they are too many, or rest on more than claims."""
    operations, of = circuit.operations, circuit.operands[root]
    if operations[root] in _SUMS and all(operations[n] is Op.TOKEN for n in of):
        return frozenset(frozenset((circuit.name(n),)) for n in of)
    plain = _products(circuit, of if operations[root] in _SUMS else (root,))
    if plain is not None:
        return minimal(plain)
    leaves = [n for n in circuit.reachable((root,)) if circuit.operations[n] in (Op.TOKEN, Op.OUTSIDE)]
    if len(leaves) > MOST_LEAVES or any(circuit.operations[n] is Op.OUTSIDE for n in leaves):
        return None
    try:
        return evaluate(circuit, (root,), _WHY, lambda leaf: frozenset((frozenset((leaf.name,)),)))[root]
    except Unsupported:
        return None


def _products(circuit: Circuit, numbers: Sequence[int]) -> list[Witness] | None:
    """The witnesses of the nodes, if those are products of claims and of sums of claims, and not too many.

    A sum that one of the claims beside it is a part of holds with that claim.
    """
    operations, operands = circuit.operations, circuit.operands
    ways: list[list[Sequence[int]]] = []
    count = 0
    for number in numbers:
        of = operands[number] if operations[number] is Op.TIMES else (number,)
        tokens = {n for n in of if operations[n] is Op.TOKEN}
        sums = [operands[n] for n in of if n not in tokens and tokens.isdisjoint(operands[n])]
        if any(operations[n] not in _SUMS for n in of if n not in tokens):
            return None
        if any(operations[n] is not Op.TOKEN for n in chain.from_iterable(sums)):
            return None
        ways.append([tuple(tokens), *sums])
        count += prod(map(len, sums))
        if count > MOST_WITNESSES:
            return None
    return [
        frozenset(map(circuit.name, chain(tokens, choice)))
        for tokens, *sums in ways
        for choice in product(*sums)
    ]
