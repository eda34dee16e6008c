"""A purge that ends in the middle: nothing of the text is read any more, and the next writer finishes it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kg.claims.document import text_hash
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.files import Layout
from kg.dataset.lock import StoreLock
from kg.dataset.purging import under_way
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.upkeep import backup
from kg.dataset.upkeep.backup import back_up
from kg.dataset.upkeep.purge import Purge
from kg.dataset.writer import Writer
from kg.errors import LodestoneError, PurgeUnfinished, StoreBusy, StoreError
from ontology.vocab import OA
from tests.dataset.conftest import grant
from tests.dataset.test_purge_everywhere import HIDDEN, NAMES, OTHER, TEXT, claim, everything, secret

STEPS = (
    "_put_stone",
    "_hide_versions",
    "_withdraw",
    "_sweep",
    "_forget_text",
    "_rewrite",
    "_publish",
    "_clear",
)
PROGRAM = """
import os, sys
from pathlib import Path
from kg.dataset.upkeep import purge
from kg.dataset.working import WorkingCopy

store, document, step, when = sys.argv[1:]
owner = WorkingCopy if step == "_prune" else purge.Purge
done = getattr(owner, step)

def ending(self, *arguments):
    if when == "after":
        done(self, *arguments)
    os._exit(7)

with purge.Purge(Path(store)) as writer:
    setattr(owner, step, ending)
    writer.purge(document, reason="protection of a source")
"""


@pytest.fixture
def document(path: Path) -> str:
    with Writer(path) as writer:
        for text in (TEXT, OTHER):
            writer.layout.save_text(text)
        writer.add([secret(), claim(OTHER, "Autowerk got its magnets")])
        writer.commit()
        for number in range(3):
            writer.add([grant(f"Producer {number}", "Customer")])
            writer.commit()
    return NAMES.document(text_hash(TEXT))


def killed(path: Path, document: str, step: str, when: str = "before") -> None:
    """Purge in a process that ends at a step."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, path, document, step, when],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=120,
        check=False,
    )
    assert done.returncode == 7


def told(snapshot: Snapshot, document: str) -> str:
    """All that a version tells of the document, and of anything else."""
    return everything(snapshot).casefold() + (snapshot.document_text(document) or "").casefold()


def readable(path: Path, document: str, open_before: Reader) -> list[int]:
    """The versions in which the words are still read, by whoever opens the store, or did before."""
    found = []
    for number in range(1, 8):
        for reader in (open_before, None):
            try:
                snapshot = (reader or Reader(path)).version(str(number))
            except LodestoneError:
                continue
            if HIDDEN in told(snapshot, document):
                found.append(number)
    return found


@pytest.mark.parametrize("step", [*STEPS, "_prune"])
def test_it_is_finished_by_the_next_writer(path: Path, document: str, step: str) -> None:
    reader = Reader(path)
    assert HIDDEN in told(reader.current(), document)
    killed(path, document, step)
    assert readable(path, document, reader) == []
    with Writer(path) as writer:
        writer.add([grant("A later producer", "Customer")])
        writer.commit()
    snapshot = Reader(path).current()
    assert list(check_dataset(snapshot)) == []
    assert readable(path, document, reader) == []
    assert under_way(Layout(path)) is None
    assert [f for f in path.rglob("*") if f.is_file() and HIDDEN.encode() in f.read_bytes().lower()] == []
    quotes = {
        q.object.value
        for q in snapshot.main.quads_for_pattern(None, None, None)
        if q.predicate.value == OA + "exact"
    }
    assert quotes == {"Autowerk got its magnets"}


def test_what_finishes_it_may_end_as_well(path: Path, document: str) -> None:
    killed(path, document, "_withdraw")
    killed(path, document, "_rewrite", "after")
    killed(path, document, "_publish", "after")
    snapshot = Reader(path).current()  # it is published, and only files are left
    assert HIDDEN not in told(snapshot, document)
    with Writer(path):
        pass
    assert under_way(Layout(path)) is None
    assert list(check_dataset(Reader(path).current())) == []


def test_readers_and_backups_are_told(path: Path, document: str, tmp_path: Path) -> None:
    killed(path, document, "_withdraw")
    with pytest.raises(PurgeUnfinished, match="the next write finishes it"):
        Reader(path).current()
    with pytest.raises(StoreError, match="taken out"):
        back_up(path, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def test_while_it_is_finished_nobody_reads_it(path: Path, document: str) -> None:
    killed(path, document, "_withdraw")
    with StoreLock(Layout(path)):  # as whoever finishes it has
        with pytest.raises(PurgeUnfinished):
            Reader(path).current()
        with pytest.raises(StoreBusy), Writer(path, wait=0.1):
            pass


def test_a_backup_of_what_is_taken_out_meanwhile_is_not_kept(
    path: Path, document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = backup._copy

    def and_purge(snapshot: Snapshot, part: Path) -> None:
        copy(snapshot, part)
        with Purge(path) as writer:
            writer.purge(document, reason="protection of a source")

    monkeypatch.setattr(backup, "_copy", and_purge)
    with pytest.raises(StoreError, match="make the backup again"):
        back_up(path, tmp_path / "backup")
    assert list(tmp_path.glob("*backup*")) == []
