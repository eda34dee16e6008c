"""The lock of a store: one process writes at a time, and whoever waits is told who holds it."""

import fcntl
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from kg.dataset.files import Layout
from kg.errors import StoreBusy, StoreError


class StoreLock:
    """Holds a store for writing, in a ``with`` block or between ``acquire`` and ``release``.

    ``wait`` is how many seconds to wait for another writer before ``StoreBusy``.
    """

    def __init__(self, layout: Layout, wait: float = 10.0) -> None:
        self._layout, self._wait = layout, wait
        self._file: IO[str] | None = None
        self.holder = ""
        """Who holds it, as others are told, and since when."""

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def acquire(self) -> None:
        """Take the lock. Raises ``StoreBusy``, and ``StoreError`` where the folder cannot be written."""
        root = self._layout.root
        try:
            lock = self._layout.lock_file.open("a+", encoding="utf-8")
        except OSError as error:
            raise StoreError(f"{root} cannot be written: {error}", store=str(root)) from error
        deadline = time.monotonic() + self._wait
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() >= deadline:
                    lock.seek(0)
                    holder = lock.read().strip() or "another process"
                    lock.close()
                    raise StoreBusy(
                        f"{root} is being written by {holder}; waited {self._wait:g} s: try again later",
                        store=str(root),
                        holder=holder,
                    ) from None
                time.sleep(0.05)
        lock.seek(0)
        lock.truncate()
        command = " ".join(Path(a).name if i == 0 else a for i, a in enumerate(sys.argv[:3]))
        self.holder = (
            f"process {os.getpid()} ({command}) since {datetime.now(UTC).isoformat(timespec='microseconds')}"
        )
        lock.write(self.holder)
        lock.flush()
        self._file = lock

    def fileno(self) -> int:
        """The open file, for a process that shall hold it as well. Raises ``StoreError`` unless held."""
        if self._file is None:
            raise StoreError(f"{self._layout.root} is not held", store=str(self._layout.root))
        return self._file.fileno()

    def release(self) -> None:
        """Let go of the lock, if it is held."""
        if self._file is not None:
            self._file.seek(0)
            self._file.truncate()
            self._file.close()
            self._file = None


def held_by(layout: Layout) -> str | None:
    """Who holds a store for writing; ``None`` if nobody does."""
    try:
        with layout.lock_file.open(encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return lock.read()
    except OSError:
        pass
    return None
