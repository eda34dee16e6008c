"""Where what OPTIONAL, MINUS and NOT EXISTS suppress can be no row of the answer.

Each of them decides about a solution by some of its values. Where a row shows all of
those, a solution that was suppressed would have been another row, so the engine's own
solutions are all the derivations there are; and a row that stands although something
positive might have taken it away stands in every part of the data. There is nothing to
subtract then.
"""

from kg.query.algebra import (
    Bgp,
    Exists,
    Expression,
    Extend,
    Filter,
    Graph,
    Join,
    LeftJoin,
    Minus,
    Negated,
    Operation,
    PathPattern,
    Pattern,
    Select,
    Var,
)
from kg.query.deriving.conditions import existences
from kg.query.scope import certain, expressions_of, mentioned, mentioned_in, patterns_of, projected, visible


def is_positive(pattern: Pattern) -> bool:
    """Whether more data never take a solution away."""
    if isinstance(pattern, LeftJoin | Minus | Select):
        return False
    if any(existences(expression) for expression in expressions_of(pattern)):
        return False
    return all(map(is_positive, patterns_of(pattern)))


def is_tight(body: Select) -> bool:
    """Whether a query's own solutions are all the derivations of its rows."""
    if any(item.expression is not None and existences(item.expression) for item in body.items or ()):
        return False
    shown = frozenset(_plain_columns(body))
    return _is_tight(body.of, shown, frozenset(body.values.variables if body.values else ()))


def is_unique(body: Select) -> bool:
    """Whether no two solutions of a query are the same row: each shows everything that is matched."""
    if body.values is not None:
        return False
    return set(visible(body.of)) <= set(_plain_columns(body)) and _is_unique(body.of)


def is_bag(pattern: Pattern) -> bool:
    """Whether each solution of a pattern has one derivation, and the other way round."""
    if isinstance(pattern, Select) and (pattern.duplicates != "ALL" or pattern.group is not None):
        return False
    return all(map(is_bag, patterns_of(pattern)))


def kept_optionals(body: Select) -> tuple[LeftJoin, ...]:
    """The OPTIONALs of a query after which no solution of the pattern is dropped.

    They are not within anything but further OPTIONALs and expressions that are bound.
    """
    found = []
    of = body.of
    while isinstance(of, LeftJoin | Extend) and body.values is None:
        if isinstance(of, LeftJoin):
            found.append(of)
            of = of.left
        else:
            of = of.of
    return tuple(found)


def witness(what: LeftJoin) -> Var | None:
    """A variable that is bound exactly where an OPTIONAL matched, as far as it alone binds it."""
    own = certain(what.right) - set(visible(what.left))
    return next((variable for variable in visible(what.right) if variable in own), None)


def _plain_columns(body: Select) -> tuple[Var, ...]:
    if body.items is None:
        return projected(body)
    return tuple(i.variable for i in body.items if i.expression is None and i.variable is not None)


def _is_tight(what: Pattern, shown: frozenset[Var], elsewhere: frozenset[Var]) -> bool:
    """``elsewhere`` are the variables that other parts of the query may bind."""
    if is_positive(what):
        return True
    match what:
        case Join(left, right):
            return _is_tight(left, shown, elsewhere | mentioned(right)) and _is_tight(
                right, shown, elsewhere | mentioned(left)
            )
        case Filter(condition, of):
            return _is_tight(of, shown, elsewhere) and all(
                _is_decided(part, of, shown) for part in _conjuncts(condition)
            )
        case Extend(of, variable, value):
            return not existences(value) and _is_tight(of, shown, elsewhere | {variable})
        case Minus(left, right):
            shared = frozenset(visible(left)) & frozenset(visible(right))
            sure = shared <= certain(left) & shown
            return sure and is_positive(right) and _is_tight(left, shown, elsewhere)
        case LeftJoin(left, right, condition):
            needed = mentioned(right) | (mentioned_in(condition) if condition else frozenset())
            sure = needed & frozenset(visible(left)) <= certain(left) & shown
            found = witness(what)
            if found is None or found not in shown or found in elsewhere or not sure:
                return False
            if not is_positive(right) or (condition is not None and existences(condition)):
                return False
            return _is_tight(left, shown, elsewhere | mentioned(right))
    return False


def _conjuncts(condition: Expression) -> tuple[Expression, ...]:
    if isinstance(condition, Operation) and condition.operator == "&&":
        return tuple(part for one in condition.of for part in _conjuncts(one))
    return (condition,)


def _is_decided(condition: Expression, of: Pattern, shown: frozenset[Var]) -> bool:
    if not existences(condition):
        return True
    if not isinstance(condition, Exists) or not is_positive(condition.pattern):
        return False
    needed = mentioned(condition.pattern) & frozenset(visible(of))
    return needed <= certain(of) & shown


def _is_unique(what: Pattern) -> bool:
    match what:
        case Bgp():
            return True
        case PathPattern(_, path, _):
            return not isinstance(path, Negated)  # which has a solution for each predicate
        case Join(left, right):
            shared = set(visible(left)) & set(visible(right))
            return shared <= certain(left) & certain(right) and _is_unique(left) and _is_unique(right)
        case LeftJoin(left, right):
            shared = set(visible(left)) & set(visible(right))
            return shared <= certain(left) and _is_unique(left) and _is_unique(right)
        case Minus(left):
            return _is_unique(left)
        case Filter(_, of) | Extend(of) | Graph(_, of):
            return _is_unique(of)
    return False
