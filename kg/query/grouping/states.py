"""What groups may become, state by state: worlds whose aggregates have come to the same so far are one.

Members are gone through one after the other, as in dynamic programming over a knapsack. So
it hangs on how many values there are what it takes, and not on how many members.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence

from kg.dataset.terms import Literal, NamedNode
from kg.provenance.circuit import Circuit
from kg.query.algebra import Aggregate, Extend, Item, Operation, Query, Select, Var
from kg.query.answer import Row, Term
from kg.query.builder import Builder
from kg.query.deriving.derivation import NotAnnotated
from kg.query.grouping.exact import MOST, UNIT, Exact, exact, is_no_number
from kg.query.grouping.groups import Member, Outcome, number, place_of, written
from kg.query.shaping.render import render
from ontology.vocab import XSD

MOST_STATES = 50_000
"""So many states of all groups of a query are gone through."""

Ranks = Mapping[Term, int]
State = tuple[Hashable, ...]
_ERROR = "error"


def by_states(
    builder: Builder,
    aggregates: Sequence[Aggregate],
    groups: Mapping[Row, Sequence[Member]],
    ranks: Sequence[Ranks | None],
    *,
    implicit: bool,
) -> tuple[list[Outcome], dict[Row, Sequence[Member]]]:
    """Outcomes of groups, and the groups of which some aggregate does not come to a value step by step.

    ``ranks`` are those of the values of each MIN and MAX, the one first that is taken.
    Raises ``NotAnnotated`` where there are too many states.
    """
    found: list[tuple[Row, State, int]] = []
    others: dict[Row, Sequence[Member]] = {}
    left = MOST_STATES
    for key, members in groups.items():
        events = _events(builder.circuit, aggregates, members, ranks)
        if events is None:
            others[key] = members
            continue
        states: dict[State | None, int] = {None: Circuit.one}
        for node, changes in events.items():
            left -= len(states)
            if left < 0:
                raise NotAnnotated(
                    f"aggregates that decide rows are annotated in up to {MOST_STATES} states, "
                    f"and here are more (a group has {len(members)} members)"
                )
            states = _following(builder.circuit, states, node, changes)
        nothing = tuple(_nothing(one) for one in aggregates)
        for state, node in states.items():
            if node != Circuit.zero and (implicit or state is not None):
                found.append((key, nothing if state is None else state, node))
    values = [
        _values(builder, one, {state[n] for _, state, _ in found}, ranks[n])
        for n, one in enumerate(aggregates)
    ]
    return [
        Outcome(key, tuple(of[part] for of, part in zip(values, state, strict=True)), node)
        for key, state, node in found
    ], others


def _events(
    circuit: Circuit,
    aggregates: Sequence[Aggregate],
    members: Sequence[Member],
    ranks: Sequence[Ranks | None],
) -> dict[int, State] | None:
    """What each event adds to the aggregates; those that are always there first."""
    counting_once = [a for a in aggregates if a.distinct and a.name not in ("MIN", "MAX")]
    if counting_once:
        if any(a.of != counting_once[0].of or a not in counting_once for a in aggregates):
            return None
        alike: defaultdict[Row, list[int]] = defaultdict(list)
        for member in members:
            alike[member.arguments].append(member.node)
        members = [Member(arguments, circuit.plus(nodes)) for arguments, nodes in alike.items()]
    events: dict[int, State] = {}
    whole = 0
    for member in sorted(members, key=lambda one: one.node):
        parts = []
        for place, aggregate in enumerate(aggregates):
            added = _added(aggregate, member.arguments[place], ranks[place])
            if added is None:
                return None
            if isinstance(added, Exact):
                whole += abs(added.units)
            parts.append(added if aggregate.name != "AVG" or added == _ERROR else (added, 1))
        known = events.get(member.node)
        events[member.node] = tuple(parts) if known is None else _together(known, tuple(parts))
    return events if whole < MOST * UNIT else None


def _added(aggregate: Aggregate, value: Term | None, ranks: Ranks | None) -> Hashable | None:
    """What one member adds; ``None`` where that cannot be said."""
    match aggregate.name:
        case "COUNT":
            return int(aggregate.of is None or value is not None)
        case "SUM" | "AVG":
            return _ERROR if is_no_number(value) else exact(value)
        case "MIN" | "MAX":
            return None if ranks is None or value is None else _Rank(ranks[value])
    return None


class _Rank(int):
    """The place of a least or greatest value: of two the first is taken."""


def _together(one: State, other: State) -> State:
    return tuple(map(_joined, one, other))


def _joined(one: Hashable, other: Hashable) -> Hashable:
    if _ERROR in (one, other):
        return _ERROR
    match one, other:
        case Exact(), Exact():
            return Exact(one.units + other.units, one.is_decimal or other.is_decimal)
        case _Rank(), _Rank():
            return min(one, other)
        case int(), int():
            return one + other
        case (tuple(), tuple()):
            return (_joined(one[0], other[0]), one[1] + other[1])
    raise TypeError((one, other))


def _following(
    circuit: Circuit, states: Mapping[State | None, int], event: int, changes: State
) -> dict[State | None, int]:
    """The states after one more event, which is there or is not."""
    sums: defaultdict[State | None, list[int]] = defaultdict(list)
    for state, node in states.items():
        sums[state].append(circuit.minus(node, event))
        after = changes if state is None else _together(state, changes)
        sums[after].append(circuit.times((node, event)))
    found = {state: circuit.plus(nodes) for state, nodes in sums.items()}
    return {state: node for state, node in found.items() if node != circuit.zero}


def _nothing(aggregate: Aggregate) -> Hashable:
    """What an aggregate has come to before any member."""
    zero = Exact(0, is_decimal=False)
    return {"COUNT": 0, "SUM": zero, "AVG": (zero, 0)}.get(aggregate.name)


def _values(
    builder: Builder, aggregate: Aggregate, states: set[Hashable], ranks: Ranks | None
) -> dict[Hashable, Term | None]:
    """The term that the engine gives for each state of an aggregate."""
    found: dict[Hashable, Term | None] = {_ERROR: None, None: None}
    order = [state for state in states if state not in found]
    if aggregate.name == "COUNT":
        return {state: number(int(state)) for state in order if isinstance(state, int)}
    if ranks is not None:
        terms = {rank: term for term, rank in ranks.items()}
        return found | {state: terms[state] for state in order if isinstance(state, int)}
    lines = []
    for place, state in enumerate(order):
        total, members = state if isinstance(state, tuple) else (state, 1)
        if members == 0:
            found[state] = number(0)  # section 18.5.1.4
            continue
        assert isinstance(total, Exact)  # noqa: S101 - a sum
        datatype = f"{XSD}decimal" if total.is_decimal else f"{XSD}integer"
        lines.append((number(place), Literal(total.lexical, datatype=NamedNode(datatype)), number(members)))
    line, total_of, members_of, value = Var("r"), Var("s"), Var("n"), Var("v")
    worked = Operation("/" if aggregate.name == "AVG" else "*", (total_of, members_of))
    table = Extend(written((line, total_of, members_of), lines), value, worked)
    rows = builder.solutions(render(Query("select", Select(table, (Item(line), Item(value))))))
    return found | {order[place_of(row)]: row[1] for row in rows}
