"""The pool: evaluates each job in a process that can be killed, within its deadline, memory and length.

A job whose client goes away is given up. What takes long gives way to the rest
(``process``), and a worker is kept for what is short (``lanes``).
"""

import multiprocessing
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from multiprocessing import util
from multiprocessing.forkserver import ensure_running
from pathlib import Path

from kg.errors import LodestoneError, QueryOverLimit, QueryTimeout
from server.config import Config
from server.errors import Abandoned, Overloaded, WorkerLost
from server.gate.steps import Steps, walked
from server.processes.allocator import tuned
from server.processes.jobs import Evaluation, Failure, Job, Reply
from server.processes.lanes import Lane, Lanes, Slot, Temper
from server.processes.process import Hangup, Pieces, Worker, abandoned, starter
from server.shapes import Memory, shape

SHORT = 0.5
"""Seconds that a job may work in a lane for short work."""

PATIENT = 4 * SHORT
"""Seconds that it may take there, on a busy machine or while it waits for others."""

FIRST = 2.0
"""Seconds that the first job of a process may work like any other: it reads what later ones find read."""

QUICK = 0.1
"""Seconds within which a query is quick."""

AT_ONCE = 0.02
"""Seconds after which a query gives way whose like took long before."""

WEIGHED = 0.01
"""Seconds within which a job cannot have taken much memory for good."""

_NOW_AND_THEN = 16
_BROKEN: dict[type[LodestoneError], str] = {
    QueryTimeout: "deadline",
    QueryOverLimit: "memory",
    Abandoned: "abandoned",
    WorkerLost: "lost",
}


def open_store(store: Path, outbound: tuple[str, ...] = ()) -> Evaluation:
    """The evaluation of queries against a store, imported in the workers only: the start is shorter.

    ``outbound`` are the endpoints that SERVICE may ask.
    """
    from server.processes.evaluate import evaluation  # noqa: PLC0415

    return evaluation(store, outbound)


def lanes_for(count: int) -> tuple[Lane, ...]:
    """The lanes of a pool of so many, and one for express beside them if it has a short one."""
    return (Lane.LONG,) if count == 1 else (*[Lane.LONG] * (count - 1), Lane.SHORT, Lane.EXPRESS)


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
        self._waiting, self._patience, self._make = waiting, patience, make
        self._slots: list[Slot] = []
        self._lanes: Lanes | None = None
        self._tempers = Memory()
        self._lock = threading.Lock()
        self._closed = False
        self.broken: Counter[str] = Counter()
        self.tried_again = self.asked = 0

    @classmethod
    def of(cls, config: Config) -> "Workers":
        """The pool that a configuration asks for."""
        return cls(
            config.store,
            count=config.workers,
            memory=config.memory,
            waiting=config.waiting,
            patience=config.patience,
            make=partial(open_store, outbound=config.outbound),
        )

    @property
    def waiting(self) -> int:
        """How many jobs wait for a worker now."""
        return self._lanes.waiting if self._lanes is not None else 0

    def start(self) -> Lanes:
        """Start the processes, unless they run. Raises ``WorkerLost`` if the pool is closed."""
        if self._lanes is not None:
            return self._lanes
        with self._lock:
            if self._closed:
                raise WorkerLost("the server is stopping")
            if self._lanes is None:
                context = multiprocessing.get_context("forkserver")
                context.set_forkserver_preload(["server.processes.evaluate", "server.processes.worker"])
                util.Finalize(self, Workers._stop, args=(self._slots,), exitpriority=100)
                with tuned():
                    ensure_running()
                start = starter(context, self._make, self._store, self._memory)
                self._slots.extend(Slot(lane, Worker(start)) for lane in lanes_for(self._count))
                self._lanes = Lanes(self._slots, room=self._waiting, patience=self._patience)
            return self._lanes

    def wait(self) -> None:
        """Wait until each process has opened the store. Raises ``WorkerLost`` if one cannot."""
        for slot in self._slots:
            slot.worker.wait()

    def run(self, job: Job, hangup: Hangup | None = None) -> Reply:
        """Evaluate a job and give back its answer, as ``running`` does, in this thread."""
        return walked(self.running(job, hangup))

    def running(self, job: Job, hangup: Hangup | None = None) -> Steps[Reply]:
        """Evaluate a job and give back its answer; its ``rest`` must be read or closed.

        Raises what the evaluation raises, ``QueryTimeout``, ``QueryOverLimit``,
        ``WorkerLost``, ``Abandoned``, and ``Overloaded`` if no worker came free in time.
        """
        lanes, hangup = self.start(), hangup or Hangup()
        self.asked += 1
        key = hash((shape(job.query), job.provenance, job.html))
        temper = self._tempers.recall(key)
        try:
            slot = yield from lanes.acquiring(temper, job.client)
            if slot.lane is not Lane.LONG and job.timeout > SHORT:
                short = replace(job, timeout=min(job.timeout, PATIENT))
                try:
                    result = yield from self._running(lanes, slot, short, hangup, key, pieces=False)
                except QueryTimeout:
                    self._tempers.note(key, Temper.LONG)
                    self.tried_again += 1
                    slot = yield from lanes.acquiring(Temper.LONG, job.client)
                    result = yield from self._running(lanes, slot, job, hangup, key, polite_after=AT_ONCE)
            else:
                fresh = slot.worker.fresh and temper is not Temper.LONG
                polite_after = AT_ONCE if temper is Temper.LONG else FIRST if fresh else SHORT
                result = yield from self._running(lanes, slot, job, hangup, key, polite_after=polite_after)
        except Overloaded:
            self.broken["refused"] += 1
            raise
        except LodestoneError as error:
            self.broken[_BROKEN.get(type(error), "error")] += 1
            raise
        if isinstance(result, Failure):
            raise result.exception()
        return result

    def _running(
        self,
        lanes: Lanes,
        slot: Slot,
        job: Job,
        hangup: Hangup,
        key: int,
        *,
        pieces: bool = True,
        polite_after: float = SHORT,
    ) -> Steps[Reply | Failure]:
        """Evaluate a job in a slot, which is given back when it is not needed any more."""
        began, fresh = time.monotonic(), slot.worker.fresh
        result: Reply | Failure | None = None
        try:
            with hangup.then(lambda: slot.worker.kill(abandoned())):
                result = yield from slot.worker.asking(job, polite_after=polite_after, pieces=pieces)
        finally:
            took = time.monotonic() - began
            rest = result.rest if isinstance(result, Reply) else None
            if isinstance(rest, Pieces):
                rest.done = lambda: lanes.release(slot)
            else:
                self._weigh(slot, took)
                lanes.release(slot)
        self._tempers.note(key, temper_of(job, result, took, fresh=fresh))
        return result

    def _weigh(self, slot: Slot, took: float) -> None:
        """Weigh a worker after every job that took a while, and after some of the others."""
        if took > WEIGHED or self.asked % _NOW_AND_THEN == 0:
            slot.worker.weigh(self._memory // 2)

    def forget(self) -> None:
        """Have every process replaced before its next job: it may remember what is there no more."""
        for slot in self._slots:
            slot.worker.retire()

    def close(self) -> None:
        """End all processes. Nothing can be evaluated afterwards."""
        with self._lock:
            self._closed = True
            self._lanes = None
            self._stop(self._slots)

    @staticmethod
    def _stop(slots: list[Slot]) -> None:
        for slot in slots:
            slot.worker.close()
        slots.clear()


def temper_of(job: Job, result: Reply | Failure | None, took: float, *, fresh: bool = False) -> Temper:
    """What to expect of the like of a job that took so many seconds, the first of a ``fresh`` process or not.

    On a busy machine a small query takes long, too, and would take longer still where long ones
    give way. So what counts is its work; only who asks others waits without any.
    """
    worked = took
    if isinstance(result, Reply):
        if result.rest is not None:
            return Temper.LARGE
        worked = took if "SERVICE" in job.query.upper() else result.spent
    if took < QUICK or (worked < QUICK and took < SHORT):
        return Temper.QUICK
    return Temper.LONG if worked > (FIRST if fresh else SHORT) else Temper.UNKNOWN
