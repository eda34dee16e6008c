"""A purge beside a server that is being read: what it took out is not served any more, from nowhere."""

import json
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kg.claims.document import text_hash
from kg.cli.keeping import run_purge
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.snapshots import Reader
from kg.dataset.upkeep.purge import Purge
from kg.dataset.writer import Writer
from server.audit import FILE
from tests.dataset.conftest import grant
from tests.dataset.test_purge_everywhere import HIDDEN, NAMES, OTHER, TEXT, claim, secret
from tests.dataset.test_purge_killed import killed
from tests.server.running import Server, start, stop

MASTER = "the administrator's own"
WRITER = {"Authorization": f"Bearer {MASTER}"}
QUOTES = "SELECT ?words { GRAPH ?g { ?quote oa:exact ?words } }"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "store"
    with Writer(path) as writer:
        for text in (TEXT, OTHER):
            writer.layout.save_text(text)
        writer.add([secret(), claim(OTHER, "Autowerk got its magnets")])
        writer.commit()
        for number in range(10):
            writer.add([grant(f"Producer {number}", "Customer")])
            writer.commit()
    return path


@pytest.fixture
def document() -> str:
    return NAMES.document(text_hash(TEXT))


@contextmanager
def served(store: Path, folder: Path) -> Iterator[Server]:
    server = start(store, folder, token=MASTER)
    try:
        yield server
    finally:
        stop(server)


def page(name: str) -> str:
    return urllib.parse.urlparse(name).path.removeprefix("/lodestone/")


class Reading(threading.Thread):
    """Asks for some addresses again and again; ``seen`` are status, version, whether it had the words."""

    def __init__(self, server: Server, paths: list[str]) -> None:
        super().__init__(daemon=True)
        self.server, self.paths = server, paths
        self.seen: list[tuple[int, str, bool]] = []
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            for path in self.paths:
                status, headers, body = self.server.get(
                    path, Accept="text/html" if "document" in path else "*/*"
                )
                self.seen.append((status, headers["Content-Version"] or "", HIDDEN in body.decode().lower()))


def test_readers_see_it_whole_or_not_at_all(
    store: Path, document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleared = Purge._clear

    def slowly(self: Purge, *arguments: Any) -> None:
        time.sleep(1.0)  # what comes after the version is published may take long
        cleared(self, *arguments)

    monkeypatch.setattr(Purge, "_clear", slowly)
    asked = f"sparql?{urllib.parse.urlencode({'query': QUOTES, 'provenance': 'how'})}"
    old = Reader(store).layout.versions()[-3]
    paths = [page(document), asked, f"{asked}&version={old}", page(NAMES.claim(secret().id))]
    with served(store, tmp_path) as server:
        assert all(HIDDEN in server.get(path, Accept="text/html")[2].decode().lower() for path in paths[:1])
        before = server.get(page(document))[1]["Content-Version"]
        readers = [Reading(server, paths) for _ in range(3)]
        for reader in readers:
            reader.start()
        assert run_purge(document, store, reason="protection of a source", wait=10.0) == 0
        after = [
            server.get(path, Accept=accept)
            for path in paths
            for accept in ("text/html", "*/*", "text/turtle")
        ]
        for reader in readers:
            reader.over.set()
            reader.join(60)
        late = [server.get(path, Accept="text/html") for path in paths]
    for status, _, body in (*after, *late):
        assert HIDDEN not in body.decode().lower()
        assert status in (200, 406, 410)
    assert [status for status, _, _ in late] == [200, 200, 410, 410]
    seen = [one for reader in readers for one in reader.seen]
    assert {status for status, _, _ in seen} <= {200, 410}
    assert {version for _, version, words in seen if words} <= {before, *_older(store)}
    assert list(check_dataset(Reader(store).current())) == []
    assert [folder.name for folder in (store / "snapshots").iterdir()] == [
        f"{Reader(store).current().number:06d}"
    ]


def _older(store: Path) -> list[str]:
    current = Reader(store).current()
    return [NAMES.snapshot(current.settings.store_id, number) for number in range(1, current.number)]


def test_a_write_over_http_finishes_one_that_was_broken_off(
    store: Path, document: str, tmp_path: Path
) -> None:
    body = json.dumps([json.loads(grant("A later producer", "Customer").model_dump_json(exclude_none=True))])
    with served(store, tmp_path) as server:
        assert HIDDEN in server.get(page(document))[2].decode().lower()
        killed(store, document, "_rewrite")
        refused = [server.get(path) for path in (page(document), "sparql?query=ASK{}", "claims")]
        assert [status for status, _, _ in refused] == [503, 503, 503]
        assert all(headers["Retry-After"] for _, headers, _ in refused)
        assert str(store) not in "".join(body.decode() for _, _, body in refused)
        status, _, told = server.post(
            "claims", body.encode(), **WRITER, **{"Content-Type": "application/json"}
        )
        assert status == 201, told
        status, _, found = server.get(page(document))
        assert status == 200
        assert HIDDEN not in found.decode().lower()
        assert b"protection of a source" in found
    assert list(check_dataset(Reader(store).current())) == []


def test_a_server_that_starts_finishes_it(store: Path, document: str, tmp_path: Path) -> None:
    killed(store, document, "_rewrite")
    with served(store, tmp_path) as server:
        status, _, found = server.get(page(document))
    assert status == 200
    assert HIDDEN not in found.decode().lower()


def test_the_audit_log_has_no_words_of_what_was_refused(store: Path, tmp_path: Path) -> None:
    trig, update, turtle = "application/trig", "application/sparql-update", "text/turtle"
    sent = [
        ("claims", "application/json", 422, b'[{"type": "NOTTOBEKEPT of a source", "quote": "NOTTOBEKEPT"}]'),
        ("claims", "application/json", 400, b'{"NOTTOBEKEPT of a source'),
        ("claims", trig, 400, b"<urn:g> { NOTTOBEKEPT of a source }"),
        ("sparql", update, 400, b"INSERT NOTTOBEKEPT"),
        ("graphs?default", turtle, 400, b"NOTTOBEKEPT"),
    ]
    with served(store, tmp_path) as server:
        for path, kind, status, body in sent:
            assert server.post(path, body, **WRITER, **{"Content-Type": kind})[0] == status, (path, body)
    log = (store / FILE).read_text(encoding="utf-8")
    refused = [line for line in map(json.loads, log.splitlines()) if line["event"] == "refused"]
    assert len(refused) == len(sent)
    assert "NOTTOBEKEPT" not in log
    assert {line["why"] for line in refused} == {"invalid-claim", "unreadable", "syntax"}
