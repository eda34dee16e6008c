r"""Records from CSV: a header that names columns, one claim a row.

Columns are the roles, and those of ``COLUMNS``. ``attribution`` lists voices, nearest to the event
first, separated by ``;``, each as ``kind|name|count|text|verb|speaks_for`` with empty parts at the
end left out; ``\;``, ``\|`` and ``\\`` stand for themselves. ``agent`` is a name, or
``kind|name|version``. Several IRIs in one cell are separated by spaces.
"""

import csv
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

from kg.claims.claim import RoleName
from kg.claims.times import edtf_span
from kg.ingest.nearest import did_you_mean
from kg.ingest.reading import Reading, broken, checked, numbered_lines, unfit_source

ROLES = tuple(role.value for role in RoleName)
LINKS = ("supports", "rebuts", "corrects", "retracts", "supersedes")

COLUMNS: dict[str, tuple[str, ...]] = {
    "type": ("type",),
    "quote": ("quote", "exact"),
    "start": ("quote", "start"),
    "end": ("quote", "end"),
    "prefix": ("quote", "prefix"),
    "suffix": ("quote", "suffix"),
    "quantity": ("quantity", "value"),
    "qualifier": ("quantity", "qualifier"),
    "unit": ("quantity", "unit"),
    "when": ("when", "text"),
    "edtf": ("when", "edtf"),
    "valid": ("validity", "text"),
    "valid_edtf": ("validity", "edtf"),
    "said": ("said",),
    "modality": ("modality",),
    "polarity": ("polarity",),
    "title": ("document", "title"),
    "publisher": ("document", "publisher"),
    "published": ("document", "published"),
    "url": ("document", "url"),
    "language": ("document", "language"),
    "document_hash": ("document", "hash"),
    "file": ("document", "file"),
    "attribution": ("attribution",),
    "reliability": ("assessment", "reliability"),
    "credibility": ("assessment", "credibility"),
    "reason": ("assessment", "reason"),
    "origin": ("origin",),
    "agent": ("agent",),
    "recorded": ("recorded",),
    "status": ("status",),
    **{role: ("roles", role) for role in ROLES},
    **{link: (link,) for link in LINKS},
}
"""Where in a claim's record the cell of each column goes."""

_VOICE = ("kind", "name", "count", "text", "verb", "speaks_for")
_AGENT = ("kind", "name", "version")
_ESCAPED = re.compile(r"\\([;|\\])")


class _Lines:
    """The lines of a file for the CSV reader, which can be given back to be read again."""

    def __init__(self, stream: BinaryIO) -> None:
        self._lines = numbered_lines(stream)
        self._taken: list[tuple[int, str]] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        number, text = next(self._lines)
        self._taken.append((number, text))
        return text

    def taken(self) -> tuple[int, list[str]]:
        """Number of the first line since the last call, and all lines since then."""
        taken, self._taken = self._taken, []
        return taken[0][0] if taken else 0, [text for _, text in taken]

    def give_back(self, first: int, texts: list[str]) -> None:
        """Let these lines, the first with that number, be read again."""
        self._lines = chain(enumerate(texts, first), self._lines)


def read_csv(stream: BinaryIO) -> Iterator[Reading]:
    """The rows of a ``.csv`` file; the columns may be parted by commas, semicolons or tabs.

    A quotation mark that is never closed breaks its own line; the lines that it would swallow are
    read by themselves.
    """
    lines = _Lines(stream)
    header, delimiter = _header(next(lines, ""))
    number, first = lines.taken()
    if not any(name in COLUMNS for name in header):
        if first:
            reason = f"the first line names no known column: it should name some of {', '.join(COLUMNS)}"
            yield broken(number, first[0], reason)
            for text in lines:
                yield broken(lines.taken()[0], text, "the file's first line names no known column")
        return
    while (row := _next_row(lines, delimiter)) is not None:
        cells, problem = row
        number, texts = lines.taken()
        raw = "".join(texts)
        if (
            len(texts) > 1
            and (problem or not _fits(cells, header))
            and _is_torn(texts, header, delimiter, problem)
        ):
            lines.give_back(number + 1, texts[1:])
            raw, problem = (
                texts[0],
                "a quotation mark is not closed in this line, or not doubled inside a cell",
            )
        if (unfit := unfit_source(number, raw)) is not None:
            yield unfit
        elif problem:
            yield broken(number, raw, f"not CSV: {problem}")
        elif any(cells):
            yield _row(number, raw, header, cells)


def _header(text: str) -> tuple[list[str], str]:
    """The names of the columns, and what parts them: that by which most names are known."""

    def names(delimiter: str) -> list[str]:
        return [cell.strip().lower() for cell in _cells(text, delimiter)]

    delimiter = max(",;\t", key=lambda d: sum(name in COLUMNS for name in names(d)))
    return names(delimiter), delimiter


def _cells(text: str, delimiter: str) -> list[str]:
    """The cells of one line by itself; none if it is no CSV."""
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return []


def _next_row(lines: Iterator[str], delimiter: str) -> tuple[list[str], str] | None:
    """The next row's cells, and what is wrong with it; ``None`` at the end."""
    try:
        return next(csv.reader(lines, delimiter=delimiter, strict=True)), ""
    except StopIteration:
        return None
    except csv.Error as error:
        return [], str(error)


def _fits(cells: list[str], header: list[str]) -> bool:
    return len(cells) == len(header)


def _is_torn(texts: list[str], header: list[str], delimiter: str, problem: str) -> bool:
    """Whether a row over several lines is no row, but one line whose quotation mark swallowed others."""
    if problem:
        return True
    return any(_fits(_cells(text, delimiter), header) for text in texts[1:])


def _row(number: int, raw: str, header: list[str], cells: list[str]) -> Reading:
    if len(cells) > len(header) and any(cells[len(header) :]):
        return broken(number, raw, f"{len(cells)} cells, but the header names {len(header)} columns")
    record: dict[str, Any] = {}
    for position, (name, cell) in enumerate(zip(header, cells, strict=False), 1):
        if not cell.strip():
            continue
        if name not in COLUMNS:
            what = f"the column {name!r} is not known" if name else f"column {position} has no name"
            return broken(number, raw, f"{what}{did_you_mean(name, COLUMNS)}")
        if header.index(name) != position - 1:
            return broken(number, raw, f"the column {name!r} is there twice: keep one")
        *parents, last = COLUMNS[name]
        target = record
        for parent in parents:
            target = target.setdefault(parent, {})
        target[last] = _value(name, cell)
    for time in ("when", "validity"):
        _read_date(record.get(time, {}))
    return checked(number, raw, record)


def _read_date(time: dict[str, Any]) -> None:
    """Words that are an EDTF date are one, where the date has no column of its own."""
    if "text" in time and "edtf" not in time:
        try:
            edtf_span(time["text"])
        except ValueError:
            return
        time["edtf"] = time["text"]


def _value(column: str, cell: str) -> Any:
    if column == "attribution":
        return [_named(_VOICE, voice) for voice in _split(cell, ";") if voice.strip()]
    if column == "agent":
        return _named(_AGENT, cell) if "|" in cell else {"name": cell.strip()}
    if column in LINKS:
        return cell.split()
    return cell if column in ("quote", "prefix", "suffix") else cell.strip()


def _named(names: tuple[str, ...], cell: str) -> dict[str, Any]:
    parts = [_ESCAPED.sub(r"\1", part).strip() for part in _split(cell, "|")]
    members: dict[str, Any] = {name: part for name, part in zip(names, parts, strict=False) if part}
    if len(parts) > len(names):
        members["|".join(parts[len(names) :])] = None
    return members


def _split(cell: str, separator: str) -> list[str]:
    """The parts between separators that no backslash stands before; escapes are kept."""
    return re.findall(rf"((?:\\.|[^\\{separator}]|\\$)*)(?:{re.escape(separator)}|$)", cell + separator)[:-1]
