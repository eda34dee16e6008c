"""What a reader of records yields, and how bytes become text without losing any.

Bytes that are not UTF-8 become lone surrogates (PEP 383) until the record that they stand in is
known; then that one record is broken, and the others are read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from kg.errors import UnreadableInput

RECORD_LIMIT = 1 << 20
"""A record may be this long (a mebibyte, in characters of its source text); a longer one is broken."""

_UNFIT = re.compile("[\x00\ud800-\udfff]")
_FOREIGN_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_BOM = "\ufeff"


@dataclass(frozen=True)
class RecordRead:
    """A record as it stands in the file; ``line`` (from 1) is where it starts, ``raw`` its text there."""

    line: int
    record: dict[str, Any]
    raw: str = ""


@dataclass(frozen=True)
class RecordBroken:
    """What could not be read: from which line on (from 1), the text itself, and why.

    ``raw`` is printable: a byte that is no UTF-8 stands as ``\\xNN``. Of a text longer than
    ``RECORD_LIMIT`` it holds the beginning.
    """

    line: int
    raw: str
    reason: str


Reading = RecordRead | RecordBroken


def broken(line: int, raw: str, reason: str) -> RecordBroken:
    """A broken record, with its text made printable."""
    kept = raw[:RECORD_LIMIT].encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    if len(raw) > RECORD_LIMIT:
        reason += f" (the first {RECORD_LIMIT} of its characters are kept here)"
    return RecordBroken(line, kept.strip("\r\n"), reason)


def unfit_source(line: int, raw: str) -> RecordBroken | None:
    """The record's text as broken if it is too long, or holds what no text should: NUL, no UTF-8, a BOM."""
    if len(raw) > RECORD_LIMIT:
        return broken(
            line, raw, f"longer than {RECORD_LIMIT} characters: split it, or put the text in a file"
        )
    if raw.lstrip().startswith(_BOM):
        return broken(line, raw, "a byte order mark inside the file: remove it (files were put together?)")
    if (bad := _UNFIT.search(raw)) is None:
        return None
    before = raw[: bad.start()]
    at = f"line {line + before.count(chr(10))}, column {bad.start() - before.rfind(chr(10))}"
    if bad.group() == "\x00":
        return broken(line, raw, f"a NUL byte in {at}: remove it")
    return broken(
        line, raw, f"a byte that is not UTF-8 (\\x{ord(bad.group()) & 0xFF:02x}) in {at}: save as UTF-8"
    )


def checked(line: int, raw: str, record: object) -> Reading:
    """What was parsed out of ``raw``: a record, unless it is no object or holds an unfit string."""
    if not isinstance(record, dict):
        return broken(line, raw, f"a record is an object with members, this is {kind_of(record)}")
    if (where := _unfit_member(record)) is not None:
        return broken(line, raw, f"{where}: holds a NUL or half a character (a lone surrogate): remove it")
    return RecordRead(line, record, raw)


def _unfit_member(record: dict[str, Any]) -> str | None:
    todo: list[tuple[str, Any]] = [("", record)]
    while todo:
        path, value = todo.pop()
        match value:
            case str() if _UNFIT.search(value):
                return path
            case dict():
                if any(_UNFIT.search(str(name)) for name in value):
                    return f"a member's name in {path}" if path else "a member's name"
                todo += [(f"{path}.{name}" if path else str(name), inner) for name, inner in value.items()]
            case list():
                todo += [(f"{path}[{position}]", inner) for position, inner in enumerate(value)]
    return None


def kind_of(value: object) -> str:
    """A value of JSON's in plain words, for messages."""
    match value:
        case None:
            return "null"
        case bool():
            return f"the truth value {str(value).lower()}"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text {value[:60]!r}"
        case list() | tuple():
            return "a list"
        case dict():
            return "an object"
    return type(value).__name__


def open_records(path: Path) -> BinaryIO:
    """The file, past a UTF-8 byte order mark.

    Raises:
        UnreadableInput: it cannot be opened, or is in another encoding than UTF-8.
    """
    try:
        stream = path.open("rb")
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror}", path=str(path)) from error
    start = stream.read(3)
    encoding = _FOREIGN_MARKS.get(start[:2])
    if encoding:
        stream.close()
        raise UnreadableInput(f"{path}: written in {encoding}: save it as UTF-8", path=str(path), line=1)
    if start != _BOM.encode():
        stream.seek(0)
    return stream


def decoded(data: bytes) -> str:
    """Text of the bytes; those that are not UTF-8 become lone surrogates."""
    return data.decode("utf-8", "surrogateescape")


def numbered_lines(stream: BinaryIO) -> Iterator[tuple[int, str]]:
    r"""Lines with their numbers (from 1), ended by ``\n`` alone; of an overlong one only the beginning."""
    number = 0
    while piece := stream.readline(RECORD_LIMIT * 4 + 1):
        number += 1
        yield number, decoded(piece)
        while not piece.endswith(b"\n") and (piece := stream.readline(RECORD_LIMIT)):
            pass
