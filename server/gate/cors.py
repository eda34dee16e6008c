"""Which sites' scripts may read answers (Fetch standard, CORS protocol), where that is not every site's."""

from typing import Any

from server.gate.bridge import Header, Send

_ALLOWED = b"access-control-allow-origin"


class Origins:
    """The sites whose scripts may read: all (``*``), none, or those that are named."""

    def __init__(self, sites: tuple[str, ...]) -> None:
        self.all = "*" in sites
        self._sites = frozenset(site.lower().encode() for site in sites)

    def sending(self, send: Send, headers: dict[bytes, bytes]) -> Send:
        """What sends the answer to a request with these headers."""
        if self.all:
            return send
        origin = headers.get(b"origin", b"")
        allowed = origin if origin.lower() in self._sites else None

        async def sent(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _readable(message["headers"], allowed)}
            await send(message)

        return sent


def _readable(headers: list[Header], origin: bytes | None) -> list[Header]:
    """The headers of an answer that everybody may read, for the one site that may, or for none."""
    if not any(name.lower() == _ALLOWED for name, _ in headers):
        return headers
    kept = [header for header in headers if header[0].lower() != _ALLOWED]
    found = [(_ALLOWED, origin)] if origin is not None else []
    return [*kept, *found, (b"vary", b"Origin")]
