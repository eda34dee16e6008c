"""Variables of EXISTS alone under names of their own, where the engine would take them for others.

What a solution does not bind is another variable within an EXISTS that it is asked about. The
engine joins before it asks (``?x :p ?w { ?x :q ?z FILTER NOT EXISTS { ?a :q ?w } }``), and then a
variable of that name has the value that it has elsewhere.
"""

from collections.abc import Iterable
from dataclasses import replace

from kg.query.algebra import (
    Exists,
    Expression,
    Extend,
    Filter,
    Graph,
    Join,
    LeftJoin,
    Minus,
    Pattern,
    Query,
    Select,
    Service,
    Union,
    Var,
)
from kg.query.deriving.conditions import existences, with_patterns
from kg.query.deriving.standing import Fresh
from kg.query.scope import expressions_of, mentioned, patterns_of, subexpressions, visible
from kg.query.shaping.within_graph import renamed, with_expressions


def with_asked_apart(query: Query) -> Query:
    """The query as it must be put to the engine; itself where no name is to be changed."""
    if not _asks(query.body):
        return query
    apart = _Apart(Fresh(query.hidden))
    body = apart.pattern(query.body, _named(query.body), frozenset())
    return query if body == query.body or not isinstance(body, Select) else replace(query, body=body)


def _asks(what: Pattern) -> bool:
    return any(map(existences, expressions_of(what))) or any(map(_asks, patterns_of(what)))


def _named(what: Pattern) -> frozenset[Var]:
    """The variables that occur in a pattern, those of EXISTS left out."""
    found = set(visible(what))
    for expression in expressions_of(what):
        found.update(part for part in subexpressions(expression) if isinstance(part, Var))
    return frozenset(found).union(*map(_named, patterns_of(what)))


class _Apart:
    """Goes down a pattern, with the names that occur elsewhere and those that an EXISTS is asked about."""

    def __init__(self, fresh: Fresh) -> None:
        self._fresh = fresh

    def pattern(self, what: Pattern, named: frozenset[Var], outer: frozenset[Var]) -> Pattern:
        def down(part: Pattern) -> Pattern:
            return self.pattern(part, named, outer)

        def asked(value: Expression, *about: Iterable[Var]) -> Expression:
            here = outer.union(*about)
            return with_patterns(value, lambda one: self._exists(one, named, here))

        match what:
            case Join() | Union() | Minus():
                return replace(what, left=down(what.left), right=down(what.right))
            case LeftJoin(left, right, condition):
                test = None if condition is None else asked(condition, visible(left), visible(right))
                return LeftJoin(down(left), down(right), test)
            case Filter(condition, of):
                return Filter(asked(condition, visible(of)), down(of))
            case Extend(of, variable, value):
                return Extend(down(of), variable, asked(value, visible(of)))
            case Graph(name, of) if isinstance(name, Var):  # which the engine has within, too
                return Graph(name, self.pattern(of, named, outer | {name}))
            case Graph() | Service():
                return replace(what, of=down(what.of))
            case Select():
                shown = [one.variable for one in (*(what.items or ()), *(what.group or ())) if one.variable]
                here = (*visible(what.of), *shown, *(what.values.variables if what.values else ()))
                found = with_expressions(what, lambda value: asked(value, here))
                return replace(found, of=down(what.of))
        return what

    def _exists(self, what: Exists, named: frozenset[Var], here: frozenset[Var]) -> Exists:
        pattern = what.pattern
        for variable in sorted(mentioned(pattern), key=lambda one: one.name):
            if variable in named and variable not in here:
                pattern = renamed(pattern, variable, Var(self._fresh("asked").name))
        return Exists(self.pattern(pattern, named | _named(pattern), here), what.negated)
