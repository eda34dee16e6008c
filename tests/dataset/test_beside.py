"""The index of a large load is filled in a process of its own; it holds the same whatever becomes of that."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from kg.dataset import working
from kg.dataset.annotated import indexing
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.loading import beside
from kg.dataset.loading.rdf import ingest_rdf
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from kg.errors import StoreBusy, StoreError

PIECES = ("<urn:a> <urn:p> <urn:b> _:t1 .\n", "", '<urn:a> <urn:p> "é" _:t2 .\n')


def quads(folder: Path) -> Path:
    """A hundred claims of two triples each, of which some are the same."""
    path = folder / "claims.nq"
    lines = (
        f"<urn:s{n % 60}> <urn:p> <urn:o{n % 50}> <urn:g{n}> .\n<urn:s{n}> <urn:q> <urn:o> <urn:g{n}> .\n"
        for n in range(100)
    )
    path.write_text("".join(lines), encoding="utf-8")
    return path


def index_of(store: Path) -> bytes:
    index = Reader(store).current().index
    assert index is not None
    return b"\n".join(sorted((index.store.dump(format=RdfFormat.N_QUADS) or b"").split(b"\n")))


def loaded(store: Path, data: Path) -> bytes:
    with Writer(store) as writer:
        ingest_rdf(writer, data)
        writer.commit()
    return index_of(store)


def test_blank_nodes_keep_their_names(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as lock:
        store, problem = beside.filled(tmp_path / "store", PIECES, lock.fileno())
    assert problem is None
    assert sorted(map(str, store)) == [
        '<urn:a> <urn:p> "é" _:t2',
        "<urn:a> <urn:p> <urn:b> _:t1",
    ]


def test_the_index_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = quads(tmp_path)
    here = loaded(tmp_path / "here", data)
    monkeypatch.setattr(indexing, "MANY", 1)
    assert loaded(tmp_path / "apart", data) == here
    assert list(check_dataset(Reader(tmp_path / "apart").current())) == []


def test_where_no_process_starts_it_is_filled_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "_PROGRAM", tmp_path / "absent.py")
    with (tmp_path / "lock").open("w") as lock:
        store, problem = beside.filled(tmp_path / "store", iter(PIECES), lock.fileno())
    assert problem is None
    assert len(store) == 2


def test_a_process_that_is_killed_is_told_and_nothing_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = quads(tmp_path)
    fill = beside._Filling.fill

    def killed(filling: beside._Filling, pieces: Iterable[str]) -> str | None:
        def dying() -> Iterator[str]:
            yield from pieces
            os.kill(filling._process.pid, signal.SIGKILL)

        return fill(filling, dying())

    with monkeypatch.context() as patch:
        patch.setattr(indexing, "MANY", 1)
        patch.setattr(beside._Filling, "fill", killed)
        with pytest.raises(StoreError, match="could not be filled"):
            loaded(tmp_path / "store", data)
    assert Reader(tmp_path / "store").current().manifest.version == 1
    again = loaded(tmp_path / "store", data)
    assert again.count(b"\n") == loaded(tmp_path / "other", data).count(b"\n")
    assert list(check_dataset(Reader(tmp_path / "store").current())) == []


def test_it_ends_when_whoever_asked_is_gone(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as lock, beside._Filling(tmp_path / "store", lock.fileno()) as filling:
        assert filling.is_ready()
        process = filling._process
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(30) != 0
        process.stdin = None
    assert len(Store(str(tmp_path / "store"))) == 0


ASKED = """
import sys
from pathlib import Path
import kg.dataset.annotated.indexing as indexing
from kg.dataset.loading import beside
from kg.dataset.loading.rdf import ingest_rdf
from kg.dataset.writer import Writer

fill = beside._Filling.fill

def told(filling, pieces):
    def waiting():
        yield from pieces
        print(filling._process.pid, flush=True)
        sys.stdin.read()
    return fill(filling, waiting())

indexing.MANY = 1
beside._Filling.fill = told
with Writer(Path(sys.argv[1])) as writer:
    ingest_rdf(writer, Path(sys.argv[2]))
    writer.commit()
"""


def test_nobody_writes_beside_what_a_killed_load_left_running(tmp_path: Path) -> None:
    data, store = quads(tmp_path), tmp_path / "store"
    command = [sys.executable, "-c", ASKED, str(store), str(data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as load:
        assert load.stdout is not None
        filling = int(load.stdout.readline())
        os.kill(filling, signal.SIGSTOP)
        load.kill()
        load.wait()
    with pytest.raises(StoreBusy), Writer(store, wait=0.2):
        pass
    os.kill(filling, signal.SIGCONT)
    again = loaded(store, data)
    assert again.count(b"\n") == loaded(tmp_path / "other", data).count(b"\n")
    assert list(check_dataset(Reader(store).current())) == []


def test_memory_is_given_back_where_a_load_is_made_safe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[bool] = []
    monkeypatch.setattr(working, "give_back", lambda: given.append(True))
    with Writer(tmp_path / "store") as writer:
        writer.safe_every = 10_000
        ingest_rdf(writer, quads(tmp_path))
        assert len(given) > 1
        writer.commit()
    assert list(check_dataset(Reader(tmp_path / "store").current())) == []
