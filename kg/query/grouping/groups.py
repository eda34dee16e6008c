"""Groups of a grouped SELECT: their members, what their aggregates may give, and the rows made of that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import NamedTuple

from kg.dataset.terms import Literal
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
    Pattern,
    Query,
    Select,
    Table,
    Var,
)
from kg.query.answer import Row, Term
from kg.query.builder import Builder
from kg.query.deriving.derivation import NotAnnotated
from kg.query.parse.patterns import joined
from kg.query.scope import expressions_of, subexpressions
from kg.query.shaping.page import numbered
from kg.query.shaping.render import render


class Member(NamedTuple):
    """A solution of a group: the values that aggregates take in, and its annotation."""

    arguments: Row
    node: int


@dataclass(frozen=True)
class Group:
    """The members of a group by columns: their annotations, and what each aggregate takes in of them.

    There is no column of what an aggregate takes in where that was not asked for, or is nothing.
    """

    nodes: Sequence[int]
    arguments: tuple[Sequence[Term | None] | None, ...]

    @property
    def members(self) -> list[Member]:
        """The members one by one."""
        columns = [repeat(None, len(self.nodes)) if of is None else of for of in self.arguments]
        rows = zip(*columns, strict=True) if columns else repeat((), len(self.nodes))
        return list(map(Member, rows, self.nodes))


def group_of(members: Sequence[Member], aggregates: int) -> Group:
    """The same of members that are known one by one, with what so many aggregates take in."""
    nodes = [member.node for member in members]
    return Group(nodes, tuple([member.arguments[place] for member in members] for place in range(aggregates)))


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


def counts_alike(select: Select) -> bool:
    """Whether ``COUNT(DISTINCT *)`` occurs, for which it matters which solutions are alike."""
    return any(one.of is None and one.distinct for one in aggregates_of(select))


def without_aggregates(what: Expression, names: Mapping[Aggregate, Expression]) -> Expression:
    """An expression over the values of aggregates, or whatever else stands for them."""
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


def number(value: int) -> Literal:
    """An integer as a term."""
    return Literal(value)


def place_of(row: Row) -> int:
    """The number in the first column."""
    assert isinstance(row[0], Literal)  # noqa: S101 - it was written there
    return int(row[0].value)


def written(variables: Sequence[Var], lines: Sequence[Row]) -> Table:
    """A table of rows. Raises ``NotAnnotated`` where one cannot be written."""
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
    every: list[Expression] = [*keys, *aggregates]
    places = {part: place for place, part in enumerate(every)}
    shown = [item.variable if item.expression is None else item.expression for item in select.items or ()]
    is_plain = not (select.having or select.order or select.values)
    if is_plain and all(part in places for part in shown):
        pick = [places[part] for part in shown if part is not None]
        rows = [(*one.key, *one.values) for one in found]
        return [(tuple(row[n] for n in pick), one.node) for row, one in zip(rows, found, strict=True)]
    names = {aggregate: Var(f"_v{place}") for place, aggregate in enumerate(aggregates)}
    line = Var("_r")
    lines = [(number(place), *one.key, *one.values) for place, one in enumerate(found)]
    table = written((line, *keys, *names.values()), lines)
    of: Pattern = table
    for condition in select.having:
        of = Filter(without_aggregates(condition, names), of)
    if select.values is not None:
        of = joined(of, select.values)
    items = [Item(line)]
    for item in select.items or ():
        value = item.expression
        items.append(item if value is None else Item(item.variable, without_aggregates(value, names)))
    order = tuple(type(o)(without_aggregates(o.expression, names), o.descending) for o in select.order)
    text = render(Query("select", Select(of, tuple(items), order=order), base=base))
    return [(row[1:], found[place_of(row)].node) for row in builder.solutions(text)]
