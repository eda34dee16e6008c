"""Sorting more lines than fit in memory: sorted runs on disk, merged."""

import heapq
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

Progress = Callable[[int], None]
"""Told of long work how many steps more are done."""


def unwatched(steps: int) -> None:
    """The progress of work that nobody watches."""


RUN_BYTES = 32 * 1024 * 1024
"""Text held before a run is written (memory is a few times that)."""

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
    last = None
    with ExitStack() as stack:
        files = [stack.enter_context(path.open(encoding="utf-8", newline="\n")) for path in runs]
        sources: list[Iterable[str]] = [map(_bare, file) for file in files]
        for line in heapq.merge(*sources) if len(sources) > 1 else sources[0] if sources else held:
            if line != last:
                yield line
                last = line


def _write(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)


def _bare(line: str) -> str:
    return line[:-1]
