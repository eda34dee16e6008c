"""A connection, held to some pace: heads come soon and are short, and who takes nothing is cut off.

What the HTTP library leaves open is closed here: a head without an end, a client that
connects and says nothing, one that asks for much and never reads it. And what can go out in one
packet does.
"""

import asyncio
import socket
import struct
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HOLD = "lodestone.hold"
"""Key of an ASGI scope: has the head that is written next go out with what follows it, in one packet."""

HEAD_TIME = 30.0
"""Seconds in which a request's head must have come, and a new connection's first."""

LONGEST_HEAD = 512 * 1024
"""Bytes that it may have: long queries are sent in addresses too."""

STALLED = 30.0
"""Seconds after which it is seen whether a client that is behind has taken anything."""

SLOWEST = 1024
"""Bytes a second that it must take."""


class Holding:
    """A transport that can hold what is written next back, until there is more."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._held = b""
        self._holds = False

    def hold(self) -> None:
        """Send what is written next with what is written after it, or when the connection is closed."""
        self._holds = True

    def write(self, data: bytes) -> None:
        """Send, or hold back."""
        if self._holds:
            self._holds, self._held = False, self._held + data
        elif self._held:
            held, self._held = self._held, b""
            self._transport.write(held + data)
        else:
            self._transport.write(data)

    def close(self) -> None:
        """Close the connection when everything is sent."""
        if self._held:
            held, self._held = self._held, b""
            self._transport.write(held)
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def until_closed(app: Any, cycle: RequestResponseCycle) -> Any:
    """The application for a client of HTTP/1.0, which knows no chunks (RFC 9112, section 6.1).

    A body of unknown length ends with the connection. One that breaks off ends by a reset: the client
    could not tell it from a whole one otherwise.
    """

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        open_ended = False

        async def sending(message: Any) -> None:
            nonlocal open_ended
            if message["type"] == "http.response.start":
                names = {name.lower() for name, _ in message.get("headers", ())}
                open_ended = b"content-length" not in names
                if open_ended:
                    cycle.chunked_encoding = False
            elif open_ended:
                cycle.expected_content_length = len(message.get("body", b""))
            await send(message)

        try:
            await app(scope, receive, sending)
        except BaseException:
            if open_ended and not cycle.response_complete:
                _reset(cycle.transport)
            raise

    return answer


def _reset(transport: asyncio.Transport) -> None:
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class PacedConnection(HttpToolsProtocol):
    """An HTTP connection that is closed where its client keeps it for nothing."""

    _head_timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None
    _head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The client has connected."""
        super().connection_made(transport)
        self.transport: Holding = Holding(transport)  # type: ignore[assignment]
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._cancel_head()
        self._cancel_write()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come; a head beyond the limit is answered by 400."""
        if self._head_timer is not None:
            self._head += len(data)
            if self._head > LONGEST_HEAD:
                self.send_400_response("The head of the request is too long.")
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        if self._head_timer is None:
            self._await_head()

    def on_headers_complete(self) -> None:
        """Its head is whole."""
        self._cancel_head()
        super().on_headers_complete()
        self.scope[HOLD] = self.transport.hold  # type: ignore[literal-required]

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        old = cycle.scope["http_version"] != "1.1"
        super()._start_asgi_task(cycle, until_closed(app, cycle) if old else app)

    def pause_writing(self) -> None:
        """The client is behind."""
        super().pause_writing()
        self._watch(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """It has caught up."""
        self._cancel_write()
        super().resume_writing()

    def _await_head(self) -> None:
        self._head = 0
        self._head_timer = self.loop.call_later(HEAD_TIME, self.transport.abort)

    def _cancel_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _watch(self, before: int) -> None:
        self._cancel_write()
        self._write_timer = self.loop.call_later(STALLED, self._look, before)

    def _look(self, before: int) -> None:
        now = self.transport.get_write_buffer_size()
        if now > before - STALLED * SLOWEST:
            self.transport.abort()
        else:
            self._watch(now)

    def _cancel_write(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None
