"""How sure a node is: confidence, the weakest claim, and how many origins it takes to fell it.

Random variables: one per origin (it is reliable or not, shared by all its claims) and
one per claim (what it says is credible, given a reliable origin), all independent. A
claim holds if both are true. In a ``fact`` node the claims of one origin are copies of
one report: only the most credible of them counts. An outside token has one variable.

Confidence is the exact probability that the Boolean circuit is true, for single claims,
facts and products or sums of independent parts by arithmetic, otherwise over a binary
decision diagram of at most ``MAX_VARIABLES`` variables and ``MAX_DIAGRAM`` nodes. What is
larger is estimated from ``SAMPLES`` random worlds with a fixed seed.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import prod
from typing import Protocol

from kg.provenance.circuit import Circuit, Node, Op
from kg.provenance.diagram import Diagram, TooLarge
from kg.provenance.evaluate import evaluate
from kg.provenance.sampling import SAMPLES, estimate
from kg.provenance.semirings.fuzzy import FUZZY

MAX_VARIABLES = 256
MAX_DIAGRAM = 20_000


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
    """The probabilities of tokens."""

    def trust(self, claim: str) -> Trust:
        """Of a claim."""
        ...

    def outside(self, service: str) -> float:
        """P(what a service said holds)."""
        ...


@dataclass(frozen=True)
class Confidence:
    """A probability; ``error`` is the half width of its 95 % interval where it is an estimate."""

    value: float
    error: float | None = None


@dataclass(frozen=True)
class Origins:
    """The fewest origins whose fall makes a node false; ``exact`` is false where it is a lower bound."""

    count: int
    exact: bool = True


Variable = tuple[str, str]
"""("origin", name), ("claim", name) or ("service", url@time)."""

_CERTAIN = Confidence(1.0)
_IMPOSSIBLE = Confidence(0.0)


class Assessor:
    """Confidence, weakest and origins of the nodes of one circuit; each node is worked out once."""

    def __init__(
        self,
        circuit: Circuit,
        model: Model,
        *,
        max_variables: int = MAX_VARIABLES,
        max_diagram: int = MAX_DIAGRAM,
        samples: int = SAMPLES,
    ) -> None:
        self.circuit = circuit
        self.model = model
        self.max_variables = max_variables
        self.max_diagram = max_diagram
        self.samples = samples
        self._confidence: dict[int, Confidence] = {}
        self._independent: dict[int, frozenset[str]] = {}
        self._trust: dict[str, Trust] = {}

    def trust(self, claim: str) -> Trust:
        """The model's word on a claim, asked once."""
        found = self._trust.get(claim)
        if found is None:
            found = self._trust[claim] = self.model.trust(claim)
        return found

    # --- confidence

    def confidence(self, root: int) -> Confidence:
        """P(the node is true)."""
        known = self._confidence.get(root)
        if known is None:
            known = self._confidence[root] = self._by_arithmetic(root) or self._by_worlds(root)
        return known

    def _by_arithmetic(self, root: int) -> Confidence | None:
        """The confidence where the node's parts share no variable; ``None`` where they do."""
        node = self.circuit[root]
        match node.op:
            case Op.ZERO:
                return _IMPOSSIBLE
            case Op.ONE:
                return _CERTAIN
            case Op.TOKEN:
                return Confidence(self.trust(node.name).probability)
            case Op.OUTSIDE:
                return Confidence(self.model.outside(node.name))
            case Op.FACT if all(self.circuit[n].op is Op.TOKEN for n in node.of):
                return Confidence(1.0 - prod(1.0 - t.probability for t in self._best_copies(node)))
            case Op.MINUS | Op.FACT:
                return None
        if any(self.circuit[n].op not in (Op.TOKEN, Op.FACT, Op.ONE, Op.OUTSIDE) for n in node.of):
            return None
        operands = tuple(dict.fromkeys(node.of))
        origins = [self._origins_of(n) for n in operands]
        if sum(map(len, origins)) != len(frozenset().union(*origins)):
            if node.op is Op.TIMES and all(self.circuit[n].op is Op.TOKEN for n in operands):
                return Confidence(self._all_of([self.circuit[n].name for n in operands]))
            return None
        parts = [self.confidence(n) for n in operands]
        if any(part.error is not None for part in parts):
            return None
        if node.op is Op.TIMES:
            return Confidence(prod(part.value for part in parts))
        return Confidence(1.0 - prod(1.0 - part.value for part in parts))

    def _all_of(self, claims: Iterable[str]) -> float:
        """P(all these claims hold): each origin is asked for once."""
        trusts = [self.trust(claim) for claim in claims]
        origins = {trust.origin: trust.reliability for trust in trusts}
        return prod(origins.values()) * prod(trust.credibility for trust in trusts)

    def _origins_of(self, number: int) -> frozenset[str]:
        """The origins (and services) that a token or a fact depends on."""
        found = self._independent.get(number)
        if found is None:
            node = self.circuit[number]
            match node.op:
                case Op.TOKEN:
                    found = frozenset((self.trust(node.name).origin,))
                case Op.OUTSIDE:
                    found = frozenset((f"\0{node.name}\0{node.at}",))
                case _:
                    found = frozenset().union(*map(self._origins_of, node.of))
            self._independent[number] = found
        return found

    def _best_copies(self, fact: Node) -> list[Trust]:
        return [self.trust(self.circuit[n].name) for n in self._without_copies(fact) if self.circuit[n].name]

    def _without_copies(self, fact: Node) -> tuple[int, ...]:
        """The operands of a fact, of each origin only its most credible claim (the first of equals by name)."""
        best: dict[str, int] = {}
        others = []
        for number in fact.of:
            node = self.circuit[number]
            if node.op is not Op.TOKEN:
                others.append(number)
                continue
            trust = self.trust(node.name)
            kept = best.get(trust.origin)
            if kept is None or self._rank(number) < self._rank(kept):
                best[trust.origin] = number
        return (*best.values(), *others)

    def _rank(self, number: int) -> tuple[float, str]:
        name = self.circuit[number].name
        return (-self.trust(name).credibility, name)

    def _by_worlds(self, root: int) -> Confidence:
        probability: dict[Variable, float] = {}
        for node in map(self.circuit.__getitem__, self.circuit.reachable((root,))):
            match node.op:
                case Op.TOKEN:
                    trust = self.trust(node.name)
                    probability["origin", trust.origin] = trust.reliability
                    probability["claim", node.name] = trust.credibility
                case Op.OUTSIDE:
                    probability["service", f"{node.name}@{node.at}"] = self.model.outside(node.name)
        if len(probability) <= self.max_variables:
            try:
                diagram = Diagram(_order(probability, self.trust), self.max_diagram)
                function = self._build(diagram, root, self._world_leaf(diagram.variable, diagram.both))
                return Confidence(diagram.probability(function, probability))
            except TooLarge:
                pass
        return self._sampled(root, probability)

    def _world_leaf[T](self):  # placeholder
        ...
