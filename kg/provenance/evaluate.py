"""Evaluating a circuit in a semiring: one pass over the nodes, never recursive."""

from collections.abc import Callable, Iterable
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
    for number in circuit.reachable(roots):
        node = circuit[number]
        match node.op:
            case Op.ZERO:
                values[number] = semiring.zero
            case Op.ONE:
                values[number] = semiring.one
            case Op.TOKEN | Op.OUTSIDE:
                values[number] = value(node)
            case Op.FACT | Op.PLUS:
                first, *rest = node.of
                total = values[first]
                for operand in rest:
                    total = semiring.plus(total, values[operand])
                values[number] = total
            case Op.TIMES:
                total = values[node.of[0]]
                for operand in node.of[1:]:
                    total = semiring.times(total, values[operand])
                values[number] = total
            case Op.MINUS:
                values[number] = semiring.minus(values[node.of[0]], values[node.of[1]])
    return values
