"""GRAPH moved inward where the engine would evaluate the group as a whole wrongly.

The engine takes the name of the graph for a variable of each triple within. So it loses
the name where a sub-SELECT hides it, and knows no graphs where a group may match without
a triple. There each part of the group gets a GRAPH of its own, and what matches without a
triple is joined with the graphs that there are (``GRAPH ?g {}``), as section 18.6 has it.
"""

from dataclasses import replace

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
    of = _moved(query.body.of)
    return query if of == query.body.of else replace(query, body=replace(query.body, of=of))


def _moved(what: Pattern) -> Pattern:
    match what:
        case Graph(name, of):
            inner = _moved(of)
            if of == UNIT or not _is_lost(name, inner) or not _may_move(name, inner):
                return what if inner == of else Graph(name, inner)
            return _within(name, inner)
        case Join() | LeftJoin() | Union() | Minus():
            left, right = _moved(what.left), _moved(what.right)
            return what if (left, right) == (what.left, what.right) else replace(what, left=left, right=right)
        case Filter() | Extend() | Select():
            of = _moved(what.of)
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
            hidden = name in visible(of.of) and name not in projected(of)
            return not counted and not hidden and of.values is None and _may_move(name, of.of)
    return True


def _within(name: Var | Iri, of: Pattern) -> Pattern:  # noqa: PLR0911 - one for each kind of pattern
    """The parts of a group, each within the graph."""
    match of:
        case Bgp(triples):
            return Graph(name, of) if triples else Graph(name, UNIT)
        case PathPattern() if is_grounded(of):
            return Graph(name, of)
        case PathPattern():
            return joined(Graph(name, UNIT), Graph(name, of))
        case Join() | Union() | Minus():
            return replace(of, left=_within(name, of.left), right=_within(name, of.right))
        case LeftJoin():
            condition = None if of.condition is None else _asked_within(name, of.condition)
            return LeftJoin(_within(name, of.left), _within(name, of.right), condition)
        case Filter(condition, inner):
            return Filter(_asked_within(name, condition), _within(name, inner))
        case Extend(inner, variable, value):
            return Extend(_within(name, inner), variable, _asked_within(name, value))
        case Table() | Given():
            return joined(Graph(name, UNIT), of)
        case Select():
            inner = _within(name, of.of)
            if isinstance(name, Iri) or name in projected(of):
                return replace(of, of=inner)
            items = of.items or tuple(Item(variable) for variable in projected(of))
            group = of.group if of.group is None else (*of.group, Item(name))
            return replace(of, of=inner, items=(*items, Item(name)), group=group)
    return Graph(name, of)


def _asked_within(name: Var | Iri, what: Expression) -> Expression:
    """An expression, each EXISTS of it asked within the graph."""
    return with_patterns(what, lambda one: Exists(Graph(name, one.pattern), one.negated))
