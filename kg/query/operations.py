"""Expressions that derivation queries put together."""

from collections.abc import Sequence
from functools import reduce

from kg.query.algebra import Call, Expression, Operation, Var


def bound_in_both(left: Var, right: Var) -> Expression:
    """Whether two variables are bound."""
    return Operation("&&", (Call("BOUND", (left,)), Call("BOUND", (right,))))


def or_else(of: Sequence[Expression]) -> Expression:
    """Whether any of some expressions is true."""
    return reduce(lambda one, other: Operation("||", (one, other)), of)
