"""Sorting more lines than fit in memory: sorted runs on disk, merged."""

import heapq
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

Progress = Callable[[int], None]
"""Told of long work how many steps more are done."""


def unwatched(steps: int) -> None:
    """The progress of work that nobody watches."""


RUN_BYTES = 64 * 1024 * 1024
"""Text held before a run is written (memory is a few times that)."""


class SortedLines:
    """Takes lines (without line ends), gives them back in order and without repetition.

    A context manager: the runs live in a temporary folder below ``folder``.
    """

    def __init__(self, folder: Path, run_bytes: int = RUN_BYTES) -> None:
        self._folder = tempfile.TemporaryDirectory(dir=folder, prefix="sort-")
        self._run_bytes = run_bytes
        self._held: list[str] = []
        self._size = 0
        self._runs: list[Path] = []

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

    def _spill(self) -> None:
        self._held.sort()
        path = Path(self._folder.name) / f"{len(self._runs)}.run"
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in self._held)
        self._runs.append(path)
        self._held, self._size = [], 0

    def __iter__(self) -> Iterator[str]:
        """The lines in code point order, each once. Nothing may be added afterwards."""
        self._held.sort()
        sources: list[Iterable[str]] = [self._held, *(_read(path) for path in self._runs)]
        merged = heapq.merge(*sources) if self._runs else self._held
        last = None
        for line in merged:
            if line != last:
                yield line
                last = line


def _read(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            yield line[:-1]
