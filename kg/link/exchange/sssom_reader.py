"""Mappings from SSSOM in TSV: metadata in front (or beside, as ``NAME.sssom.yml``), one mapping a line.

IRIs come whole or shortened by the prefixes that the metadata maps. Slots of the metadata that rows may
take over (dates, tools) are given to the rows that lack them.
"""

import csv
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path

import yaml

from kg.claims.names import is_iri
from kg.errors import UnreadableInput
from kg.link.exchange.sssom import NAMESPACES, NOT, Row

REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_COLUMNS = tuple(column.name for column in fields(Row))
_TAKEN_OVER = ("mapping_date", "mapping_tool", "mapping_tool_version")
_REFERENCES = ("subject_id", "predicate_id", "object_id")
_BUILT_IN = {
    **NAMESPACES,
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sssom": "https://w3id.org/sssom/",
}
_NOTHING = "https://w3id.org/sssom/NoTermFound"
_CURIE = re.compile(r"([^:/?#\s]*):(.*)")


@dataclass(frozen=True)
class MappingRead:
    """A row that was read. ``raw`` is its line, ``start`` the place of its first character in the text."""

    line: int
    raw: str
    start: int
    row: Row


@dataclass(frozen=True)
class MappingBroken:
    """A row that is no mapping, and why."""

    line: int
    raw: str
    reason: str


@dataclass
class MappingFile:
    """A file of mappings: its whole text, what it says of itself, and the columns that are not read."""

    text: str
    metadata: Mapping[str, object] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    _rows: list[tuple[int, int, str]] = field(default_factory=list)
    _columns: tuple[str, ...] = ()

    def said(self, slot: str) -> str:
        """A slot of the metadata as text, empty if it is not there."""
        value = self.metadata.get(slot)
        return str(value) if isinstance(value, str | int | float | date) else ""

    def rows(self) -> Iterator[MappingRead | MappingBroken]:
        """The rows, the broken ones among them."""
        prefixes = {**_BUILT_IN, **_prefixes(self.metadata.get("curie_map"))}
        for line, start, raw in self._rows:
            try:
                yield MappingRead(line, raw, start, self._row(raw, prefixes))
            except ValueError as error:
                yield MappingBroken(line, raw, str(error))

    def _row(self, raw: str, prefixes: Mapping[str, str]) -> Row:
        cells = _cells(raw)
        if len(cells) > len(self._columns):
            raise ValueError(f"{len(cells)} cells, where the header names {len(self._columns)} columns")
        told = {name: cell.strip() for name, cell in zip(self._columns, cells, strict=False)}
        for slot in _TAKEN_OVER:
            told[slot] = told.get(slot) or self.said(slot)
        for slot in REQUIRED:
            if not told.get(slot):
                raise ValueError(f"{slot} is empty: a mapping needs {', '.join(REQUIRED)}")
        if "rdfs literal" in (told.get("subject_type"), told.get("object_type")):
            raise ValueError("maps a literal, and only things that have IRIs can be linked here")
        for slot in _REFERENCES:
            told[slot] = expanded(told[slot], prefixes, slot)
            if told[slot] == _NOTHING:
                raise ValueError(f"{slot} says that there is no match, which links nothing")
        if told.get("record_id"):
            told["record_id"] = expanded(told["record_id"], prefixes, "record_id")
        if told.get("author_id"):
            authors = (expanded(part, prefixes, "author_id") for part in told["author_id"].split("|"))
            told["author_id"] = "|".join(authors)
        _check(told)
        return Row(**{name: told.get(name, "") for name in _COLUMNS})


def _check(told: Mapping[str, str]) -> None:
    if told.get("predicate_modifier", "") not in ("", NOT):
        raise ValueError(f"predicate_modifier is {told['predicate_modifier']!r}: it is Not, or empty")
    if not told["mapping_justification"].startswith("semapv:"):
        raise ValueError(
            f"mapping_justification is {told['mapping_justification']!r}: it is one of semapv's, "
            "such as semapv:ManualMappingCuration"
        )
    if day := told.get("mapping_date"):
        try:
            date.fromisoformat(day)
        except ValueError:
            raise ValueError(f"mapping_date is {day!r}: it is a day, like 2025-05-14") from None
    if given := told.get("confidence"):
        try:
            confidence = float(given)
        except ValueError:
            confidence = math.nan
        if not 0 <= confidence <= 1:
            raise ValueError(f"confidence is {given!r}: it is a number from 0 to 1")


def expanded(text: str, prefixes: Mapping[str, str], slot: str) -> str:
    """The IRI that a cell names. Raises ``ValueError``."""
    short = _CURIE.fullmatch(text)
    if short and short[1] in prefixes and not short[2].startswith("//"):
        found = prefixes[short[1]] + short[2]
    elif short and is_iri(text) and (short[2].startswith("//") or short[1].lower() == "urn"):
        found = text
    elif short:
        raise ValueError(f"{slot} is {text!r}, and curie_map has no prefix {short[1]!r}: add it there")
    else:
        raise ValueError(f"{slot} is {text!r}, which is no IRI and no prefix:name")
    if not is_iri(found):
        raise ValueError(f"{slot} is {text!r}: {found!r} is no IRI")
    return found


def _cells(raw: str) -> list[str]:
    try:
        [cells] = csv.reader([raw], delimiter="\t", strict=True)
    except (csv.Error, ValueError) as error:
        raise ValueError(f"not TSV: {error}") from None
    return cells


def _prefixes(found: object) -> dict[str, str]:
    if not isinstance(found, Mapping):
        return {}
    return {str(prefix): str(namespace) for prefix, namespace in found.items()}


def read_sssom(path: Path) -> MappingFile:
    """Read a file of mappings, whose rows are yet to be looked at.

    Raises ``UnreadableInput`` if it is not UTF-8, has no header of SSSOM's, or its metadata is no YAML.
    """
    text = _text(path)
    comments: list[str] = []
    rows: list[tuple[int, int, str]] = []
    columns: tuple[str, ...] = ()
    start = 0
    for number, line in enumerate(text.split("\n"), start=1):
        plain = line.removeprefix("\ufeff").rstrip("\r")
        if not columns and plain.startswith("#"):
            comments.append(plain[1:])
        elif not columns and plain.strip():
            columns = _header(plain, path, number)
        elif plain.strip():
            rows.append((number, start, plain))
        start += len(line) + 1
    if not columns:
        raise UnreadableInput(f"{path} has no header: SSSOM begins with {_example()}", path=str(path))
    unread = tuple(name for name in columns if name not in _COLUMNS)
    return MappingFile(text, _metadata(comments, path), unread, rows, columns)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror}", path=str(path)) from error
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableInput(f"{path} is not UTF-8: save it as that", path=str(path), line=line) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UnreadableInput(f"{path} holds a NUL byte: remove it", path=str(path), line=line)
    return text


def _header(line: str, path: Path, number: int) -> tuple[str, ...]:
    columns = tuple(name.strip().strip('"') for name in line.split("\t"))
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise UnreadableInput(
            f"{path} is not SSSOM: its header lacks {', '.join(missing)}. A .tsv file is read as mappings, "
            f"with columns like {_example()}",
            path=str(path),
            line=number,
        )
    return columns


def _example() -> str:
    return ", ".join(REQUIRED)


def _metadata(comments: list[str], path: Path) -> Mapping[str, object]:
    source, where = "\n".join(comments), path
    if not source.strip():
        stem = path.name.removesuffix(".tsv").removesuffix(".sssom")
        beside = (path.with_name(f"{stem}.sssom{end}") for end in (".yml", ".yaml"))
        where = next((file for file in beside if file.is_file()), path)
        source = "" if where == path else _text(where)
    try:
        found = yaml.safe_load(source)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnreadableInput(f"the metadata of {where} is no YAML: {error}", path=str(where)) from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise UnreadableInput(f"the metadata of {where} should be names with values", path=str(where))
    return found
