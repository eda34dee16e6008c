"""The probability of nodes given which origins are reliable: a number for each world of a few origins.

Where it is settled which origins are reliable, claims are independent of each other. So a
node is worked out in all worlds of its origins at once, as a vector: parts that share no
claim by arithmetic, sums and products that share some as sums of products
(``kg.provenance.clauses``), and what is told apart by one event, as the counts of
threshold circuits are, by that event. Equal values are worked out once: many claims are as
credible as each other.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain, product
from math import prod
from operator import mul

import numpy as np

from kg.provenance.circuit import Circuit, Op
from kg.provenance.clauses import Clause, Sums, Values, any_of
from kg.provenance.effort import Effort, Intractable
from kg.provenance.extended import Extended
from kg.provenance.trusted import Chain, Trusted

MOST_CLAUSES = 5_000
"""A sum is written out as a sum of products up to so many."""
MOST_BYTES = 1 << 27
"""Of what is kept of the nodes for others to come; half of it is kept from row to row."""


@dataclass(frozen=True)
class _Plan:
    """How a node is worked out: from the values of others, by their numbers."""

    needed: Sequence[int]
    finish: Callable[[], int]


class Conditioned(Extended):
    """The nodes of a circuit in all worlds of some origins, each node worked out once.

    Any other origin must stand behind only one variable under the nodes asked for.
    ``chains`` are the variables of the claims that have copies.
    """

    def __init__(
        self, trusted: Trusted, origins: Sequence[str], chains: Mapping[str, Chain], effort: Effort
    ) -> None:
        super().__init__(trusted, chains)
        self._effort = effort
        worlds = np.arange(1 << len(origins))
        self._reliable = {origin: (worlds >> i & 1).astype(np.float64) for i, origin in enumerate(origins)}
        self._weights: Values = np.ones(1)
        for origin in origins:
            p = trusted.reliability[origin]
            self._weights = np.concatenate((self._weights * (1.0 - p), self._weights * p))
        self._one: Values = np.ones(len(worlds))
        self._vectors: list[Values] = []
        self._made: dict[Hashable, int] = {}
        self._values: dict[int, int] = {}

    @property
    def is_full(self) -> bool:
        """Whether it holds so much that a fresh one had better take its place."""
        return self._held > MOST_BYTES // 2

    def probability(self, root: int) -> float:
        """P(the node is true). Raises ``Intractable`` where that takes too much effort."""
        if root not in self._values:
            self._sweep(root)
            self._work_out(root)
        return float(self._weights @ self._vectors[self._values[root]])

    def _sweep(self, root: int) -> None:
        """The support of all nodes under a root, and the values of those whose parts are apart."""
        supports, values = self._supports, self._values
        operations, operands = self._circuit.operations, self._circuit.operands
        for number in self._circuit.reachable((root,), supports):
            if not operands[number]:
                self._support(number)
                if operations[number] is Op.TOKEN and not self._chains:
                    trust = self._trusted.trust(self._circuit.name(number))
                    values[number] = self._leaf(trust.origin, trust.credibility)
                else:
                    self._work_out(number)
                continue
            of = self._of(number)
            union = 0
            apart = True
            for operand in of:
                support = supports[operand]
                apart = apart and not union & support
                union |= support
            supports[number] = union
            self._held += union.bit_length() >> 3
            if apart:
                known = [values[n] for n in of if n in values]
                if len(known) == len(of):
                    values[number] = self._combined(operations[number], known)
        if self._held > MOST_BYTES:
            raise Intractable

    def _work_out(self, root: int) -> None:
        """The value of a node, after those that it needs."""
        plans: dict[int, _Plan] = {}
        waiting = [root]
        while waiting:
            number = waiting[-1]
            if number in self._values:
                waiting.pop()
                continue
            plan = plans.get(number)
            if plan is None:
                plan = plans[number] = self._plan(number)
            missing = [n for n in plan.needed if n not in self._values]
            if missing:
                waiting += missing
            else:
                self._values[number] = plan.finish()

    # --- values

    def _make(self, key: Hashable, work: Callable[[], Values]) -> int:
        """The number of a value that is known by a key."""
        found = self._made.get(key)
        return self._kept(key, work()) if found is None else found

    def _kept(self, key: Hashable, vector: Values) -> int:
        self._held += self._one.nbytes
        if self._held > MOST_BYTES:
            raise Intractable
        found = self._made[key] = len(self._vectors)
        self._vectors.append(vector)
        return found

    def _leaf(self, origin: str, p: float) -> int:
        reliable = self._reliable.get(origin)
        if reliable is None:
            p *= self._trusted.reliability.get(origin, 1.0)
            return self._make(("leaf", p), lambda: p * self._one)
        return self._make(("leaf", origin, p), lambda: p * reliable)

    def _vector(self, number: int) -> Values:
        return self._vectors[self._values[number]]

    def _plan(self, number: int) -> _Plan:
        op, operands = self._op(number), self._of(number)
        match op:
            case Op.TOKEN if number < 0:
                origin, p = self._own_variables[number]
                return _Plan((), lambda: self._leaf(origin, p))
            case Op.TOKEN if (variables := self._variables(number)) != (number,):
                return self._apart(Op.TIMES, variables)
            case Op.TOKEN:
                trust = self._trusted.trust(self._circuit.name(number))
                return _Plan((), lambda: self._leaf(trust.origin, trust.credibility))
            case Op.OUTSIDE:
                p = self._trusted.model.outside(self._circuit.name(number))
                return _Plan((), lambda: self._leaf("", p))
            case Op.ZERO:
                return _Plan((), lambda: self._make("zero", lambda: 0.0 * self._one))
        if op is Op.ONE or (op is Op.PLUS and Circuit.one in operands):
            return _Plan((), lambda: self._make("one", lambda: self._one))
        if self._are_apart(operands):
            return self._apart(op, operands)
        if op is Op.MINUS:
            return self._less(number, *operands)
        if op is Op.TIMES:
            return self._written_out(number, [operands])
        return self._told_apart(number, operands) or self._written_out(number, map(self._factors, operands))

    def _apart(self, op: Op, operands: Sequence[int]) -> _Plan:
        """Of parts that share nothing."""
        return _Plan(operands, lambda: self._combined(op, [self._values[n] for n in operands]))

    def _combined(self, op: Op, values: list[int]) -> int:
        """Of independent values."""
        if op is not Op.MINUS:
            values.sort()
        key = (op, *values)
        found = self._made.get(key)
        if found is None:
            parts = [self._vectors[value] for value in values]
            if op is Op.TIMES:
                vector = reduce(mul, parts)
            elif op is Op.MINUS:
                vector = parts[0] * (1.0 - parts[1])
            else:
                vector = any_of(parts)
            found = self._kept(key, vector)
        return found

    def _less(self, number: int, left: int, right: int) -> _Plan:
        """``left`` without what it has in common with ``right``."""
        both = self._node(Op.TIMES, (left, right))
        return _Plan(
            (left, both),
            lambda: self._make(("node", number), lambda: self._vector(left) - self._vector(both)),
        )

    def _told_apart(self, number: int, operands: Sequence[int]) -> _Plan | None:
        """Of a sum in which one event is subtracted: ``e·x + (y ⊖ e) + z``, either with it or without."""
        event = self._subtracted(operands)
        if event is None:
            return None
        splits = [split for split in (self._split(part, event, 0) for part in operands) if split is not None]
        self._effort.spend(1 + len(operands) // 8)
        if len(splits) < len(operands):
            return None
        true = self._node(Op.PLUS, list(dict.fromkeys(n for with_it, _ in splits for n in with_it)))
        false = self._node(Op.PLUS, list(dict.fromkeys(n for _, without in splits for n in without)))
        if number in (true, false):
            return None
        rest = self._support(number) & ~self._support(event)
        self._supports.setdefault(true, rest)
        self._supports.setdefault(false, rest)

        def work() -> Values:
            p = self._vector(event)
            return p * self._vector(true) + (1.0 - p) * self._vector(false)

        return _Plan((event, true, false), lambda: self._make(("node", number), work))

    # --- sums of products

    def _written_out(self, number: int, clauses: Iterable[Sequence[int]]) -> _Plan:
        """As a sum of products of nodes that share nothing."""
        written = self._clauses(list(clauses))
        things = sorted(frozenset().union(*written))

        def work() -> Values:
            sums = Sums({thing: self._vector(thing) for thing in things}, self._one, self._effort)
            return sums.probability(frozenset(written))

        return _Plan(things, lambda: self._make(("node", number), work))

    def _factors(self, number: int) -> Sequence[int]:
        return self._of(number) if self._op(number) is Op.TIMES else (number,)

    def _clauses(self, clauses: list[Sequence[int]]) -> list[Clause]:
        """Products of nodes, written out until no two nodes share a variable."""
        while True:
            nodes = set(chain.from_iterable(clauses))
            seen = shared = 0
            for node in nodes:
                support = self._support(node)
                shared |= seen & support
                seen |= support
            if not shared:
                return list(map(frozenset, clauses))
            ways = {
                n: self._ways(n, shared)
                for n in nodes
                if self._support(n) & shared and not self._is_variable(n)
            }
            count = sum(prod(len(ways.get(n, (n,))) for n in clause) for clause in clauses)
            self._effort.spend(count)
            if count > MOST_CLAUSES:
                raise Intractable
            clauses = [
                tuple(dict.fromkeys(chain.from_iterable(choice)))
                for clause in clauses
                for choice in product(*(ways.get(n, ((n,),)) for n in clause))
            ]

    def _ways(self, number: int, shared: int) -> list[Sequence[int]]:
        """The products that a node is the sum of; parts that share nothing with other nodes stay one."""
        match self._op(number):
            case Op.TOKEN | Op.OUTSIDE:
                return [self._variables(number)]
            case Op.TIMES:
                return [self._of(number)]
            case Op.FACT | Op.PLUS:
                members = self._of(number)
                alone = [n for n in members if not self._support(n) & shared]
                ways = [self._factors(n) for n in members if self._support(n) & shared]
                if alone:
                    ways.append((self._node(Op.PLUS, alone),))
                return ways
        raise Intractable
