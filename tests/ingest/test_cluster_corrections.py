"""Shards match corrections with all that the paper said, as taking articles in one by one does."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

pytest.importorskip("spacy", reason="the extra [extract] is not installed")
pytest.importorskip("distributed", reason="the extra [cluster] is not installed")

from distributed import Client

from kg.claims.names import Names
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from kg.ingest.cluster.engine import warmed
from kg.ingest.cluster.reading import ClusterReading
from kg.ingest.cluster.results import WorkFolder
from kg.ingest.cluster.sharding import Sharding, prepared
from kg.ingest.taking import Ingest
from ontology.vocab import LS
from tests.ingest.arrivals import told
from tests.ingest.test_corrections import FIRST, HEAD
from tests.ingest.test_origins import BODY, article

CORRECTION = HEAD + "Correction: JL MAG has not received an export license, as was reported here on June 2.\n"
AGAIN = "Exporters wait in Baotou.\n\nJL MAG obtained an export license, its owner said.\n"
ITEMS = {
    "a": ("Licenses granted", "Harbor Post", FIRST),
    "b": ("A license for JL MAG", "Daily Copy", FIRST.replace("on June 2", "early in June, a paper shows")),
    "c": ("Gallium", "Harbor Post", BODY),
    "d": ("Notes", "HARBOR POST", CORRECTION),
    "e": ("No license", "Evening Mail", "Correction: JL MAG did not get a license.\n\n" + CORRECTION),
    "f": ("JL MAG again", "Harbor Post", AGAIN),
    "g": ("Notes again", "Harbor Post", CORRECTION.replace("June 2", "Monday")),
}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Client(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as client:
        yield client


@pytest.mark.parametrize("in_store", ["", "a", "abc"])
def test_shards_correct_what_one_by_one_is_corrected(client: Client, tmp_path: Path, in_store: str) -> None:
    paths = {name: article(tmp_path, name, *item) for name, item in ITEMS.items()}
    before = [paths[name] for name in in_store]
    rest = [path for name, path in paths.items() if name not in in_store]
    for store in ("plain", "sharded"):
        with Writer(tmp_path / store) as writer:
            Ingest(writer).run(before)
    with Writer(tmp_path / "plain") as writer:
        Ingest(writer).run(rest)
    out = tmp_path / "shards"
    recorded = prepared(out)
    reading = ClusterReading(client, WorkFolder(tmp_path / "work"), warmed(client, None))
    known = Reader(tmp_path / "sharded").current() if in_store else None
    done = Sharding(reading, out, Names(), recorded, known).write(rest)
    assert done.rejected == []
    assert recorded <= datetime.now(UTC)
    with Writer(tmp_path / "sharded") as writer:
        assert Ingest(writer).run([out]).clean
    assert told(tmp_path / "sharded") == told(tmp_path / "plain")
    snapshot = Reader(tmp_path / "sharded").current()
    corrected = [quad for quad in snapshot.main if quad.predicate.value == LS.corrects]
    assert len({quad.subject for quad in corrected}) == 2  # the two of the Harbor Post
    assert list(check_dataset(snapshot)) == []
