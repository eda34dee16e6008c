"""The process that holds the index of names: one index for each version, and nothing breaks it for good."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from kg.errors import InvalidMatch, QueryTimeout, VersionGone
from kg.link.matcher import Matcher
from server.errors import Overloaded, WorkerLost
from server.reconciliation.index import answered
from server.reconciliation.matching import Matching
from server.reconciliation.messages import Batch, Query, Suggest
from tests.server.reconciliation.conftest import claim_of

TESLA = Batch({"q": Query(query="Tesla")})


@pytest.fixture(scope="module")
def own(linked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(linked, tmp_path_factory.mktemp("matching") / "store")


@pytest.fixture(scope="module")
def matching(own: Path) -> Iterator[Matching]:
    found = Matching(own, timeout=60, patience=30, memory=2**30)
    yield found
    found.close()


def names(matching: Matching, store: Path, name: str) -> list[str]:
    found = matching.run(Reader(store).current().iri, Batch({"q": Query(query=name)}))
    return [candidate["name"] for candidate in found["q"]["result"]]


def test_a_new_version_is_found_at_once(matching: Matching, own: Path) -> None:
    assert "Newcomer Magnets" not in names(matching, own, "Newcomer Magnets")
    with Writer(own) as writer:
        writer.add([claim_of({"producer": "Newcomer Magnets", "customer": "Tesla"})])
        writer.commit()
    assert names(matching, own, "Newcomer Magnets")[0] == "Newcomer Magnets"


def test_the_index_is_made_once_for_a_version(matching: Matching, own: Path) -> None:
    version = Reader(own).current().iri
    matching.run(version, TESLA)
    process = matching._kept._process
    away = (own / "snapshots").rename(own / "away")  # what is asked now comes from the index alone
    try:
        assert matching.run(version, TESLA)["q"]["result"][0]["name"] == "Tesla"
        with pytest.raises(InvalidMatch):
            matching.run(version, Batch({"q": Query(query="Tesla", type=["Nonsense"])}))
        assert matching.run(version, Suggest("tes", 0, 5))["result"][0]["name"] == "Tesla"
    finally:
        away.rename(own / "snapshots")
    assert matching._kept._process is process


def test_while_the_index_is_made_one_is_told_to_come_again(own: Path) -> None:
    matching = Matching(own, timeout=0.0, patience=30, memory=2**30)
    try:
        with pytest.raises(Overloaded, match="being made") as caught:
            matching.run(Reader(own).current().iri, TESLA)
        assert caught.value.retry > 0
        for _ in range(200):
            try:
                found = matching.run(Reader(own).current().iri, Suggest("tes", 0, 5))
                break
            except Overloaded:
                time.sleep(0.05)
        assert found["result"][0]["name"] == "Tesla"
    finally:
        matching.close()


def test_a_process_that_ends_is_replaced(matching: Matching, own: Path) -> None:
    version = Reader(own).current().iri
    matching.run(version, TESLA)
    process = matching._kept._process
    assert process is not None
    process.kill()
    process.join()
    assert matching.run(version, TESLA)["q"]["result"][0]["name"] == "Tesla"


def test_a_version_that_is_gone_is_told(matching: Matching, own: Path) -> None:
    with pytest.raises(VersionGone):
        matching.run(Reader(own).current().iri.rpartition("-")[0] + "-999", TESLA)
    assert names(matching, own, "Tesla")[0] == "Tesla"


def test_a_batch_stops_at_its_deadline() -> None:
    with pytest.raises(QueryTimeout, match="fewer"):
        answered(Matcher([]), TESLA.queries, deadline=time.monotonic() - 1)
    assert answered(Matcher([]), TESLA.queries, deadline=time.monotonic() + 60) == {"q": {"result": []}}


def test_nothing_is_matched_when_the_server_has_stopped(own: Path) -> None:
    matching = Matching(own, timeout=60, patience=30, memory=2**30)
    matching.close()
    with pytest.raises(WorkerLost, match="stopping"):
        matching.run("any", TESLA)
