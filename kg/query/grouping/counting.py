"""Counts that decide: "exactly n of these", "at least n of these", built up as circuits member by member."""

import operator
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from kg.provenance.circuit import Circuit
from kg.query.algebra import (
    Aggregate,
    Exists,
    Expression,
    Filter,
    Item,
    Lit,
    Operation,
    Pattern,
    Query,
    Select,
    Var,
)
from kg.query.answer import Row, Term
from kg.query.builder import Builder
from kg.query.deriving.derivation import NotAnnotated
from kg.query.grouping.groups import (
    Group,
    Member,
    Outcome,
    aggregates_of,
    number,
    place_of,
    without_aggregates,
    written,
)
from kg.query.scope import subexpressions
from kg.query.shaping.render import render
from ontology.vocab import XSD

MOST_COUNTED = 200
"""A group of which only a count matters has at most so many."""
_NUMBER = re.compile(r"[0-9]{1,9}")
COMPARISONS: Mapping[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}
"""What the signs that compare mean."""


def counted(
    circuit: Circuit, key: Row, members: Sequence[Member], count: Aggregate, *, implicit: bool
) -> list[Outcome]:
    """Outcomes of a group of which only one count matters."""
    counted = [m for m in members if count.of is None or m.arguments[0] is not None]
    others = [m.node for m in members if not (count.of is None or m.arguments[0] is not None)]
    events = [m.node for m in counted]
    if count.distinct:
        parts: defaultdict[Row, list[int]] = defaultdict(list)
        for member in counted:
            parts[member.arguments[:1]].append(member.node)
        events = [circuit.plus(nodes) for nodes in parts.values()]
    if len(events) > MOST_COUNTED:
        raise NotAnnotated(
            f"a count that decides a row is annotated up to {MOST_COUNTED}, and here is one of {len(events)}"
        )
    exactly = [circuit.one]
    for event in events:
        exactly = one_more(circuit, exactly, event, len(events) + 1)
    if not implicit:
        exactly[0] = circuit.times((exactly[0], circuit.plus(others)))
    return [Outcome(key, (number(n),), node) for n, node in enumerate(exactly) if node != circuit.zero]


def deciding_count(select: Select) -> Aggregate | None:
    """The count on which alone it hangs what HAVING says of a group, if there is such a one."""
    aggregates = aggregates_of(replace(select, items=(), order=()))
    if len(aggregates) != 1 or aggregates[0].name != "COUNT" or not _is_of_aggregates(select.having):
        return None
    return aggregates[0]


def by_count(
    builder: Builder, select: Select, count: Aggregate, groups: Mapping[Row, Group], *, implicit: bool
) -> dict[Row, int]:
    """For each group when HAVING lets it pass, where a count alone decides that.

    Beyond some count HAVING always says the same, so no more than up to there is counted:
    "at least n of m" takes no more than n times m sums and products.
    """
    place = aggregates_of(select).index(count)
    events = {key: _events(builder.circuit, group, count, place) for key, group in groups.items()}
    passes = _passing(builder, select, count, max(map(len, events.values()), default=0))
    last = len(passes) - 1
    while last > 0 and passes[last - 1] == passes[-1]:
        last -= 1
    circuit = builder.circuit
    found = {}
    for key, group in groups.items():
        if last * len(events[key]) > MOST_COUNTED * MOST_COUNTED:
            raise NotAnnotated(
                f"HAVING that counts up to {last} in a group of {len(events[key])} is not annotated"
            )
        if passes[last] and not any(passes[:last]) and last:
            found[key] = circuit.at_least(last, events[key])
            continue
        there = circuit.one if implicit else circuit.plus(group.nodes)
        if passes[last] and not last:
            found[key] = there
            continue
        states = [circuit.one, *[circuit.zero] * last]
        for event in events[key]:
            states = _counted_on(circuit, states, event)
        states[0] = circuit.times((states[0], there))
        found[key] = circuit.plus(state for n, state in enumerate(states) if passes[n])
    return found


def _is_of_aggregates(conditions: Sequence[Expression]) -> bool:
    """Whether conditions hang on nothing but aggregates."""
    parts = [part for condition in conditions for part in subexpressions(condition)]
    inside = {
        id(part) for one in parts if isinstance(one, Aggregate) and one.of for part in subexpressions(one.of)
    }
    return not any(isinstance(part, Var | Exists) and id(part) not in inside for part in parts)


def _events(circuit: Circuit, group: Group, count: Aggregate, place: int) -> Sequence[int]:
    """What a count counts: members, or distinct values of them."""
    values = group.arguments[place]
    if values is None or (count.of is None and not count.distinct):
        return group.nodes
    if not count.distinct:
        return [node for node, value in zip(group.nodes, values, strict=True) if value is not None]
    parts: defaultdict[Term, list[int]] = defaultdict(list)
    for node, value in zip(group.nodes, values, strict=True):
        if value is not None:
            parts[value].append(node)
    return [circuit.plus(nodes) for nodes in parts.values()]


def _passing(builder: Builder, select: Select, count: Aggregate, most: int) -> list[bool]:
    """Whether HAVING lets a group pass, for each count from none to ``most``."""
    known = [_compared(condition, count) for condition in select.having]
    if all(known):
        return [all(passes is not None and passes(n) for passes in known) for n in range(most + 1)]
    value = Var("n")
    of: Pattern = written((value,), [(number(n),) for n in range(most + 1)])
    for condition in select.having:
        of = Filter(without_aggregates(condition, {count: value}), of)
    passed = {place_of(row) for row in builder.solutions(render(Query("select", Select(of, (Item(value),)))))}
    return [n in passed for n in range(most + 1)]


def _compared(condition: Expression, count: Aggregate) -> Callable[[int], bool] | None:
    """What a condition says of a count, where it compares that with a number; ``None`` for another one."""
    match condition:
        case Operation(sign, (left, Lit(lexical, datatype, None))) if (
            left == count
            and datatype == f"{XSD}integer"
            and sign in COMPARISONS
            and _NUMBER.fullmatch(lexical)
        ):
            compare, bound = COMPARISONS[sign], int(lexical)
            return lambda n: compare(n, bound)
    return None


def _counted_on(circuit: Circuit, states: Sequence[int], event: int) -> list[int]:
    """From "exactly n so far" to the same of one more; the last state is "that many or more"."""
    last = len(states) - 1
    following = [circuit.minus(states[0], event)] if last else [states[0]]
    for n in range(1, len(states)):
        stays = states[n] if n == last else circuit.minus(states[n], event)
        following.append(circuit.plus((stays, circuit.times((states[n - 1], event)))))
    return following


def one_more(circuit: Circuit, exactly: Sequence[int], event: int, most: int) -> list[int]:
    """From "exactly n of the events so far", for each n, to the same of one more; ``most`` entries."""
    following = []
    for n in range(min(len(exactly) + 1, most)):
        parts = []
        if n < len(exactly):
            parts.append(circuit.minus(exactly[n], event))
        if n > 0:
            parts.append(circuit.times((exactly[n - 1], event)))
        following.append(circuit.plus(parts))
    return following
