"""An upgrade that is killed loses nothing: the store is as it was, and what was indexed is not made again."""

import json
import multiprocessing
import shutil
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from kg.dataset.annotated.view import View
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.files import FORMAT, Layout
from kg.dataset.snapshots import Reader
from kg.dataset.text import keeping
from kg.dataset.text.entry import Entry, entry_of
from kg.dataset.upkeep import wording
from kg.dataset.upkeep.upgrade import upgrade
from kg.dataset.writer import Writer
from tests.dataset.conftest import grant

CLAIMS = 120
MANY = 30


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store as one of format 2 was: without an index of words."""
    path = tmp_path / "store"
    with Writer(path) as writer:
        added = writer.add(grant(f"Producer {n % 40}", f"Customer {n}") for n in range(CLAIMS))
        writer.retract(added[7].iri, reason="wrong", by="test")
        writer.commit()
        manifest = writer.manifest
    layout = Layout(path)
    for file in (layout.manifest_file, layout.snapshots / f"{manifest.version:06d}" / "snapshot.json"):
        file.write_text(json.dumps({**json.loads(file.read_text()), "text": ""}))
    shutil.rmtree(layout.snapshots / manifest.text)
    shutil.rmtree(layout.working)
    _set_format(layout, 2)
    return path


def _set_format(layout: Layout, number: int) -> None:
    told = json.loads(layout.settings_file.read_text())
    layout.settings_file.write_text(json.dumps({**told, "format": number}))


class Told:
    """A watch that sends what it is told, and waits for leave to go on."""

    def __init__(self, line: Connection) -> None:
        self.line = line

    def phase(self, name: str, total: int | None, _: str) -> None:
        self.line.send((name, total))

    def step(self, count: int) -> None:
        self.line.send(count)
        self.line.recv()


def upgrade_slowly(path: Path, line: Connection) -> None:
    keeping.MANY, wording.AT_ONCE = MANY, 10
    upgrade(path, Told(line))


def test_an_upgrade_that_is_killed_is_gone_on_with(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=upgrade_slowly, args=(store, theirs))
    process.start()
    theirs.close()
    assert ours.recv() == ("indexing words", CLAIMS)
    for _ in range(7):
        assert ours.recv() == 10
        ours.send("go on")
    process.kill()
    process.join()
    ours.close()
    layout = Layout(store)
    assert json.loads(layout.settings_file.read_text())["format"] == 2
    with Writer(store, store_format=2) as writer:
        assert writer.manifest.counts["active"] == CLAIMS - 1
    made = _counted(monkeypatch)
    assert upgrade(store)[0] == 2
    assert 0 < len(made) <= CLAIMS - 2 * MANY
    assert not layout.upgrading.exists()
    snapshot = Reader(store).current()
    assert list(check_dataset(snapshot)) == []
    assert json.loads(layout.settings_file.read_text())["format"] == FORMAT


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    made: list[str] = []

    def count(view: View, iri: str) -> Entry:
        made.append(iri)
        return entry_of(view, iri)

    monkeypatch.setattr(wording, "entry_of", count)
    return made


def test_an_upgrade_that_was_published_is_not_made_again(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade(store)
    version = Layout(store).manifest().version
    _set_format(Layout(store), 2)  # killed between the two writes
    made = _counted(monkeypatch)
    upgrade(store)
    assert (made, Layout(store).manifest().version) == ([], version)


def test_several_processes_make_the_same_index(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "FEW", 0)
    monkeypatch.setattr(wording, "AT_ONCE", 25)
    assert upgrade(store)[0] == 2
    assert list(check_dataset(Reader(store).current())) == []
