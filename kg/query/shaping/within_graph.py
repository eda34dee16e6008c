"""GRAPH moved inward where the engine would evaluate the group as a whole wrongly.

The engine takes the name of the graph for a variable of each triple within. So it loses
the name where a sub-SELECT or another GRAPH hides it, takes the two sides of a MINUS to
share it, and knows no graphs where a group may match without a triple. There each part of
the group gets a GRAPH of its own, and what matches without a triple is joined with the
graphs that there are (``GRAPH ?g {}``), as section 18.6 has it. What is cut is cut in each
graph by itself, under the name of the graph (LATERAL).
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from kg.query.algebra import (
    Bgp,
    Call,
    Exists,
    Expression,
    Extend,
    Filter,
    Given,
    Graph,
    Iri,
    Item,
    Join,
    Lateral,
    LeftJoin,
    Minus,
    Operation,
    PathPattern,
    Pattern,
    Query,
    Select,
    Table,
    Union,
    Var,
)
from kg.query.deriving.conditions import bound_in_both, or_else, with_patterns
from kg.query.deriving.fitness import holds_select, is_grounded, names_graphs
from kg.query.deriving.standing import Fresh
from kg.query.parse.patterns import UNIT, joined
from kg.query.scope import certain, has_aggregate, mentioned, patterns_of, projected, visible
from kg.query.walks.paths import is_nullable

T = TypeVar("T")


def with_graphs_within(query: Query) -> Query:
    """The query as it must be put to the engine; itself where nothing is to be moved."""
    body = _moved(query.body, Fresh(query.hidden))
    return query if body == query.body or not isinstance(body, Select) else replace(query, body=body)


def _moved(what: Pattern, fresh: Fresh) -> Pattern:
    match what:
        case Graph(name, of):
            inner = _moved(of, fresh)
            if of == UNIT or not _is_lost(name, inner) or not _may_move(name, inner):
                return what if inner == of else Graph(name, inner)
            return _within(name, inner, fresh)
        case Join() | Union() | Minus():
            return _same(what, replace(what, left=_moved(what.left, fresh), right=_moved(what.right, fresh)))
        case LeftJoin(left, right, condition):
            asked = None if condition is None else _moved_in(condition, fresh)
            return _same(what, LeftJoin(_moved(left, fresh), _moved(right, fresh), asked))
        case Filter(condition, of):
            return _same(what, Filter(_moved_in(condition, fresh), _moved(of, fresh)))
        case Extend(of, variable, value):
            return _same(what, Extend(_moved(of, fresh), variable, _moved_in(value, fresh)))
        case Select():
            asked_in = with_expressions(what, lambda one: _moved_in(one, fresh))
            return _same(what, replace(asked_in, of=_moved(what.of, fresh)))
    return what


def _moved_in(what: Expression, fresh: Fresh) -> Expression:
    return with_patterns(what, lambda one: Exists(_moved(one.pattern, fresh), one.negated))


def _same(before: Pattern, after: Pattern) -> Pattern:
    return before if before == after else after


def _is_lost(name: Var | Iri, of: Pattern) -> bool:
    """Whether the engine loses the name of the graph somewhere within, or takes it for a variable there."""
    if not is_grounded(of) or _is_completed(of):
        return True
    if isinstance(name, Iri):
        return _counts_whole(of)
    return holds_select(of) or names_graphs(of) or _is_taken(of)


def _is_completed(of: Pattern) -> bool:
    """Whether a path of length zero from a constant occurs (``kg.query.shaping.zero_length``)."""
    if isinstance(of, PathPattern):
        return is_nullable(of.path) and not (isinstance(of.subject, Var) and isinstance(of.object, Var))
    return any(map(_is_completed, patterns_of(of)))


def _counts_whole(of: Pattern) -> bool:
    """Whether an aggregate without GROUP BY occurs, which has a row in every graph that there is."""
    if isinstance(of, Select) and _is_implicit(of):
        return True
    return any(map(_counts_whole, patterns_of(of)))


def _is_implicit(what: Select) -> bool:
    return has_aggregate(what) and what.group is None


def _is_taken(of: Pattern) -> bool:
    """Whether sides of a MINUS share no variable for sure but the name, which is none of theirs."""
    if isinstance(of, Minus) and not _shares(of):
        return True
    return any(map(_is_taken, patterns_of(of)))


def _shares(what: Minus) -> bool:
    """Whether every two solutions of the sides share a variable."""
    left, right = what.left, what.right
    return bool(certain(left) & certain(right) & set(visible(left)) & set(visible(right)))


def _may_move(name: Var | Iri, of: Pattern) -> bool:
    """Whether each part may have a GRAPH of its own: none is cut over all graphs, or hides the name."""
    match of:
        case Minus(left, right) if isinstance(name, Var):
            apart = name not in mentioned(left) | mentioned(right)
            return (apart or _shares(of)) and _may_move(name, left) and _may_move(name, right)
        case Join() | LeftJoin() | Union() | Minus():
            return _may_move(name, of.left) and _may_move(name, of.right)
        case Filter() | Extend():
            return _may_move(name, of.of)
        case Select():
            if isinstance(name, Iri):
                return _may_move(name, of.of)
            if is_cut(of):
                return _may_move(name, of.of)
            keyed = not has_aggregate(of) or any(key == Item(name) for key in of.group or ())
            return (keyed or name not in projected(of)) and _may_move(name, of.of)
    return True


def _within(name: Var | Iri, of: Pattern, fresh: Fresh) -> Pattern:
    """The parts of a group, each within the graph."""
    match of:
        case Bgp(triples):
            return Graph(name, of) if triples else Graph(name, UNIT)
        case Minus() if isinstance(name, Var) and not _shares(of):
            return _less(name, of, fresh)
        case Join() | Union() | Minus():
            return replace(of, left=_within(name, of.left, fresh), right=_within(name, of.right, fresh))
        case LeftJoin():
            condition = None if of.condition is None else _asked_within(name, of.condition)
            return LeftJoin(_within(name, of.left, fresh), _within(name, of.right, fresh), condition)
        case Filter(condition, inner):
            return Filter(_asked_within(name, condition), _within(name, inner, fresh))
        case Extend(inner, variable, value):
            return Extend(_within(name, inner, fresh), variable, _asked_within(name, value))
        case Table() | Given() | Graph() | Lateral():
            return joined(Graph(name, UNIT), of)
        case Select():
            return _selected(name, of, fresh)
    return Graph(name, of)


def is_cut(what: Select) -> bool:
    """Whether only some solutions are taken."""
    return what.limit is not None or what.offset > 0


def _selected(name: Var | Iri, written: Select, fresh: Fresh) -> Pattern:
    """A sub-SELECT, for each graph by itself."""
    of = with_expressions(written, lambda one: _asked_within(name, one))
    if isinstance(name, Iri):
        here = replace(of, of=_within(name, of.of, fresh))
        return joined(Graph(name, UNIT), here) if _is_implicit(of) else here
    if is_cut(of):
        return _cut(name, of, fresh)
    if name in projected(of):
        return replace(of, of=_within(name, of.of, fresh))
    apart = renamed(of, name, fresh("name"))  # what it hides is another variable
    inner = _within(name, apart.of, fresh)
    items = (*(apart.items or tuple(map(Item, projected(apart)))), Item(name))
    if not _is_implicit(apart):
        group = apart.group if apart.group is None else (*apart.group, Item(name))
        return replace(apart, of=inner, items=items, group=group)
    there = replace(apart, of=inner, items=items, group=(Item(name),), order=())
    nothing = replace(apart, of=Table((fresh("nothing"),), ()), order=())
    bare = Minus(Graph(name, UNIT), Select(inner, (Item(name),)))
    return Union(there, joined(bare, nothing))


def _cut(name: Var, of: Select, fresh: Fresh) -> Pattern:
    """A sub-SELECT of which some solutions are taken, under the name of each graph."""
    other = fresh("name")
    apart = renamed(of, name, other)  # a variable of that name is another one until it is joined
    if _is_implicit(of):
        whole = _selected(name, replace(apart, limit=None, offset=0), fresh)
        found = Select(whole, limit=0) if of.offset or not of.limit else whole
    else:
        items = (*(apart.items or tuple(map(Item, projected(apart)))), Item(name))
        group = apart.group if apart.group is None else (*apart.group, Item(name))
        inner = replace(apart, of=_within(name, apart.of, fresh), items=items, group=group)
        found = Lateral(Graph(name, UNIT), inner)
    if name not in projected(of):
        return found
    same = or_else([_unbound(other), Call("SAMETERM", (name, other))])
    return Filter(same, found)


def with_expressions(of: Select, changed: Callable[[Expression], Expression]) -> Select:
    """A SELECT with other expressions."""

    def item(one: Item) -> Item:
        return one if one.expression is None else replace(one, expression=changed(one.expression))

    return replace(
        of,
        items=of.items and tuple(map(item, of.items)),
        group=of.group and tuple(map(item, of.group)),
        having=tuple(map(changed, of.having)),
        order=tuple(replace(one, expression=changed(one.expression)) for one in of.order),
    )


def _less(name: Var, what: Minus, fresh: Fresh) -> Pattern:
    """The left, less what is compatible and shares a variable with it, the name not being one."""
    left = _within(name, what.left, fresh)
    shared = [variable for variable in visible(what.left) if variable in visible(what.right)]
    if not shared:
        return left
    right: Pattern = what.right
    matches = []
    for variable in shared:
        other = fresh("other")
        right = renamed(right, variable, other)
        matches.append((variable, other))
    compatible = [
        or_else([_unbound(one), _unbound(other), Call("SAMETERM", (one, other))]) for one, other in matches
    ]
    met = Filter(or_else([bound_in_both(one, other) for one, other in matches]), _within(name, right, fresh))
    for condition in compatible:
        met = Filter(condition, met)
    return Filter(Exists(met, negated=True), left)


def _unbound(variable: Var) -> Expression:
    return Operation("!", (Call("BOUND", (variable,)),))


def renamed(what: T, old: Var, new: Var) -> T:
    """A part of the algebra with another variable in the place of one."""
    return cast(T, _renamed(what, old, new))


def _renamed(what: Any, old: Var, new: Var) -> Any:
    if isinstance(what, Var):
        return new if what == old else what
    if isinstance(what, tuple):
        return tuple(_renamed(part, old, new) for part in what)
    if is_dataclass(what) and not isinstance(what, type):
        parts = {field.name: _renamed(getattr(what, field.name), old, new) for field in fields(what)}
        return replace(what, **parts)
    return what


def _asked_within(name: Var | Iri, what: Expression) -> Expression:
    """An expression, each EXISTS of it asked within the graph."""
    return with_patterns(what, lambda one: Exists(Graph(name, one.pattern), one.negated))
