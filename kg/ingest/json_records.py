"""Records from JSON and JSON Lines, as a stream.

A ``.json`` file holds objects, arrays of objects, ``{"claims": [...]}``, or several of these one
after the other. An item that is no JSON is one broken record where its end can be told (its brackets
balance, or the next item starts on a line of its own, as far indented); otherwise the rest of the
file is one.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from kg.ingest.reading import (
    RECORD_LIMIT,
    Reading,
    RecordBroken,
    broken,
    checked,
    decoded,
    kind_of,
    numbered_lines,
    unfit_source,
)

_CHUNK = 4 * RECORD_LIMIT
_SEARCHED = 16 * RECORD_LIMIT
"""How far the end of a broken or overlong item is looked for."""

_SPACE = re.compile(r"[ \t\r\n]*")
_ENVELOPE = re.compile(r'\{[ \t\r\n]*"claims"[ \t\r\n]*:[ \t\r\n]*\[')
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


def _why(error: Exception) -> str:
    """Why a text is no JSON, without the place."""
    match error:
        case json.JSONDecodeError():
            return f"not JSON: {error.msg}"
        case RecursionError():
            return "nested too deeply"
    return str(error)


def _place(error: Exception, line: int, column: int) -> str:
    """Where in the file it stopped being JSON, for text that starts at ``line`` and ``column``."""
    if isinstance(error, json.JSONDecodeError):
        first_line = error.lineno == 1
        return f"line {line + error.lineno - 1}, column {error.colno + (column - 1 if first_line else 0)}"
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
        self._rest = b""
        self.text = ""
        self.at = 0
        self.ended = False
        self._counted = 0
        self._line = 1
        self._line_start = 0

    def ensure(self, ahead: int) -> None:
        """Read until ``ahead`` characters lie before us, or the file ends; drop what lies far behind."""
        if len(self.text) - self.at >= ahead or self.ended:
            return
        self.place()
        behind = min(self.at, self._line_start) if self.at - self._line_start < _CHUNK else self.at
        parts = [self.text[behind:]]
        self._line_start -= behind
        self.at -= behind
        self._counted -= behind
        length = len(parts[0])
        while length - self.at < ahead and not self.ended:
            data = self._stream.read(_CHUNK)
            self.ended = not data
            cut = len(data) if self.ended else _whole_characters(self._rest + data)
            data = self._rest + data
            self._rest = b"" if self.ended else data[cut:]
            parts.append(decoded(data if self.ended else data[:cut]))
            length += len(parts[-1])
        self.text = "".join(parts)

    def place(self) -> tuple[int, int]:
        """Line and column (from 1) of where we are."""
        self._line += self.text.count("\n", self._counted, self.at)
        last = self.text.rfind("\n", max(self._counted, 0), self.at)
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


def _whole_characters(data: bytes) -> int:
    """How many of the bytes to decode now, so that no UTF-8 sequence is cut at the end."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte & 0xC0 != 0x80:
            needed = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
            return len(data) - back if needed > back else len(data)
    return len(data)


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
            for reading in _item(text, "the file"):
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
    line, _ = text.place()
    if text.skip_space() in ("}", ""):
        text.at += 1
        return
    text.ensure(_SEARCHED)
    end = _closing(text.text, text.at, ["{"])
    raw = text.take(end if end is not None else len(text.text))
    yield broken(line, raw, "beside 'claims' the file has members that are not read")


def _items(text: _Text) -> Iterator[Reading]:
    """The items of an array, from behind its bracket to behind its closing one."""
    wants_comma = False
    while True:
        match text.skip_space():
            case "":
                line, column = text.place()
                yield broken(
                    line, "", f"the array has no end: the file breaks off in line {line}, column {column}"
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
                yield from _lost(text, f"no comma between two items, in line {line}, column {column}")
                wants_comma = False
            case _:
                yield from _item(text, "the array")
                wants_comma = True


def _item(text: _Text, whole: str) -> Iterator[Reading]:
    """One value; where it is broken, go to where reading can go on."""
    line, column = text.place()
    try:
        value, end = _DECODER.raw_decode(text.text, text.at)
    except (ValueError, RecursionError) as error:
        text.ensure(_SEARCHED)
        end_or_none = _closing(text.text, text.at, [])
        if end_or_none is not None:
            yield _parsed(text.take(end_or_none), line, column)
            return
        if isinstance(error, json.JSONDecodeError):
            error = json.JSONDecodeError(error.msg, text.text[text.at :], max(error.pos - text.at, 0))
        yield from _lost(
            text, f"{_why(error)}, in {_place(error, line, column)}; {whole} is broken from there on"
        )
        return
    raw = text.take(end)
    yield unfit_source(line, raw) or checked(line, raw, value)


def _lost(text: _Text, reason: str) -> Iterator[Reading]:
    """One broken record up to the next item that starts a line, indented as far as this one; else to the end."""
    line, _ = text.place()
    text.ensure(_SEARCHED)
    indent = _indent(text.text, text.at)
    if indent is not None:
        follows = re.compile(r"\n" + re.escape(indent) + r"(?=\{)").search(text.text, text.at)
        if follows:
            yield broken(line, text.take(follows.end()).rstrip(", \t\r\n"), reason)
            text.text = text.text[: text.at] + "," + text.text[text.at :]
            return
    raw = text.take(len(text.text))
    while text.skip_space():
        text.at = len(text.text)
    yield broken(line, raw, reason)


def _indent(text: str, at: int) -> str | None:
    """What stands before the item in its line, if that is space alone."""
    before = text[text.rfind("\n", 0, at) + 1 : at]
    return None if before.strip() else before


def _closing(text: str, start: int, opened: list[str]) -> int | None:
    """Where the brackets that open from ``start`` on are all closed again, or ``None``."""
    opened = list(opened)
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


__all__ = ["kind_of", "read_json", "read_jsonl"]
