"""What stands where it can be annotated, and what does not: the checks on combinations of constructs."""

from collections.abc import Collection, Iterable

from kg.query.algebra import (
    Bgp,
    Call,
    Exists,
    Extend,
    Filter,
    Graph,
    Iri,
    Join,
    LeftJoin,
    Minus,
    PathPattern,
    Pattern,
    Select,
    Union,
    Var,
)
from kg.query.deriving.conditions import VOLATILE
from kg.query.deriving.derivation import NotAnnotated
from kg.query.scope import certain, expressions_of, mentioned_in, patterns_of, subexpressions, visible
from kg.query.walks.paths import is_nullable

MOST_EXISTS = 5
"""An expression over so many EXISTS is tried with each of them true and false."""


def is_simple(pattern: Pattern) -> bool:
    """Whether it gives the same solutions under the values of another as joined with it.

    So it is where no part sees variables that it does not bind.
    """
    match pattern:
        case Bgp():
            return True
        case PathPattern(_, path, _):
            return not is_nullable(path)
        case Join() | Union():
            return is_simple(pattern.left) and is_simple(pattern.right)
        case Filter(condition, of):
            plain = not any(isinstance(part, Exists) for part in subexpressions(condition))
            return plain and mentioned_in(condition) <= certain(of) and is_simple(of)
        case Graph(_, of):
            return is_simple(of)
    return False


def is_grounded(pattern: Pattern) -> bool:
    """Whether every solution needs a triple of the active graph."""
    match pattern:
        case Bgp(triples):
            return bool(triples)
        case PathPattern(subject, path, item):
            return not is_nullable(path) or (isinstance(subject, Var) and isinstance(item, Var))
        case Join():
            return is_grounded(pattern.left) or is_grounded(pattern.right)
        case Union():
            return is_grounded(pattern.left) and is_grounded(pattern.right)
        case LeftJoin() | Minus():
            return is_grounded(pattern.left)
        case Filter() | Extend() | Select():
            return is_grounded(pattern.of)
    return False


def holds_select(pattern: Pattern) -> bool:
    """Whether a sub-SELECT occurs in a pattern."""
    return _holds(pattern, Select)


def check_within_graph(what: Graph) -> None:
    """Raises ``NotAnnotated`` for a GRAPH that may match without a triple, or around a sub-SELECT.

    (The engine takes the name of the graph for a variable of each triple within, which a
    sub-SELECT hides; it has graphs without triples only for an empty group, and a path of
    length zero only from what a triple holds.)
    """
    if not isinstance(what.of, PathPattern) and not is_grounded(what.of):
        raise NotAnnotated("GRAPH around a group that may match without a triple is not annotated yet")
    if isinstance(what.name, Var) and _holds(what.of, Select):
        raise NotAnnotated("a sub-SELECT within GRAPH with a variable is not annotated yet")


def check_minus(what: Minus, graph: Var | Iri | None) -> None:
    """Raises ``NotAnnotated`` where it hangs on the name of the graph whether a variable is shared."""
    if isinstance(graph, Var) and not certain(what.left) & certain(what.right) & set(visible(what.right)):
        raise NotAnnotated("MINUS within GRAPH with a variable, sharing none for sure, is not annotated yet")


def check_bound(variables: Iterable[Var], outer: Collection[Var]) -> None:
    """Raises ``NotAnnotated`` for a BIND or VALUES within EXISTS that binds a variable of the outer group."""
    for variable in variables:
        if variable in outer:
            raise NotAnnotated("BIND or VALUES of an outer variable within EXISTS is not annotated yet")


def names_graphs(pattern: Pattern) -> bool:
    """Whether GRAPH occurs in a pattern."""
    return _holds(pattern, Graph)


def check_steady(pattern: Pattern) -> None:
    """Raises ``NotAnnotated`` where something in a pattern has another value each time."""
    for expression in expressions_of(pattern):
        for part in subexpressions(expression):
            if isinstance(part, Call) and part.name in VOLATILE:
                raise NotAnnotated(
                    f"{part.name}() gives another value each time: its rows cannot be annotated"
                )
            if isinstance(part, Exists):
                check_steady(part.pattern)
    for inner in patterns_of(pattern):
        check_steady(inner)


def check_within_exists(what: Minus | Select, in_exists: bool) -> None:
    """Raises ``NotAnnotated`` for what the specification leaves open within EXISTS."""
    if in_exists:
        names = {Minus: "MINUS", Select: "a sub-SELECT"}
        raise NotAnnotated(f"{names[type(what)]} within EXISTS is not annotated yet")


def _holds(pattern: Pattern, kind: type[Pattern]) -> bool:
    if isinstance(pattern, kind) or any(_holds(part, kind) for part in patterns_of(pattern)):
        return True
    parts = (part for expression in expressions_of(pattern) for part in subexpressions(expression))
    return any(isinstance(part, Exists) and _holds(part.pattern, kind) for part in parts)
