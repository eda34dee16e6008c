import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from kg.dataset.checks.invariants import check_dataset
from kg.dataset.files import FOLLOWED_FILE, Layout
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from kg.ingest.arriving import Arriving
from kg.ingest.fetching import Outbound
from kg.ingest.following import Following, Took
from kg.ingest.ledger import Ledger
from kg.ingest.taking import Ingest
from tests.ingest.arrivals import FEED, filled, taken_plainly, told

FILES = 60


class Follower:
    """A following whose words are kept."""

    def __init__(self, store: Path, *folders: Path, pages: tuple[str, ...] = (), allow: str = "") -> None:
        self.took: list[Took] = []
        self.warned: list[str] = []
        store.mkdir(exist_ok=True)
        self.following = Following(
            lambda: Writer(store),
            Ledger(store / FOLLOWED_FILE),
            Arriving(folders, 0.0),
            pages,
            Outbound(frozenset({allow})),
            Event(),
            self.took.append,
            self.warned.append,
        )

    def once(self) -> tuple[int, int]:
        """Look, and tell how many items and new claims that brought."""
        self.took.clear()
        self.following.once()
        return sum(took.items for took in self.took), sum(took.claims for took in self.took)


def grant(number: int) -> str:
    claim = {
        "type": "license_granted",
        "roles": {"producer": f"Producer {number}", "customer": "Volkswagen"},
        "attribution": [{"kind": "publisher", "name": "Harbor Post"}],
        "document": {"title": f"List {number}"},
    }
    return json.dumps([claim])


def test_each_content_is_taken_once_whatever_its_name(tmp_path: Path) -> None:
    folder, store = tmp_path / "in", tmp_path / "store"
    folder.mkdir()
    (folder / "a.json").write_text(grant(1))
    (folder / "b.json").write_text(grant(1))
    (folder / "c.json").write_text("{broken")
    follower = Follower(store, folder)
    assert follower.once() == (2, 1)
    assert [took.quarantined for took in follower.took] == [1]
    assert follower.once() == (0, 0)
    (folder / "d.json").write_text(grant(1))
    (folder / "a.json").write_text(grant(2))
    assert Follower(store, folder).once() == (1, 1)
    assert Follower(store, folder).once() == (0, 0)
    assert len(list((store / "quarantine").glob("*.jsonl"))) == 1


def test_a_file_is_taken_when_it_is_whole(tmp_path: Path) -> None:
    arriving = Arriving((tmp_path,), settle=0.05)
    growing = tmp_path / "growing.json"
    for name in (".hidden.json", "upload.part", "edited.txt~", "growing.json"):
        (tmp_path / name).write_text("{")
    (tmp_path / "empty.json").touch()
    assert list(arriving.whole()) == []
    time.sleep(0.06)
    with growing.open("a") as file:
        file.write("}")
    assert list(arriving.whole()) == []
    time.sleep(0.06)
    assert list(arriving.whole()) == [growing]
    assert list(arriving.whole()) == [growing]
    arriving.done([growing])
    assert list(arriving.whole()) == []


def test_a_folder_that_is_followed_becomes_what_ingest_makes_of_it(tmp_path: Path) -> None:
    pytest.importorskip("spacy", reason="the extra [extract] is not installed")
    folder = filled(tmp_path / "in")
    plain = taken_plainly(folder, tmp_path / "plain")
    follower = Follower(tmp_path / "store", folder)
    follower.once()
    assert sum(took.quarantined for took in follower.took) == len(plain.report.quarantined) == 3
    assert told(tmp_path / "store") == told(tmp_path / "plain")


def command(folder: Path, store: Path) -> list[str]:
    options = ["--store", str(store), "--every", "0.1", "--settle", "0", "--wait", "30"]
    return [sys.executable, "-u", "-m", "kg.cli", "follow", str(folder), *options]


def test_a_follower_killed_at_any_moment_takes_everything_once(tmp_path: Path) -> None:
    folder, store = tmp_path / "in", tmp_path / "store"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"{number:02}.json").write_text(grant(number))
    rng = random.Random(5)  # noqa: S311 - moments, no secret
    for attempt in range(3):
        with subprocess.Popen(command(folder, store), stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            process.stdout.readline()  # of a first batch, or nothing more if all is taken
            time.sleep(rng.uniform(0, 0.3))
            process.kill()
        (folder / f"{FILES + attempt}.json").write_text(grant(FILES + attempt))
    files = len(list(folder.iterdir()))
    with subprocess.Popen(command(folder, store), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("following")
        for _ in range(600):
            followed = store / FOLLOWED_FILE
            if followed.exists() and followed.read_bytes().count(b"\n") >= files:
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        said = process.stdout.read()
        assert process.wait(60) == 0
    assert "stopped; what was taken in is published" in said
    assert not Layout(store).dirty_file.exists()
    with Writer(tmp_path / "plain") as writer:
        Ingest(writer).run([folder])
    assert told(store) == told(tmp_path / "plain")
    assert Reader(store).current().manifest.counts["active"] == files
    assert list(check_dataset(Reader(store).current())) == []
    hashes = [json.loads(line)["sha256"] for line in (store / FOLLOWED_FILE).read_text().splitlines()]
    assert len(hashes) == len(set(hashes)) == files


@pytest.fixture
def wire() -> Iterator[tuple[str, Callable[[str], None], list[int]]]:
    """A feed at an address, what changes it, and the statuses that were answered."""
    state = {"feed": FEED}
    statuses: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/robots.txt":
                self.send_error(404)
                return
            tag = f'"{hash(state["feed"])}"'
            status = 304 if self.headers.get("If-None-Match") == tag else 200
            statuses.append(status)
            self.send_response(status)
            self.send_header("ETag", tag)
            self.send_header("Content-Type", "application/rss+xml")
            self.end_headers()
            if status == 200:
                self.wfile.write(state["feed"].encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/feed", lambda feed: state.update(feed=feed), statuses
        server.shutdown()
        thread.join()


def test_entries_of_a_feed_are_taken_once(
    tmp_path: Path, wire: tuple[str, Callable[[str], None], list[int]]
) -> None:
    pytest.importorskip("spacy", reason="the extra [extract] is not installed")
    url, change, statuses = wire
    allow = url.removeprefix("http://").partition("/")[0]
    store = tmp_path / "store"
    follower = Follower(store, pages=(url,), allow=allow)
    items, claims = follower.once()
    assert (items, claims > 1) == (2, True)
    assert Follower(store, pages=(url,), allow=allow).once() == (0, 0)
    assert statuses == [200, 304]
    more = (
        "<item><title>More</title><description>Kyoto Alloys stopped production of tungsten in May "
        "because China had not granted an export license, its owner said.</description></item>"
    )
    change(FEED.replace("<item>", more + "<item>", 1))
    items, claims = follower.once()
    assert (items, claims > 0, follower.warned) == (1, True, [])
    assert follower.once() == (0, 0)
    assert statuses == [200, 304, 200, 304]
    refused = Follower(store, pages=(url,))
    refused.once()
    assert "is not on the list of hosts" in refused.warned[0]
