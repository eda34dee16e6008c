import json
import tarfile
from pathlib import Path

import pytest

from kg.dataset.checks.invariants import check_dataset
from kg.dataset.files import FORMAT, Layout
from kg.dataset.loading.progress import Watch
from kg.dataset.snapshots import Reader
from kg.dataset.upkeep.upgrade import STEPS, Step, upgrade
from kg.dataset.writer import Writer
from kg.errors import StoreError
from tests.dataset.conftest import grant, holders

STORES = Path(__file__).parent / "stores"
"""Stores as older versions of the program wrote them, packed; the working stores are left out."""


@pytest.fixture
def store(path: Path) -> Path:
    with Writer(path):
        pass
    return path


def note(layout: Layout, _: Watch) -> None:
    """A step that leaves a trace, and the next format."""
    told = json.loads(layout.settings_file.read_text())
    (layout.root / f"noted-{told['format']}").write_text("done")
    layout.settings_file.write_text(json.dumps({**told, "format": told["format"] + 1}))


def fail(layout: Layout, _: Watch) -> None:
    raise StoreError(f"{layout.root} cannot be mended")


def format_of(store: Path) -> int:
    return int(json.loads((store / "lodestone.json").read_text())["format"])


def test_every_older_format_has_a_step() -> None:
    assert set(STEPS) == set(range(min(STEPS, default=FORMAT), FORMAT))


def test_a_store_of_this_format_is_left_alone(store: Path) -> None:
    assert upgrade(store) == (FORMAT, ())


def test_steps_are_taken_in_order(store: Path) -> None:
    steps = {FORMAT: Step("note it", note), FORMAT + 1: Step("no more", note)}
    old, taken = upgrade(store, steps=steps, to=FORMAT + 2)
    assert (old, [step.words for step in taken]) == (FORMAT, ["note it", "no more"])
    assert format_of(store) == FORMAT + 2
    assert [(store / f"noted-{number}").exists() for number in (FORMAT, FORMAT + 1)] == [True, True]


def test_a_step_that_fails_can_be_taken_again(store: Path) -> None:
    steps = {FORMAT: Step("note it", note), FORMAT + 1: Step("fail", fail)}
    with pytest.raises(StoreError, match="mended"):
        upgrade(store, steps=steps, to=FORMAT + 2)
    assert format_of(store) == FORMAT + 1
    upgrade(store, steps={FORMAT + 1: Step("go on", note)}, to=FORMAT + 2)
    assert format_of(store) == FORMAT + 2


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"format": FORMAT + 1}, "newer Lodestone"),
        ({"format": 0}, "no way from store format 0"),
        ({"format": "x"}, "names no format"),
        ([], "cannot be read"),
    ],
)
def test_what_cannot_be_upgraded_is_told(store: Path, settings: object, words: str) -> None:
    (store / "lodestone.json").write_text(json.dumps(settings))
    with pytest.raises(StoreError, match=words):
        upgrade(store)


def test_a_step_that_does_nothing_is_found_out(store: Path) -> None:
    with pytest.raises(StoreError, match="did not come to have"):
        upgrade(store, steps={FORMAT: Step("nothing", lambda *_: None)}, to=FORMAT + 1)


def test_no_store_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no Lodestone store"):
        upgrade(tmp_path / "nothing")


def test_a_store_of_the_first_format_comes_up_to_this_one(tmp_path: Path) -> None:
    with tarfile.open(STORES / "format-1.tar.gz") as packed:
        packed.extractall(tmp_path / "old", filter="data")
    with pytest.raises(StoreError, match="lodestone upgrade"):
        Reader(tmp_path / "old")
    old, taken = upgrade(tmp_path / "old")
    assert (old, len(taken)) == (1, FORMAT - 1)
    snapshot = Reader(tmp_path / "old").current()
    assert snapshot.index is not None
    assert list(check_dataset(snapshot)) == []
    assert snapshot.manifest.counts["active"] == 8
    with Writer(tmp_path / "old") as writer:
        writer.add([grant("After", "All")])
        writer.commit()
    assert ("After", "All") in holders(Reader(tmp_path / "old").current())
