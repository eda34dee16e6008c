"""What becomes of groups: the values that aggregates have in every part of the data.

A group is its members, each with an annotation. What an aggregate gives hangs on which of
them are there. So every set of members that can be there together is a world, and the
engine works out the aggregates of all worlds in one query; a world's annotation is the
product of the members that are there, less the sum of those that are not. A count alone
(``kg.query.grouping.counting``) and a least or greatest value need no worlds, and of exact
numbers worlds that come to the same are one (``kg.query.grouping.states``).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from kg.dataset.terms import Literal
from kg.provenance.circuit import Circuit
from kg.query.algebra import Aggregate, Item, Operation, Order, Query, Select, Table, Var
from kg.query.answer import Row, Term
from kg.query.builder import Builder
from kg.query.deriving.derivation import NotAnnotated
from kg.query.grouping.counting import counted
from kg.query.grouping.groups import Member, Outcome, number, place_of, written
from kg.query.grouping.states import by_states
from kg.query.shaping.render import render

MOST_TRIED = 4
"""Up to so many members all worlds are gone through, whatever the aggregates."""
MOST_EVENTS = 10
"""A group whose aggregates are tried in all worlds has at most so many members that can fall apart."""
MOST_WORLD_ROWS = 100_000
"""All worlds of all groups of a query have at most so many members together."""


def outcomes(
    builder: Builder,
    aggregates: Sequence[Aggregate],
    groups: Mapping[Row, Sequence[Member]],
    *,
    implicit: bool,
) -> list[Outcome]:
    """All that may become of each group. An implicit group is there without members, too."""
    found: list[Outcome] = []
    many: dict[Row, Sequence[Member]] = {}
    large: dict[Row, Sequence[Member]] = {}
    ranks = None
    if len(aggregates) == 1 and not implicit:
        ranks = _ranked(builder, aggregates[0], 0, groups.values())
    for key, members in groups.items():
        events = {member.node for member in members} - {Circuit.one}
        if len(aggregates) == 1 and aggregates[0].name == "COUNT" and len(events) > 3:
            found += counted(builder.circuit, key, members, aggregates[0], implicit=implicit)
        elif ranks is not None:
            found += _extremes(builder.circuit, key, members, ranks)
        elif len(events) <= MOST_TRIED:
            many[key] = members
        else:
            large[key] = members
    if large:
        of = [_ranked(builder, one, place, large.values()) for place, one in enumerate(aggregates)]
        summed, others = by_states(builder, aggregates, large, of, implicit=implicit)
        found += summed
        for members in others.values():
            events = {member.node for member in members} - {Circuit.one}
            if len(events) > MOST_EVENTS:
                raise NotAnnotated(
                    "an aggregate that decides a row, not of exact numbers, is annotated in groups of at "
                    f"most {MOST_EVENTS} members that rest on different claims; here is one of {len(events)}"
                )
        many |= others
    found += _tried(builder, aggregates, many, implicit=implicit)
    merged: dict[tuple[Row, Row], list[int]] = {}
    for one in found:
        merged.setdefault((one.key, one.values), []).append(one.node)
    return [Outcome(key, values, builder.circuit.plus(nodes)) for (key, values), nodes in merged.items()]


def _ranked(
    builder: Builder, aggregate: Aggregate, place: int, groups: Iterable[Sequence[Member]]
) -> dict[Term, int] | None:
    """The rank of each value of some groups, the one that is taken first; ``None`` where that is open.

    It is where there is no value, or the engine takes two values to be equal.
    """
    if aggregate.name not in ("MIN", "MAX"):
        return None
    values = dict.fromkeys(member.arguments[place : place + 1] for members in groups for member in members)
    if (None,) in values or not values:
        return None
    value, other = Var("a"), Var("b")
    order = (Order(value, descending=aggregate.name == "MAX"),)
    table = written((value,), list(values))
    ranked = builder.solutions(render(Query("select", Select(table, (Item(value),), order=order))))
    if len(ranked) > 1:
        table = written((value, other), [(*one, *next_one) for one, next_one in pairwise(ranked)])
        differ = Item(Var("c"), Operation("!=", (value, other)))
        found = builder.solutions(render(Query("select", Select(table, (differ,)))))
        if any(row[0] != Literal(True) for row in found):
            return None
    return {row[0]: rank for rank, row in enumerate(ranked) if row[0] is not None}


def _extremes(
    circuit: Circuit, key: Row, members: Sequence[Member], ranks: Mapping[Term, int]
) -> list[Outcome]:
    """Outcomes of a group of which only the first value matters: it is there, and none before it is."""
    parts: defaultdict[Term, list[int]] = defaultdict(list)
    for member in members:
        if member.arguments[0] is not None:
            parts[member.arguments[0]].append(member.node)
    found, before = [], circuit.zero
    for term in sorted(parts, key=ranks.__getitem__):
        node = circuit.plus(parts[term])
        first = circuit.minus(node, before)
        if first != circuit.zero:
            found.append(Outcome(key, (term,), first))
        before = circuit.plus((before, node))
    return found


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
    table = written((world, *arguments), lines)
    items = (Item(world), *_items(aggregates, arguments))
    text = render(Query("select", Select(table, items, group=(Item(world),))))
    return {place_of(row): row[1:] for row in builder.solutions(text)}


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
        of = None if aggregate.of is None and not aggregate.distinct else arguments[place]
        items.append(
            Item(Var(f"v{place}"), Aggregate(aggregate.name, of, aggregate.distinct, aggregate.separator))
        )
    return tuple(items)
