"""Groups whose members the engine gathers: what they rest on comes group by group, not solution by solution.

That serves where every solution rests on the same triple patterns, asked over annotated
facts: then a group is as many lists of annotations, side by side (``kg.dataset.annotated.collect``).
The engine gives the rows of the answer with them where their values cannot hang on the
order in which it finds solutions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, compress
from operator import attrgetter
from typing import Any

from kg.dataset.annotated.collect import COLLECT, Lists
from kg.dataset.terms import Literal, NamedNode, QuerySolutions
from kg.errors import QuerySyntaxError
from kg.query.algebra import (
    Aggregate,
    Bgp,
    Call,
    Expression,
    Extend,
    Filter,
    Function,
    Iri,
    Item,
    Join,
    Membership,
    Negated,
    Operation,
    PathPattern,
    Pattern,
    Query,
    Select,
    Table,
    Var,
)
from kg.query.answer import Row, Term
from kg.query.builder import Builder, picker
from kg.query.deriving.conditions import existences, rewritten
from kg.query.deriving.derivation import Gathering, Leaf, Tree
from kg.query.grouping.groups import Group, aggregates_of
from kg.query.leaves import Unaccounted
from kg.query.planning import planning_of
from kg.query.scope import expressions_of, mentioned_in, visible
from kg.query.shaping.render import render
from kg.query.shaping.size import check_size
from kg.query.source import listed
from ontology.vocab import XSD

_TEXTS = 16
_INTEGERS = tuple(f"{XSD}{name}" for name in ("integer", "int", "long", "short", "byte"))


@dataclass(frozen=True)
class Gathered:
    """Groups by their keys, and the rows of the answer if they were asked for."""

    groups: dict[Row, Group]
    rows: tuple[Row, ...]


def gathering_of(
    body: Select, tree: Tree, names: Mapping[Var, Var], keys: Sequence[Item]
) -> Gathering | None:
    """How the engine gathers the members of a grouped SELECT; ``None`` where it cannot.

    ``names`` are those that its variables have in the tree.
    """
    if not tree.indexed or tree.factors or tree.tags or not tree.leaves:
        return None
    if any(not isinstance(leaf, Leaf) or leaf.token is None or leaf.witness for leaf in tree.leaves):
        return None
    if any(existences(expression) for expression in expressions_of(body)):
        return None
    aggregates = aggregates_of(body)
    arguments = tuple(None if one.of is None else _named(one.of, names) for one in aggregates)
    shown = [*(body.items or ())]
    shown += [Item(key.variable) for key in keys if key.variable not in {item.variable for item in shown}]
    columns = [item.variable for item in shown]
    places = tuple(columns.index(key.variable) for key in keys)
    rows = _rows(body, names, shown) if all(map(_is_steady, aggregates)) else None
    return Gathering(tree, arguments, rows, places, implicit=body.group is None)


def is_simple(pattern: Pattern) -> bool:
    """Whether solutions of a pattern rest on its triple patterns, each of them on every one."""
    match pattern:
        case Bgp() | Table() | PathPattern(_, Negated(_, ()) | Negated((), _), _):
            return True
        case Join(left, right):
            return is_simple(left) and is_simple(right)
        case Filter(value, of) | Extend(of, _, value):
            return not existences(value) and is_simple(of)
    return False


def _rows(body: Select, names: Mapping[Var, Var], items: Sequence[Item]) -> Select | None:
    """The columns of the answer over a tree; ``None`` where a query of its own gives them."""
    if body.offset or body.limit is not None or body.duplicates != "ALL" or body.values is not None:
        return None
    ordered = {one.expression for one in body.order}
    if body.order and ordered != {key.variable for key in body.group or ()}:
        return None
    named = [
        Item(item.variable, _named(item.expression or item.variable, names))
        for item in items
        if item.variable is not None
    ]
    order = tuple(replace(one, expression=_named(one.expression, names)) for one in body.order)
    return Select(body.of, tuple(named), having=tuple(_named(one, names) for one in body.having), order=order)


def _is_steady(what: Aggregate) -> bool:
    """Whether an aggregate has one value, in whatever order it takes in what there is.

    Not so sums of fractions, the first of several equal values, or a sample.
    """
    if what.name == "COUNT":
        return what.of is not None or not what.distinct  # "*" is every variable, and not all are asked for
    is_integer = isinstance(what.of, Function) and what.of.iri.value in _INTEGERS
    return is_integer and what.name in ("SUM", "AVG", "MIN", "MAX")


def _named(what: Expression, names: Mapping[Var, Var]) -> Expression:
    """An expression under new names, aggregates included."""
    match what:
        case Aggregate():
            return what if what.of is None else replace(what, of=_named(what.of, names))
        case Operation() | Call() | Function():
            return replace(what, of=tuple(_named(part, names) for part in what.of))
        case Membership(item, among, negated):
            return Membership(_named(item, names), tuple(_named(one, names) for one in among), negated)
    return rewritten(what, names, {})


def gathered(builder: Builder, how: Gathering, *, rows: bool, taken: Sequence[int]) -> Gathered | None:
    """The groups, and the rows of the answer if they are asked for.

    ``taken`` are the places of the aggregates of which it matters what they take in.
    ``None`` where that must be told otherwise, an argument being an error for some member.
    Raises ``NotAnnotated`` where the members are too many.
    """
    index = builder.source.index
    if index is None or builder.source.repeats:
        return None
    told = [place for place in taken if how.arguments[place] is not None]
    most = builder.most
    columns = [*how.tokens, *(how.arguments[place] for place in told)]
    try:
        result, lists = index.collected(_text(builder, how, rows, (most, *told), columns, most + 1))
        found = listed(result) if isinstance(result, QuerySolutions) else []
        collected = [_lists(row[len(row) - len(columns) :], lists) for row in found]
        builder.spend(sum(len(of[0]) for of in collected))
        groups = _groups(builder, how, told, collected)
    except (Unaccounted, QuerySyntaxError):
        return None
    width = len(found[0]) - len(columns) if found else 0
    head = picker(range(width))
    key = picker(how.places) if rows else head
    keyed = dict(zip(map(key, found), groups, strict=True))
    is_sorted = rows and how.rows is not None and bool(how.rows.order)
    if is_sorted and not {NamedNode}.issuperset(map(type, chain.from_iterable(keyed))):
        return None  # of literals that are equal either may come first
    return Gathered(keyed, tuple(map(head, found)) if rows else ())


def counted_members(builder: Builder, how: Gathering) -> tuple[tuple[Row, ...], int] | None:
    """The row of an implicit group, and how many members it has; ``None`` as in ``gathered``."""
    index = builder.source.index
    if index is None or builder.source.repeats or how.rows is None:
        return None
    try:
        result, _ = index.collected(_text(builder, how, True, ("count",), [Aggregate("COUNT", None)], None))
    except QuerySyntaxError:
        return None
    found = listed(result) if isinstance(result, QuerySolutions) else []
    if len(found) != 1 or not isinstance(found[0][-1], Literal):
        return None
    return (found[0][:-1],), int(found[0][-1].value)


def _text(
    builder: Builder,
    how: Gathering,
    rows: bool,
    key: tuple[object, ...],
    columns: Sequence[Expression | None],
    limit: int | None,
) -> str:
    """The query, kept by its version and ``key``."""
    key = (builder.source.iri, rows, *key)
    text = how.texts.get(key)
    if text is None:
        pattern = planning_of(builder.source).derived(how.tree).pattern
        shown = how.rows.items if rows and how.rows and how.rows.items else tuple(map(Item, how.tree.key))
        having, order = (how.rows.having, how.rows.order) if rows and how.rows else ((), ())
        collect = Iri(COLLECT)
        more = [
            Item(
                Var(f"{how.tokens[0].name}_{place}", hidden=True),
                of if isinstance(of, Aggregate) else Function(collect, (of,)),
            )
            for place, of in enumerate(columns)
            if of is not None
        ]
        if limit is not None:
            there = set(visible(pattern))
            asked = [item.expression for item in (*shown, *more) if item.expression is not None]
            used = {v for one in (*asked, *having) for v in mentioned_in(one)} & there - set(how.tree.key)
            needed = (*how.tree.key, *sorted(used, key=attrgetter("name")))
            pattern = Select(pattern, tuple(map(Item, needed)), limit=limit)
        group = None if how.implicit else tuple(map(Item, how.tree.key))
        select = Select(pattern, (*shown, *more), group=group, having=having, order=order)
        text = render(Query("select", select, base=how.tree.base))
        check_size(text)
        if len(how.texts) >= _TEXTS:
            how.texts.clear()
        how.texts[key] = text
    return text


def _lists(numbers: Row, lists: Lists) -> list[list[Term]]:
    """What a row has collected. Raises ``Unaccounted``."""
    if not all(isinstance(number, Literal) for number in numbers):
        raise Unaccounted("a group has no list of its members")
    return [lists[int(number.value)] for number in numbers if isinstance(number, Literal)]


def _groups(
    builder: Builder, how: Gathering, told: Sequence[int], collected: Sequence[Sequence[list[Term]]]
) -> list[Group]:
    """The groups by what was collected of each: of every token, and of some arguments."""
    width = len(how.tokens)
    sizes = [len(of[0]) for of in collected]
    if any(len(one) != size for of, size in zip(collected, sizes, strict=True) for one in of):
        raise Unaccounted("an argument of an aggregate is an error")
    names = [list(chain.from_iterable(of[place] for of in collected)) for place in range(width)]
    nodes = builder.named_products(names)
    falls = builder.circuit.zero in nodes
    groups, start = [], 0
    for of, size in zip(collected, sizes, strict=True):
        columns: list[Sequence[Any]] = [nodes[start : start + size], *of[width:]]
        start += size
        if falls:
            columns = [list(compress(column, columns[0])) for column in columns]
        arguments: list[Sequence[Term | None] | None] = [None] * len(how.arguments)
        for place, values in zip(told, columns[1:], strict=True):
            arguments[place] = values
        groups.append(Group(columns[0], tuple(arguments)))
    return groups
