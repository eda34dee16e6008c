"""A circuit with nodes beside it: which variables are under a node, and what it leaves without an event."""

from collections.abc import Hashable, Mapping, Sequence

from kg.provenance.circuit import Circuit, Op
from kg.provenance.trusted import Chain, Trusted

_DEEP = 50

Split = tuple[tuple[int, ...], tuple[int, ...]]
"""The parts of a sum where an event is true, and those where it is not."""


class Extended:
    """A circuit, and nodes of its own, which have negative numbers.

    ``chains`` are the variables of the claims that have copies; any other claim is one.
    """

    def __init__(self, trusted: Trusted, chains: Mapping[str, Chain]) -> None:
        self._trusted = trusted
        self._circuit = trusted.circuit
        self._chains = chains
        self._operands: dict[int, tuple[int, ...]] = {}
        self._supports: dict[int, int] = {}
        self._held = 0
        self._bits = 0
        self._splits: dict[tuple[int, int], Split | None] = {}
        self._own: list[tuple[Op, tuple[int, ...]]] = []
        self._own_numbers: dict[tuple[Hashable, ...], int] = {}
        self._own_variables: dict[int, tuple[str, float]] = {}

    def _op(self, number: int) -> Op:
        return self._circuit.operations[number] if number >= 0 else self._own[~number][0]

    def _of(self, number: int) -> tuple[int, ...]:
        """The operands that count: each once, of copies the best, no fact that a claim beside it asserts."""
        found = self._operands.get(number)
        if found is None:
            op = self._op(number)
            found = self._circuit.operands[number] if number >= 0 else self._own[~number][1]
            if op is Op.FACT:
                found = self._trusted.without_copies(found)
            elif op is not Op.MINUS:
                found = tuple(dict.fromkeys(found))
                if op is Op.TIMES and not self._chains and min(found) >= 0:
                    found = self._trusted.absorbed(found)
            self._operands[number] = found
        return found

    def _node(self, op: Op, operands: Sequence[int]) -> int:
        """A node of its own, a sum or product; an empty sum is zero, an empty product one."""
        if not operands:
            return Circuit.one if op is Op.TIMES else Circuit.zero
        if len(operands) == 1:
            return operands[0]
        key = (op, *sorted(operands))
        found = self._own_numbers.get(key)
        if found is None:
            found = self._own_numbers[key] = ~len(self._own)
            self._own.append((op, tuple(operands)))
        return found

    # --- variables

    def _variables(self, number: int) -> tuple[int, ...]:
        """The variables that a leaf is the product of, as nodes: itself, or those of its chain."""
        if number < 0 or self._op(number) is not Op.TOKEN or not self._chains:
            return (number,)
        name = self._circuit.name(number)
        found = self._chains.get(name)
        if found is None:
            return (number,)
        origin = self._trusted.trust(name).origin
        return tuple(self._variable(key, origin, p) for key, p in found)

    def _variable(self, key: Hashable, origin: str, p: float) -> int:
        found = self._own_numbers.get(("variable", key))
        if found is None:
            found = self._own_numbers["variable", key] = ~len(self._own)
            self._own.append((Op.TOKEN, ()))
            self._own_variables[found] = (origin, p)
        return found

    def _is_variable(self, number: int) -> bool:
        return self._op(number) in (Op.TOKEN, Op.OUTSIDE) and self._variables(number) == (number,)

    def _support(self, number: int) -> int:
        """The variables under a node, a bit for each."""
        found = self._supports.get(number)
        if found is None:
            op = self._op(number)
            found = 0
            if self._is_variable(number):
                found = 1 << self._bits
                self._bits += 1
            elif op is not Op.ZERO and op is not Op.ONE:
                for below in self._variables(number) if op is Op.TOKEN else self._of(number):
                    found |= self._support(below)
            self._supports[number] = found
            self._held += found.bit_length() >> 3
        return found

    def _are_apart(self, numbers: Sequence[int]) -> bool:
        """Whether nodes share no variable."""
        union = 0
        for number in numbers:
            support = self._support(number)
            if union & support:
                return False
            union |= support
        return True

    # --- what is subtracted

    def _subtracted(self, operands: Sequence[int]) -> int | None:
        """What is subtracted in the first part of a sum that is less by something."""
        waiting = list(reversed(operands))
        while waiting:
            part = waiting.pop()
            op = self._op(part)
            if op is Op.MINUS:
                return self._of(part)[1]
            if op is Op.PLUS:
                waiting += reversed(self._of(part))
        return None

    def _split(self, part: int, event: int, depth: int) -> Split | None:
        """What a part of a sum leaves where an event is true, and where not; both share nothing with it."""
        key = (part, event)
        if key not in self._splits:
            self._splits[key] = self._split_anew(part, event, depth)
        return self._splits[key]

    def _split_anew(self, part: int, event: int, depth: int) -> Split | None:
        op, below, variables = self._op(part), self._of(part), self._support(event)
        if part == event:
            return (Circuit.one,), ()
        is_met = variables & self._support(part) or not variables  # what is always true has no variable
        if op is Op.PLUS and depth < _DEEP and is_met:
            splits = [split for n in below if (split := self._split(n, event, depth + 1)) is not None]
            if len(splits) < len(below):
                return None
            return tuple(n for split in splits for n in split[0]), tuple(
                n for split in splits for n in split[1]
            )
        if op is Op.MINUS and below[1] == event:
            rest = below[0]
            left: Split = ((), (rest,))
        elif op is Op.TIMES and event in below:
            rest = self._node(Op.TIMES, [n for n in below if n != event])
            left = ((rest,), ())
        else:
            return None if variables & self._support(part) else ((part,), (part,))
        return None if variables & self._support(rest) else left
