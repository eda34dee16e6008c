"""Filling a store in a process of its own, while this one does something else.

Quads whose blank nodes keep their names go into the engine through Python's interface, which holds
Python's lock as long as the engine works: nothing else could be done meanwhile, and one processor
would be idle.
"""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO, cast

from pyoxigraph import Store

from kg.dataset.loading.bulk import extend_pieces

_PROGRAM = Path(__file__).with_name("filling.py")
_READY = b"ready\n"
_END = b"0\n"


def filled(path: Path, pieces: Iterable[str], held: int) -> tuple[Store, str | None]:
    """A store that nobody has open, with more quads in it, and why that failed, if it did.

    ``held`` is the open lock of the store. The other process holds it too, so that nobody writes beside it
    when this one is killed; it ends then as soon as the engine lets it.
    """
    problem = None
    with _Filling(path, held) as filling:
        ready = filling.is_ready()
        if ready:
            problem = filling.fill(pieces)
    store = Store(str(path))
    if not ready:
        extend_pieces(store, pieces)
    return store, problem


class _Filling:
    """A process that has a store open, which nobody else may have open. Use as a context manager."""

    def __init__(self, store: Path, held: int) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - every part is ours
            [sys.executable, "-P", str(_PROGRAM), str(store)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(held,),
        )

    def __enter__(self) -> "_Filling":
        return self

    def __exit__(self, *raised: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()

    def is_ready(self) -> bool:
        """Whether it has the store open, and takes pieces."""
        return cast(IO[bytes], self._process.stdout).readline() == _READY

    def fill(self, pieces: Iterable[str]) -> str | None:
        """Have pieces of N-Quads put in, and the store in order; gives back why that failed, if it did."""
        told = cast(IO[bytes], self._process.stdin)
        try:
            for piece in pieces:
                data = piece.encode()
                if data:
                    told.write(b"%d\n" % len(data))
                    told.write(data)
            told.write(_END)
            told.flush()
        except BrokenPipeError:
            pass
        said = cast(IO[bytes], self._process.stderr).read().decode("utf-8", "replace").strip()
        status = self._process.wait()
        return f"status {status}: {said[-300:]}" if status else None
