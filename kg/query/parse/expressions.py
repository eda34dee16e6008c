"""Reading expressions (SPARQL 1.1 Query, rules 110 to 128)."""

from abc import abstractmethod
from collections.abc import Callable

from kg.query.algebra import (
    Aggregate,
    Call,
    Exists,
    Expression,
    Function,
    Membership,
    Operation,
    Pattern,
    Var,
)
from kg.query.parse.lexer import string_content
from kg.query.parse.terms import TermParser

BUILT_INS = frozenset(
    (
        "STR LANG LANGMATCHES DATATYPE BOUND IRI URI BNODE RAND ABS CEIL FLOOR ROUND CONCAT STRLEN UCASE "
        "LCASE ENCODE_FOR_URI CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER YEAR MONTH DAY HOURS MINUTES "
        "SECONDS TIMEZONE TZ NOW UUID STRUUID MD5 SHA1 SHA256 SHA384 SHA512 COALESCE IF STRLANG STRDT "
        "SAMETERM ISIRI ISURI ISBLANK ISLITERAL ISNUMERIC REGEX SUBSTR REPLACE"
    ).split()
)
AGGREGATES = frozenset(("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"))
_COMPARISONS = ("=", "!=", "<", ">", "<=", ">=")


class ExpressionParser(TermParser):
    """The layer of expressions."""

    @abstractmethod
    def group(self) -> Pattern:
        """A group graph pattern, which EXISTS needs from the layer above."""

    def expression(self) -> Expression:
        """An expression that must come next."""
        return self._chain("||", lambda: self._chain("&&", self._relation))

    def _chain(self, operator: str, operand: Callable[[], Expression]) -> Expression:
        operands = [operand()]
        while self.take(operator):
            operands.append(operand())
        return operands[0] if len(operands) == 1 else Operation(operator, tuple(operands))

    def _relation(self) -> Expression:
        left = self._sum()
        operator = self.take(*_COMPARISONS)
        if operator:
            return Operation(operator, (left, self._sum()))
        if self.take_word("IN"):
            return Membership(left, self.arguments(), negated=False)
        if self.take_word("NOT"):
            self.need_word("IN")
            return Membership(left, self.arguments(), negated=True)
        return left

    def _sum(self) -> Expression:
        left = self._product()
        while operator := self.take("+", "-"):
            left = Operation(operator, (left, self._product()))
        return left

    def _product(self) -> Expression:
        left = self._unary()
        while operator := self.take("*", "/"):
            left = Operation(operator, (left, self._unary()))
        return left

    def _unary(self) -> Expression:
        if self.take("!"):
            return Operation("!", (self._unary(),))
        literal = self.literal()
        if literal is not None:
            return literal
        if operator := self.take("+", "-"):
            return Operation(operator, (self._unary(),))
        return self.primary()

    def primary(self) -> Expression:
        """A variable, a call or an expression in parentheses that must come next."""
        if self.at_symbol("("):
            return self.bracketed()
        if self.at_var():
            return self.var()
        if self.at_iri():
            iri = self.iri()
            if not self.at_symbol("("):
                return iri
            distinct = self._distinct_within()
            return Function(iri, self.arguments(distinct), distinct)
        return self.literal() or self.call()

    def bracketed(self) -> Expression:
        """An expression in parentheses that must come next."""
        self.need("(")
        inner = self.expression()
        self.need(")")
        return inner

    def constraint(self) -> Expression:
        """What follows FILTER or HAVING."""
        return self.primary()

    def arguments(self, distinct: bool = False) -> tuple[Expression, ...]:
        """Expressions in parentheses, separated by commas; none is allowed."""
        self.need("(")
        if distinct:
            self.need_word("DISTINCT")
        found: list[Expression] = []
        if not self.at_symbol(")"):
            found.append(self.expression())
            while self.take(","):
                found.append(self.expression())
        self.need(")")
        return tuple(found)

    def _distinct_within(self) -> bool:
        after = self.tokens[self.place + 1]
        return after.kind == "WORD" and after.text.upper() == "DISTINCT"

    def call(self) -> Expression:
        """A built-in call, an aggregate or an EXISTS that must come next."""
        if self.take_word("EXISTS"):
            return Exists(self.group(), negated=False)
        if self.take_word("NOT"):
            self.need_word("EXISTS")
            return Exists(self.group(), negated=True)
        name = self.token.text.upper()
        if self.token.kind == "WORD" and name in AGGREGATES:
            self.next()
            return self._aggregate(name)
        if self.token.kind != "WORD" or name not in BUILT_INS:
            self.fail("an expression")
        self.next()
        return Call(name, self.arguments())

    def _aggregate(self, name: str) -> Aggregate:
        self.need("(")
        distinct = bool(self.take_word("DISTINCT"))
        of: Expression | None = None
        separator = None
        if not (name == "COUNT" and self.take("*")):
            of = self.expression()
        if name == "GROUP_CONCAT" and self.take(";"):
            self.need_word("SEPARATOR")
            self.need("=")
            if self.token.kind != "STRING":
                self.fail("a string")
            separator = string_content(self.next(), self.text)
        self.need(")")
        return Aggregate(name, of, distinct, separator)

    def named_expression(self) -> tuple[Expression, Var]:
        """``(expression AS ?variable)`` that must come next."""
        self.need("(")
        expression = self.expression()
        self.need_word("AS")
        variable = self.var()
        self.need(")")
        return expression, variable
