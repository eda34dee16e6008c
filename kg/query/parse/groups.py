"""Groups as the engine reads them.

Of ``GROUP BY (?x AS ?y)`` it takes ``?y`` for unbound, and of ``(SUM(?x) AS ?s) (?s + 1 AS ?t)`` it
refuses the second column, where section 18.2.4.4 has each column extend the solutions before
it. ``COUNT(DISTINCT *)`` tells solutions apart by blank nodes of the pattern and by steps of
paths, which are no variables. ``COUNT(?x + 1)`` gives nothing where one of the sums is an
error, where section 18.5.1.2 counts the others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from kg.query.algebra import (
    Aggregate,
    Call,
    Exists,
    Expression,
    Extend,
    Function,
    Item,
    Lit,
    Membership,
    Operation,
    Pattern,
    Select,
    Var,
)
from kg.query.scope import expressions_of, mentioned_in, subexpressions, visible
from ontology.vocab import XSD

_ANYTHING = Lit("1", f"{XSD}integer")
_ONCE = frozenset({"RAND", "UUID", "STRUUID", "BNODE"})
"""Calls that have another value each time."""


def counted(select: Select, hidden: str) -> Pattern:
    """What is grouped, without what has no name where that would be counted.

    A variable called ``hidden`` stands in the place of none.
    """
    aggregates = [part for one in expressions_of(select) for part in subexpressions(one)]
    if not any(isinstance(part, Aggregate) and part.of is None and part.distinct for part in aggregates):
        return select.of
    variables = visible(select.of)
    named = tuple(Item(variable) for variable in variables if not variable.hidden)
    if len(named) == len(variables):
        return select.of
    return Select(select.of, named or (Item(Var(hidden, hidden=True), _ANYTHING),))


def with_counts_bound(select: Select, fresh: Callable[[], Var]) -> Select:
    """Groups in which what is counted is bound before, if it is no variable by itself."""
    parts = [part for one in expressions_of(select) for part in subexpressions(one)]
    counts = [p for p in parts if isinstance(p, Aggregate) and p.name == "COUNT" and p.of is not None]
    values: dict[Expression, Var] = {}
    known: dict[Expression, Expression] = {}
    for count in counts:
        if count.of is not None and not isinstance(count.of, Var):
            known[count] = replace(count, of=values.setdefault(count.of, fresh()))
    if not known:
        return select
    of = select.of
    for value, variable in values.items():
        of = Extend(of, variable, value)
    return replace(
        select,
        of=of,
        items=select.items and tuple(_with_put_in(item, known) for item in select.items),
        having=tuple(_put_in(one, known) for one in select.having),
        order=tuple(replace(one, expression=_put_in(one.expression, known)) for one in select.order),
    )


def _with_put_in(item: Item, known: Mapping[Expression, Expression]) -> Item:
    return item if item.expression is None else replace(item, expression=_put_in(item.expression, known))


def keyed(pattern: Pattern, group: Sequence[Item]) -> tuple[Pattern, tuple[Item, ...]]:
    """What is grouped, and by what: a key that is a variable's copy is bound before."""
    keys = []
    for key in group:
        if not isinstance(key.expression, Var):
            keys.append(key)
            continue
        if key.variable is not None:
            pattern = Extend(pattern, key.variable, key.expression)
        keys.append(Item(key.variable or key.expression))
    return pattern, tuple(keys)


def spelled_out(items: Sequence[Item]) -> tuple[Item, ...]:
    """The columns of groups, in each the expressions of those before that it mentions.

    A column stays as it is where that would be something else: ``BOUND`` takes no expression,
    EXISTS asks about the variable, and ``RAND()`` is worked out anew.
    """
    known: dict[Expression, Expression] = {}
    found = []
    for item in items:
        expression = item.expression
        if expression is not None and not known.keys().isdisjoint(mentioned_in(expression)):
            if _may_be_put_in(expression, known):
                expression = _put_in(expression, known)
            item = replace(item, expression=expression)  # noqa: PLW2901 - the item of this round
        if item.variable is not None and expression is not None and not _is_worked_out_once(expression):
            known[item.variable] = expression
        found.append(item)
    return tuple(found)


def _is_worked_out_once(what: Expression) -> bool:
    return any(isinstance(part, Call) and part.name in _ONCE for part in subexpressions(what))


def _may_be_put_in(what: Expression, known: Mapping[Expression, Expression]) -> bool:
    return all(
        known.keys().isdisjoint(mentioned_in(part))
        for part in subexpressions(what)
        if isinstance(part, Exists) or (isinstance(part, Call) and part.name == "BOUND")
    )


def _put_in(what: Expression, known: Mapping[Expression, Expression]) -> Expression:
    if what in known:
        return known[what]
    match what:
        case Operation() | Call() | Function():
            return replace(what, of=tuple(_put_in(part, known) for part in what.of))
        case Membership(item, among, negated):
            return Membership(_put_in(item, known), tuple(_put_in(one, known) for one in among), negated)
    return what
