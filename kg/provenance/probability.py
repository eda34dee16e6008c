"""How sure a node is: confidence, the weakest claim, and how many origins it takes to fell it.

Random variables: one per origin (it is reliable or not, for all its claims at once) and
one per claim (what it says is credible, given a reliable origin), all independent. A
claim holds if both are true. In a ``fact`` node the claims of one origin are copies of
one report: only the most credible of them counts. An outside token has one variable.

Confidence is the exact probability that the circuit is true: by arithmetic where parts
share no origin, otherwise over a binary decision diagram of at most ``MAX_VARIABLES``
variables and ``MAX_DIAGRAM`` nodes. What is larger is estimated from ``SAMPLES`` random
worlds with a fixed seed, and says so.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from math import prod
from typing import Protocol, TypeVar

from kg.provenance.circuit import Circuit, Node, Op
from kg.provenance.diagram import Diagram, TooLarge
from kg.provenance.evaluate import evaluate
from kg.provenance.sampling import SAMPLES, Worlds, draw, interval
from kg.provenance.semirings.fuzzy import FUZZY

MAX_VARIABLES = 256
MAX_DIAGRAM = 20_000
_MANY = 64
_DEEP = 50

T = TypeVar("T")


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


@dataclass(frozen=True)
class Confidence:
    """A probability; ``error`` is the half width of its 95 % interval where it is an estimate."""

    value: float
    error: float | None = None


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
        self._trust: dict[str, Trust] = {}
        self._supports: list[frozenset[str] | None] = []
        self._confidence: dict[int, Confidence] = {}
        self._origins: dict[int, int | None] = {}

    def trust(self, claim: str) -> Trust:
        """The model's word on a claim, asked once."""
        found = self._trust.get(claim)
        if found is None:
            found = self._trust[claim] = self.model.trust(claim)
        return found

    def _probability(self, leaf: Node) -> float:
        if leaf.op is Op.OUTSIDE:
            return self.model.outside(leaf.name)
        return self.trust(leaf.name).probability

    # --- confidence

    def confidence(self, root: int) -> Confidence:
        """P(the node is true)."""
        known = self._confidence.get(root)
        if known is None:
            exact = self._arithmetic(root, 0)
            known = self._by_worlds(root) if exact is None else Confidence(exact)
            self._confidence[root] = known
        return known

    def _arithmetic(self, root: int, depth: int) -> float | None:
        """The confidence of a node whose parts share no origin; ``None`` where that is not so."""
        node = self.circuit[root]
        operands = tuple(dict.fromkeys(node.of))
        match node.op:
            case Op.ZERO | Op.ONE:
                return float(node.op is Op.ONE)
            case Op.TOKEN | Op.OUTSIDE:
                return self._probability(node)
            case Op.FACT:
                operands = self._without_copies(node)
            case Op.PLUS if Circuit.one in operands:
                return 1.0
        if depth > _DEEP:
            return None
        if not self._independent(operands):
            names = [self.circuit[n].name for n in operands if self.circuit[n].op is Op.TOKEN]
            return self._all_of(names) if node.op is Op.TIMES and len(names) == len(operands) else None
        parts = [self._arithmetic(n, depth + 1) for n in operands]
        values = [part for part in parts if part is not None]
        if len(values) < len(parts):
            return None
        match node.op:
            case Op.TIMES:
                return prod(values)
            case Op.MINUS:
                return values[0] * (1.0 - values[1])
        return 1.0 - prod(1.0 - value for value in values)

    def _all_of(self, claims: list[str]) -> float:
        """P(all these claims hold): each origin counts once."""
        trusts = [self.trust(claim) for claim in claims]
        origins = {trust.origin: trust.reliability for trust in trusts}
        return prod(origins.values()) * prod(trust.credibility for trust in trusts)

    def _independent(self, operands: tuple[int, ...]) -> bool:
        """Whether no origin stands behind two of the nodes."""
        total = 0
        union: set[str] = set()
        for number in operands:
            support = self._support(number)
            if support is None:
                return False
            total += len(support)
            union |= support
        return len(union) == total

    def _support(self, number: int) -> frozenset[str] | None:
        """The origins and services under a node; ``None`` for more than ``_MANY``."""
        for known in range(len(self._supports), number + 1):
            node = self.circuit[known]
            match node.op:
                case Op.TOKEN:
                    found: frozenset[str] | None = frozenset((self.trust(node.name).origin,))
                case Op.OUTSIDE:
                    found = frozenset((f"service {node.name} at {node.at}",))
                case _:
                    below = [self._supports[operand] for operand in node.of]
                    sets = [support for support in below if support is not None]
                    found = frozenset().union(*sets) if len(sets) == len(below) else None
                    if found is not None and len(found) > _MANY:
                        found = None
            self._supports.append(found)
        return self._supports[number]

    def _without_copies(self, fact: Node) -> tuple[int, ...]:
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

    def _by_worlds(self, root: int) -> Confidence:
        """By a diagram if it stays within its size, otherwise by sampling."""
        probability = self._variables(root)
        if len(probability) <= self.max_variables:
            try:
                diagram = Diagram(list(probability), self.max_diagram)
                function = evaluate(
                    self.circuit,
                    (root,),
                    diagram,
                    self._leaf(diagram.variable, diagram.times),
                    self._without_copies,
                )[root]
                return Confidence(diagram.probability(function, probability))
            except TooLarge:
                pass
        worlds = Worlds(self.samples)
        drawn = draw(probability, self.samples)
        leaf = self._leaf(drawn.__getitem__, worlds.times)
        true = evaluate(self.circuit, (root,), worlds, leaf, self._without_copies)[root]
        return Confidence(*interval(true.bit_count(), self.samples))

    def _variables(self, root: int) -> dict[Hashable, float]:
        """The random variables under a node with their probabilities, those of one origin together."""
        claims: dict[str, dict[Hashable, float]] = {}
        for number in self.circuit.reachable((root,)):
            node = self.circuit[number]
            if node.op is Op.TOKEN:
                trust = self.trust(node.name)
                of_origin = claims.setdefault(trust.origin, {("origin", trust.origin): trust.reliability})
                of_origin["claim", node.name] = trust.credibility
            elif node.op is Op.OUTSIDE:
                key = ("service", node.name, node.at)
                claims.setdefault(str(key), {key: self.model.outside(node.name)})
        return {name: p for of_origin in claims.values() for name, p in of_origin.items()}

    def _leaf(self, variable: Callable[[Hashable], T], both: Callable[[T, T], T]) -> Callable[[Node], T]:
        """What a token means in terms of the random variables."""

        def value(node: Node) -> T:
            if node.op is Op.OUTSIDE:
                return variable(("service", node.name, node.at))
            return both(variable(("origin", self.trust(node.name).origin)), variable(("claim", node.name)))

        return value

    # --- weakest

    def weakest(self, roots: list[int]) -> dict[int, float]:
        """For each node the probability of the weakest claim of its best derivation; 1 where none is needed.

        What is subtracted counts only by whether it has support: it has none under a row that is an answer.
        """
        return evaluate(self.circuit, roots, FUZZY, self._probability)

    # --- origins

    def origins(self, root: int) -> int | None:
        """The fewest origins whose fall makes the node false; ``None`` if no fall does.

        Exact while a diagram of at most ``max_variables`` origins and ``max_diagram`` nodes
        tells; beyond that a lower bound: 1 if one origin alone fells it, otherwise 2.
        """
        if root not in self._origins:
            self._origins[root] = self._few(root, 0)
        return self._origins[root]

    def _few(self, root: int, depth: int) -> int | None:
        node = self.circuit[root]
        match node.op:
            case Op.ZERO:
                return 0
            case Op.ONE:
                return None
            case Op.TOKEN | Op.OUTSIDE:
                return 1
            case Op.FACT | Op.PLUS if Circuit.one in node.of:
                return None
            case Op.FACT | Op.PLUS if all(self.circuit[n].op is Op.TOKEN for n in node.of):
                return len({self.trust(self.circuit[n].name).origin for n in node.of})
            case Op.FACT | Op.PLUS if depth <= _DEEP and self._independent(tuple(dict.fromkeys(node.of))):
                counts = [self._few(n, depth + 1) for n in dict.fromkeys(node.of)]
                return None if None in counts else sum(count or 0 for count in counts)
            case Op.TIMES if depth <= _DEEP:  # a product falls with any one of its parts
                counts = [self._few(n, depth + 1) for n in dict.fromkeys(node.of)]
                return min((count for count in counts if count is not None), default=None)
        return self._fewest(root)

    def _fewest(self, root: int) -> int | None:
        names = list(dict.fromkeys(map(self._origin, self._leaves(root))))
        if len(names) <= self.max_variables:
            try:
                diagram = Diagram(names, self.max_diagram)
                function = evaluate(
                    self.circuit, (root,), diagram, lambda node: diagram.variable(self._origin(node))
                )[root]
                return diagram.fewest_false(function)
            except TooLarge:
                pass
        falls = Worlds(len(names))  # in world i origin i falls
        standing = {name: falls.one & ~(1 << i) for i, name in enumerate(names)}
        true = evaluate(self.circuit, (root,), falls, lambda node: standing[self._origin(node)])[root]
        return 2 if true == falls.one else 1

    def _leaves(self, root: int) -> list[Node]:
        nodes = map(self.circuit.__getitem__, self.circuit.reachable((root,)))
        return [node for node in nodes if node.op in (Op.TOKEN, Op.OUTSIDE)]

    def _origin(self, node: Node) -> str:
        """The origin that a leaf falls with; a service is its own."""
        return node.name if node.op is Op.OUTSIDE else self.trust(node.name).origin
