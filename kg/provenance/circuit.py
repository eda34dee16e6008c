"""Circuits: annotations that share their parts (Deutch et al., "Circuits for Datalog provenance", ICDT 2014).

A circuit lists nodes, and the operands of a node always come before it. Equal nodes are
one node (hash-consing), so that equal annotations have equal numbers. Every
simplification holds in all commutative semirings with the minus of spm-semirings
(Geerts et al., "Algebraic structures for capturing the provenance of SPARQL queries",
JACM 2016): plus is never taken to be idempotent, and ``1 + x`` stays as it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple


class Op(StrEnum):
    """The kinds of nodes."""

    ZERO = "zero"
    ONE = "one"
    TOKEN = "token"  # noqa: S105 - a provenance token
    OUTSIDE = "outside"
    FACT = "fact"
    PLUS = "plus"
    TIMES = "times"
    MINUS = "minus"


class Node(NamedTuple):
    """One node: what it does, with which operands.

    ``name`` is a token's claim or an outside token's service; ``at`` is when the service
    was asked. A ``fact`` is the sum of the claims that assert one and the same triple: a
    plus in every semiring, but copies among its claims are told apart for confidence.
    """

    op: Op
    of: tuple[int, ...] = ()
    name: str = ""
    at: str = ""


_SUMS = (Op.PLUS, Op.FACT)
_FLATTENED = 8
"""Operands of a plus within a plus, or a times within a times, are taken over up to this many: longer
lists stay shared, or a chain of sums would grow by its square."""


class Circuit:
    """A growing list of nodes. Each building method gives back the number of a node."""

    def __init__(self) -> None:
        self._nodes: list[Node] = [Node(Op.ZERO), Node(Op.ONE)]
        self._numbers: dict[Node, int] = {node: number for number, node in enumerate(self._nodes)}

    zero = 0
    one = 1

    def __len__(self) -> int:
        return len(self._nodes)

    def __getitem__(self, number: int) -> Node:
        return self._nodes[number]

    def _number(self, node: Node) -> int:
        found = self._numbers.get(node)
        if found is None:
            found = self._numbers[node] = len(self._nodes)
            self._nodes.append(node)
        return found

    def token(self, claim: str) -> int:
        """The node of one claim."""
        return self._number(Node(Op.TOKEN, (), claim))

    def outside(self, service: str, at: str) -> int:
        """The node of what an outside service said at a time; no claim, so it never falls."""
        return self._number(Node(Op.OUTSIDE, (), service, at))

    def fact(self, of: Iterable[int]) -> int:
        """The sum of the claims that assert one triple: each counts once, their order does not matter."""
        operands = tuple(sorted(set(of) - {self.zero}))
        if len(operands) < 2:
            return operands[0] if operands else self.zero
        return self._number(Node(Op.FACT, operands))

    def plus(self, of: Iterable[int]) -> int:
        """A sum. ``x + 0 = x``; flattened, in a fixed order; ``x + x`` is kept."""
        return self._combined(Op.PLUS, of, unit=self.zero)

    def times(self, of: Iterable[int]) -> int:
        """A product. ``x · 1 = x``, ``x · 0 = 0``; flattened, in a fixed order; ``x · x`` is kept."""
        operands = tuple(of)
        if self.zero in operands:
            return self.zero
        return self._combined(Op.TIMES, operands, unit=self.one)

    def minus(self, left: int, right: int) -> int:
        """``left`` where ``right`` has no support, else zero."""
        if self.zero in (left, right):
            return left
        if right in (left, self.one):
            return self.zero
        return self._number(Node(Op.MINUS, (left, right)))

    def _combined(self, op: Op, of: Iterable[int], unit: int) -> int:
        operands: list[int] = []
        for number in of:
            if number == unit:
                continue
            node = self._nodes[number]
            if node.op is op and len(node.of) <= _FLATTENED:
                operands.extend(node.of)
            else:
                operands.append(number)
        if len(operands) < 2:
            return operands[0] if operands else unit
        operands.sort()
        return self._number(Node(op, tuple(operands)))

    def reachable(self, roots: Iterable[int]) -> list[int]:
        """The nodes that the roots rest on, themselves included, operands first."""
        reached = set(roots)
        waiting = list(reached)
        while waiting:
            for operand in self._nodes[waiting.pop()].of:
                if operand not in reached:
                    reached.add(operand)
                    waiting.append(operand)
        return sorted(reached)

    def names(self, roots: Iterable[int]) -> list[str]:
        """The claims whose tokens the roots rest on, in the order of the circuit."""
        return [self._nodes[n].name for n in self.reachable(roots) if self._nodes[n].op is Op.TOKEN]

    def positive_names(self, root: int) -> list[str]:
        """The claims that support one node: what is subtracted somewhere does not."""
        seen = {root}
        waiting = [root]
        found = []
        while waiting:
            node = self._nodes[waiting.pop()]
            if node.op is Op.TOKEN:
                found.append(node.name)
            for operand in node.of[:1] if node.op is Op.MINUS else node.of:
                if operand not in seen:
                    seen.add(operand)
                    waiting.append(operand)
        return sorted(found)

    def to_json(self, roots: Sequence[int]) -> tuple[list[dict[str, Any]], dict[int, int]]:
        """The nodes under the roots as DESIGN section 6 lists them, and the place of each in that list."""
        place: dict[int, int] = {}
        listed: list[dict[str, Any]] = []
        for number in self.reachable(roots):
            place[number] = len(listed)
            node = self._nodes[number]
            match node.op:
                case Op.TOKEN:
                    listed.append({"op": "token", "claim": node.name})
                case Op.OUTSIDE:
                    listed.append({"op": "token", "service": node.name, "at": node.at})
                case Op.ZERO | Op.ONE:
                    listed.append({"op": node.op.value})
                case _:
                    kind = "plus" if node.op in _SUMS else node.op.value
                    listed.append({"op": kind, "of": [place[operand] for operand in node.of]})
        return listed, place

    @classmethod
    def from_json(cls, listed: Sequence[Mapping[str, Any]]) -> tuple["Circuit", list[int]]:
        """A circuit from its JSON form, and the node that each place of the list has become.

        Facts come back as sums: the form does not tell them apart.
        """
        circuit = cls()
        numbers: list[int] = []
        for entry in listed:
            operands = [numbers[place] for place in entry.get("of", ())]
            match entry["op"]:
                case "token" if "claim" in entry:
                    number = circuit.token(entry["claim"])
                case "token":
                    number = circuit.outside(entry["service"], entry["at"])
                case "plus":
                    number = circuit.plus(operands)
                case "times":
                    number = circuit.times(operands)
                case "minus":
                    number = circuit.minus(operands[0], operands[1])
                case op:
                    number = circuit.one if op == "one" else circuit.zero
            numbers.append(number)
        return circuit, numbers
