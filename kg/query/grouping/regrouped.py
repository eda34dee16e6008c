"""Groups over what a source believes: their members are told from circuits, their values by the engine anew.

A grouped query's derivations are the members of all groups that it may have in any part of
the data. Those whose annotation is true are the solutions over what is believed, each as
often as it comes. So the rows are the same aggregates over a table of these members.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kg.provenance.evaluate import held_in_all
from kg.query.algebra import Aggregate, Expression, Item, Order, Query, Select
from kg.query.answer import Row
from kg.query.builder import Builder
from kg.query.deriving.derivation import NotAnnotated
from kg.query.deriving.standing import Fresh
from kg.query.deriving.tight import is_bag
from kg.query.grouping.aggregates import Grouped, GroupedRows, annotate_groups
from kg.query.grouping.groups import Member, aggregates_of, without_aggregates
from kg.query.grouping.parting import asks_beside
from kg.query.grouping.subselect import members_of
from kg.query.shaping.page import numbered
from kg.query.shaping.render import render

MOST_MEMBERS = 20_000
"""Groups have at most so many members together (23 µs each)."""
_CHOOSING = ("SAMPLE", "GROUP_CONCAT")


@dataclass(frozen=True)
class Regrouped:
    """The rows of a grouped query, over the columns of its answer, and their annotations."""

    rows: tuple[Row, ...]
    found: GroupedRows


def untold(plan: Grouped) -> str | None:
    """Why the groups are not told from circuits; ``None`` where they are."""
    body = plan.asked.body
    if body.values is not None:
        return "VALUES stands after groups"
    if asks_beside(body):
        return "EXISTS stands beside aggregates"
    if plan.inner.tree.is_open or any(a.name in _CHOOSING for a in aggregates_of(plan.inner.select)):
        return "the engine may choose among several answers"
    if any(a.of is None and a.distinct for a in aggregates_of(plan.inner.select)):
        return "members do not tell which solutions are alike"
    return None if is_bag(body.of) else "it hangs on the data how often a solution comes"


def regrouped(builder: Builder, plan: Grouped) -> Regrouped:
    """The groups over what the builder's source believes. Raises ``NotAnnotated``."""
    groups = members_of(builder, plan.inner)
    if sum(map(len, groups.values())) > MOST_MEMBERS:
        raise NotAnnotated(f"groups with more than {MOST_MEMBERS} members are not told from circuits")
    rows = builder.solutions(_text(plan, _standing(builder, plan, groups)))
    found = annotate_groups(builder, plan, rows)
    width = len(plan.columns)
    return Regrouped(tuple(row[:width] for row in rows), found)


def _standing(builder: Builder, plan: Grouped, groups: Mapping[Row, Sequence[Member]]) -> list[Row]:
    """The members that are solutions: their keys, and what the aggregates take in of them."""
    members = [(key, member) for key, of in groups.items() for member in of]
    if plan.inner.tree.is_supposed:
        held = held_in_all(builder.circuit, {member.node for _, member in members})
        members = [(key, member) for key, member in members if held[member.node]]
    return [(*key, *member.arguments) for key, member in members]


def _text(plan: Grouped, members: Sequence[Row]) -> str:
    """The query for the same aggregates, and all that is made of them, over a table of members."""
    body, keys = plan.asked.body, plan.inner.keys
    fresh = Fresh(plan.asked.hidden)
    values: dict[Aggregate, Expression] = {}
    arguments = []
    for aggregate in aggregates_of(plan.inner.select):
        argument = fresh("argument")
        arguments.append(argument)
        of = None if aggregate.of is None else argument
        values[aggregate] = Aggregate(aggregate.name, of, aggregate.distinct, aggregate.separator)
    table = numbered((*keys, *arguments, fresh("member")), members)
    if table is None:
        raise NotAnnotated("groups of which a member has a blank node are not told from circuits")

    def made(item: Item) -> Item:
        if item.expression is None:
            return item
        return Item(item.variable, without_aggregates(item.expression, values))

    select = Select(
        table,
        tuple(map(made, body.items or ())),
        body.duplicates,
        None if body.group is None else tuple(map(Item, keys)),
        tuple(without_aggregates(condition, values) for condition in body.having),
        tuple(Order(without_aggregates(o.expression, values), o.descending) for o in body.order),
        body.limit,
        body.offset,
    )
    return render(Query("select", select, base=plan.asked.base))
