"""Real processes: one writes while another reads, and one that dies in the middle."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from kg.dataset.checks.invariants import check_dataset
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from tests.dataset.conftest import grant, holders

WRITE = """
import sys
from pathlib import Path
from kg.dataset.writer import Writer
from tests.dataset.conftest import grant

with Writer(Path(sys.argv[1])) as writer:
    for batch in range(int(sys.argv[2]), int(sys.argv[3])):
        writer.add(grant(f"Producer {batch}", f"Customer {n}") for n in range(10))
        writer.commit()
        print(batch, flush=True)
"""


def writing(path: Path, first: int, last: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITE, str(path), str(first), str(last)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def test_readers_see_whole_commits_and_each_one_that_was_acknowledged(path: Path) -> None:
    with Writer(path) as writer:
        writer.add([grant("Producer", "Customer")])
        writer.commit()
    reader = Reader(path)
    seen = []
    with writing(path, 0, 12) as process:
        assert process.stdout is not None
        for line in process.stdout:
            count = len(holders(reader.current())) - 1
            assert count % 10 == 0
            assert count >= 10 * (int(line) + 1)
            seen.append(count)
    assert process.returncode == 0
    assert seen == sorted(seen)
    assert len(holders(reader.current())) == 121


def test_a_writer_killed_at_any_moment_leaves_a_sound_store(path: Path) -> None:
    with Writer(path) as writer:
        writer.commit()
    acknowledged = 0
    for attempt in range(6):
        with writing(path, attempt * 1000, attempt * 1000 + 1000) as process:
            assert process.stdout is not None
            process.stdout.readline()
            acknowledged += 10
            time.sleep(0.013 * attempt)
            process.send_signal(signal.SIGKILL)
            acknowledged += 10 * len(process.stdout.readlines())
        snapshot = Reader(path).current()
        found = len(holders(snapshot))
        assert found % 10 == 0
        assert found >= acknowledged
        acknowledged = found
        assert list(check_dataset(snapshot)) == []
    with Writer(path) as writer:
        writer.add([grant("After", "All")])
        writer.commit()
    assert len(holders(Reader(path).current())) == acknowledged + 1
