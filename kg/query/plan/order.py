"""The order in which the parts of a join are looked up: a good one, by estimates.

Costs are in microseconds, measured on the engine (pyoxigraph 0.5.13, a million triples on
disk). They serve to compare plans, not to foretell times.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from kg.query.algebra import PathPattern
from kg.query.plan.estimate import Estimator, Part, State

LOOKUP = 2.8
"""Opening the index under given values."""

ROW = 0.3
"""Reading one triple of an index, or making one solution."""

HASHED = 0.5
"""One solution put into a hash table or asked of one."""

_STARTS = 3
_HASHED_TO = 1_000_000
"""More solutions are never put into a hash table."""


@dataclass(frozen=True, slots=True)
class Caution:
    """When a plan is taken.

    Its cost must be at most the part ``share`` of that of the query as written, and
    ``least`` microseconds less. A part is joined by hash where at least ``hashed_from``
    solutions would be looked up, at ``hash_gain`` times the cost or more.
    """

    share: float = 0.7
    least: float = 200.0
    hashed_from: float = 2_000.0
    hash_gain: float = 2.0

    def takes(self, planned: float, written: float, share: float = 1.0) -> bool:
        """Whether a plan of such a cost is taken, if only a share of either is paid."""
        return planned <= self.share * written and share * (written - planned) >= self.least

    def hashes(self, rows: float, hashed: float, looked_up: float, alone: float) -> bool:
        """Whether a part of ``alone`` solutions is joined with ``rows`` by hash, at these costs."""
        small = rows <= _HASHED_TO and alone <= _HASHED_TO
        return small and rows > self.hashed_from and self.hash_gain * hashed <= looked_up


CAUTIOUS = Caution()
EAGER = Caution(inf, -inf, inf)
EAGER_TO_HASH = Caution(inf, -inf, -1.0, 0.0)
"""These take every plan: for tests, which show that none changes an answer."""


@dataclass(frozen=True, slots=True)
class Move:
    """One part in the order: how it is joined, and how many solutions there are after it."""

    part: Part
    how: str
    """"scan", "lookup", "hash join" or "product"."""
    rows: float
    before: State


@dataclass(frozen=True, slots=True)
class Ordering:
    """An order with its cost in microseconds and what it ends with."""

    moves: tuple[Move, ...]
    cost: float
    state: State

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts in order."""
        return tuple(move.part for move in self.moves)

    @property
    def only_looks_up(self) -> bool:
        """Whether no part is joined by hashing."""
        return all(move.how in ("scan", "lookup") for move in self.moves)


class Costing:
    """Builds an order part by part and adds up what it costs."""

    def __init__(self, estimator: Estimator, state: State) -> None:
        self.estimator = estimator
        self.first = not state.nodes
        self.state = state
        self.cost = 0.0
        self.moves: list[Move] = []

    def look_up(self, part: Part, fanout: float) -> None:
        """Ask the part under the values of each solution so far."""
        before = self.state
        self.state = self.estimator.joined(before, part, fanout)
        how = "scan" if self.first else "lookup"
        self.first = False
        each = ROW if not isinstance(part.pattern, PathPattern) else LOOKUP
        self.cost += before.rows * LOOKUP + self.state.rows * each
        self.moves.append(Move(part, how, self.state.rows, before))

    def hash_join(self, part: Part, fanout: float, alone: float) -> None:
        """Read the part once and meet it with the solutions so far."""
        before = self.state
        self.state = self.estimator.joined(before, part, fanout)
        self.cost += before.rows * HASHED + alone * (ROW + HASHED) + self.state.rows * ROW
        self.moves.append(Move(part, "hash join", self.state.rows, before))

    def done(self) -> Ordering:
        """What was built."""
        return Ordering(tuple(self.moves), self.cost, self.state)


def best_order(
    estimator: Estimator, state: State, parts: Sequence[Part], hashing: Caution | None = None
) -> Ordering:
    """A good order: greedy by the number of solutions, from each of the few best parts to begin with.

    With ``hashing`` a part may be read in full and joined by hash.
    """
    alone = {part: estimator.fanout(State(), part) for part in parts}
    connected = [part for part in parts if not part.variables.isdisjoint(state.nodes)]
    if connected:
        starts = sorted(connected, key=lambda part: estimator.fanout(state, part))[:_STARTS]
    else:
        starts = sorted(parts, key=alone.__getitem__)[:_STARTS]
    found = [_greedy(estimator, state, start, parts, alone, hashing) for start in starts]
    return min(found, key=lambda ordering: ordering.cost)


def _greedy(
    estimator: Estimator,
    state: State,
    start: Part,
    parts: Sequence[Part],
    alone: dict[Part, float],
    hashing: Caution | None,
) -> Ordering:
    costing = Costing(estimator, state)
    costing.look_up(start, estimator.fanout(state, start))
    left = [part for part in parts if part is not start]
    while left:
        nodes = costing.state.nodes
        connected = [part for part in left if not part.variables.isdisjoint(nodes)] or left
        fanout, _, chosen = min(
            (estimator.fanout(costing.state, part), number, part) for number, part in enumerate(connected)
        )
        left.remove(chosen)
        rows = costing.state.rows
        looked_up = rows * LOOKUP
        hashed = rows * HASHED + alone[chosen] * (ROW + HASHED)
        if (
            hashing is not None
            and chosen.triple is not None
            and not chosen.variables.isdisjoint(nodes)
            and hashing.hashes(rows, hashed, looked_up, alone[chosen])
        ):
            costing.hash_join(chosen, fanout, alone[chosen])
        else:
            costing.look_up(chosen, fanout)
    return costing.done()
