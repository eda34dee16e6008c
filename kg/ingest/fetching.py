"""Fetching an article over the network: only from hosts that a list allows, within limits.

A host's addresses are looked up once, checked, and connected to as checked, so that a name
that changes its address in between gains nothing. Robots rules (RFC 9309) are obeyed.
"""

import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from time import monotonic
from types import MappingProxyType
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from kg.errors import UnreadableInput

AGENT = "lodestone"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TEXTS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/rss+xml": ".rss",
    "application/atom+xml": ".atom",
    "application/xml": ".xml",
    "text/xml": ".xml",
}
_NOTHING: Mapping[str, str] = MappingProxyType({})
_PIECE = 1 << 16
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Mark:
    """What a server calls a state of a page: its entity tag, and the time of its last change."""

    tag: str | None = None
    modified: str | None = None

    def asking(self) -> dict[str, str]:
        """Headers that ask for the page only if it is another one now (RFC 9110, 13.1)."""
        given = {"If-None-Match": self.tag, "If-Modified-Since": self.modified}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class Page:
    """What was fetched: the address that it was found at in the end, its bytes, its kind, its state."""

    url: str
    content: bytes
    suffix: str
    mark: Mark = Mark()


@dataclass
class Outbound:
    """Where calls may go, and how far: nothing is fetched that the list does not name.

    ``hosts`` are names ("example.org"), with a leading dot those below too (".example.org"), with a
    port where it is not the usual one ("127.0.0.1:8080"). An address of a private network is refused
    unless the list names it as it is. Sizes in bytes, times in seconds.
    """

    hosts: frozenset[str] = frozenset()
    most_bytes: int = 5_000_000
    seconds: float = 20.0
    redirects: int = 3
    _robots: dict[str, RobotFileParser] = field(default_factory=dict)

    def allows(self, url: str) -> bool:
        """Whether the list names the host of a URL."""
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname or parts.username:
            return False
        host = parts.hostname.rstrip(".").lower()
        try:
            port = parts.port or _PORTS[parts.scheme]
        except ValueError:
            return False
        usual = port == _PORTS[parts.scheme]
        names = {f"{host}:{port}"} | ({host} if usual else set())
        if usual:
            labels = host.split(".")
            names |= {"." + ".".join(labels[at:]) for at in range(len(labels))}
        return bool(names & {h.lower() for h in self.hosts})

    def fetch(self, url: str) -> Page:
        """Gets a page of text.

        Raises ``UnreadableInput`` where that is not allowed, too large or slow, or not there.
        """
        page = self.fetch_changed(url, Mark())
        if page is None:
            raise _refused(url, "the server answered 304 to a question without a condition")
        return page

    def fetch_changed(self, url: str, known: Mark) -> Page | None:
        """The same, but nothing if the page is in the state that is known."""
        deadline = monotonic() + self.seconds
        for _ in range(self.redirects + 1):
            self._check_robots(url, deadline)
            status, headers, content = self._get(url, deadline, known.asking())
            if status == 304:
                return None
            if status in _REDIRECTS and headers.get("location"):
                url = urljoin(url, headers["location"])
                continue
            if status != 200:
                raise _refused(url, f"the server answered {status}")
            kind = headers.get("content-type", "text/html").split(";")[0].strip().lower()
            if kind not in _TEXTS:
                raise _refused(url, f"it is {kind}, not a text ({', '.join(sorted(_TEXTS))})")
            mark = Mark(headers.get("etag"), headers.get("last-modified"))
            return Page(url, _as_utf8(content, headers.get("content-type", "")), _TEXTS[kind], mark)
        raise _refused(url, f"it leads on more than {self.redirects} times")

    def _check_robots(self, url: str, deadline: float) -> None:
        parts = urlsplit(url)
        root = f"{parts.scheme}://{parts.netloc}"
        rules = self._robots.get(root)
        if rules is None:
            rules = RobotFileParser()
            status, _, content = self._get(f"{root}/robots.txt", deadline)
            if status == 200:
                rules.parse(content.decode("utf-8", "replace").splitlines())
            elif status >= 500:
                rules.parse(["User-agent: *", "Disallow: /"])  # RFC 9309, 2.3.1.4
            else:
                rules.parse([])
            rules.modified()
            self._robots[root] = rules
        if not rules.can_fetch(AGENT, url):
            raise _refused(url, "the site's robots.txt does not allow it")

    def _get(
        self, url: str, deadline: float, more: Mapping[str, str] = _NOTHING
    ) -> tuple[int, dict[str, str], bytes]:
        if not self.allows(url):
            raise _refused(url, "its host is not on the list of hosts that calls may go to (--allow HOST)")
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or _PORTS[parts.scheme]
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = _connection(
            parts.scheme, host, port, self._address(url, host, port), deadline - monotonic()
        )
        try:
            headers = {"User-Agent": AGENT, "Accept": "text/html, text/plain, */*;q=0.1", **more}
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            content = self._body(url, answer, connection, deadline)
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, content
        except (OSError, HTTPException, ValueError) as error:
            raise _refused(url, f"the call failed ({type(error).__name__}: {error})") from error
        finally:
            connection.close()

    def _body(self, url: str, answer: HTTPResponse, connection: HTTPConnection, deadline: float) -> bytes:
        pieces: list[bytes] = []
        size = 0
        while True:
            left = deadline - monotonic()
            if left <= 0:
                raise _refused(url, f"it took more than {self.seconds:g} seconds")
            if connection.sock is not None:
                connection.sock.settimeout(left)
            piece = answer.read1(_PIECE)
            if not piece:
                return b"".join(pieces)
            size += len(piece)
            if size > self.most_bytes:
                raise _refused(url, f"it is larger than {self.most_bytes} bytes")
            pieces.append(piece)

    def _address(self, url: str, host: str, port: int) -> str:
        """An address of the host that may be called: a public one, or one that the list names itself."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise _refused(url, f"its host {host} is not known ({error})") from error
        for *_, place in found:
            address = ipaddress.ip_address(str(place[0]).partition("%")[0])
            if address.is_global or str(address) == host.strip("[]"):
                return str(address)
        raise _refused(url, f"{host} is a private address: name the address itself on the list to allow it")


def _connection(scheme: str, host: str, port: int, address: str, seconds: float) -> HTTPConnection:
    """A connection to a checked address that speaks to the host by its name."""
    timeout = max(seconds, 0.01)
    made = (
        HTTPSConnection(host, port, timeout=timeout, context=ssl.create_default_context())
        if scheme == "https"
        else HTTPConnection(host, port, timeout=timeout)
    )
    made._create_connection = lambda _, *args: socket.create_connection((address, port), *args)  # type: ignore[attr-defined]  # noqa: SLF001  the standard library's own hook
    return made


def _as_utf8(content: bytes, kind: str) -> bytes:
    """The content in UTF-8; HTML that names no charset in its headers is left to its own."""
    _, _, charset = kind.lower().partition("charset=")
    charset = charset.split(";")[0].strip(" \"'")
    if charset in ("", "utf-8", "utf8"):
        return content
    try:
        return content.decode(charset).encode("utf-8")
    except (LookupError, UnicodeDecodeError):
        return content


def _refused(url: str, reason: str) -> UnreadableInput:
    return UnreadableInput(f"{url} was not fetched: {reason}", path=url)
