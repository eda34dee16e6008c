"""The files of a text index: its fields, opening it, and publishing it by hard links.

Its segments are written once and never changed (tantivy's own layout), so a version shares
them with the next one. A document is a claim, or a name of something.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tantivy import Index, Query, Schema, SchemaBuilder, Searcher

from kg.dataset.files import sync_folder
from kg.dataset.text.entry import LONGEST_IRI, Entry, Name
from kg.dataset.text.words import analyzer, spaced
from kg.errors import StoreError

_IN_MEMORY = "/dev/shm"  # noqa: S108 - folders in it are made for this user alone
_WORDS = "words"
_TRIES = 20
_KEYWORDS = (
    "kind",
    "type",
    "state",
    "status",
    "modality",
    "polarity",
    "origin",
    "document",
    "source",
    "player",
    "mention",
    "place",
    "month",
    "contested",
    "support",
    "side",
    "says",
    "against",
    "of",
    "role",
    "name",
)
"""Fields that are compared as they are."""

Document = Mapping[str, object]
"""The fields of a document; those without a value are left out."""


@dataclass(frozen=True, slots=True)
class Flags:
    """What other claims make of a claim: whether one contradicts it, and how many origins say the same.

    ``support`` is ``one`` if something that it says in its direct form rests on its origin
    only, ``several`` if all of it rests on more, and empty if there is nothing to compare.
    """

    contested: bool = False
    support: str = ""


def schema() -> Schema:
    """The fields."""
    builder = SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in _KEYWORDS:
        builder.add_text_field(name, stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("body", stored=True, tokenizer_name=_WORDS, index_option="position")
    builder.add_integer_field("recorded", stored=True, indexed=True, fast=True)
    builder.add_integer_field("day", stored=True, indexed=True, fast=True)
    builder.add_float_field("confidence", stored=True, indexed=True, fast=True)
    builder.add_bytes_field("line", stored=True)
    return builder.build()


SCHEMA = schema()


def claim_document(entry: Entry, flags: Flags) -> Document:
    """A claim as a document."""
    found: dict[str, object] = {
        "kind": "claim",
        "id": entry.iri,
        "body": [spaced(part) for part in entry.body],
        "type": entry.type,
        "state": entry.state,
        "status": entry.status,
        "modality": entry.modality,
        "polarity": entry.polarity,
        "origin": entry.origin,
        "document": entry.document,
        "source": list(entry.sources),
        "player": list(entry.players),
        "mention": list(dict.fromkeys(player.partition(" ")[2] for player in entry.players)),
        "place": list(entry.places),
        "recorded": entry.recorded,
        "confidence": entry.confidence,
        "side": list(entry.sides),
        "says": list(entry.says),
        "against": list(entry.against),
        "contested": "yes" if flags.contested else "no",
        "support": flags.support,
        "line": entry.line.encode(),
    }
    if entry.date:
        found["month"] = entry.date[:7]
        found["day"] = day_number(entry.date)
    return {name: value for name, value in found.items() if value not in ("", [])}


def day_number(date: str) -> int:
    """A date as a number that sorts like it: 20250514."""
    return int(date.replace("-", ""))


def name_document(name: Name) -> Document:
    """A name as a document."""
    found: dict[str, object] = {
        "kind": "name",
        "id": name.key,
        "of": name.of,
        "name": name.text,
        "body": spaced(name.text),
    }
    return found | {"role": name.role} if name.role else found


def is_findable(iri: str) -> bool:
    """Whether something of that IRI can be in the index."""
    return len(iri.encode()) <= LONGEST_IRI


def open_index(folder: Path) -> Index:
    """An index, made if it is not there. Raises ``StoreError``."""
    try:
        index = Index.open(str(folder)) if (folder / "meta.json").exists() else _made(folder)
        index.register_tokenizer(_WORDS, analyzer())
        index.config_reader("manual")
    except (OSError, ValueError) as error:
        raise StoreError(f"the text index {folder} cannot be opened: {error}", store=str(folder)) from error
    return index


def looking_glass(folder: Path) -> Path:
    """A folder of its own through which an index is read, to be removed afterwards.

    The engine writes a lock where it opens an index, and what was published is never written to.
    Raises ``StoreError``.
    """
    glass = _own_folder()
    try:
        for name, place in ((entry.name, entry.path) for entry in os.scandir(folder.absolute())):
            os.symlink(place, f"{glass}/{name}")  # noqa: PTH211 - many
    except OSError as error:
        shutil.rmtree(glass, ignore_errors=True)
        raise StoreError(f"the text index {folder} cannot be opened: {error}", store=str(folder)) from error
    return glass


def _own_folder() -> Path:
    """A new folder for links: in memory where there is a place for it, a tenth of the work of one on disk."""
    with suppress(OSError):
        return Path(tempfile.mkdtemp(prefix="lodestone-text-", dir=_IN_MEMORY))
    return Path(tempfile.mkdtemp(prefix="lodestone-text-"))


@dataclass(frozen=True)
class Segment:
    """A segment of an index by its name; ``deleted`` changes whenever something is taken out of it."""

    name: str
    deleted: str


def segments(folder: Path) -> tuple[Segment, ...]:
    """The segments of an index, in its order. Raises ``StoreError``."""
    try:
        told = json.loads((folder / "meta.json").read_bytes())
    except OSError as error:
        raise StoreError(f"the text index {folder} cannot be opened: {error}", store=str(folder)) from error
    return tuple(Segment(one["segment_id"], json.dumps(one["deletes"])) for one in told["segments"])


def _made(folder: Path) -> Index:
    folder.mkdir(parents=True, exist_ok=True)
    return Index(SCHEMA, path=str(folder))


def number(searcher: Searcher, query: Query) -> int:
    """How many documents a query finds."""
    return int(searcher.search(query, 1).count)  # type: ignore[attr-defined]  # the engine's stub lacks it


def link(source: Path, target: Path) -> None:
    """Copy the state that an index has, by hard links to its files.

    The index may go on merging meanwhile: then another state of the same content is copied.
    """
    for attempt in range(_TRIES):
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        told = (source / "meta.json").read_bytes()
        known = {s["segment_id"].replace("-", "") for s in json.loads(told)["segments"]}
        try:
            names = [n for n in os.listdir(source) if n.partition(".")[0] in known]  # noqa: PTH208 - many
            for name in names:
                os.link(source / name, target / name)
        except FileNotFoundError:
            if attempt == _TRIES - 1:
                raise
            continue
        if (source / "meta.json").read_bytes() != told:
            continue
        (target / "meta.json").write_bytes(told)
        (target / ".managed.json").write_text(json.dumps([*names, "meta.json"]), encoding="utf-8")
        break
    else:
        raise StoreError(f"the text index {source} changes faster than it can be copied", store=str(source))
    sync_folder(target)
