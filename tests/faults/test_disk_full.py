"""The disk fills up at an ingest, at a snapshot, at a backup: the store stays as it was published."""

import subprocess
import sys
from pathlib import Path

import pytest

from kg.dataset.checks.invariants import check_dataset
from kg.dataset.snapshots import Reader
from kg.dataset.upkeep.backup import back_up
from kg.dataset.writer import Writer
from kg.errors import StoreError
from tests.dataset.conftest import grant, holders
from tests.faults.conftest import Disk

ROOT = Path(__file__).parents[2]
WRITE = """
import sys
from pathlib import Path
from kg.dataset.writer import Writer
from tests.dataset.conftest import grant
with Writer(Path(sys.argv[1])) as writer:
    for batch in range(100000):
        writer.add(grant(f"Producer {batch}", f"Customer {n} " + "x" * 500) for n in range(50))
        if sys.argv[2] == "commits":
            writer.commit()
            print(batch, flush=True)
"""


def fill(disk: Path, leave: int) -> Path:
    """Fill a disk up to so many bytes."""
    ballast = disk / "ballast"
    with ballast.open("wb") as out:
        try:
            while True:
                out.write(b"x" * 65536)
                out.flush()
        except OSError:
            pass
    with ballast.open("r+b") as out:
        out.truncate(max(0, ballast.stat().st_size - leave))
    return ballast


@pytest.mark.parametrize("how", ["commits", "in one piece"])
def test_a_full_disk_stops_an_ingest_and_harms_nothing(mounted: Disk, how: str) -> None:
    disk = mounted("size=48m")
    path = disk / "store"
    with Writer(path) as writer:
        writer.add([grant("Producer", "Customer")])
        writer.commit()
    done = subprocess.run(
        [sys.executable, "-c", WRITE, path, how], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    acknowledged = len(done.stdout.splitlines())
    snapshot = Reader(path).current()
    assert len(holders(snapshot)) >= 1 + 50 * acknowledged
    assert list(check_dataset(snapshot)) == []


def test_once_there_is_room_again_it_goes_on(mounted: Disk) -> None:
    disk = mounted("size=48m")
    path = disk / "store"
    with Writer(path) as writer:
        writer.add([grant("Producer", "Customer")])
        writer.commit()
    before = Reader(path).current().number
    ballast = fill(disk, 20_000)
    done = subprocess.run(
        [sys.executable, "-c", WRITE, path, "commits"], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode != 0
    assert Reader(path).current().number == before
    ballast.unlink()
    with Writer(path) as writer:
        writer.add([grant("After", "All")])
        writer.commit()
    assert len(holders(Reader(path).current())) == 2
    assert list(check_dataset(Reader(path).current())) == []


def test_a_backup_that_does_not_fit_leaves_nothing(mounted: Disk, tmp_path: Path) -> None:
    path = tmp_path / "store"
    with Writer(path) as writer:
        writer.layout.save_text("x" * 3_000_000)
        writer.add([grant("Producer", "Customer")])
        writer.commit()
    disk = mounted("size=1m")
    with pytest.raises(StoreError, match="cannot be written"):
        back_up(path, disk / "copy")
    assert list(disk.iterdir()) == []
