"""What stands behind the nodes of a circuit: claims, their origins, and which of them count."""

from dataclasses import dataclass
from typing import Protocol

from kg.provenance.circuit import Circuit, Node, Op

_MANY = 64


@dataclass(frozen=True)
class Trust:
    """What is known of a claim: its origin's name, P(origin is reliable), P(credible | reliable)."""

    origin: str
    reliability: float
    credibility: float

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
    """A circuit together with what is known of its claims. Each claim is asked for once."""

    def __init__(self, circuit: Circuit, model: Model) -> None:
        self.circuit = circuit
        self.model = model
        self._trust: dict[str, Trust] = {}
        self._supports: dict[int, frozenset[str] | None] = {}

    def trust(self, claim: str) -> Trust:
        """The model's word on a claim, asked once."""
        found = self._trust.get(claim)
        if found is None:
            found = self._trust[claim] = self.model.trust(claim)
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
            counted = self.without_copies(node) if node.op is Op.FACT else members
            found.update(self.circuit[n].name for n in counted)
        return found

    def copies(self, root: int) -> dict[str, tuple[str, ...]]:
        """The claims under a node that have copies, each with all of its own: most credible first.

        Copies are claims of one origin that assert one triple, a fact in the circuit, and
        what is a copy of a copy.
        """
        parent: dict[str, str] = {}

        def first(name: str) -> str:
            while (above := parent.setdefault(name, name)) != name:
                parent[name] = name = parent.setdefault(above, above)
            return name

        for number in self.circuit.reachable((root,)):
            node = self.circuit[number]
            if node.op is Op.FACT:
                of_origin: dict[str, str] = {}
                for name in (self.circuit[n].name for n in node.of if self.circuit[n].op is Op.TOKEN):
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

    def independent(self, operands: tuple[int, ...]) -> bool:
        """Whether no origin stands behind two of the nodes."""
        total = 0
        union: set[str] = set()
        for number in operands:
            support = self.support(number)
            if support is None:
                return False
            total += len(support)
            union |= support
        return len(union) == total

    def support(self, number: int) -> frozenset[str] | None:
        """The origins and services under a node; ``None`` for more than ``_MANY``."""
        if number in self._supports:
            return self._supports[number]
        for below in self.circuit.reachable((number,)):
            if below in self._supports:
                continue
            node = self.circuit[below]
            match node.op:
                case Op.TOKEN:
                    found: frozenset[str] | None = frozenset((self.trust(node.name).origin,))
                case Op.OUTSIDE:
                    found = frozenset((f"service {node.name} at {node.at}",))
                case _:
                    sets = [s for s in (self._supports[operand] for operand in node.of) if s is not None]
                    found = frozenset().union(*sets) if len(sets) == len(node.of) else None
                    if found is not None and len(found) > _MANY:
                        found = None
            self._supports[below] = found
        return self._supports[number]

    def without_copies(self, fact: Node) -> tuple[int, ...]:
        """The operands of a fact, of each origin only the most credible claim."""
        best: dict[str, tuple[float, str, int]] = {}
        others = []
        for number in fact.of:
            node = self.circuit[number]
            if node.op is not Op.TOKEN:
                others.append(number)
                continue
            trust = self.trust(node.name)
            rank = (-trust.credibility, node.name, number)  # of equals the first by name
            best[trust.origin] = min(best.get(trust.origin, rank), rank)
        return (*(number for _, _, number in best.values()), *others)

    def leaves(self, root: int) -> list[Node]:
        """The tokens under a node."""
        nodes = map(self.circuit.__getitem__, self.circuit.reachable((root,)))
        return [node for node in nodes if node.op in (Op.TOKEN, Op.OUTSIDE)]

    def origin(self, node: Node) -> str:
        """The origin that a leaf falls with; a service is its own."""
        return node.name if node.op is Op.OUTSIDE else self.trust(node.name).origin
