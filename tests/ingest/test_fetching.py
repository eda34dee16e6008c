"""Fetching against a real server on this machine."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kg.errors import UnreadableInput
from kg.ingest.fetching import Outbound

PAGE = "<html><body><p>Gallium é.</p></body></html>"


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        match self.path:
            case "/robots.txt":
                self._answer(200, "text/plain", b"User-agent: *\nDisallow: /private/\n")
            case "/page" | "/private/page":
                self._answer(200, "text/html; charset=latin-1", PAGE.encode("latin-1"))
            case "/moved":
                self._answer(302, "text/html", b"", location="/page")
            case "/away":
                self._answer(302, "text/html", b"", location="http://169.254.169.254/secret")
            case "/round":
                self._answer(302, "text/html", b"", location="/round")
            case "/large":
                self._answer(200, "text/html", b"x" * 50_000)
            case "/slow":
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                for _ in range(40):
                    self.wfile.write(b"drip")
                    self.wfile.flush()
                    time.sleep(0.1)
            case "/picture":
                self._answer(200, "image/png", b"\x89PNG")
            case _:
                self._answer(404, "text/plain", b"")

    def _answer(self, status: int, kind: str, body: bytes, location: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name in the base class
        pass


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a caller that hangs up is what some of the tests are about


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = Quiet(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("path", ["/page", "/moved"])
def test_a_page_of_an_allowed_host_comes_as_utf8(site: str, path: str) -> None:
    page = Outbound(frozenset({site})).fetch(f"http://{site}{path}")
    assert (page.url, page.suffix) == (f"http://{site}/page", ".html")
    assert page.content.decode() == PAGE


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/private/page", "robots.txt"),
        ("/away", "not on the list"),
        ("/round", "more than 3 times"),
        ("/large", "larger than 10000 bytes"),
        ("/slow", "1 seconds|timed out"),
        ("/picture", "image/png"),
        ("/none", "answered 404"),
    ],
)
def test_what_is_refused_says_why(site: str, path: str, reason: str) -> None:
    outbound = Outbound(frozenset({site}), most_bytes=10_000, seconds=1)
    with pytest.raises(UnreadableInput, match=reason):
        outbound.fetch(f"http://{site}{path}")


def test_a_private_address_behind_a_name_is_refused(site: str) -> None:
    port = site.partition(":")[2]
    with pytest.raises(UnreadableInput, match="private address"):
        Outbound(frozenset({f"localhost:{port}"})).fetch(f"http://localhost:{port}/page")


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://example.org/a", True),
        ("https://sub.example.org/a", False),
        ("https://news.example.net/a", True),
        ("https://example.net/a", True),
        ("https://badexample.net/a", False),
        ("https://example.org:8443/a", False),
        ("ftp://example.org/a", False),
        ("file:///etc/passwd", False),
        ("https://user@example.org/", False),
        ("https://example.org:x/", False),
    ],
)
def test_the_list_is_kept_to_the_letter(url: str, allowed: bool) -> None:
    assert Outbound(frozenset({"example.org", ".example.net"})).allows(url) is allowed


def test_an_empty_name_on_the_list_allows_nothing() -> None:
    assert not Outbound(frozenset({""})).allows("http://127.0.0.1:8080/page")
