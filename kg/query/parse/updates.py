"""Reading SPARQL 1.1 Update requests (rules 29 to 51).

What a pattern says is kept as it is written: the engine reads it again when it is asked,
and so refuses what this grammar lets pass too generously.
"""

from collections.abc import Mapping

from kg.query.algebra import Bgp, Blank, Iri, Node, Path, Step, TriplePattern, Var
from kg.query.operations import (
    Clear,
    Create,
    DeleteData,
    DeleteWhere,
    Drop,
    Group,
    InsertData,
    Load,
    Modify,
    Operation,
    Place,
    QuadPattern,
    Target,
    Transfer,
    Update,
    Where,
)
from kg.query.parse.lexer import Token
from kg.query.parse.queries import QueryParser
from kg.query.shaping.render import node, prologue
from ontology.vocab import PREFIXES


class UpdateParser(QueryParser):
    """The layer of updates."""

    def __init__(self, text: str, base: str | None, prefixes: Mapping[str, str]) -> None:
        super().__init__(text, base, prefixes)
        self._labels: dict[str, int | None] = {}
        while f"_:{self.hidden}" in text:
            self.hidden += "_"

    def update(self) -> Update:
        """The whole text as one request; an empty one is allowed. Raises ``QuerySyntaxError``."""
        operations: list[Operation] = []
        while True:
            self._prologue()
            if self.token.kind == "END":
                return Update(tuple(operations))
            operations.append(self._operation(len(operations)))
            if not self.take(";"):
                break
        if self.token.kind != "END":
            self.fail("';' or the end of the request")
        return Update(tuple(operations))

    def _operation(self, number: int) -> Operation:
        word = self.take_word(
            "INSERT", "DELETE", "WITH", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "COPY", "MOVE"
        )
        match word:
            case "INSERT" if self.take_word("DATA"):
                return InsertData(self._data(number))
            case "DELETE" if self.take_word("DATA"):
                return DeleteData(self._data(None))
            case "DELETE" if self.take_word("WHERE"):
                start = self.token
                quads = self._quads(blanks=False)
                return DeleteWhere(quads, self._where_text(start))
            case "INSERT" | "DELETE":
                self.place -= 1
                return self._modify(None)
            case "WITH":
                return self._modify(self.iri())
            case "LOAD":
                silent, source = self._silent(), self.iri()
                return Load(source, self._graph() if self.take_word("INTO") else None, silent)
            case "CLEAR":
                return Clear(silent=self._silent(), target=self._target())
            case "DROP":
                return Drop(silent=self._silent(), target=self._target())
            case "CREATE":
                silent = self._silent()
                return Create(self._graph(), silent)
            case "ADD" | "COPY" | "MOVE":
                silent, source_graph = self._silent(), self._place()
                self.need_word("TO")
                return Transfer(word, source_graph, self._place(), silent)
        raise self.failure(self.token, f"expected an update like INSERT DATA, found {self.token.text!r}")

    # --- what an operation is for

    def _silent(self) -> bool:
        return bool(self.take_word("SILENT"))

    def _graph(self) -> Iri:
        self.need_word("GRAPH")
        return self.iri()

    def _target(self) -> Target:
        if word := self.take_word("DEFAULT", "NAMED", "ALL"):
            return Group(word.lower())
        return self._graph()

    def _place(self) -> Place:
        if self.take_word("DEFAULT"):
            return None
        self.take_word("GRAPH")
        return self.iri()

    # --- DELETE … INSERT … WHERE

    def _modify(self, home: Iri | None) -> Modify:
        delete: tuple[QuadPattern, ...] = ()
        insert: tuple[QuadPattern, ...] = ()
        word = self.take_word("DELETE", "INSERT")
        if word == "DELETE":
            delete = self._quads(blanks=False)
            word = self.take_word("INSERT")
        elif word is None:
            self.fail("DELETE or INSERT")
        if word == "INSERT":
            insert = self._quads()
        default, named = self._using()
        self.need_word("WHERE")
        start = self.token
        self.group()
        return Modify(delete, insert, self._where_text(start), home, default, named)

    def _using(self) -> tuple[tuple[Iri, ...], tuple[Iri, ...]]:
        default: list[Iri] = []
        named: list[Iri] = []
        while self.take_word("USING"):
            (named if self.take_word("NAMED") else default).append(self.iri())
        return tuple(default), tuple(named)

    def _where_text(self, start: Token) -> Where:
        """The group from a token to what was read last."""
        last = self.tokens[self.place - 1]
        declared = (
            f"PREFIX {name}: {node(Iri(namespace))} "
            for name, namespace in self.prefixes.items()
            if PREFIXES.get(name) != namespace
        )
        return Where(prologue(self.base) + "".join(declared), self.text[start.at : last.at + len(last.text)])

    # --- quads

    def _data(self, number: int | None) -> tuple[QuadPattern, ...]:
        """Quads without variables: those of the request's ``number``-th operation, or some to delete."""
        start = self.token
        quads = self._quads(blanks=number is not None)
        for term in (term for quad in quads for term in (quad.graph, *_terms(quad))):
            if isinstance(term, Var):
                raise self.failure(start, "data holds no variables: use INSERT { … } WHERE { … }")
            if isinstance(term, Blank) and self._labels.setdefault(term.label, number) != number:
                raise self.failure(start, f"_:{term.label} stands in the data of two operations")
        return quads

    def _quads(self, *, blanks: bool = True) -> tuple[QuadPattern, ...]:
        """What stands between the braces of a template; blank nodes are for what is inserted."""
        start = self.token
        self.need("{")
        self.in_template = True
        quads = [QuadPattern(triple) for triple in self._template_triples()]
        while self.take_word("GRAPH"):
            graph = self.var_or_iri()
            self.need("{")
            quads += [QuadPattern(triple, graph) for triple in self._template_triples()]
            self.need("}")
            self.take(".")
            quads += [QuadPattern(triple) for triple in self._template_triples()]
        self.in_template = False
        self.need("}")
        if not blanks and any(isinstance(term, Blank) for quad in quads for term in _terms(quad)):
            raise self.failure(start, "what is deleted is named without blank nodes")
        return tuple(quads)

    def _template_triples(self) -> list[TriplePattern]:
        found: list[TriplePattern] = []
        while not self.at_symbol("}") and not self.at_word("GRAPH"):
            pattern = self.triples()
            if isinstance(pattern, Bgp):
                found.extend(pattern.triples)
            if not self.take(".") and not self.at_symbol("}") and not self.at_word("GRAPH"):
                self.fail("'.', 'GRAPH' or '}'")
        return found

    def path(self) -> Path:
        """A path; in a template a predicate."""
        return Step(self._predicate()) if self.in_template else super().path()


def _terms(quad: QuadPattern) -> tuple[Node, Node, Node]:
    return quad.triple.subject, quad.triple.predicate, quad.triple.object


def parse_update(text: str, base_iri: str | None = None) -> Update:
    """The operations of a request.

    The prefixes of ``ontology.vocab.PREFIXES`` need no declaration. Raises
    ``QuerySyntaxError`` with line and column.
    """
    return UpdateParser(text, base_iri, PREFIXES).update()
