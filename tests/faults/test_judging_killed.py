"""The writer is killed while it judges and undoes: a judgment is there with all it changes, or not at all."""

import multiprocessing
import random
import time
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from kg.dataset.checks.invariants import check_dataset
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from tests.dataset.conftest import grant
from tests.dataset.judged import JL, JL_MAG, named, same

MOMENTS = 4
REPORTS = 10


def toggle(path: Path, attempt: int, told: Connection) -> None:
    """Judge and undo without end, and say so of each that was acknowledged."""
    start = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=attempt)
    with Writer(path) as writer:
        for number in range(1000):
            for standing in list(writer.view.judgments()):
                writer.undo(standing, reason="again", by="B. Analyst")
            if number % 2 == 0:
                writer.judge([same(JL, JL_MAG, made=start + timedelta(seconds=number))])
            writer.commit()
            told.send(number % 2 == 0)


def test_a_judgment_is_there_with_all_that_it_changes_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "store"
    with Writer(path) as writer:
        for number in range(REPORTS):
            producer = named("JL MAG", JL_MAG) if number % 2 else named("JL", JL)
            writer.add([grant(producer, f"Customer {number % 5}", title=f"Report {number}")])
        writer.commit()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["kg.dataset.writer", "tests.dataset.conftest"])
    rng = random.Random(11)  # noqa: S311 - moments, no secret
    seen = set()
    for attempt in range(MOMENTS):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=toggle, args=(path, attempt, theirs))
        process.start()
        theirs.close()
        ours.poll(20)
        time.sleep(rng.uniform(0, 0.1))
        process.kill()
        process.join()
        ours.close()
        snapshot = Reader(path).current()
        standing = [name for name in snapshot.judgments() if snapshot.is_judgment(name)]
        assert len(standing) <= 1
        mentioned = snapshot.query(f"ASK {{ <{JL_MAG}> ?p ?o }}")
        assert bool(mentioned) != bool(standing)
        assert list(check_dataset(snapshot)) == []
        seen.add(bool(standing))
    assert seen
