"""How the engine orders a join by itself, so that a query is only rewritten where that is worse.

Pyoxigraph 0.5 (its optimizer sparopt) has no statistics. It begins with the part of the least
size by its form alone, goes on with the connected part that is least under what is
bound, and keeps the written order among equals. The name of a graph counts for nothing.
Should another version order otherwise, queries are rewritten where they need not, or not
where they could be; their answers stay.
"""

from collections.abc import Sequence

from kg.query.algebra import (
    Alternative,
    Bgp,
    Inverse,
    Negated,
    Node,
    Path,
    PathPattern,
    Repeat,
    Step,
    Table,
    Var,
)
from kg.query.algebra import Sequence as PathSequence
from kg.query.plan.estimate import Estimator, Part, State
from kg.query.plan.order import HASHED, LOOKUP, ROW, Costing, Move, Ordering

_MOST = 2**64 - 1
_PAIR = 0.05
"""Comparing two solutions, in microseconds."""

_SIZES = {
    (True, True, True): 1,
    (True, True, False): 10,
    (True, False, True): 2,
    (False, True, True): 10_000,
    (True, False, False): 100,
    (False, False, False): 1_000_000_000,
    (False, True, False): 1_000_000,
    (False, False, True): 100_000,
}


def engine_order(
    estimator: Estimator, state: State, parts: Sequence[Part], seen: frozenset[Var] = frozenset()
) -> Ordering:
    """The order that the engine takes, with its cost under the state that it really begins with.

    ``seen`` are the variables that the engine knows to be bound beforehand (by LATERAL).
    """
    components = _components(parts, seen)
    if len(components) == 1:
        costing = Costing(estimator, state)
        for part in components[0]:
            costing.look_up(part, estimator.fanout(costing.state, part))
        return costing.done()
    return _product(estimator, state, components)


def _product(estimator: Estimator, state: State, components: list[list[Part]]) -> Ordering:
    """Each component by itself under the values before it, then every pair of solutions."""
    moves: list[Move] = []
    cost, whole = 0.0, state
    for number, component in enumerate(components):
        costing = Costing(estimator, State(state.rows, state.nodes))
        for part in component:
            costing.look_up(part, estimator.fanout(costing.state, part))
        cost += costing.cost
        fanout = costing.state.rows / max(state.rows, 1e-9)
        rows = whole.rows * fanout
        if number:
            cost += rows * _PAIR
        whole = State(rows, {**whole.nodes, **costing.state.nodes})
        how = "product" if number else None
        moves.extend(Move(m.part, how or m.how, m.rows, m.before) for m in costing.moves)
    return Ordering(tuple(moves), cost, whole)


def in_exists(estimator: Estimator, state: State, parts: Sequence[Part]) -> Ordering:
    """The cost within EXISTS, where the engine orders nothing: all parts in full, and every pair."""
    moves, cost, rows, whole = [], 0.0, state.rows, state
    for part in parts:
        fanout = estimator.fanout(state, part)
        cost += state.rows * (LOOKUP + fanout * (ROW + HASHED))
        whole = estimator.joined(whole, part, estimator.fanout(whole, part))
        cost += min(rows * fanout, state.rows * 1e6) * _PAIR
        rows = whole.rows
        moves.append(Move(part, "product", rows, state))
    return Ordering(tuple(moves), cost, whole)


def _components(parts: Sequence[Part], seen: frozenset[Var]) -> list[list[Part]]:
    """The connected components in the engine's order, each in the engine's order."""
    left = list(parts)
    found = []
    while left:
        start = min(left, key=lambda part: _size(part, seen))
        left.remove(start)
        size, bound, component = _size(start, seen), start.variables, [start]
        while True:
            near = [part for part in left if not (part.variables - seen).isdisjoint(bound)]
            if not near:
                break
            sizes = {id(part): min(_MOST, size * _size(part, bound | seen)) for part in near}
            chosen = min(near, key=lambda part: sizes[id(part)])
            size = sizes[id(chosen)]
            left.remove(chosen)
            component.append(chosen)
            bound = bound | chosen.variables
        found.append(component)
    return found


def _size(part: Part, bound: frozenset[Var]) -> int:
    def fixed(node: Node) -> bool:
        return not isinstance(node, Var) or node in bound

    if part.triple is not None:
        triple = part.triple
        return _SIZES[fixed(triple.subject), fixed(triple.predicate), fixed(triple.object)]
    match part.pattern:
        case Table(_, rows):
            return len(rows)
        case PathPattern(subject, path, item):
            return min(_MOST, _path_size(fixed(subject), path, fixed(item)))
        case Bgp(()):
            return 1
    return 1_000_000


def _path_size(start: bool, path: Path, end: bool) -> int:
    match path:
        case Step():
            return _SIZES[start, True, end]
        case Negated():
            return _SIZES[start, False, end]
        case Inverse(inner):
            return _path_size(end, inner, start)
        case PathSequence(left, right):
            ahead = _path_size(start, left, False) * _path_size(True, right, end)
            return min(ahead, _path_size(start, left, True) * _path_size(False, right, end))
        case Alternative(left, right):
            return _path_size(start, left, end) + _path_size(start, right, end)
        case Repeat(inner, sign):
            if start and end:
                return 1
            if not (start or end or sign == "+"):
                return 1_000_000_000
            return _path_size(start, inner, end) * (1 if sign == "?" else 1000)
