"""What stands where it can be annotated, and what does not: the checks on combinations of constructs."""

from collections.abc import Collection, Iterable
from operator import attrgetter

from kg.query.algebra import (
    Bgp,
    Call,
    Exists,
    Expression,
    Extend,
    Filter,
    Graph,
    Iri,
    Join,
    Lateral,
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
from kg.query.deriving.standing import Scope
from kg.query.scope import (
    certain,
    expressions_of,
    has_aggregate,
    mentioned,
    mentioned_in,
    patterns_of,
    projected,
    subexpressions,
    visible,
)
from kg.query.walks.paths import is_nullable


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


def check_minus_asked(what: Minus, scope: Scope) -> None:
    """Raises ``NotAnnotated`` for a MINUS within EXISTS where it hangs on the solution what is shared."""
    right = mentioned(what.right)
    apart = right - (set(visible(what.left)) & set(visible(what.right)))
    if scope.shares is None or isinstance(scope.graph, Var):
        raise NotAnnotated("MINUS within EXISTS beside what may be unbound, or in GRAPH ?g, is not annotated")
    if scope.shares and not scope.sure >= set(scope.outer) & set(scope.renamed(apart)):
        raise NotAnnotated("MINUS within EXISTS about an outer variable that may be unbound is not annotated")


def asked_about(pattern: Pattern, scope: Scope) -> Pattern:
    """A pattern that only an engine with LATERAL may be asked for: others share other variables there.

    Raises ``NotAnnotated`` where what EXISTS is asked about is not looked at.
    """
    seen = [v for v in scope.outer if v in scope.sure]
    if not seen or not any(isinstance(layer, Lateral) for layer in scope.layers):
        raise NotAnnotated("MINUS within EXISTS that shares no variable with anything is not annotated")
    return Filter(Call("SAMETERM", (seen[0], seen[0])), pattern)


def check_select_asked(what: Select, scope: Scope) -> tuple[Var, ...]:
    """The outer variables that a sub-SELECT within EXISTS shows.

    Raises ``NotAnnotated`` for one that sees others, or whose groups or pages differ by them.
    """
    there = {*visible(what.of), *(what.values.variables if what.values else ())}
    met = [v for v in sorted(mentioned(what), key=attrgetter("name")) if scope.names.get(v, v) in scope.outer]
    if not there.issuperset(met):
        raise NotAnnotated(
            "a sub-SELECT within EXISTS that mentions an outer variable, not matching it, is not annotated"
        )
    through = tuple(v for v in met if v in projected(what))
    if through and (what.limit is not None or what.offset):
        raise NotAnnotated(
            "LIMIT in a sub-SELECT within EXISTS that shows an outer variable is not annotated"
        )
    if through and has_aggregate(what):
        keys = {key.variable for key in what.group or () if key.expression is None}
        plain = is_simple(what.of) and what.values is None and not any(map(_asks, expressions_of(what)))
        if not plain or not keys & certain(what.of) >= set(through):
            raise NotAnnotated(
                "an aggregate in a sub-SELECT within EXISTS is annotated where each outer variable that it "
                "shows is a key of its groups, and plain patterns match that"
            )
    return through


def _asks(expression: Expression) -> bool:
    return any(isinstance(part, Exists) for part in subexpressions(expression))


def check_bound(variables: Iterable[Var], outer: Collection[Var]) -> None:
    """Raises ``NotAnnotated`` for a BIND within EXISTS that binds a variable of the outer group anew."""
    for variable in variables:
        if variable in outer:
            raise NotAnnotated("BIND of an outer variable within EXISTS is not annotated")


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


def _holds(pattern: Pattern, kind: type[Pattern]) -> bool:
    if isinstance(pattern, kind) or any(_holds(part, kind) for part in patterns_of(pattern)):
        return True
    parts = (part for expression in expressions_of(pattern) for part in subexpressions(expression))
    return any(isinstance(part, Exists) and _holds(part.pattern, kind) for part in parts)
