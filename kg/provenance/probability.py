"""How sure a node is: confidence, the weakest claim, and how many origins it takes to fell it.

Random variables: one per origin (it is reliable or not, for all its claims at once) and
one per claim (what it says is credible, given a reliable origin), independent but for
copies. A claim holds if both are true. Claims of one origin that assert one triple (the
members of a ``fact`` node) are copies of one report and share one variable: one is
credible wherever a less credible copy is, so that a fact is as sure as its best copy, and
each copy is as sure as it is by itself. An outside token has one variable.

Confidence is the exact probability that the circuit is true. It is no semiring: P(x or y)
does not follow from P(x) and P(y) where the two rest on one claim or one origin, so no
``plus`` of two numbers can give it, and the whole circuit under a row is looked at. It goes

* by arithmetic, where parts share no origin;
* by the worlds of the origins that several claims share, up to ``MAX_ORIGINS`` of them: in
  each, claims are independent (``kg.provenance.conditioned``; for all rows of an answer
  together at most ``MAX_CLAUSES`` clauses are looked at);
* over a binary decision diagram of at most ``MAX_VARIABLES`` variables and ``MAX_DIAGRAM``
  nodes (``MAX_EFFORT`` nodes for all rows of an answer together).

What is larger is estimated from ``SAMPLES`` random worlds, the same each time, and says so.
An answer of many large rows ends in estimates, too: what is worked out again for each row is
counted (``MAX_VISITS``), so that the rows after that share their work.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import reduce
from math import prod
from operator import and_
from typing import TYPE_CHECKING, TypeVar

from kg.provenance.circuit import Circuit, Node, Op
from kg.provenance.diagram import TooLarge
from kg.provenance.effort import Effort, Intractable
from kg.provenance.evaluate import evaluate
from kg.provenance.falls import MAX_DIAGRAM, MAX_FALLING, MAX_VARIABLES, Fallible
from kg.provenance.sampling import SAMPLES, Worlds, draw, interval
from kg.provenance.semirings.fuzzy import FUZZY
from kg.provenance.trusted import MAX_VISITS, Chain, Model

if TYPE_CHECKING:
    from kg.provenance.conditioned import Conditioned

MAX_ORIGINS = 12
MAX_CLAUSES = 300_000
_DEEP = 50
_MOST_KEPT = 32

T = TypeVar("T")


@dataclass(frozen=True)
class Confidence:
    """A probability; ``error`` is the half width of its 95 % interval where it is an estimate."""

    value: float
    error: float | None = None


class Assessor(Fallible):
    """Confidence, weakest and origins of the nodes of one circuit; each node is worked out once."""

    def __init__(
        self,
        circuit: Circuit,
        model: Model,
        *,
        max_origins: int = MAX_ORIGINS,
        max_clauses: int = MAX_CLAUSES,
        max_falling: int = MAX_FALLING,
        max_variables: int = MAX_VARIABLES,
        max_diagram: int = MAX_DIAGRAM,
        max_visits: int = MAX_VISITS,
        samples: int = SAMPLES,
    ) -> None:
        super().__init__(circuit, model, max_falling, max_variables, max_diagram, max_visits)
        self.max_origins = max_origins
        self.samples = samples
        self._clauses = Effort(max_clauses)
        self._met: frozenset[str] = frozenset()
        self._given: dict[Hashable, Conditioned] = {}
        self._drawn: dict[Hashable, int] = {}
        self._sampled: dict[frozenset[tuple[str, Chain]], dict[int, int]] = {}
        self._confidence: dict[int, Confidence] = {}

    def _probability(self, leaf: Node) -> float:
        if leaf.op is Op.OUTSIDE:
            return self.model.outside(leaf.name)
        return self.trust(leaf.name).probability

    # --- confidence

    def confidence(self, root: int) -> Confidence:
        """P(the node is true)."""
        known = self._confidence.get(root)
        if known is None and self.circuit.operations[root] is Op.TOKEN:
            known = self._confidence[root] = Confidence(self.trust(self.circuit.name(root)).probability)
        if known is None:
            known = self._of_fact(root)
        if known is None:
            self.support(root)  # of all nodes below at once
            exact = self._arithmetic(root, 0)
            known = self._by_worlds(root) if exact is None else Confidence(exact)
            self._confidence[root] = known
        return known

    def _of_fact(self, root: int) -> Confidence | None:
        """The confidence of a fact of claims alone, as most are; ``None`` for any other node."""
        operations, of = self.circuit.operations, self.circuit.operands[root]
        if operations[root] is not Op.FACT or any(operations[n] is not Op.TOKEN for n in of):
            return None
        values = (self.trust(self.circuit.name(n)).probability for n in self.without_copies(of))
        found = self._confidence[root] = Confidence(1.0 - prod(1.0 - value for value in values))
        return found

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
                operands = self.without_copies(node.of)
            case Op.PLUS if Circuit.one in operands:
                return 1.0
        if node.op is Op.PLUS and (claims := self.claims_of_sum(operands)):
            return self._any_of(claims)
        if depth > _DEEP:
            return None
        if node.op is Op.TIMES:
            operands = self.absorbed(operands)
        if not self.independent(operands):
            names = [self.circuit[n].name for n in operands if self.circuit[n].op is Op.TOKEN]
            plain = node.op is Op.TIMES and len(names) == len(operands)
            return self._all_of(names) if plain else self._given_origins(root)
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

    def _any_of(self, claims: set[str]) -> float:
        """P(one of these claims holds): within an origin they share its reliability."""
        incredible: dict[str, float] = {}
        reliability: dict[str, float] = {}
        for claim in sorted(claims):
            trust = self.trust(claim)
            reliability[trust.origin] = trust.reliability
            incredible[trust.origin] = incredible.get(trust.origin, 1.0) * (1.0 - trust.credibility)
        return 1.0 - prod(1.0 - reliability[o] * (1.0 - incredible[o]) for o in incredible)

    def _all_of(self, claims: list[str]) -> float:
        """P(all these claims hold): each origin counts once."""
        trusts = [self.trust(claim) for claim in claims]
        origins = {trust.origin: trust.reliability for trust in trusts}
        return prod(origins.values()) * prod(trust.credibility for trust in trusts)

    def _given_origins(self, root: int) -> float | None:
        """By the worlds of the origins that several claims share, if those are few; ``None`` otherwise."""
        try:
            chains = self.chains(root)
            origins = self._to_settle(root, chains)
        except Intractable:
            return None
        if origins is None or self._clauses.left <= 0:
            return None
        key = (origins, frozenset(chains.items()))
        given = self._given.get(key)
        if given is None or given.is_full:
            if len(self._given) >= _MOST_KEPT:
                self._given.clear()
            from kg.provenance.conditioned import Conditioned  # noqa: PLC0415 - most answers need no numpy

            given = self._given[key] = Conditioned(self, origins, chains, self._clauses)
        try:
            return given.probability(root)
        except Intractable:
            below = map(self.circuit.operands.__getitem__, self.circuit.reachable((root,)))
            self._clauses.left -= sum(map(len, below))
            return None

    def _to_settle(self, root: int, chains: dict[str, Chain]) -> tuple[str, ...] | None:
        """The origins whose worlds are gone through: all that were met, else those of several claims."""
        found = self.support(root)
        if found is not None:
            met = self._met.union(found.intersection(self.reliability))
            if len(met) <= self.max_origins:
                self._met = met
                return tuple(sorted(met))
        variables: defaultdict[str, set[Hashable]] = defaultdict(set)
        for leaf in self.leaves(root):
            if leaf.op is Op.TOKEN:
                names = [key for key, _ in chains.get(leaf.name, ((leaf.name, 1.0),))]
                variables[self.trust(leaf.name).origin].update(names)
        shared = tuple(sorted(origin for origin, of_origin in variables.items() if len(of_origin) > 1))
        return shared if len(shared) <= self.max_origins else None

    def _by_worlds(self, root: int) -> Confidence:
        """By a diagram if it stays within its size, otherwise by sampling."""
        try:
            chains = self.chains(root)
        except Intractable:
            return self._unchained(root)
        found = self._by_diagram(root, chains)
        if found is not None:
            return Confidence(found)
        values = self._sampled.setdefault(frozenset(chains.items()), {})
        try:
            if len(self._sampled) > 1:
                self._visits.spend(len(self.circuit.reachable((root,), values)))
        except Intractable:
            return self._unchained(root)
        return Confidence(*interval(self._samples(root, chains, values), self.samples))

    def _unchained(self, root: int) -> Confidence:
        """An estimate as if no claim had a copy: all that is left where nothing more may be spent."""
        value = self._samples(root, {}, self._sampled.setdefault(frozenset(), {})) / self.samples
        return Confidence(value, max(value, 1.0 - value))

    def _by_diagram(self, root: int, chains: Mapping[str, Chain]) -> float | None:
        """Exact; ``None`` where that is too large."""
        if self._effort <= 0:
            return None
        try:
            probability = self._variables(root, chains)
        except Intractable:
            return None
        diagram = self._diagram(list(probability))
        if diagram is None:
            return None
        try:
            leaf = self._leaf(diagram.variable, diagram.times, chains)
            function = evaluate(self.circuit, (root,), diagram, leaf)[root]
            return diagram.probability(function, probability)
        except TooLarge:
            return None
        finally:
            self._effort -= len(diagram)

    def _samples(self, root: int, chains: Mapping[str, Chain], values: dict[int, int]) -> int:
        """In how many random worlds a node is true; ``values`` are those of the nodes known already."""

        def drawn(name: Hashable, p: float) -> int:
            found = self._drawn.get(name)
            if found is None:
                found = self._drawn[name] = draw(name, p, self.samples)
            return found

        def leaf(node: Node) -> int:
            return reduce(and_, (drawn(name, p) for name, p in self._variables_of(node, chains)))

        true = evaluate(self.circuit, (root,), Worlds(self.samples), leaf, values)[root]
        return true.bit_count()

    def _variables(self, root: int, chains: Mapping[str, Chain]) -> dict[Hashable, float]:
        """The random variables under a node with their probabilities, those of one origin together."""
        variables: dict[str, dict[Hashable, float]] = {}
        for node in self.leaves(root):
            variables.setdefault(self.origin(node), {}).update(self._variables_of(node, chains))
        return {name: p for of_origin in variables.values() for name, p in of_origin.items()}

    def _variables_of(self, node: Node, chains: Mapping[str, Chain]) -> Chain:
        """The variables that are all true exactly where a token holds, with their probabilities."""
        if node.op is Op.OUTSIDE:
            return ((("service", node.name, node.at), self.model.outside(node.name)),)
        trust = self.trust(node.name)
        own = chains.get(node.name, ((("claim", node.name, 1.0), trust.credibility),))
        return ((("origin", trust.origin), trust.reliability), *own)

    def _leaf(
        self,
        variable: Callable[[Hashable], T],
        both: Callable[[T, T], T],
        chains: Mapping[str, Chain],
    ) -> Callable[[Node], T]:
        """What a token means in terms of the random variables."""

        def value(node: Node) -> T:
            return reduce(both, (variable(name) for name, _ in self._variables_of(node, chains)))

        return value

    # --- weakest

    def weakest(self, roots: list[int]) -> dict[int, float]:
        """For each node the probability of the weakest claim of its best derivation; 1 where none is needed.

        What is subtracted counts only by whether it has support: it has none under a row that is an answer.
        """
        return evaluate(self.circuit, roots, FUZZY, self._probability)
