"""Packing with gzip for clients that take it (RFC 9110, section 8.4.1.3): whole bodies, and streams."""

import gzip
import re
import zlib
from typing import Any

from server.gate.bridge import Header, Send, Started

WORTH_PACKING = 1024
"""Bytes below which a whole body is sent as it is."""

_TEXT = re.compile(rb"text/|application/(?:[\w.-]+\+)?(?:json|xml|n-triples|n-quads|trig)")
_NO_WEIGHT = re.compile(rb"q=0(\.0*)?")
_FASTEST = 1
_GZIP_WINDOW = 31


def takes_gzip(headers: dict[bytes, bytes]) -> bool:
    """Whether the client takes a packed body (RFC 9110, section 12.5.3): it names gzip, and not with q=0."""
    for element in headers.get(b"accept-encoding", b"").lower().split(b","):
        name, _, weight = element.replace(b" ", b"").partition(b";")
        if name in (b"gzip", b"x-gzip"):
            return _NO_WEIGHT.fullmatch(weight) is None
    return False


def pack(started: Started) -> None:
    """Compress a response that is text, and long enough to gain by it."""
    if len(started.body) >= WORTH_PACKING and _is_text(started):
        started.body = gzip.compress(started.body, _FASTEST, mtime=0)
        started.headers = [
            *_packed_headers(started),
            (b"content-length", str(len(started.body)).encode()),
        ]


def packing(started: Started, send: Send) -> Send:
    """What sends a stream whose head is ``started``: packed if it is text, else ``send`` itself."""
    if not _is_text(started):
        return send
    started.headers = _packed_headers(started)
    return _Packing(send)


def _is_text(started: Started) -> bool:
    headers = dict(started.headers)
    return b"content-encoding" not in headers and _TEXT.match(headers.get(b"content-type", b"")) is not None


def _packed_headers(started: Started) -> list[Header]:
    """The headers of a packed body but its length: another entity tag, as it is another representation."""
    headers = dict(started.headers)
    kept = [(k, v) for k, v in started.headers if k not in (b"content-length", b"etag", b"vary")]
    vary = b", ".join(filter(None, (headers.get(b"vary"), b"Accept-Encoding")))
    kept += [(b"content-encoding", b"gzip"), (b"vary", vary)]
    if etag := headers.get(b"etag"):
        kept.append((b"etag", etag if etag.startswith(b"W/") else b"W/" + etag))
    return kept


class _Packing:
    """Compresses the pieces of a body. One that breaks off lacks gzip's end: nobody takes it for whole."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._packer = zlib.compressobj(_FASTEST, zlib.DEFLATED, _GZIP_WINDOW)

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.body":
            more = message.get("more_body", False)
            body = self._packer.compress(message.get("body", b""))
            body += self._packer.flush(zlib.Z_SYNC_FLUSH if more else zlib.Z_FINISH)
            message = {**message, "body": body}
        await self._send(message)
