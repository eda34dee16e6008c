"""Queries in words that Virtuoso answers as the specification has it.

Tried with Virtuoso 7.2.5. It divides integers as integers, gives truth as 0 and 1, leaves MIN of
strings and the sum of nothing unbound, holds stored strings for smaller than any constant, wants a
separator for GROUP_CONCAT, knows no graphs for ``GRAPH ?g {}``, and has graphs of its own among
those of the dataset.
"""

from dataclasses import replace
from typing import Any, cast

from kg.query.algebra import (
    Aggregate,
    Bgp,
    Call,
    Expression,
    Extend,
    Filter,
    Function,
    Graph,
    Iri,
    Item,
    Lit,
    Membership,
    Operation,
    Query,
    Select,
    TriplePattern,
    Var,
)
from kg.query.deriving.standing import Fresh
from kg.query.parse.patterns import UNIT
from kg.query.scope import has_aggregate
from kg.remote.placing import changed
from ontology.vocab import XSD

OWN_GRAPHS = (
    "http://localuriqaserver/sparql",
    "http://www.openlinksw.com/schemas/virtrdf#",
    "http://www.w3.org/2002/07/owl#",
    "http://www.w3.org/ns/ldp#",
    "urn:activitystreams-owl:map",
    "urn:core:services:sparql",
)
"""Graphs that Virtuoso makes by itself."""

_COMPARING = frozenset(("=", "!=", "<", ">", "<=", ">=", "&&", "||", "!"))
_ASKING = frozenset(
    "BOUND SAMETERM ISIRI ISURI ISBLANK ISLITERAL ISNUMERIC "
    "REGEX STRSTARTS STRENDS CONTAINS LANGMATCHES".split()
)
_ORDERING = frozenset(("<", ">", "<=", ">="))
_SPELLING = frozenset(("CONCAT", "LCASE", "REPLACE", "STRAFTER", "STRBEFORE", "SUBSTR", "UCASE"))
_BOOLEAN, _STRING = Iri(XSD + "boolean"), Iri(XSD + "string")
_ONE, _ZERO = Lit("1.0", datatype=XSD + "decimal"), Lit("0", datatype=XSD + "integer")


def reworded(query: Query) -> Query:
    """The query in words that Virtuoso answers as the specification has it."""
    return replace(query, body=cast(Select, changed(query.body, _Words(Fresh(query.hidden)).change)))


class _Words:
    def __init__(self, fresh: Fresh, *, of_all: bool = False) -> None:
        """``of_all``: aggregates are of all solutions, of which there may be none."""
        self._fresh = fresh
        self._of_all = of_all

    def _all(self, what: Any) -> Any:
        return changed(what, self.change)

    def change(self, what: Any) -> Any:
        """A part in other words; ``None`` where it stands as it is."""
        match what:
            case Extend(of, variable, expression) if _is_truth(expression):
                return Extend(self._all(of), variable, self._truth(expression))
            case Item(variable, expression) if expression is not None and _is_truth(expression):
                return Item(variable, self._truth(expression))
            case Operation("/", (of, by)):
                return Operation("/", (Operation("*", (_ONE, self._all(of))), self._all(by)))
            case Operation(operator, (left, right)) if operator in _ORDERING:
                if _is_string(left) or _is_string(right):
                    return Operation(operator, (self._compared(left), self._compared(right)))
            case Aggregate("MIN", of, distinct) if of is not None:
                return Aggregate("MIN", self._compared(of), distinct)
            case Aggregate("GROUP_CONCAT", of, distinct, None):
                return Aggregate("GROUP_CONCAT", self._all(of), distinct, " ")
            case Aggregate("SUM" | "AVG" as kind, of, distinct) if self._of_all:
                is_none = Operation("=", (Aggregate("COUNT", None), _ZERO))
                return Call("IF", (is_none, _ZERO, Aggregate(kind, self._all(of), distinct)))
            case Select(of, group=None) if has_aggregate(what):
                words = _Words(self._fresh, of_all=True)
                parts = ("items", "having", "order")
                return replace(
                    what, of=self._all(of), **{part: words._all(getattr(what, part)) for part in parts}
                )
            case Graph(Var() as name, of):
                return self._graphs(name, of)
        return None

    def _compared(self, expression: Expression) -> Expression:
        """The same value in the form in which strings are compared."""
        if isinstance(expression, Lit):
            return Lit(expression.lexical) if _is_string(expression) else expression
        item = self._all(expression)
        if isinstance(expression, Call) and expression.name in _SPELLING:
            return Call("STR", (item,))
        is_string = Operation("=", (Call("DATATYPE", (item,)), _STRING))
        return Call("IF", (is_string, Call("STR", (item,)), item))

    def _truth(self, expression: Expression) -> Function:
        return Function(_BOOLEAN, (self._all(expression),))

    def _graphs(self, name: Var, of: Any) -> Any:
        theirs = Membership(name, tuple(map(Iri, OWN_GRAPHS)), negated=True)
        if of != UNIT:
            return Filter(theirs, Graph(name, self._all(of)))
        anything = TriplePattern(*(self._fresh(kind) for kind in ("subject", "predicate", "object")))
        graphs = Filter(theirs, Graph(name, Bgp((anything,))))
        return Select(graphs, (Item(name),), "DISTINCT")


def _is_string(expression: Expression) -> bool:
    return (
        isinstance(expression, Lit)
        and expression.language is None
        and expression.datatype in (None, _STRING.value)
    )


def _is_truth(expression: Expression) -> bool:
    """Whether the value of an expression is true or false, if it has any."""
    match expression:
        case Operation(operator):
            return operator in _COMPARING
        case Call("IF", (_, yes, no)):
            return _is_truth(yes) and _is_truth(no)
        case Call(name):
            return name in _ASKING
        case Lit(_, datatype):
            return datatype == _BOOLEAN.value
    return isinstance(expression, Membership)
