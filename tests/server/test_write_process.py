"""The process that writes: killed while it is idle, killed in the middle, closed."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.dataset.checks.invariants import check_dataset
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from server.errors import Overloaded, WorkerLost
from server.processes.writes import UpdateWrite
from server.processes.writing import Writing

NUMBERS = " ".join(map(str, range(2000)))
ENDLESS = "INSERT {{ ?a ?b ?c }} WHERE {{ {} }}".format(
    " ".join(f"VALUES ?{v} {{ {NUMBERS} }}" for v in "abc")
)
QUICK = UpdateWrite("INSERT DATA { <urn:a> <urn:p> 1 }", None)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    with Writer(tmp_path / "store"):
        pass
    return tmp_path / "store"


@pytest.fixture
def writing(store: Path) -> Iterator[Writing]:
    writing = Writing(store, timeout=60, wait=0.5, memory=2**32)
    yield writing
    writing.close()


def kill(writing: Writing) -> None:
    process = writing._kept._process
    assert process is not None
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)


def test_one_that_died_idle_is_replaced(writing: Writing, store: Path) -> None:
    first = writing.run(QUICK)
    kill(writing)
    time.sleep(0.2)
    second = writing.run(UpdateWrite("CLEAR ALL", None))
    assert (first.after, second.before, second.told["deleted"]) == (2, 2, 1)
    assert Reader(store).current().iri == second.version


def test_one_that_dies_in_the_middle_leaves_nothing(writing: Writing, store: Path) -> None:
    timer = threading.Timer(3, kill, (writing,))
    timer.start()
    with pytest.raises(WorkerLost):
        writing.run(UpdateWrite(f"{QUICK.text} ; {ENDLESS}", None))
    snapshot = Reader(store).current()
    assert len(snapshot.main) == 0
    assert writing.run(QUICK).told["inserted"] == 1
    assert list(check_dataset(Reader(store).current())) == []


def test_who_waits_too_long_is_told(writing: Writing) -> None:
    lost: list[Exception] = []

    def write() -> None:
        try:
            writing.run(UpdateWrite(ENDLESS, None))
        except WorkerLost as error:
            lost.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    time.sleep(0.5)
    with pytest.raises(Overloaded):
        writing.run(QUICK)
    writing.close()
    thread.join()
    assert len(lost) == 1
    with pytest.raises(WorkerLost):
        writing.run(QUICK)
