"""Grouped queries: a row is its GROUP BY key, and rests on any member of its group.

What a row tells besides is how its values are made up: for each aggregate the members
that it takes in, each with its annotation, so that the value without a claim can be told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from kg.query.algebra import Aggregate, Item, Query, Select, Table, Var
from kg.query.answer import Contribution, Row
from kg.query.builder import Builder, picker
from kg.query.deriving.derivation import Derivation, Inner, NotAnnotated
from kg.query.deriving.derive import derive
from kg.query.deriving.fitness import check_steady, names_graphs
from kg.query.deriving.standing import Fresh, Scope
from kg.query.evaluate import supported
from kg.query.grouping.apart import Deriver
from kg.query.grouping.composition import Composition
from kg.query.grouping.counting import by_count, deciding_count
from kg.query.grouping.gathering import counted_members, gathered
from kg.query.grouping.groups import (
    Group,
    Outcome,
    aggregates_of,
    counts_alike,
    finished,
    group_of,
    number,
    place_of,
    written,
)
from kg.query.grouping.outcomes import outcomes
from kg.query.grouping.parting import decides_beside, parted
from kg.query.grouping.subselect import members_of
from kg.query.grouping.summing import by_sum, deciding_sum
from kg.query.parse.patterns import joined
from kg.query.scope import certain, projected, subexpressions
from kg.query.shaping.page import table_of
from kg.query.shaping.render import render

MOST_TOLD = 10_000
"""How values are made up is told of answers with at most so many members in all."""


@dataclass(frozen=True)
class Grouped:
    """A grouped query: the query that gives its rows with their whole keys, and its members.

    ``columns`` are those of the answer. ``places`` are those of the keys in a row of
    ``asked``, which has further columns where the answer does not show all keys.
    ``made_of`` has for each column the aggregates in it, by their places. ``standing``
    derives which keys HAVING lets pass, where that asks EXISTS.
    """

    asked: Query
    columns: tuple[Var, ...]
    places: tuple[int, ...]
    inner: Inner
    made_of: tuple[tuple[Var, tuple[int, ...]], ...]
    standing: Derivation | None = None

    @property
    def is_alike(self) -> bool:
        """Whether HAVING asks how many solutions are not alike."""
        return counts_alike(replace(self.inner.select, items=(), order=()))

    @property
    def is_filled(self) -> bool:
        """Whether VALUES may give a group another key than it has."""
        body = self.asked.body
        plain = {key.variable for key in body.group or () if key.expression is None}
        named = () if body.values is None else body.values.variables
        return not certain(body.of) & plain >= set(named)

    @property
    def is_written(self) -> bool:
        """Whether the answer shows all keys, so that the query may be asked as it was written."""
        return len(self.asked.body.items or ()) == len(self.columns)


@dataclass(frozen=True)
class GroupedRows:
    """Rows of a grouped query with their annotations, and how their values are made up."""

    rows: Sequence[Row]
    nodes: list[int]
    contributions: list[tuple[Contribution, ...]]
    note: str | None


def derive_grouped(query: Query, *, indexed: bool) -> Grouped:
    """How the rows of a grouped query are derived. Raises ``NotAnnotated``."""
    body = query.body
    check_steady(body)
    indexed = indexed and not names_graphs(body)
    deriver = Deriver(Fresh(query.hidden), query.base, indexed=indexed, counts=True)
    keys = tuple(
        key if key.variable is not None else replace(key, variable=deriver.fresh("key"))
        for key in body.group or ()
    )
    named = tuple(key.variable for key in keys if key.variable is not None)
    group = None if body.group is None else keys
    columns = projected(body)
    if body.values is not None:
        _check_values(body, body.values)
    more = tuple(Item(name) for name in named if name not in columns)
    asked = replace(body, group=group, items=(*(body.items or ()), *more))
    inner = deriver.group(replace(body, group=group, values=None), Scope())
    shown = (*columns, *(item.variable for item in more))
    aggregates = aggregates_of(body)
    made_of = []
    for item in body.items or ():
        if item.expression is not None and item.variable is not None:
            parts = [part for part in subexpressions(item.expression) if isinstance(part, Aggregate)]
            if parts:
                made_of.append((item.variable, tuple(map(aggregates.index, dict.fromkeys(parts)))))
    places = tuple(shown.index(name) for name in named)
    standing = None
    if decides_beside(body):
        keyed = replace(body, items=tuple(map(Item, named)), group=group, values=None)
        around = parted(replace(keyed, order=(), limit=None, offset=0), deriver.fresh)
        standing = derive(replace(query, body=around), indexed=indexed)
    return Grouped(replace(query, body=asked), columns, places, inner, tuple(made_of), standing)


def hides_keys(body: Select) -> bool:
    """Whether the columns of a grouped SELECT do not show of which group a row is."""
    return not {key.variable for key in body.group or ()} <= set(projected(body))


def _check_values(body: Select, values: Table) -> None:
    """Raises ``NotAnnotated`` where VALUES after groups hang on what an expression makes of them."""
    made = {item.variable for item in body.items or () if item.expression is not None}
    if not made.isdisjoint(values.variables):
        raise NotAnnotated("VALUES for what a SELECT with groups works out is not annotated")


def answered_groups(builder: Builder, plan: Grouped, *, told: bool) -> GroupedRows | None:
    """The rows of a grouped query and their annotations in one query; ``None`` where there are two.

    ``told`` says that it will be read how the values are made up.
    Raises ``NotAnnotated``.
    """
    how, select = plan.inner.gathering, plan.inner.select
    if how is None or how.rows is None or plan.asked.body.values is not None or plan.is_alike:
        return None
    if how.implicit:
        counted = None if select.having else counted_members(builder, how)
        if counted is None:
            return None
        rows, members = counted
        return _of_all(builder, plan, rows, members)
    found = gathered(builder, how, rows=True, taken=_deciding(plan, told))
    return None if found is None else _annotated(builder, plan, found.rows, found.groups)


def annotate_groups(
    builder: Builder, plan: Grouped, rows: Sequence[Row], *, told: bool = False
) -> GroupedRows:
    """The annotations of rows of ``plan.asked``; ``told`` as above. Raises ``NotAnnotated``."""
    select = plan.inner.select
    if select.group is None and not select.having:
        return _whole(builder, plan, rows)
    table = _page(plan, list(map(picker(plan.places), rows)))
    found = None
    if plan.inner.gathering is not None and table is None and not plan.is_alike:
        found = gathered(builder, plan.inner.gathering, rows=False, taken=_deciding(plan, told))
    groups = _groups(builder, plan, table) if found is None else found.groups
    return _annotated(builder, plan, rows, groups)


def _groups(builder: Builder, plan: Grouped, table: Table | None = None) -> dict[Row, Group]:
    """The groups by their keys, member by member; those that agree with a table where one is given."""
    width = len(plan.inner.arguments)
    return {key: group_of(of, width) for key, of in members_of(builder, plan.inner, table).items()}


def _deciding(plan: Grouped, told: bool) -> Sequence[int]:
    """The places of the aggregates that must be known member by member: for HAVING, or all to be told."""
    select, how = plan.inner.select, plan.inner.gathering
    if told:
        return range(len(plan.inner.arguments))
    if not select.having or how is None:
        return ()
    aggregates = aggregates_of(select)
    count = deciding_count(select)
    if count is None:
        return range(len(aggregates))
    place = aggregates.index(count)
    return () if place in how.sure and not count.distinct else (place,)


def _annotated(builder: Builder, plan: Grouped, rows: Sequence[Row], groups: dict[Row, Group]) -> GroupedRows:
    circuit, select = builder.circuit, plan.inner.select
    implicit = select.group is None
    keys = list(map(picker(plan.places), rows))
    if implicit:
        groups.setdefault((), Group((), (None,) * len(plan.inner.arguments)))
    merged = _merged(builder, plan, groups) if plan.is_filled else None
    if not select.having:
        nodes = {key: circuit.plus(group.nodes) for key, group in groups.items()}
    else:
        wanted = groups if merged is not None else dict.fromkeys(keys)
        asked = {key: groups[key] for key in wanted if key in groups}
        nodes = _standing(builder, plan, asked, implicit=implicit)
    if merged is not None:
        nodes = {key: circuit.plus(nodes.get(one, circuit.zero) for one in of) for key, of in merged.items()}
    missing = next((key for key in keys if nodes.get(key, circuit.zero) == circuit.zero), None)
    if missing is not None:
        raise NotAnnotated(f"no member was found of the group {missing}: please report this")
    found = [nodes[key] for key in keys]
    if merged is not None:
        return GroupedRows(rows, found, [], "how values are made up is not told where VALUES fills in keys")
    members_told = sum(len(groups[key].nodes) for key in keys if key in groups)
    if members_told > MOST_TOLD:
        return GroupedRows(rows, found, [], _too_many(members_told))
    made = Composition(builder, plan.inner, groups)
    parts = _told(plan)
    told = {
        key: tuple(Contribution(column, name, partial(made.taken, key, part)) for column, name, part in parts)
        for key in dict.fromkeys(keys)
    }
    return GroupedRows(rows, found, [told[key] for key in keys], None)


def _whole(builder: Builder, plan: Grouped, rows: Sequence[Row]) -> GroupedRows:
    """A query without GROUP BY has its row whatever the data."""
    nodes = [builder.circuit.one] * len(rows)
    try:
        members = members_of(builder, plan.inner, limit=MOST_TOLD + 1).get((), [])
    except NotAnnotated as why:
        return GroupedRows(rows, nodes, [], f"how the values are made up is not told: {why}")
    return _of_all(builder, plan, rows, len(members), group_of(members, len(plan.inner.arguments)))


def _of_all(
    builder: Builder, plan: Grouped, rows: Sequence[Row], members: int, group: Group | None = None
) -> GroupedRows:
    """The row of an implicit group, of which it is known how many members it has."""
    nodes = [builder.circuit.one] * len(rows)
    if members > MOST_TOLD:
        return GroupedRows(rows, nodes, [], _too_many(members))
    made = Composition(builder, plan.inner, {} if group is None else {(): group})
    told = tuple(Contribution(column, name, partial(made.taken, (), n)) for column, name, n in _told(plan))
    return GroupedRows(rows, nodes, [told] * len(rows), None)


def _too_many(members: int) -> str:
    return (
        f"how the values are made up is told of at most {MOST_TOLD:,} members in all, "
        f"and here are {'more' if members == MOST_TOLD + 1 else f'{members:,}'}"
    )


def _page(plan: Grouped, keys: Sequence[Row]) -> Table | None:
    """The keys of a page, to ask for their members alone."""
    body = plan.asked.body
    if (body.limit is None and not body.offset) or not plan.inner.keys:
        return None
    tree = plan.inner.tree
    written = {key.variable for key in body.group or () if key.expression is not None}
    sure = certain(tree.pattern)
    places = [
        place for place, name in enumerate(plan.inner.keys) if name not in written and tree.key[place] in sure
    ]
    return table_of([tree.key[place] for place in places], map(picker(places), keys))


def _merged(builder: Builder, plan: Grouped, groups: Mapping[Row, Group]) -> dict[Row, list[Row]]:
    """The keys after VALUES, which may fill in what a key leaves open, and which groups have them."""
    values, every, line = plan.asked.body.values, list(groups), Var("_r")
    assert values is not None  # noqa: S101 - it fills
    table = written((line, *plan.inner.keys), [(number(place), *key) for place, key in enumerate(every)])
    items = tuple(map(Item, (line, *plan.inner.keys)))
    found: dict[Row, dict[Row, None]] = {}
    for row in builder.solutions(render(Query("select", Select(joined(table, values), items)))):
        found.setdefault(row[1:], {})[every[place_of(row)]] = None
    return {key: list(of) for key, of in found.items()}


def _standing(
    builder: Builder, plan: Grouped, groups: Mapping[Row, Group], *, implicit: bool
) -> dict[Row, int]:
    """For each key when HAVING lets its group pass."""
    if plan.standing is not None:
        keys = list(groups)
        return dict(zip(keys, supported(builder, plan.standing, keys), strict=True))
    select = plan.inner.select
    count = deciding_count(select)
    if count is not None:
        return by_count(builder, select, count, groups, implicit=implicit)
    total = deciding_sum(select)
    if total is not None:
        known = by_sum(builder.circuit, select, total, groups, implicit=implicit)
        if known is not None:
            return known
    aggregates = aggregates_of(select)
    members = {key: group.members for key, group in groups.items()}
    return _passing(builder, plan, aggregates, outcomes(builder, aggregates, members, implicit=implicit))


def _passing(
    builder: Builder, plan: Grouped, aggregates: Sequence[Aggregate], found: Sequence[Outcome]
) -> dict[Row, int]:
    """For each key the sum of the outcomes that HAVING lets pass."""
    inner = plan.inner
    items = tuple(Item(name) for name in inner.keys)
    select = replace(inner.select, items=items, order=())
    sums: dict[Row, list[int]] = {}
    for row, node in finished(builder, select, inner.keys, aggregates, found, inner.tree.base):
        sums.setdefault(row, []).append(node)
    return {row: builder.circuit.plus(nodes) for row, nodes in sums.items()}


def _told(plan: Grouped) -> list[tuple[str, str, int]]:
    """Of which aggregates it is told what they take in: their columns, names and places."""
    aggregates = aggregates_of(plan.inner.select)
    parts = [(column.name, aggregates[part], part) for column, parts in plan.made_of for part in parts]
    # members do not tell which solutions are alike
    return [(column, of.name, part) for column, of, part in parts if of.of is not None or not of.distinct]
