"""The writer is killed at random moments: what it had acknowledged is there, and nothing by halves."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from kg.dataset.checks.invariants import check_dataset, claim_names
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from tests.dataset.conftest import grant, holders

MOMENTS = 50
INGESTS = 8
"""So many of the moments are those of a `lodestone ingest`, the others of a process that writes alone."""

BATCH = 10
FILES = 30
EVERY = 10
"""Kills that one store bears: each is followed by a check of all of it."""

INGEST = """
import sys
from kg.ingest import taking
from kg.cli import main
made = taking.Ingest.__post_init__
def in_a_hurry(ingest):
    made(ingest)
    ingest.commit_seconds = 0.0
taking.Ingest.__post_init__ = in_a_hurry
print("begins", flush=True)
main(["ingest", "--quiet", sys.argv[2], "--store", sys.argv[1]])
"""
"""The command itself, in a hurry: it commits after each file, not every two seconds."""

ROOT = Path(__file__).parents[2]


def ingest(path: Path, attempt: int, told: Connection) -> None:
    """Write batches without end, and say so of each that was acknowledged."""
    with Writer(path) as writer:
        for batch in range(1000):
            writer.add(grant(f"Producer {attempt}.{batch}", f"Customer {n}") for n in range(BATCH))
            writer.commit()
            told.send(batch)


def test_a_writer_killed_at_any_moment_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["kg.dataset.writer", "tests.dataset.conftest"])
    rng = random.Random(7)  # noqa: S311 - moments, no secret
    sure = 0
    for attempt in range(MOMENTS - INGESTS):
        if attempt % EVERY == 0:
            path, sure = tmp_path / f"store-{attempt}", 0
            with Writer(path) as writer:
                writer.commit()
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
        assert list(check_dataset(snapshot)) == []
    with Writer(path) as writer:
        writer.add([grant("After", "All")])
        writer.commit()
    assert len(holders(Reader(path).current())) == sure + 1
    assert list(check_dataset(Reader(path).current())) == []
    assert os.listdir(path / "snapshots")  # noqa: PTH208 - names are enough


def record(file: int, number: int) -> str:
    claim = grant(f"Producer {file}", f"Customer {number}", title=f"Report {file}")
    return claim.model_dump_json(exclude_none=True, exclude_defaults=True)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Records and named graphs, in files of ``BATCH`` claims."""
    folder = tmp_path / "files"
    folder.mkdir()
    for file in range(FILES):
        if file % 3 == 2:
            graphs = (f"<urn:g{file}-{n}> {{ <urn:a{file}> <urn:p> <urn:b{n}> }}" for n in range(BATCH))
            (folder / f"{file:03}.trig").write_text("\n".join(graphs))
        else:
            lines = (record(file, number) for number in range(BATCH))
            (folder / f"{file:03}.jsonl").write_text("\n".join(lines))
    return folder


def run(path: Path, files: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", INGEST, path, files]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)


def test_an_ingest_killed_at_any_moment_is_gone_on_with(tmp_path: Path, files: Path) -> None:
    path = tmp_path / "store"
    with Writer(path) as writer:
        writer.commit()
    rng = random.Random(5)  # noqa: S311 - moments, no secret
    killed, sure = 0, Reader(path).current()
    for _ in range(INGESTS):
        process = run(path, files)
        assert process.stdout is not None
        assert process.stdout.readline() == b"begins\n"
        time.sleep(rng.uniform(0, 0.6))
        seen = Reader(path).current().number
        process.kill()
        process.communicate()
        killed += process.returncode == -signal.SIGKILL
        snapshot = Reader(path).current()
        assert snapshot.number >= max(seen, sure.number)
        names = set(claim_names(snapshot))
        assert names >= set(claim_names(sure))
        assert len(names) % BATCH == 0
        assert list(check_dataset(snapshot)) == []
        sure = snapshot
    assert killed >= INGESTS // 2
    process = run(path, files)
    process.communicate()
    assert process.returncode == 0
    assert len(set(claim_names(Reader(path).current()))) == FILES * BATCH
    assert list(check_dataset(Reader(path).current())) == []
