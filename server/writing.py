"""The process that writes: one, apart from those that read, and killed when it takes too long.

What a killed write had done is given up when the store is opened next: nothing counts
before it is published.
"""

import contextlib
import logging
import multiprocessing
import resource
import signal
import threading
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import util
from pathlib import Path
from typing import TYPE_CHECKING

from pebble import ProcessExpired, ProcessPool

from server.config import Config
from server.errors import Overloaded, WorkerLost, WriteTimeout
from server.jobs import Failure
from server.writes import Done, Write

if TYPE_CHECKING:
    from server.performing import Holder

log = logging.getLogger(__name__)

GRACE = 5.0
"""Seconds after a deadline when the kernel ends a process that nobody else has ended."""

_holder: "Holder | None" = None


def initialise(store: Path, wait: float, memory: int) -> None:
    """Make this process the one that writes: its signals, its store, and a limit on what it may use."""
    global _holder  # noqa: PLW0603 - the process is for nothing else
    from server.performing import Holder  # noqa: PLC0415 - the server itself writes nothing

    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    _holder = Holder(store, wait)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def perform(write: Write, timeout: float) -> Done | Failure:
    """Do a write, in the process that writes."""
    if _holder is None:  # pragma: no cover - pebble runs the initialiser first
        raise RuntimeError("this process does not write")
    signal.setitimer(signal.ITIMER_REAL, timeout + GRACE)
    try:
        return _holder.perform(write)
    except MemoryError:
        return Failure.of(WorkerLost("the write needed more memory than it may use: write less at once"))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


class Writing:
    """Writes one after the other, each whole or not at all."""

    def __init__(self, store: Path, *, timeout: float, wait: float, memory: int) -> None:
        self._store, self._timeout, self._wait, self._memory = store, timeout, wait, memory
        self._turn = threading.Lock()
        self._pools: list[ProcessPool] = []
        self._closed = False
        util.Finalize(self, _stop, args=(self._pools,), exitpriority=100)

    @classmethod
    def of(cls, config: Config) -> "Writing":
        """The process that a configuration asks for."""
        return cls(
            config.store, timeout=config.write_timeout, wait=config.write_wait, memory=config.write_memory
        )

    def run(self, write: Write) -> Done:
        """Do a write. When this returns, every later read sees it.

        Raises what the write raises, ``Overloaded`` if others are in front for too long,
        ``StoreBusy`` if another process holds the store, ``WriteTimeout`` and ``WorkerLost``.
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
        future = self._pool().schedule(perform, args=(write, self._timeout), timeout=self._timeout)
        try:
            result: Done | Failure = future.result(timeout=self._timeout + GRACE)
        except TimeoutError as error:
            if not future.done():
                self._replace()
            raise WriteTimeout(
                f"the write was stopped after {self._timeout:g} seconds: send less at once, "
                "or use `lodestone ingest` in the server's store",
                seconds=self._timeout,
            ) from error
        except (ProcessExpired, BrokenProcessPool, CancelledError) as error:
            log.warning("the process that writes ended during a write: %s", error)
            self._replace()
            raise WorkerLost(
                "the process that writes ended: ask for the version before you write again"
            ) from error
        return result

    def _pool(self) -> ProcessPool:
        if self._closed:
            raise WorkerLost("the server is stopping")
        if not self._pools or not self._pools[0].active:
            self._replace()
        return self._pools[0]

    def _replace(self) -> None:
        old = list(self._pools)
        self._pools.clear()
        if not self._closed:
            context = multiprocessing.get_context("forkserver")
            new = ProcessPool(
                max_workers=1,
                initializer=initialise,
                initargs=(self._store, self._wait, self._memory),
                context=context,
            )
            self._pools.append(new)
        for pool in old:
            threading.Thread(target=_stop, args=([pool],), daemon=True).start()

    def close(self) -> None:
        """End the process, whatever it does. Nothing can be written afterwards."""
        self._closed = True
        _stop(self._pools)


def _stop(pools: list[ProcessPool]) -> None:
    for pool in pools:
        pool.stop()  # type: ignore[no-untyped-call]
        with contextlib.suppress(TimeoutError, RuntimeError):
            pool.join(timeout=GRACE)
    pools.clear()
