"""A process of its own, kept for work that comes one at a time, and killed when it takes too long."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from server.errors import WorkerLost

START = 120.0
"""Seconds that the start of a process may take."""


class Overdue(Exception):
    """The work took longer than it may; the process was killed."""


class Died(Exception):
    """The process ended during the work, with an exit ``code``."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"exit code {code}")
        self.code = code


class Kept:
    """The process: started when it is needed first, and again when it has ended.

    ``target`` runs in it, and takes a connection, then ``arguments``. It sends one message when
    it is ready, and then one for every message that it receives. To be used by one thread at
    a time, but for ``close``.
    """

    def __init__(self, target: Callable[..., None], *arguments: object) -> None:
        self._target, self._arguments = target, arguments
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._closed = False

    def ask(self, message: object, timeout: float) -> Any:
        """What the process sends for a message within so many seconds.

        Raises ``Overdue``, ``Died``, and ``WorkerLost`` when the server stops.
        """
        try:
            connection = self._ready()
            connection.send(message)
            if connection.poll(timeout):
                return connection.recv()
        except (EOFError, OSError) as error:
            raise Died(self._end()) from error
        self._end()
        raise Overdue

    def _ready(self) -> Connection:
        if self._closed:
            raise WorkerLost("the server is stopping")
        if self._process is None or self._connection is None or not self._process.is_alive():
            self._end()
            context = multiprocessing.get_context("forkserver")
            ours, theirs = context.Pipe()
            process = context.Process(target=self._target, args=(theirs, *self._arguments), daemon=True)
            process.start()
            theirs.close()
            self._process, self._connection = process, ours
            if not ours.poll(START):
                self._end()
                raise WorkerLost("a process does not start: the machine is too busy")
            ours.recv()
        return self._connection

    def _end(self) -> int | None:
        """End the process, whatever it does; gives back its exit code."""
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if process is None or connection is None:
            return None
        process.kill()
        process.join()
        connection.close()
        return process.exitcode

    def end(self) -> None:
        """End the process between two messages; the next one goes to a new process."""
        self._end()

    def close(self) -> None:
        """End the process, whatever it does. Nothing can be asked afterwards."""
        self._closed = True
        self._end()
