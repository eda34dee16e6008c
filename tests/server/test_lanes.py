"""Who gets a worker next, without any process: slots that stand for workers."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import cast

import pytest

from server.errors import Overloaded
from server.gate.admission import RateLimits, client_of
from server.processes.lanes import Lane, Lanes, Slot, Temper
from server.processes.process import Worker

WORKER = cast(Worker, None)


def lanes(*kinds: Lane, room: int = 10, patience: float = 5) -> Lanes:
    return Lanes([Slot(lane, WORKER) for lane in kinds], room=room, patience=patience)


def until(lanes: Lanes, waiting: int) -> None:
    """Wait until so many wait."""
    while lanes.waiting != waiting:
        time.sleep(0.002)


@pytest.mark.parametrize(
    ("temper", "expected"),
    [
        (Temper.UNKNOWN, [Lane.LONG, Lane.SHORT]),
        (Temper.QUICK, [Lane.LONG, Lane.SHORT, Lane.EXPRESS]),
        (Temper.LONG, [Lane.LONG]),
    ],
)
def test_what_each_may_take(temper: Temper, expected: list[Lane]) -> None:
    pool = lanes(Lane.SHORT, Lane.EXPRESS, Lane.LONG, patience=0.01)
    assert [pool.acquire(temper, "a").lane for _ in expected] == expected
    with pytest.raises(Overloaded):
        pool.acquire(temper, "a")


def test_clients_take_turns() -> None:
    pool = lanes(Lane.LONG)
    slot = pool.acquire(Temper.UNKNOWN, "first")
    order: list[str] = []

    def ask(client: str) -> None:
        got = pool.acquire(Temper.UNKNOWN, client)
        order.append(client)
        pool.release(got)

    with ThreadPoolExecutor(6) as threads:
        for number, client in enumerate(["greedy"] * 4 + ["modest"] * 2, start=1):
            threads.submit(ask, client)
            until(pool, number)
        pool.release(slot)
    assert order == ["greedy", "modest", "greedy", "modest", "greedy", "greedy"]


def test_where_the_queue_is_full_the_greedy_make_room() -> None:
    pool = lanes(Lane.LONG, room=3)
    slot = pool.acquire(Temper.UNKNOWN, "first")
    served: list[str] = []

    def ask(client: str) -> None:
        got = pool.acquire(Temper.UNKNOWN, client)
        served.append(client)
        pool.release(got)

    with ThreadPoolExecutor(5) as threads:
        waiting: list[Future[None]] = []
        for number in range(1, 4):
            waiting.append(threads.submit(ask, "greedy"))
            until(pool, number)
        with pytest.raises(Overloaded, match="wait already"):
            pool.acquire(Temper.UNKNOWN, "greedy")
        waiting.append(threads.submit(ask, "modest"))
        with pytest.raises(Overloaded, match="others have their turn"):
            waiting[2].result(timeout=5)
        pool.release(slot)
    assert sorted(served) == ["greedy", "greedy", "modest"]


def test_a_full_queue_of_unknown_ones_is_none_of_the_quick_ones() -> None:
    pool = lanes(Lane.LONG, Lane.SHORT, room=1)
    held = [pool.acquire(Temper.UNKNOWN, "a") for _ in range(2)]
    with ThreadPoolExecutor(2) as threads:
        unknown = threads.submit(pool.acquire, Temper.UNKNOWN, "a")
        until(pool, 1)
        quick = threads.submit(pool.acquire, Temper.QUICK, "a")
        until(pool, 2)
        for slot in held:
            pool.release(slot)
        assert {unknown.result().lane, quick.result().lane} == {Lane.LONG, Lane.SHORT}


def test_slots_are_neither_lost_nor_given_twice() -> None:
    pool = lanes(Lane.LONG, Lane.SHORT, Lane.EXPRESS, room=100)
    inside, lock = set[str](), threading.Lock()

    def ask(number: int) -> None:
        for _ in range(50):
            slot = pool.acquire(Temper.QUICK, str(number % 3))
            with lock:
                assert slot.lane not in inside
                inside.add(slot.lane)
            with lock:
                inside.remove(slot.lane)
            pool.release(slot)

    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(ask, n) for n in range(8)]:
            done.result()
    assert pool.waiting == 0
    assert len({pool.acquire(Temper.QUICK, "x").lane for _ in range(3)}) == 3


def test_a_bucket_empties_and_fills_again() -> None:
    limits = RateLimits(rate=2, burst=3)
    assert [limits.take("a", 0.0) for _ in range(3)] == [0, 0, 0]
    assert limits.take("a", 0.0) == pytest.approx(0.5)
    assert limits.take("b", 0.0) == 0
    assert limits.take("a", 0.5) == 0
    assert limits.take("a", 0.5) > 0
    assert [limits.take("a", 100.0) == 0 for _ in range(4)] == [True, True, True, False]
    assert RateLimits(rate=0, burst=1).take("a", 0.0) == RateLimits(rate=0, burst=1).take("a", 0.0) == 0


@pytest.mark.parametrize(
    ("address", "forwarded", "client"),
    [
        ("192.0.2.1", None, "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::/64"),
        ("127.0.0.1", "203.0.113.9, 192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "nonsense", "unknown"),
        ("", None, "unknown"),
    ],
)
def test_clients_are_told_apart(address: str, forwarded: str | None, client: str) -> None:
    assert client_of(address, forwarded) == client
