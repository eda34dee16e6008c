"""The disk fills up under a server: who writes is told so, nothing is there by halves, reading goes on."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from kg.dataset.checks.invariants import check_dataset
from kg.dataset.snapshots import Reader
from server import audit
from tests.faults.conftest import Disk
from tests.faults.test_disk_full import fill
from tests.server.conftest import license_claim
from tests.server.running import Server, start, stop

TOKEN = "the administrator's own"  # noqa: S105 - of a test
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
MEGABYTE = b"".join(b"<urn:s%d> <urn:p> <urn:o%d> .\n" % (n, n) for n in range(30_000))


@pytest.fixture
def disk(mounted: Disk, store: Path) -> Path:
    disk = mounted("size=64m")
    shutil.copytree(store, disk / "store")
    return disk


@pytest.fixture
def server(disk: Path, tmp_path: Path) -> Iterator[Server]:
    server = start(disk / "store", tmp_path, token=TOKEN)
    yield server
    stop(server)


def writes(server: Server, body: bytes) -> list[tuple[int, bytes]]:
    """The answers to a write of each kind, of more or less data."""
    triples = body.decode()
    asked = "SELECT * { ?s ?p ?o }"
    record = license_claim(said="2025-07-09", document={"title": "Long", "text": triples[:900_000]})
    found = [
        server.post("sparql", f"INSERT DATA {{ {triples} }}".encode(), **AUTHORIZED, **kind("sparql-update")),
        server.post("graphs?graph=urn:g", body, **AUTHORIZED, **kind("n-triples")),
        server.post("claims", json.dumps(record).encode(), **AUTHORIZED, **kind("json")),
        server.post("claims", f"<urn:named> {{ {triples} }}".encode(), **AUTHORIZED, **kind("trig")),
    ]
    if len(body) < 1000:
        form = urlencode({"query": asked}).encode()
        found.append(server.post("answer", form, **AUTHORIZED, **kind("x-www-form-urlencoded")))
    return [(status, answer) for status, _, answer in found]


def kind(name: str) -> dict[str, str]:
    return {"Content-Type": f"application/{name}", "Accept": "application/json"}


@pytest.mark.parametrize(
    ("leave", "body"),
    [(0, b"<urn:a> <urn:p> <urn:b> ."), (400_000, MEGABYTE)],
    ids=["nothing is left", "some is left, for much"],
)
def test_who_writes_is_told_of_a_full_disk(disk: Path, server: Server, leave: int, body: bytes) -> None:
    before = Reader(disk / "store").current()
    ballast = fill(disk, leave)
    refused = 0
    for status, answer in writes(server, body):
        if status in (200, 201, 204):
            continue
        refused += 1
        told = json.loads(answer)
        assert (status, told["title"]) == (507, "The disk of the store is full"), told
        assert "full" in told["detail"]
        assert str(disk) not in answer.decode()
    assert refused >= 3
    assert server.ask("SELECT * { ?s ?p ?o } LIMIT 3")[0] == 200
    ballast.unlink()
    snapshot = Reader(disk / "store").current()
    assert snapshot.number - before.number <= 5 - refused
    assert list(check_dataset(snapshot)) == []
    after = writes(server, b"<urn:after> <urn:p> <urn:c> .")
    assert [status for status, _ in after] == [200, 201, 201, 201, 200], after
    assert b"true" in server.ask("ASK { <urn:after> <urn:p> <urn:c> }", format="json")[2]
    assert list(check_dataset(Reader(disk / "store").current())) == []
    lines = (disk / "store" / audit.FILE).read_text(encoding="utf-8").splitlines()
    assert all(json.loads(line)["event"] for line in lines)
    assert not list((disk / "store").rglob(".*.json.gz.*"))
