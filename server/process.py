"""A worker process from outside: asked, killed, and replaced.

The engine cannot cancel a query, so the process is ended that evaluates it. An alarm of
the kernel's ends a query even when the server itself is gone.
"""

import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from kg.errors import QueryOverLimit, QueryTimeout
from server.errors import Abandoned, WorkerLost
from server.jobs import Evaluation, Failure, Job, Reply
from server.memory import address_space
from server.worker import Head, serve_jobs

log = logging.getLogger(__name__)

POLITE = 10
"""Niceness of a worker that evaluates a long query."""

Start = Callable[[], tuple[BaseProcess, Connection]]


def starter(
    context: ForkServerContext, make: Callable[[Path], Evaluation], store: Path, memory: int
) -> Start:
    """How a worker process is started, and its connection."""

    def start() -> tuple[BaseProcess, Connection]:
        ours, theirs = context.Pipe()
        process = context.Process(target=serve_jobs, args=(theirs, make, store, memory), daemon=True)
        process.start()
        theirs.close()
        return process, ours

    return start


class Worker:
    """One worker process, replaced whenever it is killed or dies.

    It is used by one thread at a time; only ``kill`` and ``close`` may come from another.
    """

    def __init__(self, start: Start) -> None:
        self._start = start
        self._lock = threading.Lock()
        self._closed = False
        self._ready = self._aged = False
        self._cause: Exception | None = None
        self._idle = 0
        self._process, self._connection = start()

    def wait(self) -> None:
        """Wait until the process has opened its store. Raises ``WorkerLost`` if it cannot."""
        if not self._ready:
            try:
                self._idle = self._connection.recv()
            except (EOFError, OSError) as error:
                raise WorkerLost("a worker cannot open the store") from error
            self._ready = True

    def kill(self, cause: Exception) -> None:
        """End the process; who waits for it is told the cause."""
        with self._lock:
            self._cause = self._cause or cause
            self._process.kill()

    def weigh(self, most: int) -> None:
        """Have the process replaced before its next job if it holds so many bytes more than at first."""
        with contextlib.suppress(OSError):
            self._aged |= address_space(self._process.pid or 0) - self._idle > most

    def retire(self) -> None:
        """Have the process replaced before its next job."""
        self._aged = True

    def close(self) -> None:
        """End the process for good."""
        self._closed = True
        self.kill(WorkerLost("the server is stopping"))
        self._process.join()

    def renew(self) -> None:
        """Begin anew with another process. Raises ``WorkerLost`` if the worker is closed."""
        with self._lock:
            if self._closed:
                raise WorkerLost("the server is stopping")
            self._process.kill()
            self._connection.close()
            old = self._process
            self._process, self._connection = self._start()
            self._ready = self._aged = False
            self._cause = None
        old.join()
        old.close()

    def ask(self, job: Job, *, polite_after: float, pieces: bool = True) -> Reply | Failure:
        """Evaluate. Raises ``QueryTimeout``, ``QueryOverLimit``, ``WorkerLost`` and what it was killed for.

        After ``polite_after`` seconds the process gives way to others. An answer in pieces
        counts as one that took too long unless ``pieces`` are wanted. If the process ends by
        itself, or is killed from outside, another tries once more.
        """
        try:
            return self._ask(job, polite_after, pieces=pieces)
        except WorkerLost:
            if self._closed:
                raise
            return self._ask(job, polite_after, pieces=pieces)

    def _ask(self, job: Job, polite_after: float, *, pieces: bool) -> Reply | Failure:
        began = time.monotonic()
        self._send(job)
        try:
            if not self._connection.poll(min(polite_after, job.timeout)):
                self._give_way()
                if not self._connection.poll(max(0.0, began + job.timeout - time.monotonic())):
                    raise self._overdue(job)
            found = self._connection.recv()
        except (EOFError, OSError) as error:
            raise self._lost(job) from error
        if isinstance(found, Failure):
            return found
        if not isinstance(found, Head):  # pragma: no cover - workers send nothing else
            raise TypeError(found)
        if not found.more:
            return found.reply
        if not pieces:
            raise self._overdue(job)
        return replace(found.reply, rest=Pieces(self, job, began + job.timeout))

    def _send(self, job: Job) -> None:
        """Give the job to a process that lives: one that died idle is replaced."""
        if self._aged or self._connection.closed:
            self.renew()
        for attempt in range(2):
            try:
                self.wait()
                if not self._connection.poll(0):
                    self._connection.send(job)
                    return
            except (WorkerLost, OSError):
                if attempt:
                    raise
            self.renew()
        raise WorkerLost("the process that evaluates queries ends at once")

    def _give_way(self) -> None:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._process.pid or 0, POLITE)
            self._aged = True  # priority cannot be taken back without privilege

    def piece(self, job: Job, deadline: float) -> bytes:
        """The next piece of an answer, empty at its end. Raises as ``ask`` does."""
        try:
            if not self._connection.poll(max(0.0, deadline - time.monotonic())):
                raise self._overdue(job)
            return self._connection.recv_bytes()
        except (EOFError, OSError) as error:
            raise self._lost(job) from error

    def _overdue(self, job: Job) -> QueryTimeout:
        self.renew()
        return QueryTimeout(
            f"the query was stopped after {job.timeout:g} seconds: ask for less, "
            "or for more time (timeout) if the server allows it",
            seconds=job.timeout,
        )

    def _lost(self, job: Job) -> Exception:
        """Why the process ended in the middle of a job; another is started."""
        process, cause = self._process, self._cause
        process.join(1)
        code = process.exitcode
        with contextlib.suppress(WorkerLost):
            self.renew()
        if cause is not None:
            return cause
        log.warning("worker ended with code %s during a query", code)
        if code == -signal.SIGABRT:  # so the engine ends where memory cannot be had
            return QueryOverLimit("the query needed more memory than it may use", limit="memory")
        if code == -signal.SIGALRM:
            return QueryTimeout("the query was stopped after its deadline", seconds=job.timeout)
        return WorkerLost(
            "the process that evaluated the query ended: it needed more memory than it may use, "
            "or was stopped from outside"
        )


class Pieces:
    """The rest of a long answer, as it comes from a worker. ``done`` is called when it needs it no more."""

    def __init__(self, worker: Worker, job: Job, deadline: float) -> None:
        self._worker, self._job, self.deadline = worker, job, deadline
        self._open = True
        self._sent = 0
        self.done: Callable[[], None] = lambda: None

    def __iter__(self) -> Iterator[bytes]:
        try:
            while piece := self._worker.piece(self._job, self.deadline):
                yield piece
            self._end()
        finally:
            self.close()

    def close(self) -> None:
        """Give up what has not come yet."""
        if self._open:
            with contextlib.suppress(WorkerLost):
                self._worker.renew()
            self._end()

    def _end(self) -> None:
        if self._open:
            self._open = False
            self.done()


class Hangup:
    """Whether the client still waits: what is given to ``then`` is called when it does no more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gone = False
        self._call: Callable[[], None] | None = None

    @contextlib.contextmanager
    def then(self, call: Callable[[], None]) -> Iterator[None]:
        """Have it called if the client goes away within the block, or has gone before."""
        with self._lock:
            gone, self._call = self._gone, call
        if gone:
            call()
        try:
            yield
        finally:
            with self._lock:
                self._call = None

    def gone(self) -> None:
        """The client has gone away."""
        with self._lock:
            self._gone, call = True, self._call
            if call is not None:
                call()


def abandoned() -> Abandoned:
    """The error for a query whose client went away."""
    return Abandoned("the client went away before the answer was there")
