"""Sorting more lines than fit in memory: sorted runs on disk, merged."""

import os
import tempfile
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

Progress = Callable[[int], None]
"""Told of long work how many steps more are done."""


def unwatched(steps: int) -> None:
    """The progress of work that nobody watches."""


RUN_BYTES = 32 * 1024 * 1024
"""Text held before a run is written (memory is a few times that)."""

MERGED_AT_ONCE = 8 * 1024 * 1024
"""Characters of all runs that are merged at once, about; a few times that in bytes."""

LEAST_BLOCK = 32 * 1024
_WRITTEN_AT_ONCE = 10_000

MOST_RUNS = 64
"""So many runs of one size are merged into one, so that files open at a time stay few."""


class SortedLines:
    """Takes lines (without line ends), gives them back in order and without repetition.

    A context manager: the runs live in a temporary folder below ``folder``.
    """

    def __init__(self, folder: Path, run_bytes: int = RUN_BYTES) -> None:
        self._folder = tempfile.TemporaryDirectory(dir=folder, prefix="sort-")
        self._run_bytes = run_bytes
        self._held: list[str] = []
        self._size = 0
        self._runs: list[list[Path]] = [[]]
        self._written = 0

    @classmethod
    def resumed(cls, folder: Path, runs: Iterable[Path]) -> Self:
        """With the runs that another one had ``saved``; they stay where they are, too."""
        lines = cls(folder)
        for run in runs:
            path = lines._new_path()
            os.link(run, path)
            lines._runs[0].append(path)
        return lines

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Drop all lines."""
        self._folder.cleanup()

    def add(self, line: str) -> None:
        """Take a line."""
        self._held.append(line)
        self._size += len(line)
        if self._size >= self._run_bytes:
            self._spill()

    def add_all(self, lines: Sequence[str]) -> None:
        """Take lines."""
        self._held += lines
        self._size += sum(map(len, lines))
        if self._size >= self._run_bytes:
            self._spill()

    def saved(self, folder: Path) -> list[str]:
        """Link all that was taken so far into a folder, as files of these names; for ``resumed``."""
        if self._held:
            self._spill()
        names = []
        for path in self._all_runs():
            name = f"{Path(self._folder.name).name}-{path.name}"
            os.link(path, folder / name)
            names.append(name)
        return names

    def _new_path(self) -> Path:
        self._written += 1
        return Path(self._folder.name) / f"{self._written}.run"

    def _all_runs(self) -> list[Path]:
        return [path for level in self._runs for path in level]

    def _spill(self) -> None:
        self._held.sort()
        path = self._new_path()
        _write(path, self._held)
        self._runs[0].append(path)
        self._held, self._size = [], 0
        for level, runs in enumerate(self._runs):
            if len(runs) >= MOST_RUNS:
                self._put_together(level)

    def _put_together(self, level: int) -> None:
        path = self._new_path()
        runs, self._runs[level] = self._runs[level], []
        _write(path, _merged((), runs))
        for run in runs:
            run.unlink()
        if level + 1 == len(self._runs):
            self._runs.append([])
        self._runs[level + 1].append(path)

    def __iter__(self) -> Iterator[str]:
        """The lines in code point order, each once. Nothing may be added afterwards."""
        runs = self._all_runs()
        if runs and self._held:
            self._spill()  # what is read line by line need not be held
            runs = self._all_runs()
        self._held.sort()
        return _merged(self._held, runs)


def _merged(held: Sequence[str], runs: Sequence[Path]) -> Iterator[str]:
    """Lines of sorted sources in order, each once."""
    return chain.from_iterable(_blocks(runs) if runs else [dict.fromkeys(held)])


def _blocks(runs: Sequence[Path]) -> Iterator[Iterable[str]]:
    """The same in blocks, each sorted as a whole: what comes in order costs next to nothing to sort,
    and no line passes through Python by itself.
    """
    size = max(LEAST_BLOCK, MERGED_AT_ONCE // len(runs))
    last = None
    with ExitStack() as stack:
        sources = [
            _Source(stack.enter_context(path.open(encoding="utf-8", newline="\n")), size) for path in runs
        ]
        while sources := [source for source in sources if source.has_more()]:
            bound = min(source.lines[-1] for source in sources)
            parts = [part for source in sources if (part := source.up_to(bound))]
            block = dict.fromkeys(parts[0] if len(parts) == 1 else sorted(chain.from_iterable(parts)))
            if last is not None:
                block.pop(last, None)  # it ended the block before, and begins this one
            last = bound
            yield block


class _Source:
    """A sorted file, read by the block."""

    def __init__(self, file: TextIO, size: int) -> None:
        self._file = file
        self._size = size
        self.lines: list[str] = []

    def has_more(self) -> bool:
        """Whether lines are left; those of the next block are in ``lines`` then."""
        if not self.lines:
            text = self._file.read(self._size)
            if text and text[-1] != "\n":
                text += self._file.readline()
            self.lines = text.split("\n")
            self.lines.pop()  # what follows the last line end
        return bool(self.lines)

    def up_to(self, bound: str) -> list[str]:
        """Take the lines of the present block up to one."""
        if self.lines[-1] == bound:
            taken, self.lines = self.lines, []
            return taken
        end = bisect_right(self.lines, bound)
        taken = self.lines[:end]
        del self.lines[:end]
        return taken


def _write(path: Path, lines: Iterable[str]) -> None:
    left = iter(lines)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        while some := list(islice(left, _WRITTEN_AT_ONCE)):
            file.write("\n".join(some) + "\n")
