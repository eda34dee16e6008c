"""Tokens of SPARQL (SPARQL 1.1 Query, sections 19.2 to 19.8, the terminals)."""

import re
from typing import NamedTuple

from kg.errors import QuerySyntaxError

_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME_START = _BASE + "_"
_VAR = _NAME_START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
_NAME = _VAR + r"\-"
_ESCAPED = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]"

_TOKEN = re.compile(
    rf"""
      (?P<skip>   (?: [\x20\t\r\n]+ | \#[^\r\n]* )+ )
    | (?P<IRI>    <(?: [^<>"{{}}|^`\\\x00-\x20] | \\u[0-9A-Fa-f]{{4}} | \\U[0-9A-Fa-f]{{8}} )*> )
    | (?P<NAME>   (?: [{_BASE}] (?: [{_NAME}.]* [{_NAME}] )? )? :
                  (?: (?: [{_NAME_START}:0-9] | {_ESCAPED} )
                      (?: (?: [{_NAME}.:] | {_ESCAPED} )* (?: [{_NAME}:] | {_ESCAPED} ) )? )? )
    | (?P<BLANK>  _: [{_NAME_START}0-9] (?: [{_NAME}.]* [{_NAME}] )? )
    | (?P<VAR>    [?$] [{_NAME_START}0-9] [{_VAR}]* )
    | (?P<LANG>   @ [a-zA-Z]+ (?: - [a-zA-Z0-9]+ )* )
    | (?P<DOUBLE> (?: [0-9]+ \.? [0-9]* | \.[0-9]+ ) [eE] [+-]? [0-9]+ )
    | (?P<DECIMAL> [0-9]* \. [0-9]+ )
    | (?P<INTEGER> [0-9]+ )
    | (?P<STRING> \"\"\" (?: \"{{0,2}} (?: [^"\\] | \\. ) )* \"\"\"
                | ''' (?: '{{0,2}} (?: [^'\\] | \\. ) )* '''
                | " (?: [^"\\\n\r] | \\. )* " | ' (?: [^'\\\n\r] | \\. )* ' )
    | (?P<WORD>   [A-Za-z] [A-Za-z0-9_]* )
    | (?P<SYMBOL> \^\^ | && | \|\| | != | <= | >= | [{{}}()\[\];,.=<>+\-*/|^?!] )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_CHARACTER = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_LAST_CODEPOINT = 0x10FFFF


class Token(NamedTuple):
    """One token: the kind as the groups above name it, its text, where it starts in the query."""

    kind: str
    text: str
    at: int


def failure(text: str, at: int, what: str) -> QuerySyntaxError:
    """A syntax error at a position of the query."""
    line = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    return QuerySyntaxError(
        f"this is not SPARQL 1.1: line {line}, column {column}: {what}", line=line, column=column
    )


def tokens(text: str) -> list[Token]:
    """The tokens of a query, one of kind ``END`` last. Raises ``QuerySyntaxError``."""
    found = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise failure(text, at, f"{text[at]!r} starts nothing that is known here")
        kind = match.lastgroup or ""
        if kind != "skip":
            found.append(Token(kind, match[0], at))
        at = match.end()
    found.append(Token("END", "", len(text)))
    return found


def has_word(text: str, word: str) -> bool:
    """Whether a keyword occurs outside of strings, IRIs and comments.

    True as well if the text cannot be read as tokens and the word occurs at all.
    """
    if word.casefold() not in text.casefold():
        return False
    try:
        return any(token.kind == "WORD" and token.text.upper() == word for token in tokens(text))
    except QuerySyntaxError:
        return True


def unescaped(text: str, query: str, at: int) -> str:
    """The text of a string or an IRI, its escapes resolved."""
    if "\\" not in text:
        return text

    def character(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        if code is None:
            if match[3] not in _CHARACTER:
                raise failure(query, at, f"\\{match[3]} is no escape")
            return _CHARACTER[match[3]]
        number = int(code, 16)
        if number > _LAST_CODEPOINT or 0xD800 <= number <= 0xDFFF:
            raise failure(query, at, f"\\u{code} is no character")
        return chr(number)

    return _ESCAPE.sub(character, text)


def string_content(token: Token, query: str) -> str:
    """What a string token says."""
    quotes = 3 if token.text[:3] in ('"""', "'''") and len(token.text) > 5 else 1
    return unescaped(token.text[quotes:-quotes], query, token.at)
