"""Records from JSON and JSON Lines, as a stream.

A ``.json`` file holds objects, arrays of objects, ``{"claims": [...]}``, or several of these one
after the other. An item that is no JSON is one broken record where its end can be told (its brackets
balance, or the next item starts on a line of its own, as far indented); otherwise the rest of the
file is one.
"""

import json
import re
from codecs import getincrementaldecoder
from collections.abc import Generator, Iterator
from typing import Any, BinaryIO

from kg.ingest.reading import (
    RECORD_LIMIT,
    Reading,
    RecordBroken,
    broken,
    checked,
    numbered_lines,
    unfit_source,
)

_CHUNK = 4 * RECORD_LIMIT
_SEARCHED = 16 * RECORD_LIMIT
"""How far the end of a broken or overlong item is looked for."""

_LOOK_BACK = 1000
"""How much of the text before us is kept, to see how far an item is indented."""

_SPACE = re.compile(r"[ \t\r\n]*")
_ENVELOPE = re.compile(r'\{[ \t\r\n]*"claims"[ \t\r\n]*:[ \t\r\n]*\[')
_BARE = re.compile(r"[^,\]\n]*")
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\[^\n])*"|["{}\[\]]')
_CLOSES = {"}": "{", "]": "["}


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the member {twice!r} is given twice in one object: keep one")
    return record


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON: leave the member out or give null")


_DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_no_number)


_WORDS = {
    "Expecting value": "a value is missing",
    "Expecting ',' delimiter": "a comma or a closing bracket is missing",
    "Expecting ':' delimiter": "a colon is missing behind a member's name",
    "Expecting property name enclosed in double quotes": "a member's name in double quotes is missing",
    "Illegal trailing comma before end of object": "a comma stands before the closing bracket",
    "Illegal trailing comma before end of array": "a comma stands before the closing bracket",
    "Extra data": "something stands behind the record",
    "Unterminated string starting at": "a text is not closed",
    "Invalid control character at": "a line break or control character inside a text (write it as \\n)",
}
"""The messages of Python's parser as a user would say them."""


def _why(error: Exception) -> str:
    """Why a text is no JSON, without the place."""
    match error:
        case json.JSONDecodeError():
            return f"not JSON: {_WORDS.get(error.msg, error.msg)}"
        case RecursionError():
            return "nested too deeply"
    return str(error)


def _place(error: Exception, line: int, column: int, start: int = 0) -> str:
    """Where in the file it stopped being JSON.

    The value started at ``line`` and ``column`` of the file, ``start`` of the text.
    """
    if isinstance(error, json.JSONDecodeError):
        before = error.doc[start : error.pos]
        if newlines := before.count("\n"):
            line, column = line + newlines, 0
        column += len(before) - before.rfind("\n") - 1 + (1 if newlines else 0)
    return f"line {line}, column {column}"


def _parsed(raw: str, line: int, column: int) -> Reading:
    if (unfit := unfit_source(line, raw)) is not None:
        return unfit
    try:
        value = _DECODER.decode(raw)
    except (ValueError, RecursionError) as error:
        return broken(line, raw, f"{_why(error)}, in {_place(error, line, column)}")
    return checked(line, raw, value)


def read_jsonl(stream: BinaryIO) -> Iterator[Reading]:
    """One record a line; empty lines are passed over."""
    for line, text in numbered_lines(stream):
        if not text.strip():
            continue
        reading = _parsed(text.rstrip("\r\n"), line, 1)
        if isinstance(reading, RecordBroken) and line == 1 and text.lstrip().startswith("["):
            reading = broken(1, text, f"{reading.reason}; a file with one array is named .json, not .jsonl")
        yield reading


class _Text:
    """The file's text from ``start`` on, read as it is needed; counts lines and columns."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder = getincrementaldecoder("utf-8")("surrogateescape")
        self.text = ""
        self.at = 0
        self.ended = False
        self.gave_up = False
        self._counted = 0
        self._line = 1
        self._line_start = 0

    def ensure(self, ahead: int) -> None:
        """Read until ``ahead`` characters lie before us, or the file ends; drop what lies far behind."""
        if len(self.text) - self.at >= ahead or self.ended:
            return
        self.place()
        behind = max(self.at - _LOOK_BACK, 0)
        parts = [self.text[behind:]]
        self.at -= behind
        self._counted -= behind
        self._line_start -= behind
        length = len(parts[0])
        while length - self.at < ahead and not self.ended:
            data = self._stream.read(_CHUNK)
            self.ended = not data
            parts.append(self._decoder.decode(data, final=self.ended))
            length += len(parts[-1])
        self.text = "".join(parts)

    def place(self) -> tuple[int, int]:
        """Line and column (from 1) of where we are."""
        self._line += self.text.count("\n", self._counted, self.at)
        last = self.text.rfind("\n", self._counted, self.at)
        if last >= 0:
            self._line_start = last + 1
        self._counted = self.at
        return self._line, self.at - self._line_start + 1

    def skip_space(self) -> str:
        """Go to the next character that is no space, and give it back; empty at the file's end."""
        while True:
            self.ensure(RECORD_LIMIT + 2)
            self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
            if self.at < len(self.text) or self.ended:
                return self.text[self.at : self.at + 1]

    def take(self, end: int) -> str:
        """The text up to ``end``; go there."""
        taken, self.at = self.text[self.at : end], end
        return taken


def read_json(stream: BinaryIO) -> Iterator[Reading]:
    """The records of a ``.json`` file."""
    text = _Text(stream)
    while first := text.skip_space():
        envelope = _ENVELOPE.match(text.text, text.at)
        if first == "[" or envelope:
            text.at = envelope.end() if envelope else text.at + 1
            yield from _items(text)
            if envelope:
                yield from _after_claims(text)
        else:
            for reading in _item(text, in_array=False):
                yield from _unwrapped(reading)


def _unwrapped(reading: Reading) -> Iterator[Reading]:
    """The claims of an object that has them beside other members; any other reading as it is."""
    if isinstance(reading, RecordBroken) or not isinstance(reading.record.get("claims"), list):
        yield reading
        return
    others = ", ".join(repr(name) for name in reading.record if name != "claims")
    yield broken(reading.line, others, f"beside 'claims' the file has members that are not read: {others}")
    for item in reading.record["claims"]:
        yield checked(reading.line, json.dumps(item, ensure_ascii=False), item)


def _after_claims(text: _Text) -> Iterator[Reading]:
    """What stands between the end of the array of claims and the end of its object."""
    if text.skip_space() in ("}", ""):
        text.at += 1
        return
    line, _ = text.place()
    text.ensure(_SEARCHED)
    end = _closing(text.text, text.at, ("{",))
    raw = text.take(len(text.text) if end is None else end)
    yield broken(line, raw, "beside 'claims' the file has members that are not read")


def _items(text: _Text) -> Iterator[Reading]:
    """The items of an array, from behind its bracket to behind its closing one."""
    wants_comma = False
    while True:
        match text.skip_space():
            case "" if text.gave_up:
                return
            case "":
                line, column = text.place()
                yield broken(
                    line, "", f"the array has no end: the file stops in line {line}, column {column}"
                )
                return
            case "]":
                text.at += 1
                return
            case ",":
                text.at += 1
                wants_comma = False
            case _ if wants_comma:
                line, column = text.place()
                for reading in _item(text, in_array=True):
                    yield broken(
                        line, reading.raw, f"no comma stands before it, in line {line}, column {column}"
                    )
            case _:
                wants_comma = yield from _item(text, in_array=True)


def _item(text: _Text, *, in_array: bool) -> Generator[Reading, None, bool]:
    """One value; gives back whether it ended as a value does, so that a comma has to follow."""
    line, column = text.place()
    try:
        value, end = _DECODER.raw_decode(text.text, text.at)
    except (ValueError, RecursionError) as error:
        why = _why(error)
        where = _place(error, line, column, text.at)
        text.ensure(_SEARCHED)
        end_or_none: int | None = None
        if text.text[text.at] in "{[":
            end_or_none = _closing(text.text, text.at, ())
        elif in_array and (bare := _BARE.match(text.text, text.at)):
            end_or_none = bare.end()
        if end_or_none is None:
            yield from _lost(text, f"{why}, in {where}")
            return False
        raw = text.take(end_or_none)
        yield unfit_source(line, raw) or broken(line, raw, f"{why}, in {where}")
        return True
    raw = text.take(end)
    yield unfit_source(line, raw) or checked(line, raw, value)
    return True


def _lost(text: _Text, reason: str) -> Iterator[Reading]:
    """One broken record, to the next item that starts a line as far indented as this one, else to the end."""
    line, _ = text.place()
    text.ensure(_SEARCHED)
    indent = _indent(text.text, text.at)
    if indent is not None:
        follows = re.compile(r"\n" + re.escape(indent) + r"(?=\{)").search(text.text, text.at)
        if follows:
            raw = text.take(follows.end()).rstrip(", \t\r\n")
            yield unfit_source(line, raw) or broken(line, raw, reason)
            return
    raw = text.take(len(text.text))
    while text.skip_space():
        text.at = len(text.text)
    text.gave_up = True
    yield broken(line, raw, f"{reason}; from there on the file could not be read")


def _indent(text: str, at: int) -> str | None:
    """What stands before the item in its line, if that is space alone."""
    before = text[text.rfind("\n", 0, at) + 1 : at]
    return None if before.strip() else before


def _closing(text: str, start: int, already_open: tuple[str, ...]) -> int | None:
    """Where the brackets that open from ``start`` on are all closed again, or ``None``."""
    opened = list(already_open)
    for token in _TOKEN.finditer(text, start):
        match token.group():
            case '"':
                return None
            case "{" | "[" as bracket:
                opened.append(bracket)
            case "}" | "]" as bracket:
                if not opened or opened.pop() != _CLOSES[bracket]:
                    return None
                if not opened:
                    return token.end()
    return None
