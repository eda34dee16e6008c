"""Groups as a sub-SELECT of their own, where what is asked is not the groups.

SPARQL 1.1 lets every form of query have GROUP BY and HAVING (rule 18): its template is
filled from the groups, or their keys are described. The engine takes groups of a SELECT alone.
"""

from dataclasses import replace

from kg.query.algebra import Item, Lit, Order, Query, Select, Var
from kg.query.deriving.standing import Fresh
from kg.query.scope import has_aggregate
from ontology.vocab import XSD

_SOMETHING = Lit("1", f"{XSD}integer")


def with_groups_apart(query: Query) -> Query:
    """ASK, CONSTRUCT or DESCRIBE over groups as it must be put to the engine; any other query itself."""
    if query.form == "select" or not has_aggregate(query.body):
        return query
    body, fresh = query.body, Fresh(f"{query.hidden}_g")
    keys = tuple(key if key.variable else replace(key, variable=fresh("key")) for key in body.group or ())
    named = [key.variable for key in body.group or () if key.variable is not None]
    named += [
        variable for variable in (body.values.variables if body.values else ()) if variable not in named
    ]
    items = [Item(variable) for variable in named]
    order = []
    for one in body.order:
        if isinstance(one.expression, Var):
            order.append(one)
        else:
            sorted_by = fresh("order")
            items.append(Item(sorted_by, one.expression))
            order.append(Order(sorted_by, one.descending))
    if not items:
        items.append(Item(fresh("group"), _SOMETHING))
    groups = replace(
        body,
        items=tuple(items),
        group=None if body.group is None else keys,
        order=(),
        limit=None,
        offset=0,
    )
    described = query.described
    if query.form == "describe" and described is None:
        described = tuple(named or (item.variable for item in items if item.variable is not None))
    over = Select(groups, order=tuple(order), limit=body.limit, offset=body.offset)
    return replace(query, body=over, described=described)


def over_groups(query: Query) -> Query:
    """The values that the groups of a SELECT show, as rows: no matter of which groups they are."""
    body = query.body
    shown = tuple(Item(item.variable) for item in body.items or ())
    groups = replace(body, duplicates="ALL", order=(), limit=None, offset=0)
    return replace(query, body=Select(groups, shown, body.duplicates, limit=body.limit, offset=body.offset))
