"""Which files of folders are there whole: none that somebody still writes.

Folders are looked through again and again: that works on every file system, those in a network included,
and nothing is missed while nobody watches.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from kg.ingest.files import find_files

UNFINISHED = frozenset({".part", ".partial", ".tmp", ".temp", ".crdownload", ".swp"})
"""Endings of files that somebody still writes; hidden files are not looked at either."""

State = tuple[int, int, int]
"""Size, time of the last change, number of the file: one of them is another when a file was written."""


@dataclass
class Arriving:
    """Files below some folders (or named themselves), given once in each state.

    A file counts as whole when it was the same at two looks, ``settle`` seconds or more apart.
    """

    paths: tuple[Path, ...]
    settle: float
    _seen: dict[Path, tuple[State, float]] = field(default_factory=dict)
    _given: dict[Path, State] = field(default_factory=dict)

    def whole(self) -> Iterator[Path]:
        """Look, and give the files that are whole and not yet done with, in the order of their names."""
        now = monotonic()
        seen: dict[Path, tuple[State, float]] = {}
        for path in self._files():
            try:
                found = path.stat()
            except FileNotFoundError:
                continue
            state = (found.st_size, found.st_mtime_ns, found.st_ino)
            if self._given.get(path) == state or not found.st_size:
                continue
            before, since = self._seen.get(path, (None, now))
            seen[path] = (state, since if before == state else now)
        self._seen = seen
        yield from (path for path, (_, since) in seen.items() if now - since >= self.settle)

    def done(self, paths: Iterable[Path]) -> None:
        """Files that are done with, until they change."""
        for path in paths:
            state, _ = self._seen.pop(path)
            self._given[path] = state

    def _files(self) -> Iterator[Path]:
        files, refused = find_files(path for path in self.paths if path.exists())
        for path in sorted([*files, *(path for path, _ in refused)]):
            if path.is_file() and path.suffix.lower() not in UNFINISHED and not path.name.endswith("~"):
                yield path
