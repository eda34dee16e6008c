"""Reading graph patterns, and the translation of groups and paths (sections 18.2.2 and 19.8)."""

from abc import abstractmethod

from kg.query.algebra import (
    Alternative,
    Bgp,
    Constant,
    Expression,
    Extend,
    Filter,
    Graph,
    Inverse,
    Iri,
    Join,
    Lateral,
    LeftJoin,
    Minus,
    Negated,
    Node,
    Operation,
    Path,
    PathPattern,
    Pattern,
    Repeat,
    Select,
    Sequence,
    Service,
    Step,
    Table,
    TriplePattern,
    Union,
    Var,
)
from kg.query.parse.expressions import ExpressionParser
from kg.query.parse.terms import TYPE
from ontology.vocab import RDF

UNIT = Bgp()


def joined(left: Pattern, right: Pattern) -> Pattern:
    """The join: a chain to the left, its unit left out, neighbouring basic graph patterns made one."""
    match left, right:
        case (Bgp(()), _):
            return right
        case (_, Bgp(())):
            return left
        case (_, Join(first, second)):
            return joined(joined(left, first), second)
        case (Bgp(), Bgp()):
            return Bgp(left.triples + right.triples)
        case (Join(outer, Bgp() as last), Bgp()):
            return Join(outer, Bgp(last.triples + right.triples))
    return Join(left, right)


class PatternParser(ExpressionParser):
    """The layer of graph patterns."""

    laterals = False
    """Whether LATERAL is read, too, which is none of SPARQL 1.1 (SPARQL-dev, SEP-0006)."""

    @abstractmethod
    def sub_select(self) -> Select:
        """A sub-SELECT, from the layer above."""

    # --- groups

    def group(self) -> Pattern:
        """A group graph pattern that must come next."""
        pattern, condition = self._group_and_condition()
        return pattern if condition is None else Filter(condition, pattern)

    def _group_and_condition(self) -> tuple[Pattern, Expression | None]:
        self.need("{")
        if self.at_word("SELECT"):
            select = self.sub_select()
            self.need("}")
            return select, None
        pattern: Pattern = UNIT
        conditions: list[Expression] = []
        while not self.at_symbol("}"):
            if self.take_word("FILTER"):
                conditions.append(self.constraint())
            elif self.token.kind == "WORD" and not self.at_word("TRUE", "FALSE"):
                pattern = self._keyword(pattern)
            elif self.at_symbol("{"):
                pattern = joined(pattern, self._union())
            else:
                pattern = joined(pattern, self.triples())
                if not self.at_symbol("}", "{", ".") and self.token.kind != "WORD":
                    self.fail("'.', '}' or a keyword")
            self.take(".")
        self.need("}")
        if len(conditions) < 2:
            return pattern, conditions[0] if conditions else None
        return pattern, Operation("&&", tuple(conditions))

    def _keyword(self, before: Pattern) -> Pattern:
        word = self.take_word("OPTIONAL", "MINUS", "GRAPH", "SERVICE", "BIND", "VALUES")
        if word is None and self.laterals:
            word = self.take_word("LATERAL")
        match word:
            case "LATERAL":
                return Lateral(before, self.group())
            case "OPTIONAL":
                return LeftJoin(before, *self._group_and_condition())
            case "MINUS":
                return Minus(before, self.group())
            case "GRAPH":
                return joined(before, Graph(self.var_or_iri(), self.group()))
            case "SERVICE":
                silent = bool(self.take_word("SILENT"))
                return joined(before, Service(self.var_or_iri(), self.group(), silent))
            case "BIND":
                expression, variable = self.named_expression()
                return Extend(before, variable, expression)
            case "VALUES":
                return joined(before, self.values())
        raise self.failure(self.token, f"expected a graph pattern, found {self.token.text!r}")

    def _union(self) -> Pattern:
        pattern = self.group()
        while self.take_word("UNION"):
            pattern = Union(pattern, self.group())
        return pattern

    def values(self) -> Table:
        """What follows VALUES."""
        if self.at_var():
            variables = [self.var()]
            self.need("{")
            rows = []
            while not self.take("}"):
                rows.append((self._value(),))
            return Table(tuple(variables), tuple(rows))
        self.need("(")
        variables = []
        while not self.take(")"):
            variables.append(self.var())
        self.need("{")
        many = []
        while not self.take("}"):
            self.need("(")
            row = []
            while not self.take(")"):
                row.append(self._value())
            if len(row) != len(variables):
                self.fail(f"{len(variables)} values in each row")
            many.append(tuple(row))
        return Table(tuple(variables), tuple(many))

    def _value(self) -> Constant | None:
        if self.take_word("UNDEF"):
            return None
        value = self.constant()
        if value is None:
            self.fail("an IRI, a literal or UNDEF")
        return value

    # --- triples

    def triples(self) -> Pattern:
        """Triples of one subject, paths included."""
        found: list[tuple[Node, Path | Var, Node]] = []
        if self.at_symbol("[") or (self.at_symbol("(") and not self._is_nil()):
            subject = self._compound(found)
            self._properties(subject, found, needed=False)
        else:
            self._properties(self.node(found), found, needed=True)
        pattern: Pattern = UNIT
        for subject, verb, item in found:
            pattern = joined(pattern, self._translated(subject, verb, item))
        return pattern

    def _is_nil(self) -> bool:
        after = self.tokens[self.place + 1]
        return after.kind == "SYMBOL" and after.text == ")"

    def _properties(self, subject: Node, found: list[tuple[Node, Path | Var, Node]], needed: bool) -> None:
        while True:
            if self.at_var():
                verb: Path | Var = self.var()
            elif self.at_iri() or self.at_symbol("^", "!", "(") or self.token.text == "a":
                verb = self.path()
            elif needed:
                self.fail("a predicate")
            else:
                return
            found.append((subject, verb, self.node(found)))
            while self.take(","):
                found.append((subject, verb, self.node(found)))
            if not self.take(";"):
                return
            while self.take(";"):
                pass
            needed = False

    def node(self, found: list[tuple[Node, Path | Var, Node]]) -> Node:
        """A subject or object; triples that it carries within are added to ``found``."""
        if self.at_var():
            return self.var()
        if self.token.kind == "BLANK":
            return self.blank(self.next().text[2:])
        if self.at_symbol("[", "("):
            return self._compound(found)
        return self.constant() or self.fail("a term")

    def _compound(self, found: list[tuple[Node, Path | Var, Node]]) -> Node:
        """``[ … ]`` or a collection."""
        if self.take("["):
            subject = self.blank()
            self._properties(subject, found, needed=False)
            self.need("]")
            return subject
        self.need("(")
        items = []
        while not self.take(")"):
            items.append(self.node(found))
        rest: Node = Iri(RDF + "nil")
        for item in reversed(items):
            cell = self.blank()
            found.append((cell, Step(Iri(RDF + "first")), item))
            found.append((cell, Step(Iri(RDF + "rest")), rest))
            rest = cell
        return rest

    # --- paths

    def path(self) -> Path:
        """A path that must come next."""
        left = self._path_sequence()
        while self.take("|"):
            left = Alternative(left, self._path_sequence())
        return left

    def _path_sequence(self) -> Path:
        left = self._path_step()
        while self.take("/"):
            left = Sequence(left, self._path_step())
        return left

    def _path_step(self) -> Path:
        if self.take("^"):
            return Inverse(self._path_step())
        if self.take("("):
            path = self.path()
            self.need(")")
        elif self.take("!"):
            path = self._negated()
        else:
            path = Step(self._predicate())
        sign = self.take("?", "*", "+")
        return Repeat(path, sign) if sign else path

    def _predicate(self) -> Iri:
        if self.token.kind == "WORD" and self.token.text == "a":
            self.next()
            return TYPE
        return self.iri()

    def _negated(self) -> Negated:
        forward: list[Iri] = []
        inverse: list[Iri] = []

        def one() -> None:
            (inverse if self.take("^") else forward).append(self._predicate())

        if not self.take("("):
            one()
            return Negated(tuple(forward), tuple(inverse))
        while not self.take(")"):
            one()
            if not self.at_symbol(")"):
                self.need("|")
        return Negated(tuple(forward), tuple(inverse))

    def _translated(self, subject: Node, verb: Path | Var, item: Node) -> Pattern:
        """Section 18.2.2.4: what is a triple, a join or a union becomes one."""
        match verb:
            case Var():
                return Bgp((TriplePattern(subject, verb, item),))
            case Step(iri):
                return Bgp((TriplePattern(subject, iri, item),))
            case Inverse(path):
                return self._translated(item, path, subject)
            case Sequence(left, right):
                middle = self.fresh()
                return joined(self._translated(subject, left, middle), self._translated(middle, right, item))
            case Alternative(left, right):
                self.alternatives = True
                return Union(self._translated(subject, left, item), self._translated(subject, right, item))
            case Negated(forward, inverse) if forward and inverse:
                self.alternatives = True
                ahead, back = Negated(forward, ()), Negated((), inverse)
                return Union(PathPattern(subject, ahead, item), PathPattern(subject, back, item))
        return PathPattern(subject, verb, item)
