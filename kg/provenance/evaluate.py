"""Evaluating a circuit in a semiring: one pass over the nodes, never recursive."""

from collections.abc import Callable, Iterable
from functools import reduce
from typing import TypeVar

from kg.provenance.circuit import Circuit, Node, Op
from kg.provenance.semirings.protocol import Semiring

K = TypeVar("K")


def evaluate(
    circuit: Circuit,
    roots: Iterable[int],
    semiring: Semiring[K],
    value: Callable[[Node], K],
) -> dict[int, K]:
    """The value of every node that the roots rest on.

    ``value`` gives that of a token, claim or outside. Raises ``Unsupported`` where the
    semiring has no such operation.
    """
    values: dict[int, K] = {}
    known = values.__getitem__
    for number in circuit.reachable(roots):
        operands = map(known, circuit.operands[number])
        match circuit.operations[number]:
            case Op.ZERO:
                values[number] = semiring.zero
            case Op.ONE:
                values[number] = semiring.one
            case Op.TOKEN | Op.OUTSIDE:
                values[number] = value(circuit[number])
            case Op.FACT | Op.PLUS:
                values[number] = reduce(semiring.plus, operands)
            case Op.TIMES:
                values[number] = reduce(semiring.times, operands)
            case Op.MINUS:
                values[number] = semiring.minus(*operands)
    return values
