"""The process that writes: one, apart from those that read, and killed when it takes too long.

What a killed write had done is given up when the store is opened next: nothing counts
before it is published.
"""

import logging
import resource
import signal
import threading
from multiprocessing.connection import Connection
from pathlib import Path

from kg.dataset.room import has_room, store_full
from kg.errors import StoreFull
from kg.outbound import Outbound
from server.config import Config
from server.errors import Overloaded, WorkerLost, WriteTimeout
from server.processes.jobs import Failure
from server.processes.kept import Died, Kept, Overdue
from server.processes.writes import Done, Write

log = logging.getLogger(__name__)

NOWHERE = Outbound()
GRACE = 5.0
"""Seconds after a deadline when the kernel ends a process that nobody else has ended."""


def serve_writes(connection: Connection, store: Path, wait: float, memory: int, outbound: Outbound) -> None:
    """Do the writes that come, with their deadlines, until the connection ends. Runs in its own process."""
    from server.processes.performing import Holder  # noqa: PLC0415 - the server itself writes nothing

    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    holder = Holder(store, wait, outbound)
    connection.send("ready")
    while True:
        try:
            write, timeout = connection.recv()
        except (EOFError, OSError):
            return
        signal.setitimer(signal.ITIMER_REAL, timeout + GRACE)
        try:
            found = holder.perform(write)
        except MemoryError:
            found = Failure.of(WorkerLost("the write needed more memory than it may use: write less at once"))
        signal.setitimer(signal.ITIMER_REAL, 0)
        connection.send(found)


class Writing:
    """Writes one after the other, each whole or not at all."""

    def __init__(
        self, store: Path, *, timeout: float, wait: float, memory: int, outbound: Outbound = NOWHERE
    ) -> None:
        self._store = store
        self._timeout, self._wait = timeout, wait
        self._turn = threading.Lock()
        self._kept = Kept(serve_writes, store, wait, memory, outbound)

    @classmethod
    def of(cls, config: Config) -> "Writing":
        """The process that a configuration asks for."""
        return cls(
            config.store,
            timeout=config.write_timeout,
            wait=config.write_wait,
            memory=config.write_memory,
            outbound=Outbound(config.outbound, longest=config.upload),
        )

    def run(self, write: Write) -> Done:
        """Do a write. When this returns, every later read sees it.

        Raises what the write raises, ``Overloaded`` if others are in front for too long,
        ``StoreBusy`` if another process holds the store, ``StoreFull``, ``WriteTimeout`` and ``WorkerLost``.
        """
        if not self._turn.acquire(timeout=self._wait):
            raise Overloaded(f"another write is being done, for more than {self._wait:g} seconds by now")
        try:
            result = self._perform(write)
        finally:
            self._turn.release()
        if isinstance(result, Failure):
            raise result.exception()
        return result

    def _perform(self, write: Write) -> Done | Failure:
        try:
            result: Done | Failure = self._kept.ask((write, self._timeout), self._timeout)
        except Died as death:
            log.warning("the process that writes ended during a write, with code %s", death.code)
            if not has_room(self._store):
                raise store_full() from death
            what = "the process that writes ended: look at the version before you write again"
            raise WorkerLost(what) from death
        except Overdue:
            raise WriteTimeout(
                f"the write was stopped after {self._timeout:g} seconds: send less at once, "
                "or use `lodestone ingest` in the server's store",
                seconds=self._timeout,
            ) from None
        if isinstance(result, Failure) and result.error is StoreFull:
            self._kept.end()  # the engine does not open again what it could not write, in one process
        return result

    def close(self) -> None:
        """End the process, whatever it does. Nothing can be written afterwards."""
        self._kept.close()
