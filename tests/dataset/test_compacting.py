"""Compaction: everything holds after it, readers go on, a crash leaves the version before."""

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kg.dataset.annotated.view import Support
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.files import write_json
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.upkeep.compacting import Compaction, store_use
from kg.dataset.writer import Writer
from kg.errors import VersionGone
from tests.dataset.conftest import grant

CHILD = """
import os, signal, sys
from pathlib import Path
import kg.dataset.working as working
from kg.dataset.upkeep.compacting import Compaction

where, store = sys.argv[1:]


def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)


match where:
    case "before it is published":
        working.write_json = die
    case "with annotations half written":
        working.WorkingCopy._write_text = die
    case "before older ones are dropped":
        working.WorkingCopy._prune = die
with Compaction(Path(store)) as writer:
    writer.compact(keep=1)
"""


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of many versions, most of whose claims were taken back."""
    path = tmp_path_factory.mktemp("grown") / "store"
    with Writer(path) as writer:
        for n in range(5):
            added = writer.add([grant(f"Firm {n}", f"Customer {m}") for m in range(8)])
            writer.commit()
            for one in added[1:]:
                writer.retract(one.iri, reason="wrong", by="a test")
            writer.commit()
    return path


@pytest.fixture
def store(grown: Path, tmp_path: Path) -> Path:
    path = tmp_path / "store"
    shutil.copytree(grown, path)
    return path


def content(snapshot: Snapshot) -> set[str]:
    return {str(quad) for store in (snapshot.main, snapshot.archive) for quad in store}


def annotated(snapshot: Snapshot) -> dict[str, Support]:
    index = snapshot.index
    assert index is not None
    return {f"{s} {p} {o}": index.supports([name])[0] for s, p, o, name in index.matching(None, None, None)}


def test_a_compacted_store_says_the_same(store: Path) -> None:
    reader = Reader(store)
    before = reader.current()
    told, rests = content(before), annotated(before)
    with Compaction(store) as writer:
        done = writer.compact(keep=1)
    after = reader.current()
    assert after.number == before.number + 1
    assert content(after) == told
    assert annotated(after) == rests
    assert list(check_dataset(after)) == []
    assert done.annotations
    assert len(done.dropped) == 8
    assert done.after < done.before
    assert reader.layout.versions() == (after.number,)
    assert [p.name for p in store.glob("annotations*")] == [after.manifest.annotations]
    assert set(store_use(store)) == {"main", "archive", "index", "text", "statistics", "annotations"}


def test_a_compacted_store_is_written_on(store: Path) -> None:
    with Compaction(store) as writer:
        writer.compact(keep=2)
        writer.add([grant("One", "Other")])
        writer.commit()
    with Writer(store) as writer:
        writer.add([grant("One more", "Other")])
        writer.commit()
    current = Reader(store).current()
    assert len(annotated(current)) > 0
    assert list(check_dataset(current)) == []
    with Compaction(store) as writer:
        assert not writer.compact().annotations


def test_older_annotations_stay_while_a_version_needs_them(store: Path) -> None:
    before = Reader(store).current()
    rests = annotated(before)
    with Compaction(store) as writer:
        writer.compact(keep=3)
    again = Reader(store).version(str(before.number))
    assert annotated(again) == rests
    assert len(list(store.glob("annotations*"))) == 2


@pytest.mark.parametrize(
    "where",
    ["before it is published", "with annotations half written", "before older ones are dropped"],
)
def test_a_killed_compaction_harms_nothing(store: Path, where: str) -> None:
    told = content(Reader(store).current())
    command = [sys.executable, "-c", CHILD, where, str(store)]
    done = subprocess.run(command, check=False, timeout=120, env={**os.environ})
    assert done.returncode == -signal.SIGKILL
    assert content(Reader(store).current()) == told
    with Compaction(store) as writer:
        writer.compact(keep=1)
    after = Reader(store).current()
    assert content(after) == told
    assert list(check_dataset(after)) == []
    assert [p.name for p in store.glob("annotations*")] == [after.manifest.annotations]


def test_versions_are_kept_by_number_and_by_age(store: Path) -> None:
    layout = Reader(store).layout
    newest = layout.versions()[-1]
    for version in layout.versions():
        manifest = layout.manifest_of(version)
        assert manifest is not None
        published = datetime.now(UTC) - timedelta(days=newest - version)
        told = vars(replace(manifest, published=published.isoformat(timespec="milliseconds")))
        write_json(layout.snapshots / f"{version:06d}" / "snapshot.json", told)
    with Compaction(store) as writer:
        writer.compact(keep=1, keep_days=3.5)
    assert layout.versions() == tuple(range(newest - 3, newest + 2))
    assert (layout.settings().keep_snapshots, layout.settings().keep_days) == (1, 3.5)
    with pytest.raises(VersionGone):
        Reader(store).version(str(newest - 4))
