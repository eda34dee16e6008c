"""What stands behind the nodes of a circuit: claims, their origins, and which of them count."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from itertools import chain as chained
from typing import Protocol, TypeVar

from kg.provenance.circuit import Circuit, Node, Op
from kg.provenance.effort import Effort

MAX_VISITS = 2_000_000
"""Nodes that are gone through again for each row, of all rows of an answer together."""
_MANY = 64

NO_FACTS: frozenset[int] = frozenset()
M = TypeVar("M")

Chain = tuple[tuple[Hashable, float], ...]
"""The variables that must all be true for a claim to be credible, with their probabilities."""


@dataclass(frozen=True)
class Trust:
    """What is known of a claim: its origin's name, P(origin is reliable), P(credible | reliable).

    A judgment is nobody's report: it has an origin of its own, which is reliable and never falls.
    """

    origin: str
    reliability: float
    credibility: float
    is_judgment: bool = False

    @property
    def probability(self) -> float:
        """P(the claim holds)."""
        return self.reliability * self.credibility


class Model(Protocol):
    """Where the probabilities of tokens come from."""

    def trust(self, claim: str) -> Trust:
        """Of a claim."""
        ...

    def outside(self, service: str) -> float:
        """P(what a service said holds)."""
        ...


class Trusted:
    """A circuit together with what is known of its claims. Each claim is asked for once.

    What goes through all nodes under one raises ``Intractable`` once ``max_visits`` of
    them were gone through.
    """

    def __init__(self, circuit: Circuit, model: Model, max_visits: int = MAX_VISITS) -> None:
        self.circuit = circuit
        self.model = model
        self.reliability: dict[str, float] = {}
        """P(reliable) of each origin that was met."""
        self.lasting: set[str] = set()
        """The origins that were met of judgments."""
        self._trust: dict[str, Trust] = {}
        self._visits = Effort(max_visits)
        self._copied: dict[int, frozenset[int] | None] = {}
        self._chains: dict[frozenset[int], dict[str, Chain]] = {frozenset(): {}}
        self._leaves: tuple[int, list[Node]] = (-1, [])
        self._supports: dict[int, frozenset[str] | None] = {}

    def trust(self, claim: str) -> Trust:
        """The model's word on a claim, asked once."""
        found = self._trust.get(claim)
        if found is None:
            found = self._trust[claim] = self.model.trust(claim)
            self.reliability[found.origin] = found.reliability
            if found.is_judgment:
                self.lasting.add(found.origin)
        return found

    def claims_of_sum(self, operands: tuple[int, ...]) -> set[str]:
        """The claims that count in a sum of claims and facts, of copies the most credible.

        Empty if there is anything else in the sum, or a claim stands in it twice.
        """
        found: set[str] = set()
        seen: set[int] = set()
        for number in operands:
            node = self.circuit[number]
            members = node.of if node.op is Op.FACT else (number,)
            if not seen.isdisjoint(members) or any(self.circuit[n].op is not Op.TOKEN for n in members):
                return set()
            seen.update(members)
            counted = self.without_copies(members) if node.op is Op.FACT else members
            found.update(self.circuit[n].name for n in counted)
        return found

    def copied(self, root: int) -> frozenset[int] | None:
        """The facts under a node that claims of one origin assert; ``None`` for more than ``_MANY``."""
        if root not in self._copied:
            operations, operands, copied = self.circuit.operations, self.circuit.operands, self._copied
            for number in self.circuit.reachable((root,), copied):
                below = operands[number]
                found = _union([copied[n] for n in below if copied[n] != NO_FACTS])
                if operations[number] is Op.FACT:
                    names = list(map(self.circuit.name, self._tokens(below)))
                    if len({self.trust(name).origin for name in names}) < len(names):
                        found = _union([found, frozenset((number,))])
                copied[number] = found
        return self._copied[root]

    def copies(self, root: int) -> dict[str, tuple[str, ...]]:
        """The claims under a node that have copies, each with all of its own: most credible first.

        Copies are claims of one origin that assert one triple, a fact in the circuit, and
        what is a copy of a copy. Judgments, each with an origin of its own, have none.
        """
        facts: Iterable[int] | None = self.copied(root)
        if facts is None:
            facts = [n for n in self._below(root) if self.circuit.operations[n] is Op.FACT]
        parent: dict[str, str] = {}

        def first(name: str) -> str:
            while (above := parent.setdefault(name, name)) != name:
                parent[name] = name = parent.setdefault(above, above)
            return name

        for number in facts:
            of_origin: dict[str, str] = {}
            for name in map(self.circuit.name, self._tokens(self.circuit.operands[number])):
                other = of_origin.setdefault(self.trust(name).origin, name)
                parent[first(name)] = first(other)
        groups: dict[str, list[str]] = {}
        for name in list(parent):
            groups.setdefault(first(name), []).append(name)
        found: dict[str, tuple[str, ...]] = {}
        for group in groups.values():
            if len(group) > 1:
                ranked = tuple(sorted(group, key=lambda c: (-self.trust(c).credibility, c)))
                found.update(dict.fromkeys(group, ranked))
        return found

    def _tokens(self, members: tuple[int, ...]) -> tuple[int, ...]:
        """The claims among members of a fact, and the judgments that they are multiplied with; each once."""
        operations, operands = self.circuit.operations, self.circuit.operands
        if all(operations[n] is Op.TOKEN for n in members):
            return members
        parts = (operands[n] if operations[n] is Op.TIMES else (n,) for n in members)
        return tuple(dict.fromkeys(n for n in chained.from_iterable(parts) if operations[n] is Op.TOKEN))

    def chains(self, root: int) -> dict[str, Chain]:
        """The variables of the claims under a node that have copies.

        Copies form a chain: the best has one variable, each next one those of the copies
        before it and one more, which brings the product down to its own credibility.
        """
        facts = self.copied(root)
        known = None if facts is None else self._chains.get(facts)
        if known is not None:
            return known
        found: dict[str, Chain] = {}
        for copies in set(self.copies(root).values()):
            chain: Chain = ()
            before = 1.0
            for copy in copies:
                own = self.trust(copy).credibility
                if own < before or not chain:
                    chain = (*chain, (("claim", copy, before), own / before if before else 0.0))
                    before = own
                found[copy] = chain
        if facts is not None:
            self._chains[facts] = found
        return found

    def independent(self, operands: tuple[int, ...]) -> bool:
        """Whether no origin stands behind two of the nodes."""
        supports = list(map(self.support, operands))
        known = [support for support in supports if support is not None]
        return len(known) == len(supports) and len(frozenset().union(*known)) == sum(map(len, known))

    def support(self, number: int) -> frozenset[str] | None:
        """The origins and services under a node; ``None`` for more than ``_MANY``."""
        supports = self._supports
        if number in supports:
            return supports[number]
        operations, operands = self.circuit.operations, self.circuit.operands
        for below in self.circuit.reachable((number,), supports):
            match operations[below]:
                case Op.TOKEN:
                    found: frozenset[str] | None = frozenset((self.trust(self.circuit.name(below)).origin,))
                case Op.OUTSIDE:
                    found = frozenset((self.origin(self.circuit[below]),))
                case _:
                    found = _union(list(map(supports.__getitem__, operands[below])))
            supports[below] = found
        return supports[number]

    def without_copies(self, members: tuple[int, ...]) -> tuple[int, ...]:
        """The operands of a fact, of each origin only the most credible claim."""
        tokens = [n for n in members if self.circuit.operations[n] is Op.TOKEN]
        names = list(map(self.circuit.name, tokens))
        if len({self.trust(name).origin for name in names}) == len(names):
            return members
        best: dict[str, tuple[float, str, int]] = {}
        for number, name in zip(tokens, names, strict=True):
            trust = self.trust(name)
            rank = (-trust.credibility, name, number)  # of equals the first by name
            best[trust.origin] = min(best.get(trust.origin, rank), rank)
        others = (n for n in members if self.circuit.operations[n] is not Op.TOKEN)
        return (*(number for _, _, number in best.values()), *others)

    def absorbed(self, operands: tuple[int, ...]) -> tuple[int, ...]:
        """The operands of a product without facts that one of its claims asserts: they hold with it.

        All operands, where that would part copies that the product needs together.
        """
        operations = self.circuit.operations
        facts = [n for n in operands if operations[n] is Op.FACT]
        if not facts:
            return operands
        tokens = {n for n in operands if operations[n] is Op.TOKEN}
        gone = set()
        for fact in facts:
            members = self.circuit.operands[fact]
            own = tokens.intersection(self._tokens(members))
            holding = [self._tokens((n,)) for n in members if own and own.issuperset(self._tokens((n,)))]
            if any(len(own) > len(needed) for needed in holding):
                return operands
            if holding:
                gone.add(fact)
        return tuple(n for n in operands if n not in gone) if gone else operands

    def leaves(self, root: int) -> list[Node]:
        """The tokens under a node."""
        if self._leaves[0] != root:
            kinds, operations = (Op.TOKEN, Op.OUTSIDE), self.circuit.operations
            self._leaves = root, [self.circuit[n] for n in self._below(root) if operations[n] in kinds]
        return self._leaves[1]

    def _below(self, root: int) -> list[int]:
        """The nodes under a node, itself included."""
        found = self.circuit.reachable((root,))
        self._visits.spend(len(found))
        return found

    def origin(self, node: Node) -> str:
        """The origin that a leaf falls with; a service is its own."""
        return f"service {node.name}" if node.op is Op.OUTSIDE else self.trust(node.name).origin


def _union(sets: list[frozenset[M] | None]) -> frozenset[M] | None:
    """Of all; ``None`` for more than ``_MANY``."""
    if len(sets) == 1:
        return sets[0]
    known = [one for one in sets if one is not None]
    if len(known) < len(sets):
        return None
    union: frozenset[M] = frozenset().union(*known)
    return union if len(union) <= _MANY else None
