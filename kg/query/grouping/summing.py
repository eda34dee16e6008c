"""Sums and means that decide: "these come to more than so much", as a decision diagram over the members.

Partial sums between which no bound lies come to the same, so they share a node: the
intervals of Abío et al., "A New Look at BDDs for Pseudo-Boolean Constraints", JAIR 2012.
"""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate

from kg.provenance.circuit import Circuit
from kg.query.algebra import Aggregate, Expression, Lit, Operation, Select
from kg.query.answer import Row
from kg.query.deriving.derivation import NotAnnotated
from kg.query.grouping.counting import COMPARISONS
from kg.query.grouping.exact import MOST, UNIT, Exact, exact
from kg.query.grouping.groups import Group, aggregates_of

MOST_DECISIONS = 50_000
"""The diagrams of one query have at most so many nodes."""
_DEEPEST = 400
"""A group has at most so many members that can fall apart: a diagram is gone down member by member."""
_TURNED = {"<": ">", "<=": ">=", "=": "=", "!=": "!=", ">=": "<=", ">": "<"}
_ENDLESS = 10**60


def deciding_sum(select: Select) -> Aggregate | None:
    """The sum or mean that HAVING compares with numbers, and that alone; ``None`` if there is no such."""
    aggregates = aggregates_of(replace(select, items=(), order=(), group=None))
    if len(aggregates) != 1 or aggregates[0].name not in ("SUM", "AVG") or aggregates[0].of is None:
        return None
    total = aggregates[0]
    if total.name == "AVG" and (len(select.having) > 1 or _compared(select.having[0], total) is None):
        return None
    return total if all(_bounds(condition, total) is not None for condition in select.having) else None


def by_sum(
    circuit: Circuit, select: Select, total: Aggregate, groups: Mapping[Row, Group], *, implicit: bool
) -> dict[Row, int] | None:
    """For each group when HAVING lets it pass, where a sum or mean alone decides that.

    ``None`` where some member is no number, or one that is rounded. Raises ``NotAnnotated``.
    """
    place = aggregates_of(select).index(total)
    bounds = [bound for condition in select.having for bound in _bounds(condition, total) or ()]
    weighed = {key: _weights(circuit, group, place, distinct=total.distinct) for key, group in groups.items()}
    found, left = {}, MOST_DECISIONS
    for key, weights in weighed.items():
        if weights is None or (total.name == "AVG" and (implicit or not _is_steady(bounds[0], weights))):
            return None
        less = (
            bounds[0].units if total.name == "AVG" else 0
        )  # a mean is above where what is above it comes to more
        steps = [(node, sum(one.units - less for one in of)) for node, of in weights.items()]
        diagram = _Diagram(circuit, _segments(select, total, bounds, less), steps, left)
        found[key], left = diagram.root, diagram.left
        if not implicit:
            found[key] = circuit.times((found[key], circuit.plus(groups[key].nodes)))
    return found


def _weights(circuit: Circuit, group: Group, place: int, *, distinct: bool) -> dict[int, list[Exact]] | None:
    """What each event adds; ``None`` where that is no exact number, or comes to too much."""
    values = group.arguments[place]
    if values is None:
        return None
    pairs: list[tuple[int, object]] = list(zip(group.nodes, values, strict=True))
    if distinct:
        alike: defaultdict[Hashable, list[int]] = defaultdict(list)
        for node, value in pairs:
            alike[value].append(node)
        pairs = [(circuit.plus(nodes), value) for value, nodes in alike.items()]
    events: defaultdict[int, list[Exact]] = defaultdict(list)
    whole = 0
    for node, value in pairs:
        number = exact(value)  # type: ignore[arg-type]
        if number is None:
            return None
        events[node].append(number)
        whole += abs(number.units)
    return dict(events) if whole < MOST * UNIT else None


def _is_steady(bound: Exact, weights: Mapping[int, Sequence[Exact]]) -> bool:
    """Whether a mean that differs from a bound differs in digits that the engine keeps."""
    members = sum(map(len, weights.values()))
    digits = max([bound.digits, *(one.digits for of in weights.values() for one in of)])
    return bool(members * 10**digits < MOST)


def _bounds(condition: Expression, total: Aggregate) -> list[Exact] | None:
    """The numbers that a condition compares an aggregate with; ``None`` where it asks for something else."""
    compared = _compared(condition, total)
    if compared is not None:
        return [compared[1]]
    match condition:
        case Operation("&&" | "||" | "!", of):
            found = [_bounds(part, total) for part in of]
            return None if None in found else [bound for of_one in found for bound in of_one or ()]
    return None


def _compared(condition: Expression, total: Aggregate) -> tuple[str, Exact] | None:
    match condition:
        case Operation(sign, (left, Lit() as bound)) if left == total and sign in COMPARISONS:
            number = exact(bound)
            return None if number is None else (sign, number)
        case Operation(sign, (Lit() as bound, right)) if right == total and sign in COMPARISONS:
            number = exact(bound)
            return None if number is None else (_TURNED[sign], number)
    return None


def _passes(condition: Expression, total: Aggregate, units: int, less: int) -> bool:
    compared = _compared(condition, total)
    if compared is not None:
        sign, bound = compared
        return COMPARISONS[sign](units, bound.units - less)
    assert isinstance(condition, Operation)  # noqa: S101 - ``_bounds`` has seen that
    parts = (_passes(part, total, units, less) for part in condition.of)
    if condition.operator == "!":
        return not next(parts)
    return all(parts) if condition.operator == "&&" else any(parts)


def _segments(select: Select, total: Aggregate, bounds: Sequence[Exact], less: int) -> list[tuple[int, bool]]:
    """From which sum on HAVING says what, in order, until it says otherwise."""
    starts = sorted({-_ENDLESS, *(b.units - less for b in bounds), *(b.units - less + 1 for b in bounds)})
    found: list[tuple[int, bool]] = []
    for start in starts:
        passes = all(_passes(condition, total, start, less) for condition in select.having)
        if not found or found[-1][1] != passes:
            found.append((start, passes))
    return found


class _Diagram:
    """When the events that are true add up to what passes. ``left`` is how many nodes more there may be."""

    def __init__(
        self,
        circuit: Circuit,
        segments: Sequence[tuple[int, bool]],
        steps: Sequence[tuple[int, int]],
        left: int,
    ) -> None:
        self._circuit = circuit
        self._starts = [start for start, _ in segments]
        self._passes = [passes for _, passes in segments]
        base = sum(weight for node, weight in steps if node == circuit.one)
        self._steps = sorted(
            ((node, weight) for node, weight in steps if node != circuit.one and weight),
            key=lambda step: -abs(step[1]),
        )
        if len(self._steps) > _DEEPEST:
            raise NotAnnotated(f"a sum that decides a row is annotated up to {_DEEPEST} members")
        weights = [weight for _, weight in reversed(self._steps)]
        self._most = [*accumulate((max(w, 0) for w in weights), initial=0)][::-1]
        self._least = [*accumulate((min(w, 0) for w in weights), initial=0)][::-1]
        self._known: list[list[tuple[int, int, int]]] = [[] for _ in range(len(self._steps) + 1)]
        self.left = left
        self.root = self._node(0, base)[0]

    def _node(self, depth: int, so_far: int) -> tuple[int, int, int]:
        """The node for what remains, and between which sums so far it is the same."""
        known = self._known[depth]
        place = bisect_right(known, so_far, key=lambda one: one[1]) - 1
        if place >= 0 and known[place][2] >= so_far:
            return known[place]
        least, most = self._least[depth], self._most[depth]
        segment = bisect_right(self._starts, so_far + least) - 1
        if bisect_right(self._starts, so_far + most) - 1 == segment:
            node = self._circuit.one if self._passes[segment] else self._circuit.zero
            end = self._starts[segment + 1] - 1 if segment + 1 < len(self._starts) else _ENDLESS
            found = (node, self._starts[segment] - least, end - most)
        else:
            found = self._decided(depth, so_far)
        insort(known, found, key=lambda one: one[1])
        return found

    def _decided(self, depth: int, so_far: int) -> tuple[int, int, int]:
        """The same where the next event may decide."""
        event, weight = self._steps[depth]
        without, first, last = self._node(depth + 1, so_far)
        having, first_of, last_of = self._node(depth + 1, so_far + weight)
        first, last = max(first, first_of - weight), min(last, last_of - weight)
        if without == having:
            return without, first, last
        self.left -= 1
        if self.left < 0:
            raise NotAnnotated(
                f"a sum that decides rows is annotated in up to {MOST_DECISIONS} decisions, and here are more"
            )
        circuit = self._circuit
        has_both = len(self._passes) == 2  # then one way alone can an event turn what is said
        grows = has_both and self._passes[-1] == (weight > 0)
        shrinks = has_both and not grows
        yes = having if shrinks else circuit.times((event, having))
        no = without if grows else circuit.minus(without, event)
        return circuit.plus((yes, no)), first, last
