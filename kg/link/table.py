"""A table of names to match, from a CSV file that somebody made: read, or refused with the reason."""

import codecs
import csv
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from kg.errors import InvalidMatch, UnreadableInput

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = ",;\t|"
_PARTY_COLUMNS = ("supplier", "company", "supplier name", "company name", "organization", "firm", "公司")
_NAME_COLUMNS = ("name", *_PARTY_COLUMNS, "名称")


@dataclass(frozen=True)
class Row:
    """A row, with the line of the file that it begins on."""

    line: int
    values: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The rows of a CSV file that have as many values as there are columns; ``problems`` tell of others."""

    path: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[tuple[int, str], ...] = ()
    delimiter: str = ","

    def column(self, name: str) -> int:
        """The position of a column. Raises ``InvalidMatch``, naming the columns that there are."""
        folded = [c.casefold() for c in self.columns]
        if name.casefold() not in folded:
            raise InvalidMatch(
                f"{self.path} has no column {name!r}; it has {', '.join(map(repr, self.columns))}", value=name
            )
        return folded.index(name.casefold())

    def names_parties(self, column: int) -> bool:
        """Whether a column is called as one that names firms: "Baotou" is no town there."""
        return self.columns[column].casefold() in _PARTY_COLUMNS

    def name_column(self) -> int:
        """The column of names where none is given: one that is called so, or the only one.

        Raises ``InvalidMatch``.
        """
        folded = [c.casefold() for c in self.columns]
        found = next((folded.index(name) for name in _NAME_COLUMNS if name in folded), None)
        if found is None and len(self.columns) == 1:
            found = 0
        if found is None:
            raise InvalidMatch(
                f"{self.path}: which column holds the names? Say --column, one of "
                f"{', '.join(map(repr, self.columns))}"
            )
        return found


def read_table(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> Table:
    """Read a CSV file with a header. Comma, semicolon, tab and bar are told apart by the header.

    Raises ``UnreadableInput`` for what is no such file.
    """
    text = _text(path, encoding)
    if "\x00" in text:
        raise _unreadable(
            path, "holds NUL characters: it is no CSV text (a spreadsheet has to be saved as CSV)"
        )
    first = next((line for line in text.splitlines() if line.strip()), None)
    if first is None:
        raise _unreadable(path, "is empty: a CSV file has a header line, then rows")
    mark = _delimiter(delimiter) or max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    rows: list[Row] = []
    problems: list[tuple[int, str]] = []
    columns: tuple[str, ...] | None = None
    line = 1
    try:
        for values in reader:
            begun, line = line, reader.line_num + 1
            if not any(value.strip() for value in values):
                continue
            if columns is None:
                columns = _columns(path, values)
            elif len(values) != len(columns):
                problems.append((begun, f"has {len(values)} values, the header has {len(columns)} columns"))
            else:
                rows.append(Row(begun, tuple(values)))
    except csv.Error as error:
        raise _unreadable(path, f"is no CSV from here on ({error})", line) from error
    if columns is None:  # pragma: no cover - the first line that is not blank is a header
        raise _unreadable(path, "has no header")
    return Table(str(path), columns, tuple(rows), tuple(problems), mark)


def _delimiter(given: str | None) -> str | None:
    mark = {"tab": "\t", "\\t": "\t"}.get(given, given) if given else None
    if mark is not None and (len(mark) != 1 or mark in '"\r\n'):
        raise InvalidMatch(f"--delimiter {given!r} is no single character (tab for a tab)", value=mark)
    return mark


def _columns(path: Path, values: list[str]) -> tuple[str, ...]:
    columns = tuple(value.strip() for value in values)
    twice = sorted(name for name, count in Counter(c.casefold() for c in columns).items() if count > 1)
    if twice:
        raise _unreadable(path, f"has the column {twice[0]!r} twice", 1)
    if not all(columns):
        raise _unreadable(path, f"has a column without a name, number {columns.index('') + 1}", 1)
    return columns


def _text(path: Path, encoding: str | None) -> str:
    data = path.read_bytes()
    known = encoding or next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(known)
    except LookupError as error:
        raise InvalidMatch(
            f"{encoding!r} is no encoding that is known, such as utf-8, gb18030, cp1252"
        ) from error
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _unreadable(
            path,
            f"is not {known.upper()}: byte 0x{data[error.start]:02x} cannot be read. "
            "Save it as UTF-8, or say --encoding (such as gb18030, shift_jis, cp1252)",
            line,
        ) from error


def _unreadable(path: Path, problem: str, line: int | None = None) -> UnreadableInput:
    where = f", line {line}" if line is not None else ""
    return UnreadableInput(f"{path}{where} {problem}", path=str(path), line=line)
