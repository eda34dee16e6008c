"""Grouped queries: a row is its GROUP BY key, and rests on any member of its group.

What a row tells besides is how its values are made up: for each aggregate the members
that it takes in, each with its annotation, so that the value without a claim can be told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kg.provenance.circuit import Circuit
from kg.query.algebra import Aggregate, Item, Query, Select, Table, Var
from kg.query.answer import Contribution, Row, Term
from kg.query.builder import Builder, picker
from kg.query.deriving.derivation import Inner, NotAnnotated
from kg.query.deriving.fitness import check_steady, names_graphs
from kg.query.deriving.standing import Fresh, Scope
from kg.query.grouping.apart import Deriver
from kg.query.grouping.counting import by_count
from kg.query.grouping.groups import Member, Outcome, aggregates_of, finished, number
from kg.query.grouping.outcomes import outcomes
from kg.query.grouping.subselect import members_of
from kg.query.scope import certain, projected, subexpressions
from kg.query.shaping.page import table_of

MOST_TOLD = 10_000
"""How values are made up is told of answers with at most so many members in all."""


@dataclass(frozen=True)
class Grouped:
    """A grouped query: the query that gives its rows with their whole keys, and its members.

    ``columns`` are those of the answer. ``places`` are those of the keys in a row of
    ``asked``, which has further columns where the answer does not show all keys.
    ``made_of`` has for each column the aggregates in it, by their places.
    """

    asked: Query
    columns: tuple[Var, ...]
    places: tuple[int, ...]
    inner: Inner
    made_of: tuple[tuple[Var, tuple[int, ...]], ...]

    @property
    def is_written(self) -> bool:
        """Whether the answer shows all keys, so that the query may be asked as it was written."""
        return len(self.asked.body.items or ()) == len(self.columns)


@dataclass(frozen=True)
class GroupedRows:
    """Rows of a grouped query with their annotations, and how their values are made up."""

    circuit: Circuit
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
    if more and body.duplicates != "ALL":
        raise NotAnnotated("DISTINCT over groups whose keys are not all columns is not annotated")
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
    return Grouped(replace(query, body=asked), columns, places, inner, tuple(made_of))


def _check_values(body: Select, values: Table) -> None:
    """Raises ``NotAnnotated`` where VALUES after groups may give them other keys, or hang on values."""
    plain = {key.variable for key in body.group or () if key.expression is None}
    for variable in values.variables:
        if variable not in plain or variable not in certain(body.of):
            raise NotAnnotated("VALUES for what is no key of all groups of an aggregate is not annotated")


def annotate_groups(builder: Builder, plan: Grouped, rows: Sequence[Row]) -> GroupedRows:
    """The annotations of rows of ``plan.asked``. Raises ``NotAnnotated``."""
    circuit, select = builder.circuit, plan.inner.select
    keys = list(map(picker(plan.places), rows))
    implicit, decided = select.group is None, bool(select.having)
    if implicit and not decided:
        return _whole(builder, plan, rows)
    groups = members_of(builder, plan.inner, _page(plan, keys))
    if implicit:
        groups.setdefault((), [])
    nodes = {key: circuit.plus(member.node for member in members) for key, members in groups.items()}
    if decided:
        wanted = set(keys)
        asked = {key: members for key, members in groups.items() if key in wanted}
        counted = by_count(builder, select, asked, implicit=implicit)
        if counted is not None:
            nodes = counted
        else:
            aggregates = aggregates_of(select)
            found = outcomes(builder, aggregates, asked, implicit=implicit)
            nodes = _standing(builder, plan, aggregates, found)
    missing = next((key for key in keys if nodes.get(key, circuit.zero) == circuit.zero), None)
    if missing is not None:
        raise NotAnnotated(f"no member was found of the group {missing}: please report this")
    told = sum(len(groups.get(key, ())) for key in keys)
    if told > MOST_TOLD:
        return GroupedRows(circuit, [nodes[key] for key in keys], [], _too_many(told))
    made = {key: _contributions(circuit, plan, groups.get(key, [])) for key in dict.fromkeys(keys)}
    return GroupedRows(circuit, [nodes[key] for key in keys], [made[key] for key in keys], None)


def _whole(builder: Builder, plan: Grouped, rows: Sequence[Row]) -> GroupedRows:
    """A query without GROUP BY has its row whatever the data."""
    circuit = builder.circuit
    nodes = [circuit.one] * len(rows)
    try:
        members = members_of(builder, plan.inner, limit=MOST_TOLD + 1).get((), [])
    except NotAnnotated as why:
        return GroupedRows(circuit, nodes, [], f"how the values are made up is not told: {why}")
    if len(members) > MOST_TOLD:
        return GroupedRows(circuit, nodes, [], _too_many(len(members)))
    return GroupedRows(circuit, nodes, [_contributions(circuit, plan, members)] * len(rows), None)


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


def _standing(
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


def _contributions(circuit: Circuit, plan: Grouped, members: Sequence[Member]) -> tuple[Contribution, ...]:
    """What each aggregate takes in; of DISTINCT ones each value once."""
    aggregates = aggregates_of(plan.inner.select)
    found = []
    for column, parts in plan.made_of:
        for part in parts:
            aggregate = aggregates[part]
            if aggregate.of is None and aggregate.distinct:
                continue  # members do not tell which solutions are alike
            taken: list[tuple[int, Term]] = []
            for member in members:
                value = number(1) if aggregate.of is None else member.arguments[part]
                if value is not None:
                    taken.append((member.node, value))
            if aggregate.distinct:
                sums: dict[Term, list[int]] = {}
                for node, value in taken:
                    sums.setdefault(value, []).append(node)
                taken = [(circuit.plus(nodes), value) for value, nodes in sums.items()]
            found.append(Contribution(column.name, aggregate.name, tuple(taken)))
    return tuple(found)
