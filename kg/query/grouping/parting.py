"""A grouped SELECT whose HAVING, columns or order ask EXISTS: the aggregates first, EXISTS around them.

EXISTS is asked about the key of a group: what it finds hangs on the data, not on what became of the group.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import reduce

from kg.query.algebra import (
    Aggregate,
    Call,
    Expression,
    Filter,
    Function,
    Item,
    Membership,
    Operation,
    Pattern,
    Select,
    Var,
)
from kg.query.deriving.conditions import existences
from kg.query.deriving.standing import Fresh
from kg.query.grouping.groups import aggregates_of
from kg.query.parse.patterns import joined
from kg.query.scope import expressions_of


def asks_beside(what: Select) -> bool:
    """Whether EXISTS stands in an expression over the groups of a SELECT, outside of its aggregates."""
    grouped = {key.expression for key in what.group or ()}
    return any(existences(_named(one, {})) for one in expressions_of(what) if one not in grouped)


def decides_beside(what: Select) -> bool:
    """Whether EXISTS decides in HAVING, outside of the aggregates there."""
    return any(existences(_named(one, {})) for one in what.having)


def parted(what: Select, fresh: Fresh) -> Select:
    """The SELECT around a sub-SELECT that works out the aggregates, one row for each group."""
    keys = tuple(key if key.variable else replace(key, variable=fresh("key")) for key in what.group or ())
    aggregates = aggregates_of(what)
    if what.group is None and not aggregates:
        aggregates = (Aggregate("COUNT", None),)  # all solutions are one group
    names = {aggregate: fresh("aggregate") for aggregate in aggregates}
    items = (*(Item(key.variable) for key in keys), *(Item(name, one) for one, name in names.items()))
    group = None if what.group is None else keys
    of: Pattern = Select(what.of, items, group=group)
    of = reduce(lambda inner, condition: Filter(_named(condition, names), inner), what.having, of)
    if what.values is not None:
        of = joined(of, what.values)
    columns = tuple(
        item if item.expression is None else Item(item.variable, _named(item.expression, names))
        for item in what.items or ()
    )
    order = tuple(replace(one, expression=_named(one.expression, names)) for one in what.order)
    return replace(what, of=of, items=columns, group=None, having=(), order=order, values=None)


def _named(what: Expression, names: Mapping[Aggregate, Var]) -> Expression:
    """An expression with names in the place of aggregates, EXISTS left as it is."""
    match what:
        case Aggregate():
            return names.get(what, Var("_aggregate", hidden=True))
        case Operation() | Call() | Function():
            return replace(what, of=tuple(_named(part, names) for part in what.of))
        case Membership(item, among, negated):
            return Membership(_named(item, names), tuple(_named(part, names) for part in among), negated)
    return what
