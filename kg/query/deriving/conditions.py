"""Expressions in a derivation query: variables renamed, EXISTS replaced by tags."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import reduce

from kg.query.algebra import (
    Aggregate,
    Call,
    Exists,
    Expression,
    Function,
    Membership,
    Operation,
    Var,
)
from kg.query.deriving.derivation import NotAnnotated
from kg.query.scope import subexpressions

VOLATILE = frozenset(("RAND", "NOW", "UUID", "STRUUID", "BNODE"))
"""Built-ins that give another value each time: a row that they decide cannot be annotated."""


def existences(what: Expression) -> tuple[Exists, ...]:
    """The distinct EXISTS in an expression, those within one another left out."""
    return tuple(dict.fromkeys(part for part in subexpressions(what) if isinstance(part, Exists)))


def rewritten(what: Expression, names: Mapping[Var, Var], tags: Mapping[Exists, Var | Exists]) -> Expression:
    """An expression under new names, each EXISTS a variable that holds whether it is true."""
    match what:
        case Var():
            return names.get(what, what)
        case Operation() | Call() | Function():
            return replace(what, of=tuple(rewritten(part, names, tags) for part in what.of))
        case Membership(item, among, negated):
            members = tuple(rewritten(part, names, tags) for part in among)
            return Membership(rewritten(item, names, tags), members, negated)
        case Exists():
            return tags[what]
        case Aggregate():
            raise NotAnnotated("an aggregate is not annotated yet")
    return what


def with_patterns(what: Expression, changed: Callable[[Exists], Exists]) -> Expression:
    """An expression with other patterns in its EXISTS."""
    match what:
        case Exists():
            return changed(what)
        case Operation() | Call() | Function():
            return replace(what, of=tuple(with_patterns(part, changed) for part in what.of))
        case Membership(item, among, negated):
            members = tuple(with_patterns(part, changed) for part in among)
            return Membership(with_patterns(item, changed), members, negated)
    return what


def bound_in_both(left: Var, right: Var) -> Expression:
    """Whether two variables are bound."""
    return Operation("&&", (Call("BOUND", (left,)), Call("BOUND", (right,))))


def or_else(of: Sequence[Expression]) -> Expression:
    """Whether any of some expressions is true."""
    return reduce(lambda one, other: Operation("||", (one, other)), of)
