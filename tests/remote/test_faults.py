"""Nothing is lost and nothing doubled: lost answers, writers that are killed, several at once."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pyoxigraph import NamedNode, Quad

from kg.dataset.checks.invariants import check_version
from kg.dataset.record.encode import claim_iri
from kg.errors import StoreBusy
from kg.query import query
from kg.remote import RemoteWriter, state
from tests.dataset.conftest import grant
from tests.remote.conftest import Far

HOLDERS = "SELECT ?l { ?p ls:holdsLicenseFor ?c ; rdfs:label ?l }"
WRITE = """
import sys
from pathlib import Path
from kg.dataset.files import Settings
from kg.remote import Endpoint, RemoteWriter, state
from tests.dataset.conftest import grant
state.LEASE = 10
query, update, folder, base, who = sys.argv[1:6]
settings = Settings(store_id="far", base=base)
for number in range(3):
    with RemoteWriter(Endpoint(query, update), Path(folder), wait=60, settings=settings) as writer:
        writer.add([grant(f"{who} {number}", "Customer"), grant("Everybody", "Customer")])
        writer.commit()
    print(number, flush=True)
"""


def labels(far: Far) -> list[str]:
    return sorted(row[0].value for row in query(far.source(), HOLDERS, provenance="none").rows)


class _Broken(Exception):
    pass


@pytest.mark.parametrize("place", ["while it is written down", "while it is done", "before it is told"])
def test_a_commit_that_broke_off_is_finished_or_never_was(
    far: Far, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with far.writer() as writer:
        writer.add([grant("Before", "Customer")])
        writer.commit()
    small = replace(far.endpoint.quirks, most_changes=7)
    broken = replace(far.endpoint)
    broken.__dict__["quirks"] = small
    with monkeypatch.context() as patch:
        if place == "while it is written down":
            patch.setattr(state.Register, "_put_part", _breaking(state.Register._put_part, 3))
        elif place == "while it is done":
            patch.setattr(RemoteWriter, "_apply", _apply_some)
        else:
            patch.setattr(state.Register, "tell", _breaking(state.Register.tell, 0))
        with pytest.raises(_Broken):
            _write_three(far.writer(endpoint=broken))
    with far.writer() as writer:
        assert writer.manifest.version in (2, 3)
    assert labels(far) in (["Before"], ["After 0", "After 1", "After 2", "Before"])
    lost = place == "while it is written down"
    assert (labels(far) == ["Before"]) is lost
    assert list(check_version(far.source())) == []
    (row,) = query(far.source(), "SELECT (COUNT(*) AS ?n) { <urn:a> <urn:p> ?o }", provenance="none").rows
    assert row[0].value == ("0" if lost else "1")


def _write_three(writer: RemoteWriter) -> None:
    with writer:
        writer.add([grant(f"After {n}", "Customer") for n in range(3)])
        writer.add_base([Quad(NamedNode("urn:a"), NamedNode("urn:p"), NamedNode("urn:o"))])
        writer.commit()


def _breaking(method: object, after: int) -> object:
    calls = iter(range(1000))

    def broken(*args: object) -> object:
        if next(calls) >= after:
            raise _Broken
        return method(*args)  # type: ignore[operator]

    return broken


def _apply_some(writer: RemoteWriter, updates: list[str]) -> None:
    for text in updates[: len(updates) // 2]:
        writer._register.change(text)
    raise _Broken


def test_a_writer_that_was_taken_for_lost_undoes_nothing(far: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "LEASE", 1 + 8 * far.endpoint.quirks.settling)
    with far.writer() as writer:
        writer.add([grant("Before", "Customer")])
        writer.commit()
    stands, goes, told = threading.Event(), threading.Event(), list[str]()
    apply = RemoteWriter._apply

    def paused(writer: RemoteWriter, updates: list[str]) -> None:
        if threading.current_thread() is slow:
            writer._register._done.set()  # all of it stands still, also what renews the lease
            stands.set()
            goes.wait(60)
        apply(writer, updates)

    def write() -> None:
        try:
            with far.writer(wait=60) as writer:
                monkeypatch.setattr(RemoteWriter, "_apply", paused)
                writer.add([grant("Slow", "Customer")])
                writer.commit()
        except StoreBusy as error:
            told.append(str(error))

    slow = threading.Thread(target=write)
    slow.start()
    assert stands.wait(60)
    with far.writer(wait=60) as writer:
        name = claim_iri(grant("Slow", "Customer"), writer.names)
        assert writer.retract(name, reason="wrong", by="me")
        writer.commit()
    goes.set()
    slow.join()
    assert "taken over" in told[0]
    assert labels(far) == ["Before"]
    assert list(check_version(far.source())) == []


@contextmanager
def losing(url: str, every: int) -> Iterator[str]:
    """A relay to an engine that does what it is told, and loses each so many-th answer."""
    target = urlsplit(url)
    listener = socket.create_server(("127.0.0.1", 0))
    count = iter(range(1, 100_000))

    def relay(ours: socket.socket) -> None:
        with ours, socket.create_connection((str(target.hostname), int(target.port or 80))) as theirs:
            lost = next(count) % every == 0
            head = _request(ours)
            theirs.sendall(head)
            while piece := theirs.recv(65536):
                if lost:
                    return
                ours.sendall(piece)

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=relay, args=(client,), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}{target.path}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _request(client: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += client.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        ),
        0,
    )
    while len(body) < length:
        body += client.recv(65536)
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection")]
    return b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body


def test_lost_answers_lose_and_double_nothing(far: Far) -> None:
    update = far.endpoint.update_url
    assert update is not None
    with losing(far.endpoint.query_url, 5) as ask, losing(update, 3) as write:
        lossy = replace(far.endpoint, query_url=ask, update_url=write)
        with far.writer(endpoint=lossy) as writer:
            for number in range(3):
                writer.add([grant(f"Producer {number}", "Customer")])
                writer.commit()
    assert labels(far) == ["Producer 0", "Producer 1", "Producer 2"]
    assert list(check_version(far.source())) == []


def test_a_second_writer_waits_and_then_says_why(far: Far) -> None:
    with far.writer(), pytest.raises(StoreBusy, match="another writer holds"), far.writer(wait=0.5):
        pass


def test_several_writers_at_once_and_one_of_them_killed(far: Far, tmp_path: Path) -> None:
    script = tmp_path / "write.py"
    script.write_text(WRITE, encoding="utf-8")
    root = Path(__file__).parents[2]
    update = far.endpoint.update_url or ""

    def start(who: str) -> subprocess.Popen[str]:
        command = [sys.executable, script, far.endpoint.query_url, update, tmp_path / who, far.base, who]
        return subprocess.Popen(
            list(map(str, command)),
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(root)},
        )

    with start("First") as first, start("Second") as second, start("Killed") as killed:
        assert killed.stdout is not None
        acknowledged = [killed.stdout.readline() for _ in range(2)]
        time.sleep(0.1)
        killed.send_signal(signal.SIGKILL)
        acknowledged += killed.stdout.readlines()
        assert first.wait(120) == second.wait(120) == 0
    found = labels(far)
    assert len(found) == len(set(found))
    due = {f"{who} {n}" for who in ("First", "Second") for n in range(3)} | {"Everybody"}
    due |= {f"Killed {int(line)}" for line in acknowledged if line.strip()}
    assert due <= set(found)
    assert list(check_version(far.source())) == []
