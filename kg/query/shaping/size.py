"""How deep and how long a query may be: the engine, and what reads a query here, work by recursion.

The engine has no bound of its own. It overflows its stack, and takes its process with
it, on 4,000 nested groups, and on 4,000 BINDs, MINUSes or columns side by side (8,000
sums, UNIONs or OPTIONALs, 20,000 triples, items of a list or steps of a path), with 8 MB
of stack.
"""

import sys
from dataclasses import dataclass

from kg.errors import QueryRefused
from kg.query.parse.lexer import Token, failure, tokens

DEEPEST = 200
"""Brackets within brackets, or signs before an operand."""

LONGEST = 1000
"""What stands side by side within the same brackets: operators, groups, triples, items, and all in them."""

FRAMES = 6000
"""Python's frames that reading what ``LONGEST`` lets pass may take.

Importing rdflib's SPARQL parser sets the same limit: what is answered is not to hang on
whether something else imported that before.
"""
sys.setrecursionlimit(max(sys.getrecursionlimit(), FRAMES))

_CLOSING = {"(": ")", "{": "}", "[": "]"}
_SIGNS = frozenset("!+-^")
_CHAINED = _SIGNS | {"/", "|", "||", "&&", "*", ".", ";", ",", "<"}
_COUNTED = "({[!+-^/|*&<"
_OPERANDS = frozenset(("VAR", "IRI", "NAME", "BLANK", "STRING", "LANG", "INTEGER", "DECIMAL", "DOUBLE"))


class TooComplex(QueryRefused):
    """A query is nested too deeply, or is too long a chain, to be read safely."""


@dataclass(slots=True)
class _Level:
    """What stands within one pair of brackets: ``count`` side by side, and ``within`` in the longest of them.

    ``data`` is for the rows of VALUES, which rest on nothing.
    """

    opened: str = ""
    data: bool = False
    count: int = 0
    within: int = 0
    longest: int = 0

    def height(self) -> int:
        return max(self.longest, self.count + self.within)

    def next_argument(self) -> None:
        """Arguments do not rest on each other."""
        self.longest, self.count, self.within = self.height(), 0, 0


def check_size(text: str) -> None:
    """Let pass what can be read safely: one pass over the tokens of a text that is long enough to matter.

    Raises ``TooComplex``, and ``QuerySyntaxError`` for a long text that cannot be read as
    tokens, or whose brackets do not match.
    """
    if sum(map(text.count, _COUNTED)) <= DEEPEST and len(text) <= LONGEST:
        return
    levels, signs, hidden, rows = [_Level()], 0, 0, False
    before = Token("END", "", 0)
    for token in tokens(text):
        top = levels[-1]
        symbol = token.text if token.kind == "SYMBOL" else ""
        signs = signs + 1 if symbol in _SIGNS else 0
        if symbol in _CLOSING:
            top.count += not top.data
            levels.append(_Level(symbol, top.data or (rows and symbol == "{")))
            rows = rows and symbol != "{"
        elif symbol in _CLOSING.values():
            if _CLOSING.get(top.opened) != symbol:
                raise failure(text, token.at, f"{symbol!r} closes nothing")
            levels.pop()
            levels[-1].within = max(levels[-1].within, top.height())
        elif symbol == "," and top.opened == "(":
            top.next_argument()
        elif symbol in _CHAINED:
            top.count += not top.data
        elif token.kind == "WORD" and token.text.upper() == "VALUES":
            rows = True
        elif top.opened == "(" and not top.data and _is_operand(token) and _is_operand(before):
            top.count += 1
            if token.kind == "IRI":  # the engine may read "?a <(((" there
                hidden += sum(map(token.text.count, _COUNTED))
        before = token
        if max(len(levels), signs) > DEEPEST:
            raise TooComplex(f"the query is nested too deeply: at most {DEEPEST} brackets or signs may nest")
        if max(levels[-1].height(), hidden) > LONGEST:
            raise TooComplex(
                f"the query chains too much: at most {LONGEST} operators, groups or triples side by side"
            )


def _is_operand(token: Token) -> bool:
    return token.kind in _OPERANDS or token.text in (")", "true", "false")
