"""Groups and what becomes of them: the values that aggregates have in every part of the data.

A group is its members, each with an annotation. What an aggregate gives hangs on which of
them are there. So every set of members that can be there together is a world, and the
engine works out the aggregates of all worlds in one query; a world's annotation is the
product of the members that are there, less the sum of those that are not. A count alone
needs no worlds: "exactly n of these" is built up member by member, as threshold circuits
are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kg.dataset.terms import Literal
from kg.provenance.circuit import Circuit
from kg.query.algebra import (
    Aggregate,
    Call,
    Exists,
    Expression,
    Filter,
    Function,
    Item,
    Membership,
    Operation,
    Order,
    Pattern,
    Query,
    Select,
    Table,
    Var,
)
from kg.query.answer import Row, Term
from kg.query.builder import Builder
from kg.query.derivation import NotAnnotated
from kg.query.page import numbered
from kg.query.render import render
from kg.query.scope import expressions_of, subexpressions

MOST_EVENTS = 10
"""A group whose aggregates are tried in all worlds has at most so many members that can fall apart."""
MOST_COUNTED = 200
"""A group of which only a count matters has at most so many."""
MOST_WORLD_ROWS = 100_000
"""All worlds of all groups of a query have at most so many members together."""


@dataclass(frozen=True)
class Member:
    """A solution of a group: the values that aggregates take in, and its annotation."""

    arguments: Row
    node: int


@dataclass(frozen=True)
class Outcome:
    """Values that the aggregates of one group may have, and when they do."""

    key: Row
    values: Row
    node: int


def aggregates_of(select: Select) -> tuple[Aggregate, ...]:
    """The distinct aggregates of a SELECT."""
    parts = (part for expression in expressions_of(select) for part in subexpressions(expression))
    return tuple(dict.fromkeys(part for part in parts if isinstance(part, Aggregate)))


def without_aggregates(what: Expression, names: Mapping[Aggregate, Var]) -> Expression:
    """An expression over the values of aggregates."""
    match what:
        case Aggregate():
            return names[what]
        case Operation(operator, of):
            return Operation(operator, tuple(without_aggregates(part, names) for part in of))
        case Call(name, of):
            return Call(name, tuple(without_aggregates(part, names) for part in of))
        case Function(iri, of, distinct):
            return Function(iri, tuple(without_aggregates(part, names) for part in of), distinct)
        case Membership(item, among, negated):
            members = tuple(without_aggregates(part, names) for part in among)
            return Membership(without_aggregates(item, names), members, negated)
        case Exists():
            raise NotAnnotated("EXISTS beside an aggregate is not annotated")
    return what


def outcomes(
    builder: Builder,
    aggregates: Sequence[Aggregate],
    groups: Mapping[Row, Sequence[Member]],
    *,
    implicit: bool,
) -> list[Outcome]:
    """All that may become of each group. An implicit group is there without members, too."""
    if any(a.of is None and a.distinct for a in aggregates):
        raise NotAnnotated("COUNT(DISTINCT *) that decides a row is not annotated")
    found: list[Outcome] = []
    many: dict[Row, Sequence[Member]] = {}
    ranks = None
    if len(aggregates) == 1 and not implicit:
        ranks = _ranked(builder, aggregates[0], groups.values())
    for key, members in groups.items():
        events = {member.node for member in members} - {Circuit.one}
        if len(aggregates) == 1 and aggregates[0].name == "COUNT" and len(events) > 3:
            found += _counted(builder.circuit, key, members, aggregates[0], implicit=implicit)
        elif ranks is not None:
            found += _extremes(builder.circuit, key, members, ranks)
        elif len(events) <= MOST_EVENTS:
            many[key] = members
        else:
            raise NotAnnotated(
                f"an aggregate that decides a row is annotated for groups of at most {MOST_EVENTS} "
                f"members that rest on different claims, and here is one of {len(events)}"
            )
    found += _tried(builder, aggregates, many, implicit=implicit)
    merged: dict[tuple[Row, Row], list[int]] = {}
    for one in found:
        merged.setdefault((one.key, one.values), []).append(one.node)
    return [Outcome(key, values, builder.circuit.plus(nodes)) for (key, values), nodes in merged.items()]


def _counted(
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


def _ranked(
    builder: Builder, aggregate: Aggregate, groups: Iterable[Sequence[Member]]
) -> dict[Row, int] | None:
    """The rank of each value of some groups, the one that is taken first; ``None`` where that is open.

    It is where there is no value, or the engine takes two values to be equal.
    """
    values = dict.fromkeys(member.arguments for members in groups for member in members)
    if aggregate.name not in ("MIN", "MAX") or (None,) in values or not values:
        return None
    value, other = Var("a"), Var("b")
    order = (Order(value, descending=aggregate.name == "MAX"),)
    table = _written((value,), list(values))
    ranked = builder.solutions(render(Query("select", Select(table, (Item(value),), order=order))))
    if len(ranked) > 1:
        table = _written((value, other), [(*one, *next_one) for one, next_one in pairwise(ranked)])
        differ = Item(Var("c"), Operation("!=", (value, other)))
        found = builder.solutions(render(Query("select", Select(table, (differ,)))))
        if any(row[0] != Literal(True) for row in found):
            return None
    return {row: place for place, row in enumerate(ranked)}


def _extremes(
    circuit: Circuit, key: Row, members: Sequence[Member], ranks: Mapping[Row, int]
) -> list[Outcome]:
    """Outcomes of a group of which only the first value matters: it is there, and none before it is."""
    parts: defaultdict[Row, list[int]] = defaultdict(list)
    for member in members:
        parts[member.arguments].append(member.node)
    found, before = [], circuit.zero
    for row in sorted(parts, key=ranks.__getitem__):
        node = circuit.plus(parts[row])
        first = circuit.minus(node, before)
        if first != circuit.zero:
            found.append(Outcome(key, row, first))
        before = circuit.plus((before, node))
    return found


def number(value: int) -> Literal:
    """An integer as a term."""
    return Literal(value)


def by_count(
    builder: Builder, select: Select, groups: Mapping[Row, Sequence[Member]], *, implicit: bool
) -> dict[Row, int] | None:
    """For each group when HAVING lets it pass, where a count alone decides that; ``None`` where not.

    Beyond some count HAVING always says the same, so no more than up to there is counted:
    "at least n of m" takes n times m nodes.
    """
    aggregates = aggregates_of(replace(select, items=(), order=()))
    if len(aggregates) != 1 or aggregates[0].name != "COUNT" or not _is_of_aggregates(select.having):
        return None
    count = aggregates[0]
    if count.of is None and count.distinct:
        return None
    place = aggregates_of(select).index(count)
    events = {key: _events(builder.circuit, members, count, place) for key, members in groups.items()}
    passes = _passing(builder, select, count, max(map(len, events.values()), default=0))
    last = len(passes) - 1
    while last > 0 and passes[last - 1] == passes[-1]:
        last -= 1
    circuit = builder.circuit
    found = {}
    for key, members in groups.items():
        if last * len(events[key]) > MOST_COUNTED * MOST_COUNTED:
            raise NotAnnotated(
                f"HAVING that counts up to {last} in a group of {len(events[key])} is not annotated"
            )
        states = [circuit.one, *[circuit.zero] * last]
        for event in events[key]:
            states = _counted_on(circuit, states, event)
        if not implicit:
            states[0] = circuit.times((states[0], circuit.plus(member.node for member in members)))
        found[key] = circuit.plus(state for n, state in enumerate(states) if passes[n])
    return found


def _is_of_aggregates(conditions: Sequence[Expression]) -> bool:
    """Whether conditions hang on nothing but aggregates."""
    parts = [part for condition in conditions for part in subexpressions(condition)]
    inside = {
        id(part) for one in parts if isinstance(one, Aggregate) and one.of for part in subexpressions(one.of)
    }
    return not any(isinstance(part, Var | Exists) and id(part) not in inside for part in parts)


def _events(circuit: Circuit, members: Sequence[Member], count: Aggregate, place: int) -> list[int]:
    """What a count counts: members, or distinct values of them."""
    counted = [m for m in members if count.of is None or m.arguments[place] is not None]
    if not count.distinct:
        return [member.node for member in counted]
    parts: defaultdict[Term | None, list[int]] = defaultdict(list)
    for member in counted:
        parts[member.arguments[place]].append(member.node)
    return [circuit.plus(nodes) for nodes in parts.values()]


def _passing(builder: Builder, select: Select, count: Aggregate, most: int) -> list[bool]:
    """Whether HAVING lets a group pass, for each count from none to ``most``."""
    value = Var("n")
    of: Pattern = _written((value,), [(number(n),) for n in range(most + 1)])
    for condition in select.having:
        of = Filter(without_aggregates(condition, {count: value}), of)
    passed = {_place(row) for row in builder.solutions(render(Query("select", Select(of, (Item(value),)))))}
    return [n in passed for n in range(most + 1)]


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


def _tried(
    builder: Builder,
    aggregates: Sequence[Aggregate],
    groups: Mapping[Row, Sequence[Member]],
    *,
    implicit: bool,
) -> list[Outcome]:
    """Outcomes of groups, all of their worlds gone through."""
    circuit = builder.circuit
    worlds: list[tuple[Row, int]] = []
    lines: list[Row] = []
    for key, members in groups.items():
        events = sorted({member.node for member in members} - {circuit.one})
        for bits in range(1 << len(events)):
            there = {circuit.one, *(event for place, event in enumerate(events) if bits >> place & 1)}
            present = [member for member in members if member.node in there]
            if not present and not implicit:
                continue
            absent = [event for event in events if event not in there]
            node = circuit.minus(circuit.times(sorted(there)), circuit.plus(absent))
            if node == circuit.zero:
                continue
            lines.extend((number(len(worlds)), *member.arguments) for member in present)
            worlds.append((key, node))
            if len(lines) > MOST_WORLD_ROWS:
                raise NotAnnotated("an aggregate that decides rows of so many groups is not annotated")
    values = _aggregated(builder, aggregates, lines)
    empty = _aggregated_nothing(builder, aggregates) if implicit else ()
    found = []
    for place, (key, node) in enumerate(worlds):
        found.append(Outcome(key, values.get(place, empty), node))
    return found


def _aggregated(builder: Builder, aggregates: Sequence[Aggregate], lines: Sequence[Row]) -> dict[int, Row]:
    """The values of the aggregates in each world."""
    if not lines:
        return {}
    world, arguments = Var("w"), [Var(f"a{n}") for n in range(len(lines[0]) - 1)]
    table = _written((world, *arguments), lines)
    items = (Item(world), *_items(aggregates, arguments))
    text = render(Query("select", Select(table, items, group=(Item(world),))))
    return {_place(row): row[1:] for row in builder.solutions(text)}


def _place(row: Row) -> int:
    """The number in the first column."""
    assert isinstance(row[0], Literal)  # noqa: S101 - it was written there
    return int(row[0].value)


def _aggregated_nothing(builder: Builder, aggregates: Sequence[Aggregate]) -> Row:
    """The values of the aggregates over no member."""
    arguments = [Var(f"a{n}") for n in range(len(aggregates))]
    table = Table((Var("w"), *arguments), ())
    text = render(Query("select", Select(table, _items(aggregates, arguments))))
    found = builder.solutions(text)
    return found[0] if found else (None,) * len(aggregates)


def _items(aggregates: Sequence[Aggregate], arguments: Sequence[Var]) -> tuple[Item, ...]:
    items: list[Item] = []
    for place, aggregate in enumerate(aggregates):
        of = None if aggregate.of is None else arguments[place]
        items.append(
            Item(Var(f"v{place}"), Aggregate(aggregate.name, of, aggregate.distinct, aggregate.separator))
        )
    return tuple(items)


def _written(variables: Sequence[Var], lines: Sequence[Row]) -> Table:
    table = numbered(variables, lines)
    if table is None:
        raise NotAnnotated("an aggregate over blank nodes that decides a row is not annotated")
    return Table(tuple(variables), tuple(line[:-1] for line in table.rows))


def finished(
    builder: Builder,
    select: Select,
    keys: Sequence[Var],
    aggregates: Sequence[Aggregate],
    found: Sequence[Outcome],
    base: str | None,
) -> list[tuple[Row, int]]:
    """Rows of a grouped SELECT from what its groups may become: expressions, HAVING and ORDER BY applied."""
    if not found:
        return []
    names = {aggregate: Var(f"_v{place}") for place, aggregate in enumerate(aggregates)}
    line = Var("_r")
    rows = [(number(place), *one.key, *one.values) for place, one in enumerate(found)]
    table = _written((line, *keys, *names.values()), rows)
    of: Pattern = table
    for condition in select.having:
        of = Filter(without_aggregates(condition, names), of)
    items = [Item(line)]
    for item in select.items or ():
        value = item.expression
        items.append(item if value is None else Item(item.variable, without_aggregates(value, names)))
    order = tuple(type(o)(without_aggregates(o.expression, names), o.descending) for o in select.order)
    text = render(Query("select", Select(of, tuple(items), order=order), base=base))
    return [(row[1:], found[_place(row)].node) for row in builder.solutions(text)]
