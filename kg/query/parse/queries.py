"""Reading whole queries: prologue, form, dataset, solution modifiers (rules 1 to 30)."""

from dataclasses import replace

from kg.query.algebra import (
    Bgp,
    Expression,
    Function,
    Iri,
    Item,
    Order,
    Pattern,
    Query,
    Select,
    Table,
    TriplePattern,
    Var,
)
from kg.query.parse.groups import counted, keyed, spelled_out, with_counts_bound
from kg.query.parse.patterns import UNIT, PatternParser, joined
from kg.query.scope import has_aggregate, visible

_DIGITS = 18


class QueryParser(PatternParser):
    """The layer of queries."""

    def query(self) -> Query:
        """The whole text as one query. Raises ``QuerySyntaxError``."""
        self._prologue()
        form = self.take_word("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
        match form:
            case "SELECT":
                query = self._select_query()
            case "ASK":
                default, named = self._dataset()
                query = Query("ask", self._modified(self._where()), (), None, default, named)
            case "CONSTRUCT":
                query = self._construct()
            case "DESCRIBE":
                query = self._describe()
            case _:
                self.fail("SELECT, ASK, CONSTRUCT or DESCRIBE")
        if self.token.kind != "END":
            self.fail("the end of the query")
        return replace(
            query,
            hidden=self.hidden,
            base=self.base,
            alternatives=self.alternatives,
            respelled=self.respelled,
        )

    def _prologue(self) -> None:
        while word := self.take_word("BASE", "PREFIX"):
            if word == "PREFIX":
                name = self.token
                if name.kind != "NAME" or name.text.find(":") != len(name.text) - 1:
                    self.fail("a prefix that ends in ':'")
                self.next()
                if self.token.kind != "IRI":
                    self.fail("an IRI")
                self.prefixes[name.text[:-1]] = self.iri().value
            else:
                if self.token.kind != "IRI":
                    self.fail("an IRI")
                self.base = self.iri().value

    def _dataset(self) -> tuple[tuple[Iri, ...], tuple[Iri, ...]]:
        default: list[Iri] = []
        named: list[Iri] = []
        while self.take_word("FROM"):
            (named if self.take_word("NAMED") else default).append(self.iri())
        return tuple(default), tuple(named)

    def _where(self) -> Pattern:
        self.take_word("WHERE")
        return self.group()

    def _select_query(self) -> Query:
        duplicates, items = self._projection()
        default, named = self._dataset()
        body = self._selecting(self._modified(self._where(), items, duplicates))
        return Query("select", body, (), None, default, named)

    def sub_select(self) -> Select:
        """A sub-SELECT that must come next."""
        self.need_word("SELECT")
        duplicates, items = self._projection()
        return self._selecting(self._modified(self._where(), items, duplicates))

    def _selecting(self, body: Select) -> Select:
        """A SELECT that names what it selects where it has groups (SPARQL 1.1 section 18.2.4.1)."""
        if body.items is None and (body.group is not None or body.having):
            raise self.failure(
                self.token, "SELECT * does not go with GROUP BY and HAVING: name what to select"
            )
        return body

    def _construct(self) -> Query:
        if self.at_symbol("{"):
            template = self._template()
            default, named = self._dataset()
            return Query("construct", self._modified(self._where()), template, None, default, named)
        default, named = self._dataset()
        self.need_word("WHERE")
        start = self.place
        template = self._template()
        self.place = start
        return Query("construct", self._modified(self.group()), template, None, default, named)

    def _template(self) -> tuple[TriplePattern, ...]:
        self.need("{")
        self.in_template = True
        pattern: Pattern = UNIT
        while not self.at_symbol("}"):
            pattern = joined(pattern, self.triples())
            if not self.take(".") and not self.at_symbol("}"):
                self.fail("'.' or '}'")
        self.in_template = False
        self.need("}")
        if not isinstance(pattern, Bgp):
            self.fail("triples without paths in the template")
        return pattern.triples

    def _describe(self) -> Query:
        described: list[Var | Iri] = []
        if not self.take("*"):
            while self.at_var() or self.at_iri():
                described.append(self.var_or_iri())
            if not described:
                self.fail("'*', a variable or an IRI")
        default, named = self._dataset()
        pattern = self._where() if self.at_word("WHERE") or self.at_symbol("{") else UNIT
        body = self._modified(pattern)
        return Query("describe", body, (), tuple(described) or None, default, named)

    # --- solution modifiers

    def _projection(self) -> tuple[str, tuple[Item, ...] | None]:
        duplicates = self.take_word("DISTINCT", "REDUCED") or "ALL"
        if self.take("*"):
            return duplicates, None
        items: list[Item] = []
        while self.at_var() or self.at_symbol("("):
            if self.at_var():
                items.append(Item(self.var()))
            else:
                expression, variable = self.named_expression()
                items.append(Item(variable, expression))
        if not items:
            self.fail("'*', a variable or (expression AS ?variable)")
        return duplicates, tuple(items)

    def _modified(
        self, pattern: Pattern, items: tuple[Item, ...] | None = None, duplicates: str = "ALL"
    ) -> Select:
        group = self._group_by()
        in_scope = visible(pattern) if group else ()
        for key in group or ():
            if key.variable in in_scope and key.expression is not None:
                raise self.failure(
                    self.token, f"GROUP BY gives a key the name ?{key.variable.name}, which the pattern binds"
                )
        having: list[Expression] = []
        if self.take_word("HAVING"):
            having.append(self.constraint())
            while self._at_constraint():
                having.append(self.constraint())
        order = self._order_by()
        limit, offset = self._slice()
        values: Table | None = self.values() if self.take_word("VALUES") else None
        select = Select(pattern, items, duplicates, group, tuple(having), order, limit, offset, values)
        return self._as_read(select) if has_aggregate(select) else select

    def _as_read(self, written: Select) -> Select:
        """Groups as the engine reads them."""
        of, group = keyed(counted(written, f"{self.hidden}nothing"), written.group or ())
        select = with_counts_bound(replace(written, of=of), self.fresh)
        items = None if select.items is None else spelled_out(select.items)
        self.respelled |= (select.of, items) != (written.of, written.items)
        return replace(select, items=items, group=None if written.group is None else group)

    def _at_constraint(self) -> bool:
        return (
            self.at_symbol("(")
            or self.at_iri()
            or (self.token.kind == "WORD" and not self.at_word("ORDER", "LIMIT", "OFFSET", "VALUES"))
        )

    def _group_by(self) -> tuple[Item, ...] | None:
        if not self.take_word("GROUP"):
            return None
        self.need_word("BY")
        items: list[Item] = []
        while self.at_var() or (self._at_constraint() and not self.at_word("HAVING")):
            if self.at_var():
                items.append(Item(self.var()))
            elif self.take("("):
                expression = self.expression()
                variable = self.var() if self.take_word("AS") else None
                self.need(")")
                items.append(Item(variable, expression))
            else:
                items.append(Item(None, self._function_or_call()))
        if not items:
            self.fail("what to group by")
        return tuple(items)

    def _function_or_call(self) -> Expression:
        if self.at_iri():
            return Function(self.iri(), self.arguments())
        return self.call()

    def _order_by(self) -> tuple[Order, ...]:
        if not self.take_word("ORDER"):
            return ()
        self.need_word("BY")
        keys: list[Order] = []
        while True:
            if word := self.take_word("ASC", "DESC"):
                keys.append(Order(self.bracketed(), descending=word == "DESC"))
            elif self.at_var():
                keys.append(Order(self.var()))
            elif self._at_constraint():
                keys.append(Order(self.constraint()))
            elif keys:
                return tuple(keys)
            else:
                self.fail("what to order by")

    def _slice(self) -> tuple[int | None, int]:
        limit: int | None = None
        offset = 0
        while word := self.take_word("LIMIT", "OFFSET"):
            if self.token.kind != "INTEGER":
                self.fail("a number")
            if len(self.token.text) > _DIGITS:
                raise self.failure(self.token, f"a number of {word} has at most {_DIGITS} digits")
            number = int(self.next().text)
            if word == "LIMIT":
                limit = number
            else:
                offset = number
        return limit, offset
