"""Calls to the outside, to a server of the test's own."""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kg.outbound import Outbound, OutboundFailed, OutboundRefused, is_public


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        match self.path:
            case "/open/page":
                self._say(200, b"a page")
            case "/open/there":
                self._say(302, b"", Location="/open/page")
            case "/open/out":
                self._say(302, b"", Location="/secret")
            case "/open/round":
                self._say(302, b"", Location="/open/round")
            case "/open/long":
                self._say(200, b"x" * 5000)
            case "/open/cut":
                self._say(200, b"half", **{"Content-Length": "8"})
            case "/open/trickle":
                self._trickle()
            case "/open/busy":
                self._say(429, b"", **{"Retry-After": "7"})
            case "/open/dated":
                self._say(503, b"", **{"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"})
            case "/open/past":
                self._say(503, b"", **{"Retry-After": "Sat, 01 Jan 2000 00:00:00 GMT"})
            case "/open/odd":
                self._say(503, b"", **{"Retry-After": "soon"})
            case "/secret":
                self._say(200, b"not for you")
            case _:
                self._say(404, b"nothing")

    def _say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _trickle(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        with suppress(OSError):
            for _ in range(1000):
                self.wfile.write(b"x")
                time.sleep(0.02)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class has it
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_is_listed_is_fetched(site: str) -> None:
    outbound = Outbound((f"{site}/open",))
    assert outbound.fetch(f"{site}/open/page").body == b"a page"
    assert outbound.fetch(f"{site}/open/there").url == f"{site}/open/page"


@pytest.mark.parametrize(
    "path",
    ["/secret", "/opening", "/open/out", "/open/../secret", "/open/%2e%2e/secret", "/open\\..\\secret"],
)
def test_what_is_not_listed_is_refused_redirects_too(site: str, path: str) -> None:
    with pytest.raises(OutboundRefused):
        Outbound((f"{site}/open",)).fetch(site + path)


def test_nothing_is_allowed_where_nothing_is_listed(site: str) -> None:
    with pytest.raises(OutboundRefused, match="outbound"):
        Outbound().fetch(f"{site}/open/page")


@pytest.mark.parametrize("path", ["/open/nothing", "/open/long", "/open/round", "/open/cut"])
def test_what_fails_is_told(site: str, path: str) -> None:
    with pytest.raises(OutboundFailed):
        Outbound((f"{site}/open",), longest=1000).fetch(site + path)


def test_an_answer_that_trickles_is_given_up(site: str) -> None:
    with pytest.raises(OutboundFailed, match=r"no whole answer in 0\.2 s"):
        Outbound((f"{site}/open",), deadline=0.2).fetch(f"{site}/open/trickle")


@pytest.mark.parametrize(
    ("path", "status", "least", "most"),
    [("busy", 429, 7, 7), ("dated", 503, 1e9, 1e10), ("past", 503, 0, 0), ("odd", 503, None, None)],
)
def test_when_to_call_again_is_told(
    site: str, path: str, status: int, least: float | None, most: float | None
) -> None:
    with pytest.raises(OutboundFailed) as caught:
        Outbound((f"{site}/open",)).fetch(f"{site}/open/{path}")
    assert caught.value.status == status
    if least is None or most is None:
        assert caught.value.after is None
    else:
        assert caught.value.after is not None
        assert least <= caught.value.after <= most


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://x/",
        "http://",
        "//x/",
        "http://u:p@x/",
        "http://x:y/",
        "http://x/\r\nA: b",
        "x",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(OutboundRefused):
        Outbound((url, "http://x/")).fetch(url)


@pytest.mark.parametrize("name", ["private.test", "metadata.test"])
def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    inside = {"private.test": "10.1.2.3", "metadata.test": "169.254.169.254"}
    monkeypatch.setattr(
        "socket.getaddrinfo", lambda host, port, **_: [(2, 1, 6, "", (inside[str(host)], int(str(port))))]
    )
    with pytest.raises(OutboundRefused, match="public internet"):
        Outbound((f"http://{name}/",)).fetch(f"http://{name}/page")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address, not bound
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b::808:808", True),
        ("fc00::1", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public
