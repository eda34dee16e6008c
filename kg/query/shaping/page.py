"""The text of a tree's query: held to some values, with what was worked out beforehand filled in."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from kg.dataset.terms import BlankNode, Literal, NamedNode, Triple
from kg.query.algebra import (
    Constant,
    Extend,
    Filter,
    Given,
    Graph,
    Iri,
    Join,
    Lateral,
    LeftJoin,
    Lit,
    Minus,
    Order,
    Pattern,
    Select,
    Table,
    Union,
    Var,
)
from kg.query.answer import Row, Term
from kg.query.deriving.derivation import Tree
from kg.query.parse.patterns import joined
from kg.query.scope import certain, patterns_of
from kg.query.shaping.render import expression, group, node, prologue
from ontology.vocab import XSD

_MANY_ROWS = 16
_REPEATED = 4
"""A column has few values where each is that of so many rows on average."""


def text_of(
    tree: Tree,
    pattern: Pattern,
    *,
    columns: Sequence[Var] | None = None,
    distinct: bool = False,
    order: Sequence[Order] = (),
    limit: int | None = None,
    offset: int = 0,
) -> str:
    """The query of a tree, with this for its pattern; all columns that it needs unless others are named."""
    names = " ".join(map(node, tree.columns if columns is None else columns)) or "*"
    parts = [f"{prologue(tree.base)}SELECT {'DISTINCT ' if distinct else ''}{names} WHERE {group(pattern)}"]
    if order:
        keys = (f"{'DESC' if o.descending else 'ASC'}({expression(o.expression)})" for o in order)
        parts.append(f"ORDER BY {' '.join(keys)}")
    if limit is not None:
        parts.append(f"LIMIT {limit}")
    if offset:
        parts.append(f"OFFSET {offset}")
    return " ".join(parts)


def table_of(variables: Sequence[Var], rows: Iterable[Row]) -> Table | None:
    """The distinct rows, to hold solutions to; ``None`` if a row would let all of them pass.

    Blank nodes cannot be written, so they are left open.
    """
    written: dict[tuple[Constant | None, ...], None] = {}
    for row in rows:
        line = tuple(map(constant_of, row))
        if all(value is None for value in line):
            return None
        written[line] = None
    return Table(tuple(variables), tuple(written)) if variables and written else None


def numbered(variables: Sequence[Var], rows: Sequence[Row]) -> Table | None:
    """Rows with their numbers in a last column; ``None`` if one of them cannot be written."""
    lines = []
    for number, row in enumerate(rows):
        line = tuple(map(constant_of, row))
        if any((written is None) != (term is None) for written, term in zip(line, row, strict=True)):
            return None
        lines.append((*line, Lit(str(number), f"{XSD}integer")))
    return Table(tuple(variables), tuple(lines))


def constant_of(term: Term | None) -> Constant | None:
    """A term as a query writes it; ``None`` for what a query cannot."""
    match term:
        case NamedNode():
            return Iri(term.value)
        case Literal() if term.language is not None and term.direction is None:
            return Lit(term.value, language=term.language)
        case Literal() if term.language is None:
            return Lit(term.value, term.datatype.value)
        case BlankNode() | Triple() | Literal() | None:
            return None


def held_to(pattern: Pattern, table: Table) -> Pattern:
    """The pattern, less solutions that agree with no row of a table; the table stands where joins begin.

    All its variables must be bound by every solution.
    """
    match pattern:
        case Join(LeftJoin() | Minus() | Filter() | Extend() as left, right) if mine := _part(table, left):
            return Join(held_to(left, mine), right)
        case LeftJoin() | Minus() | Lateral():
            mine = _part(table, pattern.left)
            return replace(pattern, left=held_to(pattern.left, mine)) if mine else joined(table, pattern)
        case Union(left, right):
            return Union(held_to(left, table), held_to(right, table))
        case Filter() | Extend() if mine := _part(table, pattern.of):
            return replace(pattern, of=held_to(pattern.of, mine))
    return joined(table, pattern)


def repeated(table: Table) -> list[Table]:
    """The columns of a table that have few values, each by itself: a join may sooner begin with one of these.

    None of a table that has but one column, or few rows.
    """
    if len(table.variables) < 2 or len(table.rows) < _MANY_ROWS:
        return []
    columns = [dict.fromkeys((row[place],) for row in table.rows) for place in range(len(table.variables))]
    return [
        Table((variable,), tuple(values))
        for variable, values in zip(table.variables, columns, strict=True)
        if len(values) * _REPEATED <= len(table.rows) and (None,) not in values
    ]


def _part(table: Table, pattern: Pattern) -> Table | None:
    """The columns of a table that every solution of a pattern binds."""
    sure = certain(pattern)
    places = [place for place, variable in enumerate(table.variables) if variable in sure]
    rows = dict.fromkeys(tuple(row[place] for place in places) for row in table.rows)
    if not places or any(all(value is None for value in row) for row in rows):
        return None
    return Table(tuple(table.variables[place] for place in places), tuple(rows))


def has_given(pattern: Pattern) -> bool:
    """Whether something in a pattern is to be worked out."""
    return isinstance(pattern, Given) or any(map(has_given, patterns_of(pattern)))


def filled(pattern: Pattern, table_of_given: Callable[[Given], Table]) -> Pattern:
    """The pattern with tables in the places of what was to be worked out."""
    match pattern:
        case Given():
            return table_of_given(pattern)
        case Join() | Union() | Minus() | LeftJoin() | Lateral():
            left, right = filled(pattern.left, table_of_given), filled(pattern.right, table_of_given)
            if left is pattern.left and right is pattern.right:
                return pattern
            return replace(pattern, left=left, right=right)
        case Filter() | Extend() | Graph() | Select():
            of = filled(pattern.of, table_of_given)
            return pattern if of is pattern.of else replace(pattern, of=of)
    return pattern
