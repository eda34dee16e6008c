"""Calls to the outside: only to what an allow-list names, and only to where it leads.

An entry of the list is the beginning of an address: scheme, host, port and a path
(``https://query.example.org/sparql``). The host's name is resolved once, its addresses
are checked, and the call goes to the address that was checked, so that the name cannot
lead elsewhere in between. An address that is private, of this machine or otherwise not
of the public internet is refused unless the list names that very address; a redirect
is a call of its own.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Timer
from urllib.parse import SplitResult, urljoin, urlsplit

from kg.errors import LodestoneError

PORTS = {"http": 80, "https": 443}
MOST_REDIRECTS = 5
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052, section 2.1
MEBIBYTE = 1024 * 1024


@dataclass(eq=False)
class OutboundRefused(LodestoneError):
    """A call is not allowed, or leads where none may go."""

    url: str = ""


@dataclass(eq=False)
class OutboundFailed(LodestoneError):
    """A call that is allowed did not succeed.

    ``status`` is the HTTP status, 0 if there was none; ``after`` the seconds after which the other
    side asks to be called again (Retry-After), ``None`` if it does not say.
    """

    url: str = ""
    status: int = 0
    after: float | None = None


@dataclass(frozen=True)
class Fetched:
    """What was fetched: from where in the end, its media type, its body."""

    url: str
    content_type: str
    body: bytes


@dataclass(frozen=True)
class Outbound:
    """The calls that are allowed.

    ``timeout`` is for each wait, ``deadline`` for a whole call (both in seconds), ``longest``
    for a body (in bytes).
    """

    allowed: tuple[str, ...] = ()
    timeout: float = 10.0
    deadline: float = 60.0
    longest: int = 16 * MEBIBYTE
    headers: Mapping[str, str] = field(default_factory=lambda: {"User-Agent": "lodestone"})

    def check(self, url: str) -> None:
        """Raise ``OutboundRefused`` unless the list allows the address."""
        _entry_for(url, self.allowed)

    def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        """Call an address, and follow redirects that are allowed too.

        Raises ``OutboundRefused`` and ``OutboundFailed``.
        """
        sent = {**self.headers, **(headers or {}), "Accept-Encoding": "identity"}
        for _ in range(MOST_REDIRECTS + 1):
            found = self._call(url, method, body, sent)
            if isinstance(found, Fetched):
                return found
            url = found
            if method not in ("GET", "HEAD"):
                raise OutboundRefused(f"{url}: a {method} is not sent on to where it is redirected", url=url)
        raise OutboundFailed(f"{url}: more than {MOST_REDIRECTS} redirects", url=url)

    def _call(self, url: str, method: str, body: bytes | None, headers: Mapping[str, str]) -> Fetched | str:
        """What an address answers; where it redirects to, if it does."""
        parts = _entry_for(url, self.allowed)
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        connection = _connect(url, parts, self.allowed, min(self.timeout, self.deadline))
        late = Timer(self.deadline, connection.break_off)
        late.daemon = True
        late.start()
        try:
            connection.request(method, target, body, dict(headers))
            response = connection.getresponse()
            if response.status in (301, 302, 303, 307, 308) and (place := response.getheader("Location")):
                return urljoin(url, place)
            data = response.read(self.longest + 1)
            if connection.is_late or (response.length and len(data) <= self.longest):
                raise http.client.IncompleteRead(data)
            if len(data) > self.longest:
                told = f"{url}: the answer is longer than {self.longest:,} bytes"
                raise OutboundFailed(told, url=url, status=response.status)
            if response.status >= 300:
                raise OutboundFailed(
                    f"{url}: {response.status} {response.reason}",
                    url=url,
                    status=response.status,
                    after=_seconds(response.getheader("Retry-After")),
                )
            return Fetched(url, response.getheader("Content-Type", ""), data)
        except (OSError, http.client.HTTPException) as error:
            told = f"no whole answer in {self.deadline:g} s" if connection.is_late else str(error)
            raise OutboundFailed(f"{url}: {told}", url=url) from error
        finally:
            late.cancel()
            connection.close()


def _seconds(retry_after: str | None) -> float | None:
    """What a Retry-After says (RFC 9110, section 10.2.3), in seconds from now; ``None`` for nothing."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError as error:
        raise OutboundRefused(f"{url!r} is no address: {error}", url=url) from error
    if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc or _is_odd(url):
        raise OutboundRefused(f"{url!r} is no plain http(s) address", url=url)
    return parts


def _is_odd(url: str) -> bool:
    return "\\" in url or any(c <= " " or c == "\x7f" for c in url) or not url.isascii()


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, (parts.hostname or "").rstrip("."), parts.port or PORTS[parts.scheme]


def _entry_for(url: str, allowed: Sequence[str]) -> SplitResult:
    """The parts of an address that the list allows. Raises ``OutboundRefused``."""
    parts = _split(url)
    if ".." in parts.path or "%2e" in parts.path.lower():
        raise OutboundRefused(f"{url!r} climbs out of its path", url=url)
    for entry in allowed:
        listed = _split(entry)
        path = listed.path.rstrip("/")
        inside = parts.path == path or parts.path.startswith(f"{path}/")
        if _origin(listed) == _origin(parts) and inside:
            return parts
    raise OutboundRefused(f"{url} is not on the list of what may be asked outside (outbound)", url=url)


def _connect(url: str, parts: SplitResult, allowed: Sequence[str], timeout: float) -> "_Pinned":
    """A connection to an address of the host that may be called. Raises as ``fetch``."""
    scheme, host, port = _origin(parts)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OutboundFailed(f"{url}: {host} is not known: {error}", url=url) from error
    named = {_split(entry).hostname for entry in allowed}
    for info in found:
        address = str(info[4][0])
        if not is_public(address) and address not in named and host not in ("localhost", address):
            raise OutboundRefused(f"{url} leads to {address}, which is not of the public internet", url=url)
    return _Pinned(host, port, str(found[0][4][0]), timeout, secure=scheme == "https")


def is_public(address: str) -> bool:
    """Whether an address is of the public internet, one that an IPv6 address wraps included."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was checked; the host's name is for ``Host`` and the certificate."""

    def __init__(self, host: str, port: int, address: str, timeout: float, *, secure: bool) -> None:
        super().__init__(host, port, timeout=timeout)
        self.default_port = PORTS["https" if secure else "http"]
        self._address = address
        self._secure = secure
        self._held: socket.socket | None = None
        self.is_late = False

    def connect(self) -> None:
        """Connect to the checked address."""
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
        self._held = self.sock

    def break_off(self) -> None:
        """End the call where it stands: whoever waits for it gets an error."""
        self.is_late = True
        if self._held is not None:
            with suppress(OSError):
                self._held.shutdown(socket.SHUT_RDWR)
