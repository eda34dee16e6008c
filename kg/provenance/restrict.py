"""A circuit without some of its claims: what is left of its nodes when those fall.

This is how a trust policy or a what-if is answered from circuits alone. Under any set S of
claims, a node of the restricted circuit is what the node that it comes from is under the
claims of S that are kept.
"""

from collections.abc import Callable, Sequence

from kg.provenance.circuit import Circuit, Op


def restricted(
    circuit: Circuit, roots: Sequence[int], keep: Callable[[str], bool]
) -> tuple[Circuit, list[int]]:
    """A new circuit in which the claims that are not kept are zero, and its nodes for the roots.

    It holds what the roots need and is simplified as any circuit is, so a root that cannot
    hold without the fallen claims may become ``zero``. Outside tokens never fall.
    """
    left = Circuit(circuit.most_nodes)
    became: dict[int, int] = {}
    for number in circuit.reachable(roots):
        operands = map(became.__getitem__, circuit.operands[number])
        match circuit.operations[number]:
            case Op.ZERO | Op.ONE:
                became[number] = number
            case Op.TOKEN:
                name = circuit.name(number)
                became[number] = left.token(name) if keep(name) else left.zero
            case Op.OUTSIDE:
                node = circuit[number]
                became[number] = left.outside(node.name, node.at)
            case Op.FACT:
                became[number] = left.fact(operands)
            case Op.PLUS:
                became[number] = left.plus(operands)
            case Op.TIMES:
                became[number] = left.times(operands)
            case Op.MINUS:
                became[number] = left.minus(*operands)
    return left, [became[root] for root in roots]
