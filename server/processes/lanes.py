"""Who gets which worker: lanes for long and short queries, and a bounded queue that is fair between clients.

A query that is not known takes the long lane if it is free; else it may try the short one,
where it must be done soon. The express lane is for queries that were quick before: what
runs away elsewhere does not hold them up. Whoever waits, the clients take turns; where the
queue is full, the client with most in it makes room for one with fewer.
"""

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from server.errors import Overloaded
from server.gate.steps import Bell, Steps, walked
from server.processes.process import Worker


class Lane(StrEnum):
    """What a worker is there for."""

    EXPRESS = "express"
    SHORT = "short"
    LONG = "long"


class Temper(StrEnum):
    """What is known of a query, from others of its shape."""

    QUICK = "quick"
    UNKNOWN = "unknown"
    LONG = "long"
    LARGE = "large"
    """Its answer comes in pieces, for as long as its client takes to read them."""


MAY_TAKE = {
    Temper.QUICK: (Lane.LONG, Lane.SHORT, Lane.EXPRESS),
    Temper.UNKNOWN: (Lane.LONG, Lane.SHORT),
    Temper.LONG: (Lane.LONG,),
    Temper.LARGE: (Lane.LONG,),
}
"""The lanes of each, the one to try first first."""


@dataclass(frozen=True)
class Slot:
    """A worker and its lane."""

    lane: Lane
    worker: Worker


@dataclass(eq=False)
class _Waiter:
    client: str
    temper: Temper
    woken: Bell
    slot: Slot | None = None
    refused: bool = False


class Lanes:
    """The slots of a pool and those who wait for one. ``room`` may wait, each ``patience`` seconds."""

    def __init__(self, slots: list[Slot], *, room: int, patience: float) -> None:
        self._room, self._patience = room, patience
        self._lock = threading.Lock()
        self._free: dict[Lane, list[Slot]] = {lane: [] for lane in Lane}
        self._queues: OrderedDict[str, deque[_Waiter]] = OrderedDict()
        self._waiting = dict.fromkeys((True, False), 0)
        for slot in slots:
            self._free[slot.lane].append(slot)

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return sum(self._waiting.values())

    def acquiring(self, temper: Temper, client: str) -> Steps[Slot]:
        """A slot for a query. Raises ``Overloaded`` if the queue is full or patience runs out."""
        with self._lock:
            for lane in MAY_TAKE[temper]:
                if self._free[lane]:
                    return self._free[lane].pop()
            waiter = self._enqueue(temper, client)
        try:
            yield waiter.woken
        except BaseException:
            self._leave(waiter)
            raise
        with self._lock:
            if waiter.slot is not None:
                return waiter.slot
            if waiter.refused:
                raise Overloaded("too many queries of yours wait already: others have their turn")
            self._remove(waiter)
        raise Overloaded(f"no worker came free within {self._patience:g} seconds")

    def acquire(self, temper: Temper, client: str) -> Slot:
        """The same, waited for in this thread."""
        return walked(self.acquiring(temper, client))

    def _leave(self, waiter: _Waiter) -> None:
        """Wait no more, and give back what was got meanwhile."""
        with self._lock:
            slot = waiter.slot
            if slot is None and not waiter.refused:
                self._remove(waiter)
        if slot is not None:
            self.release(slot)

    def release(self, slot: Slot) -> None:
        """Give a slot back: it goes to the next client in turn that can use it."""
        with self._lock:
            for queue in self._queues.values():
                waiter = next((w for w in queue if slot.lane in MAY_TAKE[w.temper]), None)
                if waiter is not None:
                    self._remove(waiter)
                    waiter.slot = slot
                    waiter.woken.ring()
                    if waiter.client in self._queues:
                        self._queues.move_to_end(waiter.client)
                    return
            self._free[slot.lane].append(slot)

    def _enqueue(self, temper: Temper, client: str) -> _Waiter:
        quick = temper is Temper.QUICK
        if self._waiting[quick] >= self._room:
            self._make_room(client, quick=quick)
        waiter = _Waiter(client, temper, Bell(self._patience))
        self._queues.setdefault(client, deque()).append(waiter)
        self._waiting[quick] += 1
        return waiter

    def _make_room(self, client: str, *, quick: bool) -> None:
        """Send the latest away of the client with most in the queue, unless that is the one who comes."""
        count = partial(self._count, quick=quick)
        heaviest = max(self._queues, key=count, default=client)
        if count(heaviest) <= count(client) + 1:
            raise Overloaded("too many queries wait already: try again in a moment")
        latest = next(w for w in reversed(self._queues[heaviest]) if (w.temper is Temper.QUICK) == quick)
        self._remove(latest)
        latest.refused = True
        latest.woken.ring()

    def _count(self, client: str, *, quick: bool) -> int:
        return sum((w.temper is Temper.QUICK) == quick for w in self._queues.get(client, ()))

    def _remove(self, waiter: _Waiter) -> None:
        queue = self._queues[waiter.client]
        queue.remove(waiter)
        self._waiting[waiter.temper is Temper.QUICK] -= 1
        if not queue:
            del self._queues[waiter.client]
