"""A bulk load that is killed goes on with the same command: nothing is lost, nothing is there twice."""

import gzip
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kg.dataset.checks.invariants import check_dataset
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.writer import Writer
from kg.ingest.report import IngestReport
from kg.ingest.taking import Ingest

CLAIMS = 400

CHILD = """
import os, signal, sys
from pathlib import Path
import kg.dataset.loading.checkpoints as checkpoints
import kg.dataset.annotated.indexing as indexing
import kg.dataset.loading.beside as beside
import kg.dataset.working as working
import kg.dataset.loading.rdf_load as rdf_load
from kg.dataset.writer import Writer
from kg.ingest.taking import Ingest

where, count, store, *files = sys.argv[1:]
left = int(count)


def die(*args, **kwargs):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)


def before(module, name):
    asked = getattr(module, name)
    setattr(module, name, lambda *a, **k: (die(), asked(*a, **k))[1])


match where:
    case "safe":
        before(checkpoints, "sync_folder")  # the state is in its place, nothing else happened since
    case "half safe":
        before(checkpoints, "write_json")
    case "loading":
        before(rdf_load, "nquads")
    case "indexing":
        before(indexing, "told_supports")
    case "beside" | "filled beside":
        indexing.MANY = 1
        indexing.BULK_CHARACTERS = 4_000
        fill = beside._Filling.fill

        class Dying:
            read = die

        def told(filling, pieces):
            if where == "filled beside":
                filling._process.stderr = Dying()
                return fill(filling, pieces)
            return fill(filling, (die() or piece for piece in pieces))

        beside._Filling.fill = told
    case "publishing":
        before(working, "write_json")
with Writer(Path(store)) as writer:
    writer.safe_every = 60_000
    working.MUCH = 1
    Ingest(writer).run([Path(f) for f in files])
"""


def lines(first: int, last: int) -> str:
    """Two triples a claim, one of them also of another claim; some follow by axioms, some are given."""
    told = []
    for n in range(first, last):
        graph = f"<http://example.org/claim/{n}>"
        told.append(f'<http://example.org/e{n}> <http://example.org/day> "{n}" {graph} .')
        told.append(
            f"<http://example.org/f{n % 7}> <https://w3id.org/lodestone/ontology#holdsLicenseFor> "
            f"<http://example.org/f{n % 5}> {graph} ."
        )
        told.append(f"<http://example.org/e{n}> <http://example.org/of> <http://example.org/base> .")
    return "".join(f"{line}\n" for line in told)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    found = [tmp_path / "a.nq", tmp_path / "b.nq.gz"]
    found[0].write_text(lines(0, CLAIMS), encoding="utf-8")
    found[1].write_bytes(gzip.compress(lines(CLAIMS - 50, CLAIMS + 100).encode(), mtime=0))
    return found


def killed(where: str, count: int, store: Path, files: list[Path]) -> None:
    command = [sys.executable, "-c", CHILD, where, str(count), str(store), *map(str, files)]
    done = subprocess.run(command, check=False, timeout=120, env={**os.environ})
    assert done.returncode == -signal.SIGKILL


def take(store: Path, files: list[Path]) -> IngestReport:
    with Writer(store) as writer:
        return Ingest(writer).run(files)


def content(snapshot: Snapshot) -> set[str]:
    """Everything, but for the time of recording and the ontology's blank nodes."""
    quads = (str(quad) for store in (snapshot.main, snapshot.archive) for quad in store)
    return {quad for quad in quads if "ontology#recorded>" not in quad and "_:" not in quad}


def annotated(snapshot: Snapshot) -> dict[str, object]:
    index = snapshot.index
    assert index is not None
    return {f"{s} {p} {o}": index.supports([name])[0] for s, p, o, name in index.matching(None, None, None)}


@pytest.mark.parametrize(
    ("where", "count", "resumed"),
    [
        ("loading", 0, False),
        ("half safe", 1, True),
        ("safe", 2, True),
        ("safe", 4, True),
        ("indexing", 0, True),
        ("beside", 0, True),
        ("beside", 5, True),
        ("filled beside", 0, True),
        ("publishing", 0, True),
    ],
)
def test_a_killed_load_goes_on(
    tmp_path: Path, files: list[Path], where: str, count: int, resumed: bool
) -> None:
    store = tmp_path / "store"
    with Writer(store) as writer:
        before = writer.manifest.version
    killed(where, count, store, files)
    assert Reader(store).current().number == before
    report = take(store, files)
    assert report.resumed is resumed
    assert (report.claims_new, report.claims_known, report.base_new) == (500, 50, 500)
    whole = tmp_path / "whole"
    take(whole, files)
    ours, due = Reader(store).current(), Reader(whole).current()
    assert list(check_dataset(ours)) == []
    assert content(ours) == content(due)
    assert annotated(ours) == annotated(due)
    assert ours.manifest.counts == due.manifest.counts
    assert ours.text is not None
    assert due.text is not None
    assert ours.text.searcher.num_docs == due.text.searcher.num_docs
    assert not (store / "loading").exists()
    assert take(store, files).claims_known == 550


def test_what_was_safe_is_dropped_when_something_else_was_published(
    tmp_path: Path, files: list[Path]
) -> None:
    store = tmp_path / "store"
    killed("safe", 2, store, files)
    assert (store / "loading" / "state.json").exists()
    other = tmp_path / "other.nq"
    other.write_text(lines(1000, 1001), encoding="utf-8")
    assert not take(store, [other]).resumed
    assert not (store / "loading").exists()
    report = take(store, files)
    assert (report.resumed, report.claims_new) == (False, 500)
    assert list(check_dataset(Reader(store).current())) == []
