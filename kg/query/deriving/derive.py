"""From a query to its derivation query, whose solutions are the derivations of the rows."""

from dataclasses import replace
from operator import attrgetter

from kg.query.algebra import Item, Order, Query, Select, Var
from kg.query.deriving.conditions import VOLATILE, existences, rewritten
from kg.query.deriving.derivation import Derivation, with_beside
from kg.query.deriving.fitness import check_steady, names_graphs
from kg.query.deriving.standing import Fresh, Scope
from kg.query.deriving.tight import is_bag, is_tight, is_unique, kept_optionals
from kg.query.grouping.apart import Deriver
from kg.query.scope import certain, projected, subexpressions


def derive(query: Query, *, indexed: bool = False, whole: bool = False) -> Derivation:
    """The derivation query of a SELECT or an ASK, over annotated facts where it is ``indexed``.

    What names graphs is never asked over annotated facts: they know the default graph
    alone. The derivations are those of the rows of the answer; those of all rows that the
    query has in any part of the data if they are ``whole``. Raises ``NotAnnotated``.
    """
    body = query.body
    if query.form == "ask":
        counted = body.offset > 0 or body.limit == 0  # whether there is a solution more than OFFSET
        body = replace(body, items=(), order=(), duplicates="ALL", limit=None)
        if counted:
            body = Select(replace(body, limit=0 if query.body.limit == 0 else 1), ())
    indexed = indexed and not names_graphs(body)
    columns = projected(body)
    if body.items is None:
        columns = tuple(sorted(columns, key=attrgetter("name")))  # as the engine orders them
    steady, places = _without_volatile(body, columns)
    check_steady(steady)
    native = not whole and is_tight(steady)
    deriver = Deriver(Fresh(query.hidden), query.base, indexed=indexed, native=native)
    deriver.kept = kept_optionals(steady)
    inside = deriver.inside(steady, Scope())
    pattern = deriver.selected(steady, inside)
    key = columns if places is None else tuple(columns[place] for place in places)
    written = {item.variable for item in body.items or () if item.expression is not None}
    in_order = not any(existences(order.expression) for order in body.order)
    order = tuple(
        replace(one, expression=rewritten(one.expression, inside.names, {}))
        for one in (body.order if in_order else ())
    )
    return Derivation(
        pattern,
        key,
        with_beside(tuple(deriver.leaves)),
        tuple(deriver.factors),
        tuple(deriver.tags),
        query.base,
        indexed,
        tuple(v for v in dict.fromkeys(key) if v in certain(pattern) - written),
        body.limit,
        body.offset,
        places,
        order,
        body.duplicates,
        is_bag=in_order and is_bag(body.of) and query.form == "select",
        is_unique=native and not deriver.factors and is_unique(body),
    )


def _without_volatile(body: Select, columns: tuple[Var, ...]) -> tuple[Select, tuple[int, ...] | None]:
    """A SELECT without the columns that have another value each time, and the places of the others."""
    items = body.items or ()
    moving = {item.variable for item in items if item.expression and _is_volatile(item)}
    if not moving or any(set(subs(order)) & moving for order in body.order):
        return body, None
    kept = tuple(item for item in items if item.variable not in moving)
    if any(item.expression and set(subexpressions(item.expression)) & moving for item in kept):
        return body, None
    return replace(body, items=kept), tuple(n for n, v in enumerate(columns) if v not in moving)


def subs(order: Order) -> tuple[object, ...]:
    """What an ORDER BY rests on."""
    return subexpressions(order.expression)


def _is_volatile(item: Item) -> bool:
    parts = subexpressions(item.expression) if item.expression else ()
    return any(getattr(part, "name", None) in VOLATILE for part in parts)
