"""The writer is killed at random moments: what it had acknowledged is there, and nothing by halves."""

import multiprocessing
import os
import random
import time
from multiprocessing.connection import Connection
from pathlib import Path

from kg.dataset.checks.invariants import check_dataset
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from tests.dataset.conftest import grant, holders

MOMENTS = 50
BATCH = 10


def ingest(path: Path, attempt: int, told: Connection) -> None:
    """Write batches without end, and say so of each that was acknowledged."""
    with Writer(path) as writer:
        for batch in range(1000):
            writer.add(grant(f"Producer {attempt}.{batch}", f"Customer {n}") for n in range(BATCH))
            writer.commit()
            told.send(batch)


def test_a_writer_killed_at_any_moment_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "store"
    with Writer(path) as writer:
        writer.commit()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["kg.dataset.writer", "tests.dataset.conftest"])
    rng = random.Random(7)  # noqa: S311 - moments, no secret
    sure = 0
    for attempt in range(MOMENTS):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=ingest, args=(path, attempt, theirs))
        process.start()
        theirs.close()
        ours.poll(10)
        time.sleep(rng.uniform(0, 0.12))
        process.kill()
        process.join()
        acknowledged = 0
        while ours.poll():
            try:
                ours.recv()
            except (EOFError, OSError):
                break
            acknowledged += 1
        ours.close()
        snapshot = Reader(path).current()
        found = len(holders(snapshot))
        assert found % BATCH == 0
        assert found >= sure + acknowledged * BATCH
        sure = found
        if attempt % 10 == 9:
            assert list(check_dataset(snapshot)) == []
    with Writer(path) as writer:
        writer.add([grant("After", "All")])
        writer.commit()
    assert len(holders(Reader(path).current())) == sure + 1
    assert list(check_dataset(Reader(path).current())) == []
    assert os.listdir(path / "snapshots")  # noqa: PTH208 - names are enough
