"""GRAPH moved inward where the engine would evaluate the group as a whole wrongly.

The engine takes the name of the graph for a variable of each triple within. So it loses
the name where a sub-SELECT hides it, and knows no graphs where a group may match without
a triple. There each part of the group gets a GRAPH of its own, and what matches without a
triple is joined with the graphs that there are (``GRAPH ?g {}``), as section 18.6 has it.
"""

from dataclasses import fields, is_dataclass, replace
from typing import Any

from kg.query.algebra import (
    Bgp,
    Exists,
    Expression,
    Extend,
    Filter,
    Given,
    Graph,
    Iri,
    Item,
    Join,
    LeftJoin,
    Minus,
    PathPattern,
    Pattern,
    Query,
    Select,
    Table,
    Union,
    Var,
)
from kg.query.conditions import with_patterns
from kg.query.fitness import holds_select, is_grounded
from kg.query.parse.patterns import UNIT, joined
from kg.query.scope import certain, has_aggregate, projected, visible


def with_graphs_within(query: Query) -> Query:
    """The query as it must be put to the engine; itself where nothing is to be moved."""
    of = _moved(query.body.of, Var(f"{query.hidden}_name", hidden=True))
    return query if of == query.body.of else replace(query, body=replace(query.body, of=of))


def _moved(what: Pattern, fresh: Var) -> Pattern:
    match what:
        case Graph(name, of):
            inner = _moved(of, fresh)
            if of == UNIT or not _is_lost(name, inner) or not _may_move(name, inner):
                return what if inner == of else Graph(name, inner)
            return _within(name, inner, fresh)
        case Join() | LeftJoin() | Union() | Minus():
            left, right = _moved(what.left, fresh), _moved(what.right, fresh)
            return what if (left, right) == (what.left, what.right) else replace(what, left=left, right=right)
        case Filter() | Extend() | Select():
            of = _moved(what.of, fresh)
            return what if of == what.of else replace(what, of=of)
    return what


def _is_lost(name: Var | Iri, of: Pattern) -> bool:
    """Whether the engine loses the name of the graph somewhere within."""
    return not is_grounded(of) or (isinstance(name, Var) and holds_select(of))


def _may_move(name: Var | Iri, of: Pattern) -> bool:
    """Whether each part may have a GRAPH of its own: none counts over all graphs, or hides the name."""
    match of:
        case Graph():
            return False
        case Minus(left, right) if isinstance(name, Var):
            shared = set(visible(left)) & set(visible(right)) & certain(left) & certain(right)
            return bool(shared) and _may_move(name, left) and _may_move(name, right)
        case Join() | LeftJoin() | Union() | Minus():
            return _may_move(name, of.left) and _may_move(name, of.right)
        case Filter() | Extend():
            return _may_move(name, of.of)
        case Select():
            if isinstance(name, Iri):
                return _may_move(name, of.of) and not (has_aggregate(of) and of.group is None)
            counted = of.limit is not None or of.offset > 0 or (has_aggregate(of) and of.group is None)
            return not counted and of.values is None and _may_move(name, of.of)
    return True


def _within(name: Var | Iri, of: Pattern, fresh: Var) -> Pattern:  # noqa: PLR0911 - one for each kind of pattern
    """The parts of a group, each within the graph; ``fresh`` is a name that the query does not use."""
    match of:
        case Bgp(triples):
            return Graph(name, of) if triples else Graph(name, UNIT)
        case PathPattern() if is_grounded(of):
            return Graph(name, of)
        case PathPattern():
            return joined(Graph(name, UNIT), Graph(name, of))
        case Join() | Union() | Minus():
            return replace(of, left=_within(name, of.left, fresh), right=_within(name, of.right, fresh))
        case LeftJoin():
            condition = None if of.condition is None else _asked_within(name, of.condition)
            return LeftJoin(_within(name, of.left, fresh), _within(name, of.right, fresh), condition)
        case Filter(condition, inner):
            return Filter(_asked_within(name, condition), _within(name, inner, fresh))
        case Extend(inner, variable, value):
            return Extend(_within(name, inner, fresh), variable, _asked_within(name, value))
        case Table() | Given():
            return joined(Graph(name, UNIT), of)
        case Select():
            if isinstance(name, Iri) or name in projected(of):
                return replace(of, of=_within(name, of.of, fresh))
            apart: Select = renamed(of, name, fresh)  # what it hides is another variable
            items = apart.items or tuple(Item(variable) for variable in projected(apart))
            group = apart.group if apart.group is None else (*apart.group, Item(name))
            inner = _within(name, apart.of, fresh)
            return replace(apart, of=inner, items=(*items, Item(name)), group=group)
    return Graph(name, of)


def renamed(what: Any, old: Var, new: Var) -> Any:
    """A part of the algebra with another variable in the place of one."""
    if isinstance(what, Var):
        return new if what == old else what
    if isinstance(what, tuple):
        return tuple(renamed(part, old, new) for part in what)
    if is_dataclass(what) and not isinstance(what, type):
        parts = {field.name: renamed(getattr(what, field.name), old, new) for field in fields(what)}
        return replace(what, **parts)
    return what


def _asked_within(name: Var | Iri, what: Expression) -> Expression:
    """An expression, each EXISTS of it asked within the graph."""
    return with_patterns(what, lambda one: Exists(Graph(name, one.pattern), one.negated))
