"""The proofs of a triple: from which asserted triples it follows, and by which applications of rules.

Proofs are looked for backward, from the triple. Along a transitive property they go edge by
edge: ``x p z`` follows from an ``x p y`` that is no conclusion of the transitivity, and
``y p z``. Every proof can be turned into one of that shape without using other triples, so none
is missed. Where triples prove each other in a circle, the sets of asserted triples are
worked out as a least fixpoint; only minimal sets are kept, as in any absorptive semiring
(Green et al. 2007; Deutch et al. 2014).
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple, Protocol

from kg.errors import TooManyProofs
from kg.infer.joining import GIVEN, GROUNDED, Pool, joint
from kg.infer.joins import Chain, Joins, Step
from kg.infer.rules import TYPE, Pattern, Triple

_MOST_KEPT = 200_000
"""Goals of which the proofs are kept for the next."""

Leaves = frozenset[Triple]
"""Asserted triples that prove something together; given ones, which nothing rests on, left out."""

MOST_NODES = 5_000
"""Triples that are looked at for one proof."""
MOST_LEAVES = 2_000
"""Asserted triples that the minimal proofs of one triple may name in all."""


class Facts(Pool, Protocol):
    """A pool that knows which of its triples are asserted."""

    def is_asserted(self, triple: Triple) -> bool:
        """Whether claims state a triple as a fact."""
        ...

    def is_given(self, triple: Triple) -> bool:
        """Whether a triple is base or reference data itself."""
        ...

    def asserted(self, pattern: Pattern) -> Iterable[Triple]:
        """The triples that claims state as facts, and that match."""
        ...


class Goal(NamedTuple):
    """A triple to be proved; ``edge`` if not by the transitivity of its own property."""

    triple: Triple
    edge: bool = False


@dataclass(frozen=True, slots=True)
class Application:
    """One way to conclude a triple: from ``premises`` by a chain, or from a stated triple (no chain).

    ``source`` is what the chain concludes, or what is stated; the triple is that, or
    follows from it alone. ``bits`` says of what is stated whether it is given or grounded.
    """

    source: Triple
    premises: tuple[Goal, ...] = ()
    chain: Chain | None = None
    bits: int = 0


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a goal so far: whether it follows from given data alone, and from which leaves."""

    given: bool = False
    proofs: frozenset[Leaves] = frozenset()


class Search:
    """The proofs of triples of a pool that holds all that follows, and does not change meanwhile.

    What was worked out is kept for the next triple.
    """

    def __init__(self, joins: Joins, facts: Facts, most: int = MOST_LEAVES) -> None:
        self._joins = joins
        self._facts = facts
        self._most = most
        self._known: dict[Goal, _Known] = {}

    # --- one step

    def inferences(self, triple: Triple) -> Iterator[Application]:
        """Every way to conclude a triple, apart from its being stated itself."""
        for application in self.applications(Goal(triple)):
            if application.chain is not None or application.source != triple:
                yield application

    def applications(self, goal: Goal) -> Iterator[Application]:
        """Every way to conclude a triple from stated triples, or by a chain from triples of the pool."""
        triple, edge = goal
        s, p, o = triple
        if p == TYPE:
            yield from self._stated((triple, *self._matching(triple)))
            for chain, is_subject in self._joins.classes.get(o, ()):
                yield from self._chained_anywhere(chain, s, is_subject=is_subject)
            return
        sources = (triple, *(q for q in self._joins.rules.premises(triple) if None not in q))
        may_pass = not edge and p not in self._joins.transitive
        for source in dict.fromkeys(sources):
            found: Triple = source  # type: ignore[assignment]  # patterns that are open were left out
            yield from self._stated((found,))
            for chain in self._joins.by_head.get(found[1], ()):
                yield from self._chained(chain, found)
            passing = self._joins.transitive.get(found[1])
            if passing is not None and (may_pass or (found == triple and not edge)):
                yield from self._passing(passing, found)

    def _matching(self, triple: Triple) -> Iterator[Triple]:
        for pattern in self._joins.rules.premises(triple):
            yield from self._facts.asserted(pattern)

    def _stated(self, triples: Iterable[Triple]) -> Iterator[Application]:
        for triple in triples:
            bits = GROUNDED * self._facts.is_asserted(triple) | GIVEN * self._facts.is_given(triple)
            if bits:
                yield Application(triple, bits=bits)

    def _passing(self, chain: Chain, triple: Triple) -> Iterator[Application]:
        s, p, o = triple
        for middle, _ in self._facts.objects(s, p):
            if self._facts.bits((middle, p, o)):
                yield Application(triple, (Goal((s, p, middle), edge=True), Goal((middle, p, o))), chain)

    def _chained(self, chain: Chain, triple: Triple) -> Iterator[Application]:
        s, _, o = triple
        *before, last = chain.body
        for way in self._ways(before, s):
            ending = last.triple(way[-1][1], o)
            if not ending[0].startswith('"') and self._facts.bits(ending):
                yield Application(triple, (*(Goal(t) for t, _ in way), Goal(ending)), chain)

    def _chained_anywhere(self, chain: Chain, node: str, *, is_subject: bool) -> Iterator[Application]:
        """The conclusions of a chain that start from a node, or end there."""
        if is_subject:
            ends = {way[-1][1] for way in self._ways(chain.body, node)}
            heads: set[Triple] = {(node, chain.head, end) for end in ends}
        else:
            heads = {(start, chain.head, node) for start, _ in self._facts.subjects(chain.head, node)}
        for head in sorted(heads):
            yield from self._chained(chain, head)

    def _ways(self, steps: Sequence[Step], node: str) -> Iterator[tuple[tuple[Triple, str], ...]]:
        """The ways along some steps from a node on: of each step the triple, and where it leads."""
        step, *after = steps
        if node.startswith('"') and not step.swapped:
            return
        near = self._facts.subjects(step.prop, node) if step.swapped else self._facts.objects(node, step.prop)
        for other, _ in near:
            here = (step.triple(node, other), other)
            if after:
                yield from ((here, *rest) for rest in self._ways(after, other))
            else:
                yield (here,)

    def concluded(self, triple: Triple) -> int:
        """What holds of a triple as it follows from others: a stated one, or by a chain from the pool."""
        found = 0
        for application in self.inferences(triple):
            bits = [self._facts.bits(premise.triple) for premise in application.premises]
            found |= joint(*bits) if bits else application.bits
            if found == GIVEN | GROUNDED:
                break
        return found

    # --- all steps

    def proofs(self, triple: Triple, *, inferred: bool = False) -> frozenset[Leaves]:
        """The minimal sets of asserted triples that prove a triple, each with one at least.

        Where it is asked as ``inferred``, its own statement is no proof, though it may be a
        part of one. Raises ``TooManyProofs``.
        """
        root = Goal(triple)
        if len(self._known) > _MOST_KEPT:
            self._known.clear()
        known = self._known
        if root not in known:
            self._work_out(self._reachable(root))
        is_premise = triple[1] in self._joins.uses
        found = known[root] if is_premise else known.pop(root)  # of which nobody will ask again
        return self._combined(root, self.inferences(triple), known).proofs if inferred else found.proofs

    def _work_out(self, ways: dict[Goal, tuple[Application, ...]]) -> None:
        """What is known of goals, of which those they lead to are among them or known."""
        if len(ways) == 1:
            [(goal, found)] = ways.items()
            if not any(goal in application.premises for application in found):
                self._known[goal] = self._combined(goal, found, self._known)
                return
        known = {**dict.fromkeys(ways, _Known()), **self._needed(ways)}
        above: defaultdict[Goal, set[Goal]] = defaultdict(set)
        for goal, found in ways.items():
            for application in found:
                for premise in application.premises:
                    above[premise].add(goal)
        waiting = deque(reversed(ways))
        queued = set(waiting)
        while waiting:
            goal = waiting.popleft()
            queued.discard(goal)
            now = self._combined(goal, ways[goal], known)
            if now != known[goal]:
                known[goal] = now
                fresh = above[goal] - queued
                waiting.extend(sorted(fresh))
                queued |= fresh
        self._known.update(known)

    def _needed(self, ways: dict[Goal, tuple[Application, ...]]) -> dict[Goal, _Known]:
        """What was known before of premises."""
        premises = (p for found in ways.values() for application in found for p in application.premises)
        return {premise: self._known[premise] for premise in premises if premise not in ways}

    def _reachable(self, root: Goal) -> dict[Goal, tuple[Application, ...]]:
        ways: dict[Goal, tuple[Application, ...]] = {}
        waiting = [root]
        count = 0
        while waiting:
            goal = waiting.pop()
            if goal in ways or goal in self._known:
                continue
            found = []
            for application in self.applications(goal):
                found.append(application)
                count += 1
                if count > MOST_NODES:
                    raise _too_many(root.triple, f"over {MOST_NODES:,} rule applications lead to it")
            ways[goal] = tuple(found)
            waiting.extend(premise for application in found for premise in application.premises)
        return ways

    def _combined(self, goal: Goal, applications: Iterable[Application], known: dict[Goal, _Known]) -> _Known:
        given, proofs = False, set[Leaves]()
        for application in applications:
            if not application.premises:
                given |= bool(application.bits & GIVEN)
                if application.bits & GROUNDED:
                    proofs.add(frozenset((application.source,)))
                continue
            options = [known[premise] for premise in application.premises]
            given |= all(option.given for option in options)
            choices = [(*option.proofs, *((frozenset(),) if option.given else ())) for option in options]
            for choice in product(*choices):
                proofs.add(frozenset[Triple]().union(*choice))
                if len(proofs) > 4 * self._most:
                    proofs = set(_minimal(proofs))
                    self._check(goal, proofs)
        proofs.discard(frozenset())
        minimal = _minimal(proofs)
        self._check(goal, minimal)
        return _Known(given, minimal)

    def _check(self, goal: Goal, proofs: Iterable[Leaves]) -> None:
        if sum(map(len, proofs)) > self._most:
            raise _too_many(goal.triple, f"its minimal proofs have over {self._most:,} premises")


def _too_many(triple: Triple, how: str) -> TooManyProofs:
    written = " ".join(triple)
    return TooManyProofs(f"{written} follows in more ways than are worked out: {how}", written)


def _minimal(proofs: Iterable[Leaves]) -> frozenset[Leaves]:
    """Those of which no other is a part."""
    kept: list[Leaves] = []
    for proof in sorted(proofs, key=len):
        if not any(other <= proof for other in kept):
            kept.append(proof)
    return frozenset(kept)
