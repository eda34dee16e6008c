"""Reading terms, and the place in the text: the lowest layer of the grammar."""

import re
from collections.abc import Mapping
from typing import NoReturn

from kg.errors import QuerySyntaxError
from kg.query.algebra import Blank, Constant, Iri, Lit, Node, Var
from kg.query.parse.lexer import Token, failure, string_content, tokens, unescaped
from kg.query.parse.references import resolve
from ontology.vocab import RDF, XSD

TYPE = Iri(RDF + "type")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_LOCAL_ESCAPE = re.compile(r"\\(.)")
_NUMBERS = {"INTEGER": XSD + "integer", "DECIMAL": XSD + "decimal", "DOUBLE": XSD + "double"}


class TermParser:
    """A query being read: its tokens, how far it is read, its prefixes, its hidden variables.

    ``alternatives`` tells whether a path ``p|q`` was translated, ``respelled`` whether groups were.
    """

    def __init__(self, text: str, base: str | None, prefixes: Mapping[str, str]) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.place = 0
        self.base = base
        self.prefixes = dict(prefixes)
        self.in_template = False
        self.alternatives = False
        self.respelled = False
        self._blanks: dict[str, Node] = {}
        self._fresh = 0
        self.hidden = "_h"
        while f"?{self.hidden}" in text or f"${self.hidden}" in text:
            self.hidden += "_"

    # --- the place in the text

    @property
    def token(self) -> Token:
        """The token to be read next."""
        return self.tokens[self.place]

    def fail(self, expected: str) -> NoReturn:
        """Raise ``QuerySyntaxError`` at the next token."""
        found = repr(self.token.text) if self.token.text else "the end"
        raise self.failure(self.token, f"expected {expected}, found {found}")

    def failure(self, token: Token, what: str) -> QuerySyntaxError:
        """A syntax error at a token."""
        return failure(self.text, token.at, what)

    def next(self) -> Token:
        """Read one token."""
        token = self.tokens[self.place]
        if token.kind != "END":
            self.place += 1
        return token

    def at_symbol(self, *symbols: str) -> bool:
        """Whether one of these symbols comes next."""
        token = self.tokens[self.place]
        return token.kind == "SYMBOL" and token.text in symbols

    def at_word(self, *words: str) -> bool:
        """Whether one of these keywords comes next, in whatever case."""
        token = self.tokens[self.place]
        return token.kind == "WORD" and token.text.upper() in words

    def take(self, *symbols: str) -> str | None:
        """Read one of these symbols if it comes next."""
        return self.next().text if self.at_symbol(*symbols) else None

    def take_word(self, *words: str) -> str | None:
        """Read one of these keywords if it comes next; given back in capitals."""
        return self.next().text.upper() if self.at_word(*words) else None

    def need(self, symbol: str) -> None:
        """Read a symbol that must come next."""
        if not self.take(symbol):
            self.fail(repr(symbol))

    def need_word(self, word: str) -> None:
        """Read a keyword that must come next."""
        if not self.take_word(word):
            self.fail(word)

    # --- terms

    def fresh(self) -> Var:
        """A variable that the query does not use."""
        self._fresh += 1
        return Var(f"{self.hidden}{self._fresh}", hidden=True)

    def blank(self, label: str | None = None) -> Node:
        """A blank node: a hidden variable in a pattern, itself in a template."""
        if label is None:
            self._fresh += 1
            label = f"{self.hidden}{self._fresh}"
        key = f"{self.in_template}{label}"
        if key not in self._blanks:
            self._blanks[key] = Blank(label) if self.in_template else self.fresh()
        return self._blanks[key]

    def at_var(self) -> bool:
        """Whether a variable comes next."""
        return self.token.kind == "VAR"

    def var(self) -> Var:
        """A variable that must come next."""
        if not self.at_var():
            self.fail("a variable")
        return Var(self.next().text[1:])

    def at_iri(self) -> bool:
        """Whether an IRI comes next."""
        return self.token.kind in ("IRI", "NAME")

    def iri(self) -> Iri:
        """An IRI or prefixed name that must come next."""
        token = self.token
        if token.kind == "IRI":
            self.next()
            try:
                return Iri(self.resolved(unescaped(token.text[1:-1], self.text, token.at)))
            except ValueError as error:
                raise self.failure(token, f"{token.text} cannot be resolved: {error}") from error
        if token.kind != "NAME":
            self.fail("an IRI")
        self.next()
        prefix, _, local = token.text.partition(":")
        if prefix not in self.prefixes:
            raise self.failure(token, f"the prefix {prefix}: is not declared")
        return Iri(self.prefixes[prefix] + _LOCAL_ESCAPE.sub(r"\1", local))

    def var_or_iri(self) -> Var | Iri:
        """A variable or an IRI that must come next."""
        return self.var() if self.at_var() else self.iri()

    def resolved(self, reference: str) -> str:
        """An IRI against the base in force (RFC 3986, section 5)."""
        if self.base is None or _ABSOLUTE.match(reference):
            return reference
        return resolve(self.base, reference)

    def literal(self) -> Lit | None:
        """A literal if one comes next; signed numbers are one literal, without a space between."""
        token = self.token
        if token.kind == "STRING":
            self.next()
            lexical = string_content(token, self.text)
            if self.token.kind == "LANG":
                return Lit(lexical, language=self.next().text[1:])
            if self.take("^^"):
                return Lit(lexical, datatype=self.iri().value)
            return Lit(lexical)
        if token.kind in _NUMBERS:
            return Lit(self.next().text, datatype=_NUMBERS[token.kind])
        if self.at_symbol("+", "-"):
            after = self.tokens[self.place + 1]
            if after.kind in _NUMBERS and after.at == token.at + 1:
                self.next()
                return Lit(token.text + self.next().text, datatype=_NUMBERS[after.kind])
        if token.kind == "WORD" and token.text.lower() in ("true", "false"):
            return Lit(self.next().text.lower(), datatype=XSD + "boolean")
        return None

    def constant(self) -> Constant | None:
        """An IRI or a literal if one comes next."""
        return self.iri() if self.at_iri() else self.literal()
