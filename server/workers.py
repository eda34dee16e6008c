"""Evaluation in processes that can be killed: the pool, its deadline and its queue.

Each slot is a pebble pool of one process, so that killing one process, or one that
dies while it holds a lock, stops nobody else. The engine cannot cancel a query and
holds off Python's signal handlers; so a worker takes SIGTERM by its default action,
and an alarm of the kernel's ends a query even when the server itself is gone.

Of two slots or more, one is for short work: a job that finds no other free is tried
there, and waits for another if that takes longer than ``SHORT``. So whatever runs away
elsewhere, what is quick is answered.
"""

import contextlib
import logging
import multiprocessing
import queue
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing import util
from pathlib import Path

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from kg.errors import QueryOverLimit, QueryTimeout
from server.config import Config
from server.errors import Overloaded, WorkerLost
from server.jobs import Evaluation, Failure, Job, Reply

log = logging.getLogger(__name__)

GRACE = 5.0
"""Seconds after a deadline when the kernel ends a worker that nobody else has ended."""

SHORT = 1.0
"""Seconds that a job may take in the slot for short work."""

_evaluation: Evaluation | None = None


def open_store(store: Path) -> Evaluation:
    """The evaluation of queries against a store, imported in the workers only: the start is shorter."""
    from server.evaluate import evaluation  # noqa: PLC0415

    return evaluation(store)


def initialise(make: Callable[[Path], Evaluation], store: Path, memory: int) -> None:
    """Make this process a worker: its signals, its store, and a limit on what it may use beyond that."""
    global _evaluation  # noqa: PLW0603 - a worker process is for nothing else
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    _evaluation = make(store)
    ceiling = _address_space() + memory
    resource.setrlimit(resource.RLIMIT_AS, (ceiling, ceiling))


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def work(job: Job) -> Reply | Failure:
    """Evaluate a job, in a worker."""
    if _evaluation is None:  # pragma: no cover - pebble runs the initialiser first
        raise RuntimeError("this process is no worker")
    signal.setitimer(signal.ITIMER_REAL, job.timeout + GRACE)
    try:
        return _evaluation(job)
    except MemoryError:
        return Failure.of(QueryOverLimit("the query needed more memory than it may use", limit="memory"))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def ready() -> bool:
    """Answer, in a worker: its store is open."""
    return _evaluation is not None


class Slot:
    """One worker process, replaced whenever it is killed or dies."""

    def __init__(self, start: Callable[[], ProcessPool]) -> None:
        self._start = start
        self._pool = start()
        self._closed = False

    def warm(self) -> ProcessFuture[bool]:
        """Start the process. The result comes when its store is open."""
        return self._pool.schedule(ready)

    def run(self, job: Job) -> Reply | Failure:
        """Evaluate. Raises ``QueryTimeout`` and ``WorkerLost``."""
        try:
            return self._evaluate(job)
        except (BrokenProcessPool, CancelledError):  # the process died while it had nothing to do
            self.replace()
        try:
            return self._evaluate(job)
        except (BrokenProcessPool, CancelledError) as error:
            raise WorkerLost("the process that evaluated the query ended") from error

    def _evaluate(self, job: Job) -> Reply | Failure:
        if not self._pool.active:
            raise BrokenProcessPool
        future = self._pool.schedule(work, args=(job,), timeout=job.timeout)
        try:
            return future.result(timeout=job.timeout + GRACE)
        except TimeoutError as error:
            if not future.done():  # the pool itself hangs
                self.replace()
            raise QueryTimeout(
                f"the query was stopped after {job.timeout:g} seconds: ask for less, "
                "or for more time (timeout) if the server allows it",
                seconds=job.timeout,
            ) from error
        except ProcessExpired as error:
            log.warning("worker %s ended with code %s during a query", error.pid, error.exitcode)
            raise WorkerLost(
                "the process that evaluated the query ended: it needed more memory than it may use, "
                "or was stopped from outside"
            ) from error

    def replace(self) -> None:
        """Begin anew with another process. Raises ``WorkerLost`` if the slot is closed."""
        if self._closed:
            raise WorkerLost("the server is stopping")
        old, self._pool = self._pool, self._start()
        threading.Thread(target=_close, args=(old,), daemon=True).start()

    def close(self) -> None:
        """End the process, whatever it does."""
        self._closed = True
        _close(self._pool)


def _close(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    with contextlib.suppress(TimeoutError, RuntimeError):
        pool.join(timeout=GRACE)


class Workers:
    """The pool: evaluates each job in a free worker, or says that there is none."""

    def __init__(
        self,
        store: Path,
        *,
        count: int,
        memory: int,
        waiting: int,
        patience: float,
        make: Callable[[Path], Evaluation] = open_store,
    ) -> None:
        self._store, self._count, self._memory = store, count, memory
        self._patience, self._make = patience, make
        self._admission = threading.BoundedSemaphore(count + waiting)
        self._free: queue.LifoQueue[Slot] = queue.LifoQueue()
        self._short: queue.LifoQueue[Slot] = queue.LifoQueue()
        self._slots: list[Slot] = []
        self._lock = threading.Lock()
        self._warm: list[ProcessFuture[bool]] = []
        self._closed = False

    @classmethod
    def of(cls, config: Config) -> "Workers":
        """The pool that a configuration asks for."""
        return cls(
            config.store,
            count=config.workers,
            memory=config.memory,
            waiting=config.waiting,
            patience=config.patience,
        )

    def start(self) -> None:
        """Start the processes, unless they run."""
        with self._lock:
            if self._slots or self._closed:
                return
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(["server.evaluate", "server.workers"])
            util.Finalize(self, Workers._stop, args=(self._slots,), exitpriority=100)

            def start() -> ProcessPool:
                return ProcessPool(
                    max_workers=1,
                    initializer=initialise,
                    initargs=(self._make, self._store, self._memory),
                    context=context,
                )

            self._slots.extend(Slot(start) for _ in range(self._count))
            self._warm = [slot.warm() for slot in self._slots]
            for number, slot in enumerate(self._slots):
                (self._free if number == 0 or number < self._count - 1 else self._short).put(slot)

    def wait(self) -> None:
        """Wait until each process has opened the store. Raises ``WorkerLost`` if one cannot."""
        for future in self._warm:
            try:
                future.result()
            except (BrokenProcessPool, ProcessExpired) as error:
                raise WorkerLost("a worker cannot open the store") from error

    def run(self, job: Job) -> Reply:
        """Evaluate a job and give back its answer.

        Raises what the evaluation raises, ``QueryTimeout``, ``WorkerLost``, and
        ``Overloaded`` if no worker came free in time.
        """
        self.start()
        if not self._admission.acquire(blocking=False):
            raise Overloaded("too many queries wait already: try again in a moment")
        try:
            result = self._run(job)
        finally:
            self._admission.release()
        if isinstance(result, Failure):
            raise result.exception()
        return result

    def _run(self, job: Job) -> Reply | Failure:
        if self._count > 1:
            with contextlib.suppress(queue.Empty), self._slot(self._free, 0) as slot:
                return slot.run(job)
            try:
                with self._slot(self._short, self._patience) as slot:
                    return slot.run(replace(job, timeout=min(job.timeout, SHORT)))
            except QueryTimeout:
                if job.timeout <= SHORT:
                    raise
        with self._slot(self._free, self._patience) as slot:
            return slot.run(job)

    @contextlib.contextmanager
    def _slot(self, free: "queue.LifoQueue[Slot]", patience: float) -> Iterator[Slot]:
        """A slot that is free; without patience ``queue.Empty`` is raised, else ``Overloaded``."""
        try:
            slot = free.get(block=patience > 0, timeout=patience)
        except queue.Empty:
            if not patience:
                raise
            raise Overloaded(f"no worker came free within {patience:g} seconds") from None
        try:
            yield slot
        finally:
            free.put(slot)

    def close(self) -> None:
        """End all processes. Nothing can be evaluated afterwards."""
        with self._lock:
            self._closed = True
            self._stop(self._slots)

    @staticmethod
    def _stop(slots: list[Slot]) -> None:
        for slot in slots:
            slot.close()
        slots.clear()
