"""Words of a purged document in the files beside the stores.

Of the audit log nothing is dropped, as others add to it meanwhile: words are written over.
"""

import json
import os
import re
import shutil
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from kg.dataset.files import AUDIT_FILE, COPIES_FILE, FOLLOWED_FILE, Layout, whole_lines, write_bytes

TELLING = 16
"""Characters from which on words tell what they were taken from."""

_RUN = 8
"""Words in a row that tell the same."""

_NEARLY = 0.5
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Telling:
    """Words by which something of a document is known again: these, and any eight in a row of its text."""

    words: tuple[str, ...]
    runs: frozenset[str]

    @classmethod
    def of(cls, words: Iterable[str], text: str | None) -> "Telling":
        """Those of the words that tell anything, the longest first, and the text's own."""
        found = sorted({w for w in words if len(w) >= TELLING}, key=lambda w: (-len(w), w))
        return cls(tuple(found), frozenset(_runs(text or "")))

    def are_in(self, content: str) -> bool:
        """Whether a text, or JSON, holds some of them."""
        folded = content.casefold()
        plain = folded.replace("\\n", "\n").replace('\\"', '"')
        if any(w in folded or w in plain for w in map(str.casefold, self.words)):
            return True
        return bool(self.runs) and not self.runs.isdisjoint(_runs(plain))


def _runs(text: str) -> Iterator[str]:
    words = [word.casefold() for word in _WORD.findall(text)]
    return (" ".join(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))


def drop_files(layout: Layout, telling: Telling) -> None:
    """Drop what was refused, or answered by others, and holds the words."""
    for folder in (layout.quarantine, layout.root / "outside"):
        for path in folder.rglob("*"):
            if path.is_file() and telling.are_in(path.read_text(encoding="utf-8", errors="replace")):
                path.unlink()


def drop_unfinished(layout: Layout, text_hash: str | None) -> None:
    """Drop what loads, upgrades and the keeping of the text left behind where they were broken off."""
    for folder in (layout.loading, layout.upgrading):
        shutil.rmtree(folder, ignore_errors=True)
    if text_hash is not None:
        path = layout.document(text_hash)
        for part in path.parent.glob(f".{path.name}.*"):
            part.unlink()


def forget_followed(layout: Layout, telling: Telling, text_hash: str | None) -> None:
    """Of what was followed keep the hashes alone, where a page or a file is called by the words."""
    path = layout.root / FOLLOWED_FILE
    lines = [json.loads(line) for line in whole_lines(path)]
    staying = list(filter(None, (_unnamed(line, telling, text_hash) for line in lines)))
    if staying != lines:
        write_bytes(path, "".join(json.dumps(line) + "\n" for line in staying).encode())


def _unnamed(line: dict[str, str], telling: Telling, text_hash: str | None) -> dict[str, str] | None:
    if "page" in line:
        return None if telling.are_in(line["page"]) else line
    if line["sha256"] == text_hash or telling.are_in(line["name"]):
        return {**line, "name": ""}
    return line


def forget_copy(layout: Layout, text_hash: str) -> tuple[str, ...]:
    """Take a text out of those that copies are known by; gives back the hashes of nearly the same ones."""
    path = layout.root / COPIES_FILE
    lines = [json.loads(line) for line in whole_lines(path)]
    own = [line["minima"] for line in lines if line["document"] == text_hash]
    if not own:
        return ()
    staying = [line for line in lines if line["document"] != text_hash]
    write_bytes(path, "".join(json.dumps(line) + "\n" for line in staying).encode())
    return tuple(line["document"] for line in staying if _alike(own[0], line["minima"]) >= _NEARLY)


def _alike(first: list[int], second: list[int]) -> float:
    return sum(a == b for a, b in zip(first, second, strict=True)) / len(first)


def write_over(layout: Layout, telling: Telling) -> None:
    """Write over the words in the audit log: every byte of them becomes an x, all else stays in its place."""
    path = layout.root / AUDIT_FILE
    if not path.exists():
        return
    content = path.read_bytes()
    descriptor = os.open(path, os.O_WRONLY)
    try:
        at = 0
        for line in content.splitlines(keepends=True):
            for begin, end in _places(line, telling):
                os.pwrite(descriptor, b"x" * (end - begin), at + begin)
            at += len(line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _places(line: bytes, telling: Telling) -> Iterator[tuple[int, int]]:
    """Where a line of the log has the words; of what was refused all that is told, if it is of the text."""
    wanted: list[str] = list(telling.words)
    try:
        told: Any = json.loads(line)
    except ValueError:
        told = None
    why = told.get("why") if isinstance(told, dict) else None
    if isinstance(why, str) and telling.are_in(why):
        wanted.insert(0, why)
    text = line.decode("utf-8", "surrogateescape")
    for spelled in chain.from_iterable(map(_spellings, wanted)):
        for found in re.finditer(re.escape(spelled), text, re.IGNORECASE):
            begin = len(text[: found.start()].encode("utf-8", "surrogateescape"))
            yield begin, begin + len(found[0].encode("utf-8", "surrogateescape"))


def _spellings(words: str) -> Collection[str]:
    """Words as JSON may have them."""
    return {json.dumps(words, ensure_ascii=plain)[1:-1] for plain in (True, False)}
