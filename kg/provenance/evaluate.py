"""Evaluating a circuit in a semiring: one pass over the nodes, never recursive."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from kg.provenance.circuit import Circuit, Node, Op
from kg.provenance.semirings.protocol import Semiring

K = TypeVar("K")


def held_in_all(circuit: Circuit, roots: Iterable[int]) -> dict[int, bool]:
    """Which nodes are true where every token is: as by ``BOOLEAN``, in less time."""
    operations, operands = circuit.operations, circuit.operands
    held: dict[int, bool] = {}
    known = held.__getitem__
    for number in circuit.reachable(roots):
        of = operands[number]
        match operations[number]:
            case Op.TIMES:
                held[number] = all(map(known, of))
            case Op.PLUS:
                held[number] = any(map(known, of))
            case Op.MINUS:
                held[number] = held[of[0]] and not held[of[1]]
            case op:
                held[number] = op is not Op.ZERO
    return held


def evaluate(
    circuit: Circuit,
    roots: Iterable[int],
    semiring: Semiring[K],
    value: Callable[[Node], K],
    values: dict[int, K] | None = None,
) -> dict[int, K]:
    """The value of every node that the roots rest on.

    ``value`` gives that of a token, claim or outside. ``values`` are those that are known
    already: the others are added to them. Raises ``Unsupported`` where the semiring has no
    such operation.
    """
    if values is None:
        values = {}
    known = values.__getitem__
    plus, times = semiring.plus_all, semiring.times_all
    operations, operands = circuit.operations, circuit.operands
    for number in circuit.reachable(roots, values):
        match operations[number]:
            case Op.TIMES:
                values[number] = times(map(known, operands[number]))
            case Op.FACT | Op.PLUS:
                values[number] = plus(map(known, operands[number]))
            case Op.TOKEN | Op.OUTSIDE:
                values[number] = value(circuit[number])
            case Op.MINUS:
                values[number] = semiring.minus(*map(known, operands[number]))
            case Op.ZERO:
                values[number] = semiring.zero
            case Op.ONE:
                values[number] = semiring.one
    return values
