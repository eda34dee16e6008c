import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

pytest.importorskip("spacy", reason="the extra [extract] is not installed")
pytest.importorskip("distributed", reason="the extra [cluster] is not installed")

from distributed import Client

from kg.claims.names import Names
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from kg.errors import LodestoneError
from kg.extract.batch import extract_files
from kg.ingest.cluster import reading as module
from kg.ingest.cluster import sharding
from kg.ingest.cluster.engine import connected, warmed
from kg.ingest.cluster.reading import ClusterReading
from kg.ingest.cluster.results import Result, WorkFolder
from kg.ingest.cluster.sharding import Sharding, prepared
from kg.ingest.cluster.tasks import read_files
from kg.ingest.files import ARTICLES, find_files
from kg.ingest.taking import Ingest
from tests.ingest.arrivals import filled, taken_plainly, told

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # workers are killed here


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with connected("local:2") as client:
        yield client


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Ingest]:
    """A folder, a store that it was taken into by one process, and the run."""
    root = tmp_path_factory.mktemp("plain")
    folder = filled(root / "in")
    return folder, root / "store", taken_plainly(folder, root / "store")


def reader(client: Client, work: Path) -> ClusterReading:
    return ClusterReading(client, WorkFolder(work), warmed(client, None))


def taken(reading: ClusterReading, folder: Path, store: Path) -> Ingest:
    with Writer(store) as writer:
        ingest = Ingest(writer, source=reading)
        ingest.run([folder])
    return ingest


def complaints(ingest: Ingest) -> list[tuple[str, str, int | None]]:
    return [(item.file, item.reason, item.line) for item in ingest.report.quarantined]


def test_a_cluster_gives_what_one_process_gives(
    client: Client,
    plain: tuple[Path, Path, Ingest],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "CHUNK", 2)
    folder, store, once = plain
    ingest = taken(reader(client, tmp_path / "work"), folder, tmp_path / "store")
    assert told(tmp_path / "store") == told(store)
    assert complaints(ingest) == complaints(once)
    assert (ingest.report.claims_new, ingest.report.copies) == (once.report.claims_new, once.report.copies)
    assert ingest.report.copies >= 3
    assert len(complaints(ingest)) == 3
    assert list(check_dataset(Reader(tmp_path / "store").current())) == []


def test_what_was_read_is_not_read_again(
    client: Client, plain: tuple[Path, Path, Ingest], tmp_path: Path
) -> None:
    folder, store, _ = plain
    first = reader(client, tmp_path / "work")
    taken(first, folder, tmp_path / "store")
    again = reader(client, tmp_path / "work")
    ingest = taken(again, folder, tmp_path / "store")
    assert first.sent > 10
    assert again.sent == 0
    assert (ingest.report.claims_new, ingest.report.versions) == (0, [])
    assert told(tmp_path / "store") == told(store)


def test_workers_that_are_killed_lose_and_double_nothing(
    client: Client, plain: tuple[Path, Path, Ingest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK", 1)
    folder, store, _ = plain
    read = reader(client, tmp_path / "work")
    killed: list[int] = []

    def reading(files: list[Path]) -> Iterator[module.Extracted]:
        for done in read(files):
            if not killed:
                killed.extend(client.run(os.getpid).values())
                for process in killed:
                    os.kill(process, signal.SIGKILL)
            yield done

    with Writer(tmp_path / "store") as writer:
        Ingest(writer, source=reading).run([folder])
    assert len(killed) == 2
    assert told(tmp_path / "store") == told(store)
    assert not set(killed) & set(client.run(os.getpid).values())


def deadly(*arguments: object) -> object:
    """Reads, but ends its worker at one of the files."""
    if any(b"Metals 3" in sent.content for sent in arguments[0]):  # type: ignore[attr-defined]
        os._exit(1)
    return read_files(*arguments)  # type: ignore[arg-type]


def test_a_file_that_ends_workers_is_left_out_by_itself(
    client: Client, plain: tuple[Path, Path, Ingest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK", 3)
    monkeypatch.setattr(module, "read_files", deadly)
    monkeypatch.setattr(client.cluster.scheduler, "allowed_failures", 0)
    paths = [plain[0] / f"h{number}.txt" for number in (2, 3, 4)]
    done = list(reader(client, tmp_path / "work")(paths))
    assert [one.path for one in done] == paths
    assert [bool(one.articles) for one in done] == [True, False, True]
    assert "several workers ended" in str(done[1].problem)


def test_shards_taken_in_give_what_one_process_gives(
    client: Client, plain: tuple[Path, Path, Ingest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharding, "SHARD_ARTICLES", 4)
    folder = tmp_path / "in"
    copytree(plain[0], folder)
    (folder / "g2.json").unlink()
    taken_plainly(folder, tmp_path / "plain")
    out = tmp_path / "shards"
    files, _ = find_files([folder])
    articles = [path for path in files if path.suffix in ARTICLES]
    made: list[dict[str, bytes]] = []
    for _ in range(2):
        recorded = prepared(out)
        run = Sharding(reader(client, tmp_path / "work"), out, Names(), recorded, None)
        done = run.write(articles)
        assert len(done.rejected) == 3
        made.append({path.name: path.read_bytes() for path in out.glob("*.*")})
    assert made[0] == made[1]
    lines = [
        line for name, data in made[0].items() if name.endswith(".nq") for line in data.split(b"\n")[:-1]
    ]
    assert len(lines) == len(set(lines)) > 1000
    assert all(
        data.split(b"\n")[:-1] == sorted(data.split(b"\n")[:-1])
        for name, data in made[0].items()
        if ".nq" in name
    )
    assert len(done.shards) >= 4
    with Writer(tmp_path / "store") as writer:
        report = Ingest(writer).run([out])
        assert report.clean
        assert len(report.versions) == 1
    assert told(tmp_path / "store") == told(tmp_path / "plain")
    texts = (tmp_path / "store" / "copies.jsonl").read_bytes()
    assert texts == (tmp_path / "plain" / "copies.jsonl").read_bytes()
    with Writer(tmp_path / "store") as writer:
        assert Ingest(writer).run([out]).versions == []


def test_shards_that_were_changed_are_not_taken_in(
    client: Client, plain: tuple[Path, Path, Ingest], tmp_path: Path
) -> None:
    out = tmp_path / "shards"
    recorded = prepared(out)
    names = Names()
    Sharding(reader(client, tmp_path / "work"), out, names, recorded, None).write([plain[0] / "h1.txt"])
    with (out / "claims-00000.nq").open("a") as file:
        file.write("<urn:a> <urn:b> <urn:c> .\n")
    with Writer(tmp_path / "store") as writer:
        [item] = Ingest(writer).run([out]).quarantined
    assert "is not as it was written" in item.reason
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    with pytest.raises(LodestoneError, match="holds no shards"):
        prepared(other)


def test_a_client_that_is_killed_goes_on_where_it_was(
    plain: tuple[Path, Path, Ingest], tmp_path: Path
) -> None:
    folder, store, _ = plain
    work = WorkFolder(tmp_path / "work")
    command = [sys.executable, "-m", "kg.cli", "ingest", str(folder), "--store", str(tmp_path / "store")]
    command += ["--cluster", "local:1", "--work", str(work.root), "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not list(work.keys()):
            time.sleep(0.05)
        process.kill()
    there = {key: work.data(key) for key in work.keys()}  # noqa: SIM118 - no mapping
    assert there
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 1, done.stderr  # what is broken is in quarantine
    assert told(tmp_path / "store") == told(store)
    assert {key: work.data(key) for key in there} == there


def test_results_travel_whole(plain: tuple[Path, Path, Ingest]) -> None:
    files = sorted(path for path in plain[0].iterdir() if path.suffix in ARTICLES)

    sent = [module.Sent(str(path), path.read_bytes()) for path in files]
    _, packed = read_files(sent, None)
    for done, data in zip(extract_files(files, processes=1), packed, strict=True):
        result = Result.unpacked(data).extracted(done.path)
        assert result.articles == done.articles
        assert str(result.problem) == str(done.problem)


@pytest.mark.parametrize(
    ("address", "complaint"),
    [("local:0", "local:2"), ("somewhere", "is local:N"), ("tcp://127.0.0.1:9", "no Dask scheduler")],
)
def test_an_address_without_a_cluster_is_told(
    address: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.ingest.cluster.engine._CONNECT_SECONDS", 1)
    with pytest.raises(LodestoneError, match=complaint), connected(address):
        pass
