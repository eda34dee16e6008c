"""A worker process from outside: asked, killed, and replaced.

The engine cannot cancel a query, so the process is ended that evaluates it. An alarm of
the kernel's ends a query even when the server itself is gone.
"""

import contextlib
import logging
import math
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from kg.errors import LodestoneError, QueryOverLimit, QueryTimeout
from server.errors import Abandoned, WorkerLost
from server.gate.steps import Steps, Work, walked, walked_on_loop
from server.processes.jobs import Evaluation, Failure, Job, Reply
from server.processes.line import Line
from server.processes.memory import address_space
from server.processes.worker import Head, serve_jobs

log = logging.getLogger(__name__)

POLITE = 10
"""Niceness of a worker that evaluates a long query."""

STEP = 0.05
"""Seconds between two looks at how much a job has worked, at least."""

_OF_PROCESS = 2
"""What the clock of a process is called by, with its number (the kernel's ``CPUCLOCK_SCHED``)."""

Start = Callable[[], tuple[BaseProcess, Line]]


def starter(
    context: ForkServerContext, make: Callable[[Path], Evaluation], store: Path, memory: int
) -> Start:
    """How a worker process is started, and its connection."""

    def start() -> tuple[BaseProcess, Line]:
        ours, theirs = Line.pair()
        process = context.Process(target=serve_jobs, args=(theirs, make, store, memory), daemon=True)
        process.start()
        theirs.close()
        return process, ours

    return start


class Worker:
    """One worker process, replaced whenever it is killed or dies.

    It is used by one thread at a time, or on the event loop; only ``kill`` and ``close`` may come from
    another.
    """

    def __init__(self, start: Start) -> None:
        self._start = start
        self._lock = threading.Lock()
        self._closed = False
        self._ready = self._aged = self._polite = False
        self.fresh = True
        """Whether it has not answered anything yet: what it reads first, others find read."""
        self._cause: Exception | None = None
        self._idle = 0
        self._process, self._line = start()

    def wait(self) -> None:
        """Wait until the process has opened its store. Raises ``WorkerLost`` if it cannot."""
        if not self._ready:
            try:
                self._idle = pickle.loads(self._line.read())  # noqa: S301 - of our own process
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
        self._line.close()

    def renew(self) -> None:
        """Begin anew with another process. Raises ``WorkerLost`` if the worker is closed."""
        with self._lock:
            if self._closed:
                raise WorkerLost("the server is stopping")
            self._process.kill()
            self._line.close()
            old = self._process
            self._process, self._line = self._start()
            self._ready = self._aged = self._polite = False
            self.fresh = True
            self._cause = None
        old.join()
        old.close()

    def asking(self, job: Job, *, polite_after: float, pieces: bool = True) -> Steps[Reply | Failure]:
        """Evaluate. Raises ``QueryTimeout``, ``QueryOverLimit``, ``WorkerLost`` and what it was killed for.

        After ``polite_after`` seconds of its own work the process gives way to others. Unless ``pieces``
        are wanted it is stopped then, and an answer in pieces counts as one that took too long. If
        the process ends by itself, or is killed from outside, another tries once more.
        """
        try:
            try:
                return (yield from self._asking(job, polite_after, pieces=pieces))
            except WorkerLost:
                if self._closed:
                    raise
                return (yield from self._asking(job, polite_after, pieces=pieces))
        except (LodestoneError, OSError):
            raise
        except BaseException:
            self.retire()  # whoever asked is gone, and what it asked for may still come
            raise

    def _asking(self, job: Job, polite_after: float, *, pieces: bool) -> Steps[Reply | Failure]:
        began = time.monotonic()
        yield from self._sending(job)
        deadline, done = began + job.timeout, self._worked() + polite_after
        message, gave_way = None, False
        try:
            while message is None and (left := deadline - time.monotonic()) > 0:
                due = done - self._worked()
                if due <= 0 and not pieces:
                    break
                if due <= 0:
                    self._give_way()
                    gave_way = True
                    message = yield self._line.message(left)
                else:
                    message = yield self._line.message(min(max(due, STEP), left))
        except (EOFError, OSError) as error:
            raise (yield Work(partial(self._lost, job))) from error
        if message is None:
            raise (yield Work(partial(self._overdue, job)))
        self.fresh = False
        found = pickle.loads(message)  # noqa: S301 - of our own process
        if gave_way and not (isinstance(found, Head) and found.more):
            self._take_back()
        if isinstance(found, Failure):
            return found
        if not isinstance(found, Head):  # pragma: no cover - workers send nothing else
            raise TypeError(found)
        if not found.more:
            return found.reply
        if not pieces:
            raise (yield Work(partial(self._overdue, job)))
        return replace(found.reply, rest=Pieces(self, job, began + job.timeout))

    def _sending(self, job: Job) -> Steps[None]:
        """Give the job to a process that lives: one that died idle is replaced."""
        message = pickle.dumps(job, pickle.HIGHEST_PROTOCOL)
        if self._aged or self._polite or self._line.closed:
            yield Work(self.renew)
        for attempt in range(2):
            try:
                if not self._ready:
                    yield Work(self.wait)
                if not self._line.ready(0):
                    if self._line.fits(message):
                        self._line.send(message)
                    else:
                        yield Work(partial(self._line.send, message))
                    return
            except (WorkerLost, OSError):
                if attempt:
                    raise
            yield Work(self.renew)
        raise WorkerLost("the process that evaluates queries ends at once")

    def _worked(self) -> float:
        """Seconds of processor time that the process has taken; endless where it cannot be told."""
        try:
            return time.clock_gettime(~(self._process.pid or 0) << 3 | _OF_PROCESS)
        except OSError:  # it has ended
            return math.inf

    def _give_way(self) -> None:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._process.pid or 0, POLITE)
            self._polite = True

    def _take_back(self) -> None:
        """Be as before; where that takes a privilege that is not there, another process has to."""
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._process.pid or 0, os.getpriority(os.PRIO_PROCESS, 0))
            self._polite = False

    def reading(self, job: Job, deadline: float) -> Steps[bytes]:
        """The next piece of an answer, empty at its end. Raises as ``asking`` does."""
        try:
            piece = yield self._line.message(deadline - time.monotonic())
        except (EOFError, OSError) as error:
            raise (yield Work(partial(self._lost, job))) from error
        if piece is None:
            raise (yield Work(partial(self._overdue, job)))
        return piece  # type: ignore[no-any-return]

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
        self.done: Callable[[], None] = lambda: None

    def __iter__(self) -> Iterator[bytes]:
        try:
            while piece := walked(self._worker.reading(self._job, self.deadline)):
                yield piece
            self._end()
        finally:
            self.close()

    async def next(self, threads: Executor) -> bytes:
        """The next piece on the event loop, empty at the end. Raises as ``Worker.asking`` does."""
        piece = await walked_on_loop(self._worker.reading(self._job, self.deadline), threads)
        if not piece:
            self._end()
        return piece

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
