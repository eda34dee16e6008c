"""The process that holds the index of names of the published version, made once for each version.

An index of a hundred thousand entities takes hundreds of megabytes and half a minute, so it is made
and kept apart from what answers pages and queries. While it is made, who asks is told to come again.
"""

import logging
import os
import signal
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from kg.errors import LodestoneError, QueryOverLimit, QueryTimeout
from server.config import Config
from server.errors import Overloaded, WorkerLost
from server.processes.jobs import Failure
from server.processes.kept import Died, Kept, Overdue
from server.processes.memory import limit
from server.processes.process import POLITE
from server.reconciliation.messages import Task

log = logging.getLogger(__name__)

GRACE = 5.0
"""Seconds beyond its time after which the process is killed."""
WAITING = 16
"""Requests that may be in hand at once."""


def serve_matches(connection: Connection, store: Path, memory: int) -> None:
    """Do the tasks that come until the connection ends. Runs in its own process."""
    from server.reconciliation.index import Index, perform  # noqa: PLC0415 - the server itself matches nothing

    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(POLITE)
    limit(memory)
    index: Index | None = None
    connection.send("ready")
    while True:
        try:
            version, task, timeout = connection.recv()
        except (EOFError, OSError):
            return
        found: dict[str, Any] | Failure
        try:
            if index is None or index.version != version:
                index = None  # the old one goes before the new one comes
                index = Index(store, version)
            found = perform(index, task, timeout)
        except LodestoneError as error:
            found = Failure.of(error)
        except MemoryError:
            found = Failure.of(QueryOverLimit("this needs more memory than it may use", limit="memory"))
        connection.send(found)


class Matching:
    """The process from outside. Nothing is started before the first task."""

    def __init__(self, store: Path, *, timeout: float, patience: float, memory: int) -> None:
        self._timeout, self._patience = timeout, patience
        self._turn = threading.Lock()
        self._places = threading.BoundedSemaphore(WAITING)
        self._kept = Kept(serve_matches, store, memory)

    @classmethod
    def of(cls, config: Config) -> "Matching":
        """The process that a configuration asks for."""
        return cls(config.store, timeout=config.timeout, patience=config.patience, memory=config.memory)

    def run(self, version: str, task: Task) -> dict[str, Any]:
        """Do a task on a version.

        Raises what the task raises, ``Overloaded`` if others are in front for too long or the index
        is being made, ``QueryTimeout``, ``QueryOverLimit`` and ``WorkerLost``.
        """
        if not self._places.acquire(blocking=False):
            raise Overloaded("too many match names already")
        try:
            return self._in_turn(version, task)
        finally:
            self._places.release()

    def _in_turn(self, version: str, task: Task) -> dict[str, Any]:
        if not self._turn.acquire(timeout=self._patience):
            raise Overloaded(f"others match names too, for more than {self._patience:g} seconds by now")
        try:
            found: dict[str, Any] | Failure = self._kept.ask(
                (version, task, self._timeout), self._timeout + GRACE
            )
        except Overdue:
            raise QueryTimeout(
                f"matching was stopped after {self._timeout + GRACE:g} seconds", seconds=self._timeout
            ) from None
        except Died as death:
            log.warning("the process that matches names ended with code %s", death.code)
            raise WorkerLost("the process that matches names ended: try again") from death
        finally:
            self._turn.release()
        if isinstance(found, Failure):
            raise found.exception()
        return found

    def close(self) -> None:
        """End the process. Nothing can be matched afterwards."""
        self._kept.close()
