"""Circuits: annotations that share their parts (Deutch et al., "Circuits for Datalog provenance", ICDT 2014).

A circuit lists nodes, and the operands of a node always come before it. Equal nodes are
one node (hash-consing), so that equal annotations have equal numbers. Every
simplification holds in all commutative semirings with the minus of spm-semirings
(Geerts et al., "Algebraic structures for capturing the provenance of SPARQL queries",
JACM 2016): plus is never taken to be idempotent, and ``1 + x`` stays as it is.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import chain, repeat
from typing import Any, NamedTuple

from kg.errors import LodestoneError


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
    was asked. A ``fact`` is the sum of the claims that assert one and the same triple, each
    alone or times the judgments that it needs for that: a plus in every semiring, but
    copies among its claims are told apart for confidence.
    """

    op: Op
    of: tuple[int, ...] = ()
    name: str = ""
    at: str = ""


class CircuitTooLarge(LodestoneError):
    """A circuit would have more nodes than it may; ``most`` is how many those are."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"the annotations need more than {most} nodes: ask for fewer rows, or without provenance"
        )
        self.most = most


MOST_NODES = 5_000_000
"""The nodes of a circuit, unless it is told otherwise: about 1 GB of memory."""

_FLATTENED = 8
"""Operands of a plus within a plus, or a times within a times, are taken over up to this many: longer
lists stay shared, or a chain of sums would grow by its square."""

NOTHING: Mapping[int, object] = {}

_SPELLED = {Op.PLUS: "plus", Op.FACT: "plus", Op.TIMES: "times", Op.MINUS: "minus"}


class _Composites:
    """The sums, or the products, of a circuit: by their operands, and which of them are taken over."""

    def __init__(self, op: Op, unit: int) -> None:
        self.op = op
        self.unit = unit
        self.known: dict[tuple[int, ...], int] = {}
        self.short: set[int] = set()


class Circuit:
    """A growing list of nodes. Each building method gives back the number of a node.

    ``operations`` and ``operands`` tell of each node by its number, as ``circuit[number]``
    does more slowly; they are to be read only. Raises ``CircuitTooLarge`` where there
    would be more than ``most_nodes`` nodes.
    """

    zero = 0
    one = 1

    def __init__(self, most_nodes: int = MOST_NODES) -> None:
        self.most_nodes = most_nodes
        self.operations: list[Op] = [Op.ZERO, Op.ONE]
        self.operands: list[tuple[int, ...]] = [(), ()]
        self._tokens: dict[str, int] = {}
        self._outside: dict[tuple[str, str], int] = {}
        self._names: dict[int, str] = {}
        self._times: dict[int, str] = {}
        self._facts: dict[tuple[int, ...], int] = {}
        self._differences: dict[tuple[int, ...], int] = {}
        self._sums = _Composites(Op.PLUS, self.zero)
        self._products = _Composites(Op.TIMES, self.one)

    def __len__(self) -> int:
        return len(self.operations)

    def __getitem__(self, number: int) -> Node:
        name, at = self._names.get(number, ""), self._times.get(number, "")
        return Node(self.operations[number], self.operands[number], name, at)

    def name(self, number: int) -> str:
        """The claim of a token, the service of an outside token."""
        return self._names[number]

    def _new(self, op: Op, operands: tuple[int, ...]) -> int:
        number = len(self.operations)
        if number >= self.most_nodes:
            raise CircuitTooLarge(self.most_nodes)
        self.operations.append(op)
        self.operands.append(operands)
        return number

    def token(self, claim: str) -> int:
        """The node of one claim."""
        found = self._tokens.get(claim)
        if found is None:
            found = self._tokens[claim] = self._new(Op.TOKEN, ())
            self._names[found] = claim
        return found

    def outside(self, service: str, at: str) -> int:
        """The node of what an outside service said at a time; no claim, so it never falls."""
        found = self._outside.get((service, at))
        if found is None:
            found = self._outside[service, at] = self._new(Op.OUTSIDE, ())
            self._names[found] = service
            self._times[found] = at
        return found

    def fact(self, of: Iterable[int]) -> int:
        """The sum of the claims that assert one triple: each counts once, their order does not matter."""
        members = set(of)
        members.discard(self.zero)
        operands = tuple(sorted(members))
        if len(operands) < 2:
            return operands[0] if operands else self.zero
        found = self._facts.get(operands)
        if found is None:
            found = self._facts[operands] = self._new(Op.FACT, operands)
        return found

    def facts(self, of: Sequence[Sequence[str]]) -> list[int]:
        """The sums of the claims that assert one triple, for many triples: as by ``fact``, in less time.

        Each sum has one claim or more, each once.
        """
        tokens, known = self._tokens, self._facts
        claims: Collection[str] = dict.fromkeys(chain.from_iterable(of))
        if tokens:
            claims = [claim for claim in claims if claim not in tokens]
        numbers = self._many(Op.TOKEN, [()] * len(claims))
        tokens.update(zip(claims, numbers, strict=True))
        self._names.update(zip(numbers, claims, strict=True))
        number = tokens.__getitem__
        keys = [tuple(sorted(map(number, names))) for names in of if len(names) > 1]
        if not keys:
            return [number(names[0]) for names in of]
        fresh = [key for key in dict.fromkeys(keys) if key not in known] if known else [*dict.fromkeys(keys)]
        known.update(zip(fresh, self._many(Op.FACT, fresh), strict=True))
        sums = map(known.__getitem__, keys)
        return [next(sums) if len(names) > 1 else number(names[0]) for names in of]

    def _many(self, op: Op, operands: list[tuple[int, ...]]) -> range:
        """The numbers of new nodes."""
        start = len(self.operations)
        numbers = range(start, start + len(operands))
        if numbers.stop > self.most_nodes:
            raise CircuitTooLarge(self.most_nodes)
        self.operations.extend(repeat(op, len(operands)))
        self.operands.extend(operands)
        return numbers

    def plus(self, of: Iterable[int]) -> int:
        """A sum. ``x + 0 = x``; flattened, in a fixed order; ``x + x`` is kept."""
        return self._combined(self._sums, tuple(sorted(of)))

    def sum(self, of: Sequence[int]) -> int:
        """The same of a list, which mostly has but one node."""
        return of[0] if len(of) == 1 else self.plus(of)

    def times(self, of: Iterable[int]) -> int:
        """A product. ``x · 1 = x``, ``x · 0 = 0``; flattened, in a fixed order; ``x · x`` is kept."""
        return self._combined(self._products, tuple(sorted(of)))

    def products(self, combinations: Iterable[Iterable[int]]) -> list[int]:
        """The product of each combination, as by ``times``; many at once are built in less time."""
        keys = list(map(tuple, map(sorted, combinations)))
        kind = self._products
        fresh = [key for key in dict.fromkeys(keys) if key not in kind.known]
        if not fresh:
            return list(map(kind.known.__getitem__, keys))
        lengths = set(map(len, fresh))
        if not (
            2 <= min(lengths) <= max(lengths) <= _FLATTENED
            and min(fresh)[0] > self.one
            and kind.short.isdisjoint(chain.from_iterable(fresh))
        ):
            return self._mixed(kind, keys, fresh)
        numbers = self._many(kind.op, fresh)
        kind.known.update(zip(fresh, numbers, strict=True))
        kind.short.update(numbers)
        return list(numbers) if len(fresh) == len(keys) else list(map(kind.known.__getitem__, keys))

    def _mixed(
        self, kind: _Composites, keys: Sequence[tuple[int, ...]], fresh: Sequence[tuple[int, ...]]
    ) -> list[int]:
        """Sums or products of which only some are written down as they are."""
        is_apart, first = kind.short.isdisjoint, self.one
        plain = [key for key in fresh if 2 <= len(key) <= _FLATTENED and key[0] > first and is_apart(key)]
        numbers = self._many(kind.op, plain)
        kind.known.update(zip(plain, numbers, strict=True))
        found = {key: self._combined(kind, key) for key in fresh if key not in kind.known}
        kind.short.update(numbers)
        return [kind.known[key] if key in kind.known else found[key] for key in keys]

    def at_least(self, least: int, of: Sequence[int]) -> int:
        """The sum of the products of all ``least`` of these nodes, one or more: that so many have support.

        It takes at most ``least`` times as many sums and products as there are nodes.
        "So many of the first ones" is built only where enough are left to come to all.
        """
        spare = len(of) - least
        if spare < 0:
            return self.zero
        if spare == 0:
            return self.times(of)
        row = [self.plus(of[: n + 1]) for n in range(spare + 1)]
        for taken in range(1, least):
            state, following = self.zero, []
            for before, other in zip(row, of[taken:], strict=False):
                state = self._pair(self._sums, state, self._pair(self._products, before, other))
                following.append(state)
            row = following
        return row[-1]

    def _pair(self, kind: _Composites, left: int, right: int) -> int:
        """The sum or product of two nodes, which are not taken apart: so chains of them stay short."""
        if left <= self.one or right <= self.one:
            return self._combined(kind, (left, right) if left < right else (right, left))
        key = (left, right) if left < right else (right, left)
        found = kind.known.get(key)
        if found is None:
            found = kind.known[key] = self._new(kind.op, key)
        return found

    def minus(self, left: int, right: int) -> int:
        """``left`` where ``right`` has no support, else zero."""
        if self.zero in (left, right):
            return left
        if right in (left, self.one):
            return self.zero
        found = self._differences.get((left, right))
        if found is None:
            found = self._differences[left, right] = self._new(Op.MINUS, (left, right))
        return found

    def _combined(self, kind: _Composites, key: tuple[int, ...]) -> int:
        """The sum or product of operands in their order."""
        found = kind.known.get(key)
        if found is not None:
            return found
        if key and key[0] <= kind.unit:  # zero and one have the least numbers
            if key[0] < kind.unit:
                return self.zero
            key = key[bisect_right(key, kind.unit) :]
        if not kind.short.isdisjoint(key):
            parts = (self.operands[n] if n in kind.short else (n,) for n in key)
            key = tuple(sorted(chain.from_iterable(parts)))
        if len(key) < 2:
            return key[0] if key else kind.unit
        found = kind.known.get(key)
        if found is None:
            found = kind.known[key] = self._new(kind.op, key)
            if len(key) <= _FLATTENED:
                kind.short.add(found)
        return found

    def reachable(self, roots: Iterable[int], known: Mapping[int, object] = NOTHING) -> list[int]:
        """The nodes that the roots rest on, themselves included, operands first.

        What is known already, and what is below that alone, is left out.
        """
        of = self.operands.__getitem__
        reached = {root for root in roots if root not in known}
        fresh = reached
        while fresh:
            fresh = set().union(*map(of, fresh)) - reached
            if known:
                fresh.difference_update([n for n in fresh if n in known])
            reached |= fresh
        return sorted(reached)

    def names(self, roots: Iterable[int]) -> list[str]:
        """The claims whose tokens the roots rest on, in the order of the circuit."""
        return [self._names[n] for n in self.reachable(roots) if self.operations[n] is Op.TOKEN]

    def positive_names(self, root: int) -> list[str]:
        """The claims that support one node: what is subtracted somewhere does not."""
        seen = {root}
        waiting = [root]
        found = []
        while waiting:
            number = waiting.pop()
            op, of = self.operations[number], self.operands[number]
            if op is Op.TOKEN:
                found.append(self._names[number])
            for operand in of[:1] if op is Op.MINUS else of:
                if operand not in seen:
                    seen.add(operand)
                    waiting.append(operand)
        return sorted(found)

    def to_json(self, roots: Sequence[int]) -> tuple[list[dict[str, Any]], dict[int, int]]:
        """The nodes under the roots as DESIGN section 6 lists them, and the place of each in that list."""
        numbers, place = self.placed(roots)
        return [self.node_json(number, place) for number in numbers], place

    def placed(self, roots: Sequence[int]) -> tuple[list[int], dict[int, int]]:
        """The nodes under the roots, and the place of each in that list."""
        numbers = self.reachable(roots)
        return numbers, dict(zip(numbers, range(len(numbers)), strict=True))

    def node_json(self, number: int, place: Mapping[int, int]) -> dict[str, Any]:
        """A node as DESIGN section 6 lists it, its operands by their places."""
        if operands := self.operands[number]:
            return {"op": _SPELLED[self.operations[number]], "of": [place[one] for one in operands]}
        return self._leaf_json(number)

    def _leaf_json(self, number: int) -> dict[str, Any]:
        name, at = self._names.get(number, ""), self._times.get(number, "")
        match self.operations[number]:
            case Op.TOKEN:
                return {"op": "token", "claim": name}
            case Op.OUTSIDE:
                return {"op": "token", "service": name, "at": at}
            case constant:
                return {"op": constant.value}

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
