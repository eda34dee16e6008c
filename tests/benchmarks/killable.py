"""Work in another process, which is killed when it takes too long: the engine cannot be interrupted."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.benchmarks.asking"])


class TookTooLong(Exception):
    """The time for one piece of work is over."""


class Failed(Exception):
    """The work ended with an error; the text is its type and message."""


class Killable:
    """A process that does one piece of work after the other, and is replaced when it has to be killed.

    ``prepare`` is called once in the process; its result is the first argument of all work.
    """

    def __init__(self, prepare: Callable[..., Any], *args: object) -> None:
        self._prepare, self._args = prepare, args
        self._process: Any = None
        self._ours: Connection | None = None

    def do(self, work: Callable[..., Any], *args: object, seconds: float) -> Any:
        """The result of ``work``. Raises ``TookTooLong`` and ``Failed``."""
        if self._ours is None:
            self._ours, theirs = _context.Pipe()
            self._process = _context.Process(
                target=_serve, args=(theirs, self._prepare, self._args), daemon=True
            )
            self._process.start()
            theirs.close()
        self._ours.send((work, args))
        if not self._ours.poll(seconds):
            self.close()
            raise TookTooLong(f"over {seconds:g} s")
        try:
            succeeded, result = self._ours.recv()
        except EOFError:
            self.close()
            raise Failed("the process died") from None
        if not succeeded:
            raise Failed(result)
        return result

    def alone(self, work: Callable[..., Any], *args: object, seconds: float) -> Any:
        """The result of ``work`` in a process that did nothing before, and does nothing after."""
        with Killable(self._prepare, *self._args) as fresh:
            return fresh.do(work, *args, seconds=seconds)

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._ours is not None:
            self._ours.close()
            self._process.kill()
            self._process.join()
        self._ours = self._process = None

    def __enter__(self) -> "Killable":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _serve(pipe: Connection, prepare: Callable[..., Any], args: tuple[object, ...]) -> None:
    prepared = None
    while True:
        try:
            work, more = pipe.recv()
        except EOFError:
            return
        try:
            if prepared is None:
                prepared = prepare(*args)
            pipe.send((True, work(prepared, *more)))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            pipe.send((False, f"{type(error).__name__}: {error}"))
