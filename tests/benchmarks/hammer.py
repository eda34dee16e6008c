"""A client that costs little: many connections, one loop, requests made beforehand."""

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from urllib.parse import urlencode


@dataclass
class Figures:
    """What a round of requests took: seconds in all, seconds of each, bytes, and how many were no 200."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    size: int = 0
    failed: int = 0

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.times) / self.seconds

    @property
    def p95(self) -> float:
        """Seconds within which 95 of 100 were answered."""
        return quantiles(self.times, n=20)[-1]


def request(path: str, query: str, accept: str = "application/sparql-results+json", **more: str) -> bytes:
    """A GET request as it goes over the line."""
    target = f"{path}?{urlencode({'query': query, **more})}"
    return f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept}\r\n\r\n".encode()


class _Connection:
    """One connection: a request at a time, and how much of its answer is there."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray()
        self.began = 0.0

    def ask(self, text: bytes) -> None:
        self._buffer.clear()
        self.began = time.perf_counter()
        self.socket.sendall(text)

    def read(self) -> tuple[bool, int] | None:
        """Whether it was a 200, and its bytes, once the answer is whole."""
        data = self.socket.recv(262_144)
        if not data:
            raise ConnectionError("the server closed the connection")
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(self._buffer[:end]).lower()
        if b"transfer-encoding: chunked" in head:
            whole = self._buffer.endswith(b"0\r\n\r\n")
        else:
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            whole = len(self._buffer) >= end + 4 + length
        return (b" 200" in head[:16], len(self._buffer)) if whole else None


def hammer(port: int, requests: Sequence[bytes], *, clients: int, seconds: float) -> Figures:
    """Send requests in turn over so many connections for so long."""
    figures = Figures()
    turn = _endless(requests)
    with selectors.DefaultSelector() as ready:
        connections = [_Connection(port) for _ in range(clients)]
        began = time.perf_counter()
        for connection in connections:
            ready.register(connection.socket, selectors.EVENT_READ, connection)
            connection.ask(next(turn))
        busy = clients
        while busy:
            for key, _ in ready.select():
                connection = key.data
                done = connection.read()
                if done is None:
                    continue
                now = time.perf_counter()
                figures.times.append(now - connection.began)
                figures.failed += not done[0]
                figures.size += done[1]
                if now - began < seconds:
                    connection.ask(next(turn))
                else:
                    busy -= 1
        figures.seconds = time.perf_counter() - began
        for connection in connections:
            connection.socket.close()
    return figures


def _endless(requests: Sequence[bytes]) -> Iterator[bytes]:
    while True:
        yield from requests
