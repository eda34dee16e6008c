"""GRAPH moved inward where the engine would evaluate the group as a whole wrongly.

The engine takes the name of the graph for a variable of each triple within. So it loses
the name where a sub-SELECT or another GRAPH hides it, takes the two sides of a MINUS to
share it, and knows no graphs where a group may match without a triple. There each part of
the group gets a GRAPH of its own, and what matches without a triple is joined with the
graphs that there are (``GRAPH ?g {}``), as section 18.6 has it.
"""

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
    of = _moved(query.body.of, Fresh(query.hidden))
    return query if of == query.body.of else replace(query, body=replace(query.body, of=of))


def _moved(what: Pattern, fresh: Fresh) -> Pattern:
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
            counted = of.limit is not None or of.offset > 0 or of.values is not None
            keyed = not has_aggregate(of) or any(key == Item(name) for key in of.group or ())
            return not counted and (keyed or name not in projected(of)) and _may_move(name, of.of)
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
        case Table() | Given() | Graph():
            return joined(Graph(name, UNIT), of)
        case Select():
            return _selected(name, of, fresh)
    return Graph(name, of)


def _selected(name: Var | Iri, of: Select, fresh: Fresh) -> Pattern:
    """A sub-SELECT, for each graph by itself."""
    if isinstance(name, Iri):
        here = replace(of, of=_within(name, of.of, fresh))
        return joined(Graph(name, UNIT), here) if _is_implicit(of) else here
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
