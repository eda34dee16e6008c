"""The pool, with evaluations that sleep, die or grow instead of querying."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kg.errors import LodestoneError, QueryOverLimit, QuerySyntaxError, QueryTimeout
from server.errors import Overloaded, WorkerLost
from server.processes.jobs import Evaluation, Failure, Job, Reply
from server.processes.lanes import Temper
from server.processes.workers import Workers, temper_of

MEBIBYTE = 1024 * 1024


def odd(store: Path) -> Evaluation:
    """An evaluation that does what the query says."""

    def evaluate(job: Job) -> Reply | Failure:
        match job.query.split():
            case ["sleep", seconds]:
                time.sleep(float(seconds))
            case ["work", seconds]:
                end = time.process_time() + float(seconds)
                while time.process_time() < end:
                    pass
                return Reply(
                    "ask", "text/plain", str(os.getpid()).encode(), str(store), spent=time.process_time()
                )
            case ["niceness"]:
                return Reply("ask", "text/plain", str(os.nice(0)).encode(), str(store))
            case ["spin"]:
                sum(range(10**12))  # one long call into C: no signal handler of Python's runs
            case ["die"]:
                os.kill(os.getpid(), signal.SIGKILL)
            case ["grow"]:
                bytearray(1024 * MEBIBYTE)
            case ["fail"]:
                return Failure.of(QuerySyntaxError("not so", line=3, column=7))
            case ["raise"]:
                raise ZeroDivisionError
        return Reply("ask", "text/plain", str(os.getpid()).encode(), str(store))

    return evaluate


def job(query: str, timeout: float = 20) -> Job:
    return Job(query, timeout=timeout, limit=1000)


def pool(count: int = 1, waiting: int = 8, patience: float = 20) -> Workers:
    memory = 256 * MEBIBYTE
    return Workers(Path("s"), count=count, memory=memory, waiting=waiting, patience=patience, make=odd)


@pytest.fixture(scope="module")
def one() -> Iterator[Workers]:
    workers = pool()
    yield workers
    workers.close()


def process(workers: Workers) -> int:
    return int(workers.run(job("who")).body)


def test_a_job_is_answered(one: Workers) -> None:
    assert one.run(job("who")).version == "s"
    assert process(one) == process(one)


@pytest.mark.parametrize("query", ["sleep 600", "spin"])
def test_what_takes_too_long_is_killed_and_replaced(one: Workers, query: str) -> None:
    before = process(one)
    with pytest.raises(QueryTimeout) as caught:
        one.run(job(query, timeout=0.3))
    assert caught.value.seconds == 0.3
    assert process(one) != before
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)


def test_a_worker_that_dies_is_told_and_replaced(one: Workers) -> None:
    before = process(one)
    with pytest.raises(WorkerLost):
        one.run(job("die"))
    assert process(one) != before


def test_a_worker_that_dies_idle_is_not_missed(one: Workers) -> None:
    before = process(one)
    os.kill(before, signal.SIGKILL)
    assert process(one) != before


def test_memory_has_a_limit(one: Workers) -> None:
    with pytest.raises(QueryOverLimit) as caught:
        one.run(job("grow"))
    assert caught.value.limit == "memory"


def test_errors_keep_their_fields(one: Workers) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        one.run(job("fail"))
    assert (str(caught.value), caught.value.line, caught.value.column) == ("not so", 3, 7)


def test_a_fault_is_a_fault(one: Workers) -> None:
    with pytest.raises(LodestoneError, match="ZeroDivisionError"):
        one.run(job("raise"))
    assert process(one)


def test_nobody_else_notices_a_kill() -> None:
    workers = pool(count=2)
    try:
        with ThreadPoolExecutor(2) as threads:
            runaway = threads.submit(workers.run, job("spin", timeout=1))
            while not runaway.done():
                assert workers.run(job("who")).version == "s"
            assert isinstance(runaway.exception(), QueryTimeout)
    finally:
        workers.close()


def test_runaways_leave_a_worker_for_what_is_short() -> None:
    workers = pool(count=2)
    workers.start()
    workers.wait()
    try:
        with ThreadPoolExecutor(3) as threads:
            runaways = [threads.submit(workers.run, job("spin", timeout=8)) for _ in range(2)]
            for _ in range(3):
                assert workers.run(job("who")).version == "s"
            assert not any(runaway.done() for runaway in runaways)
            assert [type(runaway.exception()) for runaway in runaways] == [QueryTimeout] * 2
    finally:
        workers.close()


def test_what_is_not_short_after_all_is_begun_again_elsewhere() -> None:
    workers = pool(count=2)
    try:
        with ThreadPoolExecutor(2) as threads:
            both = [threads.submit(workers.run, job("sleep 2")) for _ in range(2)]
            assert all(future.result().version == "s" for future in both)
        assert workers.tried_again == 1
    finally:
        workers.close()


def ask_until_refused(workers: Workers, held: "Future[Reply]") -> Overloaded | None:
    """Ask while another job is in hand; gives back the refusal."""
    while not held.done():
        try:
            workers.run(job("who"))
        except Overloaded as refusal:
            return refusal
    return None


@pytest.mark.parametrize(
    ("limits", "words"),
    [({"waiting": 0}, "too many queries"), ({"patience": 0.05}, "within 0.05 seconds")],
    ids=["no room", "no patience"],
)
def test_who_finds_no_worker_is_sent_away(limits: dict[str, Any], words: str) -> None:
    workers = pool(**limits)
    workers.start()
    workers.wait()
    try:
        with ThreadPoolExecutor(1) as threads:
            held = threads.submit(workers.run, job("sleep 600", timeout=2))
            refusal = ask_until_refused(workers, held)
            assert refusal is not None
            assert words in str(refusal)
            assert isinstance(held.exception(), QueryTimeout)
    finally:
        workers.close()


def test_closing_ends_the_processes() -> None:
    workers = pool()
    last = process(workers)
    workers.close()
    with pytest.raises(ProcessLookupError):
        os.kill(last, 0)
    with pytest.raises(WorkerLost):
        workers.run(job("who"))


@pytest.mark.parametrize(
    ("query", "spent", "took", "temper"),
    [
        ("ASK {}", 0.01, 0.05, Temper.QUICK),
        ("ASK {}", 0.01, 0.3, Temper.QUICK),
        ("ASK {}", 0.01, 3.0, Temper.UNKNOWN),
        ("ASK {}", 0.3, 3.0, Temper.UNKNOWN),
        ("ASK {}", 0.9, 1.0, Temper.LONG),
        ("ASK { service <http://127.0.0.1/> {} }", 0.01, 3.0, Temper.LONG),
    ],
)
def test_what_counts_of_a_job_is_its_work(query: str, spent: float, took: float, temper: Temper) -> None:
    assert temper_of(job(query), Reply("ask", "text/plain", b"", "s", spent=spent), took) is temper


def test_what_the_first_job_of_a_process_reads_is_not_held_against_its_like() -> None:
    reply = Reply("ask", "text/plain", b"", "s", spent=0.9)
    assert temper_of(job("ASK {}"), reply, 1.0, fresh=True) is Temper.UNKNOWN
    assert temper_of(job("ASK {}"), reply, 1.0) is Temper.LONG


def test_a_process_is_kept_through_what_takes_long_at_first_and_through_waiting() -> None:
    workers = pool()
    try:
        first = int(workers.run(job("work 0.7")).body)
        assert process(workers) == first
        assert int(workers.run(job("sleep 0.8")).body) == first
        assert process(workers) == first
    finally:
        workers.close()


def test_a_process_that_gave_way_goes_on_as_before_or_is_replaced(one: Workers) -> None:
    before, first = workers_niceness(one), process(one)
    one.run(job("work 0.8"))
    assert workers_niceness(one) == before
    if os.geteuid() == 0:
        assert process(one) == first


def workers_niceness(workers: Workers) -> int:
    return int(workers.run(job("niceness")).body)


def test_what_is_to_be_forgotten_is_so_though_the_process_gave_way(one: Workers) -> None:
    first = process(one)
    with ThreadPoolExecutor(1) as other:
        running = other.submit(one.run, job("work 1.2"))
        time.sleep(0.9)
        one.forget()
        running.result()
    assert process(one) != first
