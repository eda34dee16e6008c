"""What is within a pattern or an expression, and which variables it binds (section 18.2.1)."""

from kg.query.algebra import (
    Aggregate,
    Bgp,
    Call,
    Exists,
    Expression,
    Extend,
    Filter,
    Function,
    Given,
    Graph,
    Join,
    Lateral,
    LeftJoin,
    Membership,
    Minus,
    Node,
    Operation,
    PathPattern,
    Pattern,
    Select,
    Service,
    Table,
    Union,
    Var,
)


def patterns_of(pattern: Pattern) -> tuple[Pattern, ...]:
    """The patterns directly within a pattern, those of expressions left out."""
    match pattern:
        case Join() | Union() | Minus() | LeftJoin() | Lateral():
            return (pattern.left, pattern.right)
        case Filter() | Extend() | Graph() | Service():
            return (pattern.of,)
        case Select():
            return (pattern.of,) if pattern.values is None else (pattern.of, pattern.values)
        case Bgp() | PathPattern() | Table() | Given():
            return ()


def expressions_of(pattern: Pattern) -> tuple[Expression, ...]:
    """The expressions directly within a pattern."""
    match pattern:
        case Filter():
            return (pattern.condition,)
        case Extend():
            return (pattern.expression,)
        case LeftJoin():
            return () if pattern.condition is None else (pattern.condition,)
        case Select():
            items = (*(pattern.items or ()), *(pattern.group or ()))
            return (
                *(item.expression for item in items if item.expression is not None),
                *pattern.having,
                *(order.expression for order in pattern.order),
            )
    return ()


def operands(expression: Expression) -> tuple[Expression, ...]:
    """The expressions directly within an expression."""
    match expression:
        case Operation() | Call() | Function():
            return expression.of
        case Membership():
            return (expression.item, *expression.among)
        case Aggregate():
            return () if expression.of is None else (expression.of,)
    return ()


def subexpressions(expression: Expression) -> tuple[Expression, ...]:
    """An expression and all within it, patterns of EXISTS left out."""
    found = [expression]
    for one in found:
        found.extend(operands(one))
    return tuple(found)


def has_aggregate(select: Select) -> bool:
    """Whether a SELECT groups its solutions."""
    return select.group is not None or any(
        isinstance(part, Aggregate)
        for expression in expressions_of(select)
        for part in subexpressions(expression)
    )


def visible(pattern: Pattern) -> tuple[Var, ...]:
    """The variables in scope (section 18.2.1), in order of appearance, hidden ones included."""
    found: dict[Var, None] = {}

    def add(*nodes: Node | None) -> None:
        found.update((node, None) for node in nodes if isinstance(node, Var))

    match pattern:
        case Bgp():
            for triple in pattern.triples:
                add(triple.subject, triple.predicate, triple.object)
        case PathPattern():
            add(pattern.subject, pattern.object)
        case Join() | Union() | LeftJoin() | Lateral():
            add(*visible(pattern.left), *visible(pattern.right))
        case Minus():
            add(*visible(pattern.left))
        case Filter():
            add(*visible(pattern.of))
        case Extend():
            add(*visible(pattern.of), pattern.variable)
        case Table():
            add(*pattern.variables)
        case Given():
            add(*pattern.variables, pattern.token)
        case Graph() | Service():
            add(pattern.name, *visible(pattern.of))
        case Select():
            add(*projected(pattern))
    return tuple(found)


def mentioned(pattern: Pattern) -> frozenset[Var]:
    """Every variable that occurs anywhere within a pattern, in scope or not."""
    found = set(visible(pattern))
    for part in patterns_of(pattern):
        found |= mentioned(part)
    for expression in expressions_of(pattern):
        found |= mentioned_in(expression)
    return frozenset(found)


def mentioned_in(expression: Expression) -> frozenset[Var]:
    """Every variable that occurs anywhere within an expression."""
    found: set[Var] = set()
    for part in subexpressions(expression):
        if isinstance(part, Var):
            found.add(part)
        elif isinstance(part, Exists):
            found |= mentioned(part.pattern)
    return frozenset(found)


def projected(select: Select) -> tuple[Var, ...]:
    """The variables that a SELECT gives back."""
    if select.items is not None:
        return tuple(item.variable for item in select.items if item.variable is not None)
    inner = [*visible(select.of), *(select.values.variables if select.values else ())]
    return tuple(dict.fromkeys(variable for variable in inner if not variable.hidden))


def certain(pattern: Pattern) -> frozenset[Var]:  # noqa: PLR0911 - one for each kind of pattern
    """Variables that every solution binds."""
    match pattern:
        case Bgp() | PathPattern():
            return frozenset(visible(pattern))
        case Join() | Lateral():
            return certain(pattern.left) | certain(pattern.right)
        case Union():
            return certain(pattern.left) & certain(pattern.right)
        case LeftJoin() | Minus():
            return certain(pattern.left)
        case Filter() | Extend():
            return certain(pattern.of)
        case Table():
            return frozenset(
                variable
                for column, variable in enumerate(pattern.variables)
                if all(row[column] is not None for row in pattern.rows)
            )
        case Given():
            return pattern.sure | {pattern.token}
        case Graph():
            named = frozenset((pattern.name,)) if isinstance(pattern.name, Var) else frozenset()
            return certain(pattern.of) | named
        case Service():
            return frozenset()
        case Select():
            bound = certain(pattern.of) | (certain(pattern.values) if pattern.values else frozenset())
            plain = {i.variable for i in pattern.items or () if i.expression is None}
            if has_aggregate(pattern):
                return frozenset()
            return bound & (frozenset(projected(pattern)) if pattern.items is None else plain)
