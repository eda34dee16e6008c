"""Connections that cost more than they ask: each is cut off, and the server goes on."""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from server.gate.connection import Holding
from tests.server.running import SERVE, Server, start, stop

IN_A_HURRY = """
from server.gate import connection
connection.HEAD_TIME = connection.STALLED = 1.0
"""
ALIVE = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
ONTOLOGY = b"GET /ontology HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(scope="module")
def server(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start(store, tmp_path_factory.mktemp("connection"), program=IN_A_HURRY + SERVE)
    yield server
    stop(server)


@pytest.fixture
def connection(server: Server) -> Iterator[socket.socket]:
    port = int(server.address.rstrip("/").rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=20) as found:
        yield found


@pytest.mark.parametrize("sent", [b"", b"GET /", b"GET / HTTP/1.1\r\nHost: x\r\nX-More: "])
def test_a_head_that_does_not_come_ends_the_connection(connection: socket.socket, sent: bytes) -> None:
    connection.sendall(sent)
    assert ended(connection)


@pytest.mark.parametrize("begun", [b"GET /", b"GET / HTTP/1.1\r\nHost: x\r\nX-More: "])
def test_a_head_without_an_end_is_refused(connection: socket.socket, begun: bytes) -> None:
    connection.sendall(begun)
    with suppress(OSError):
        for _ in range(100):
            connection.sendall(b"x" * 16384)
    assert ended(connection)


def test_who_asks_for_much_and_takes_nothing_is_cut_off(connection: socket.socket) -> None:
    connection.sendall(ONTOLOGY * 200)  # 18 MB, more than a socket holds
    time.sleep(4)
    taken = 0
    with suppress(ConnectionError):
        while data := connection.recv(1 << 20):
            taken += len(data)
    assert taken < 200 * 80_000


def test_who_takes_all_gets_all(connection: socket.socket) -> None:
    connection.sendall(ONTOLOGY * 20 + ALIVE)
    taken = b""
    while not taken.endswith(b'{"status": "live"}'):
        time.sleep(0.1)
        taken += connection.recv(1 << 18)
    assert taken.count(b"HTTP/1.1 200") == 21


def ended(connection: socket.socket) -> bool:
    with suppress(ConnectionError):
        while connection.recv(65536):
            pass
    return True


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /health/live HTTP/1.1\r\n\r\n", b"400"),
        (b"GET /health/live HTTP/1.1\r\nHost: a b\r\n\r\n", b"400"),
        (b"GET /health/live HTTP/1.1\r\nHost: a/b\r\n\r\n", b"400"),
        (b"GET /health/live HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"400"),
        (b"GET /health/live HTTP/1.1\r\nHost: my_host:8000\r\n\r\n", b"200"),
        (b"GET /health/live HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n", b"200"),
        (b"GET /health/live HTTP/1.0\r\n\r\n", b"200"),
    ],
)
def test_a_request_names_one_host(connection: socket.socket, head: bytes, status: bytes) -> None:
    """RFC 9112, section 3.2."""
    connection.sendall(head)
    assert connection.recv(65536).split(b" ")[1] == status


class Wire:
    """What a connection is told to send."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def close(self) -> None:
        self.sent.append(b"closed")

    def is_closing(self) -> bool:
        return b"closed" in self.sent


def test_a_head_goes_out_with_its_body() -> None:
    wire = Wire()
    transport = Holding(wire)  # type: ignore[arg-type]
    transport.write(b"continue")
    transport.hold()
    transport.write(b"head ")
    assert wire.sent == [b"continue"]
    transport.write(b"body")
    transport.write(b"more")
    transport.hold()
    transport.write(b"head alone")
    transport.close()
    assert wire.sent == [b"continue", b"head body", b"more", b"head alone", b"closed"]
    assert transport.is_closing()
