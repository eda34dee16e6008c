"""Conditions of filters, and those among them that say which IRIs a variable may be."""

from collections.abc import Sequence

from kg.query.algebra import Call, Expression, Filter, Iri, Membership, Operation, Pattern, Table, Var


def conditions_of(what: Filter) -> tuple[list[Expression], Pattern]:
    """The conditions of filters upon filters, in order, and what they filter."""
    found: list[Expression] = []
    of: Pattern = what
    while isinstance(of, Filter):
        found.extend(reversed(_conjuncts(of.condition)))
        of = of.of
    return found[::-1], of


def _conjuncts(condition: Expression) -> list[Expression]:
    if isinstance(condition, Operation) and condition.operator == "&&":
        return [one for part in condition.of for one in _conjuncts(part)]
    return [condition]


def as_tables(conditions: Sequence[Expression], sure: frozenset[Var]) -> tuple[list[Table], list[Expression]]:
    """VALUES for what holds a variable to IRIs, each by itself; and the other conditions."""
    tables, rest, held = [], [], set[Var]()
    for condition in conditions:
        match condition:
            case Operation("=", (Var() as variable, Iri() as value)) | Operation(
                "=", (Iri() as value, Var() as variable)
            ):
                values: tuple[Expression, ...] = (value,)
            case Call("SAMETERM", (Var() as variable, Iri() as value)):
                values = (value,)
            case Membership(Var() as variable, among, False):
                values = among
            case _:
                rest.append(condition)
                continue
        iris = tuple(dict.fromkeys(value for value in values if isinstance(value, Iri)))
        if len(iris) < len(set(values)) or variable not in sure or variable in held:
            rest.append(condition)
        else:
            held.add(variable)
            tables.append(Table((variable,), tuple((iri,) for iri in iris)))
    return tables, rest
