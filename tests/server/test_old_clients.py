"""Clients of HTTP/1.0: a body of unknown length ends with the connection, whole or by a reset."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.server.running import Server, start, stop
from tests.server.test_stream import ENDLESS, MANY


@pytest.fixture(scope="module")
def server(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start(store, tmp_path_factory.mktemp("old"))
    yield server
    stop(server)


def ask(server: Server, target: str, method: str = "GET", more: str = "") -> tuple[str, bytes]:
    """Head and body of what comes until the connection ends."""
    port = int(server.address.rstrip("/").rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(f"{method} {target} HTTP/1.0\r\nAccept: */*\r\n{more}\r\n".encode())
        found = b""
        while data := connection.recv(1 << 18):
            found += data
    head, _, body = found.partition(b"\r\n\r\n")
    return head.decode("latin-1").lower(), body


def query(text: str, **more: str) -> str:
    pairs = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/sparql?query={quote(text)}&provenance=none&format=json{pairs}"


def test_a_stream_is_sent_until_the_connection_ends(server: Server) -> None:
    for more in ("", "Connection: keep-alive\r\n"):
        head, body = ask(server, query(MANY), more=more)
        assert head.splitlines()[0].endswith("200 ok")
        assert "transfer-encoding" not in head
        assert "connection: close" in head
        assert len(json.loads(body)["results"]["bindings"]) == 250_000


def test_one_that_breaks_off_does_not_seem_whole(server: Server) -> None:
    with pytest.raises(ConnectionResetError):
        ask(server, query(ENDLESS, timeout="1.5"))
    assert ask(server, query("ASK {}"))[0].splitlines()[0].endswith("200 ok")


def test_what_is_short_has_its_length(server: Server) -> None:
    head, body = ask(server, query("ASK {}"))
    assert f"content-length: {len(body)}" in head
    assert json.loads(body)["boolean"] is True
    head, body = ask(server, query("ASK {}"), "HEAD")
    assert (head.splitlines()[0][-6:], body) == ("200 ok", b"")
    for target in (query(MANY), "/graphs?default&format=turtle"):
        head, body = ask(server, target, "HEAD")
        assert ("transfer-encoding" not in head, body) == (True, b"")
