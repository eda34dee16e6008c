import shutil
import threading
from pathlib import Path

import pytest

from kg.dataset.checks.invariants import check_dataset
from kg.dataset.snapshots import Reader
from kg.dataset.upkeep.backup import LIST, back_up, restore
from kg.dataset.writer import Writer
from kg.errors import StoreError
from tests.dataset.conftest import grant, holders


@pytest.fixture
def filled(path: Path) -> Path:
    with Writer(path) as writer:
        writer.layout.save_text("A text that is kept.")
        writer.add(grant(f"Producer {n}", "Customer") for n in range(20))
        writer.commit()
    return path


def test_what_is_restored_is_what_was_backed_up(filled: Path, tmp_path: Path) -> None:
    before = Reader(filled).current()
    done = back_up(filled, tmp_path / "copy")
    assert done.version == before.iri
    again = restore(tmp_path / "copy", tmp_path / "again")
    assert again == done
    after = Reader(tmp_path / "again").current()
    assert after.iri == before.iri
    assert set(after.main) == set(before.main)
    assert list(check_dataset(after)) == []
    with Writer(tmp_path / "again") as writer:
        writer.add([grant("After", "All")])
        writer.commit()
    assert len(holders(Reader(tmp_path / "again").current())) == 21


def test_no_file_is_shared_with_the_store(filled: Path, tmp_path: Path) -> None:
    back_up(filled, tmp_path / "copy")
    files = [path for path in (tmp_path / "copy").rglob("*") if path.is_file()]
    assert len(files) > 10
    assert {path.stat().st_nlink for path in files} == {1}


def test_a_backup_is_whole_while_others_write(filled: Path, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        with Writer(filled) as writer:
            number = 0
            while not stop.is_set():
                writer.add(grant(f"More {number}", f"Customer {n}") for n in range(5))
                writer.commit()
                number += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(4):
            back_up(filled, tmp_path / f"copy-{number}")
    finally:
        stop.set()
        thread.join()
    for number in range(4):
        restore(tmp_path / f"copy-{number}", tmp_path / f"again-{number}")
        found = len(holders(Reader(tmp_path / f"again-{number}").current()))
        assert (found - 20) % 5 == 0


def spoil_byte(copy: Path) -> None:
    path = max(copy.rglob("*.sst"), key=lambda p: p.stat().st_size)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def lose_text(copy: Path) -> None:
    next((copy / "documents").rglob("*.txt")).unlink()


def add_file(copy: Path) -> None:
    (copy / "documents" / "stranger.txt").write_text("not of ours")


def cut_list(copy: Path) -> None:
    (copy / LIST).write_text("{")


@pytest.mark.parametrize("harm", [spoil_byte, lose_text, add_file, cut_list])
def test_a_damaged_backup_is_not_restored(filled: Path, tmp_path: Path, harm: object) -> None:
    back_up(filled, tmp_path / "copy")
    assert callable(harm)
    harm(tmp_path / "copy")
    with pytest.raises(StoreError, match=r"damaged|no backup"):
        restore(tmp_path / "copy", tmp_path / "again")
    assert [p.name for p in tmp_path.iterdir() if "again" in p.name] == []


def test_nothing_is_overwritten(filled: Path, tmp_path: Path) -> None:
    back_up(filled, tmp_path / "copy")
    with pytest.raises(StoreError, match="there already"):
        back_up(filled, tmp_path / "copy")
    with pytest.raises(StoreError, match="not empty"):
        restore(tmp_path / "copy", filled)


def test_a_store_is_no_backup(filled: Path, tmp_path: Path) -> None:
    shutil.copytree(filled, tmp_path / "plain")
    with pytest.raises(StoreError, match="no backup"):
        restore(tmp_path / "plain", tmp_path / "again")
