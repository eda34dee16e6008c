"""Running the WSGI application from the event loop: a thread for each request, answers in pieces.

An answer that breaks off in the middle raises ``BrokenOff``: whoever serves must cut the
connection then, never end the body as if it were whole.
"""

import asyncio
import io
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from server.processes.process import Hangup

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

PATIENT = 0.2
"""Seconds after which somebody looks whether the client still waits."""

BODY_TIME = 120.0
"""Seconds in which the body of a request must have come."""

HANGUP = "lodestone.hangup"
CLIENT = "lodestone.client"
STREAMS = "lodestone.streams"
"""Keys of the WSGI environment: who waits, who asks, and, of an answer in pieces, its deadline."""

Scope = dict[str, Any]
Receive = Any
Send = Any
Header = tuple[bytes, bytes]


class BrokenOff(Exception):
    """An answer cannot be sent to its end."""


class BodyTooLong(Exception):
    """The body of a request is longer than allowed."""


@dataclass
class Started:
    """What an application has begun to answer; ``pieces`` follow ``body``, until ``deadline``."""

    status: int = 500
    headers: list[Header] = field(default_factory=list)
    body: bytes = b""
    pieces: Iterator[bytes] | None = None
    deadline: float = 0.0
    close: Any = None


def told_length(headers: Mapping[bytes, bytes]) -> int:
    """The bytes of a body by its head, 0 where that does not tell."""
    told = headers.get(b"content-length", b"")
    return int(told) if told.isdigit() else 0


async def read_body(receive: Receive, limit: int) -> bytes:
    """The body of a request. Raises ``BodyTooLong``, ``TimeoutError``, ``BrokenOff`` if the client leaves."""
    parts: list[bytes] = []
    size = 0
    async with asyncio.timeout(BODY_TIME):
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise BrokenOff("the client went away")
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > limit:
                raise BodyTooLong
            if not message.get("more_body"):
                return b"".join(parts)


def environ_of(scope: Scope, body: bytes, client: str, request_id: str, hangup: Hangup) -> dict[str, Any]:
    """The WSGI environment (PEP 3333) of a request."""
    path = unquote_to_bytes(scope["raw_path"].partition(b"?")[0]).decode("latin-1")
    server = scope.get("server") or ("localhost", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        CLIENT: client,
        HANGUP: hangup,
    }
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1").replace("-", "_").upper()
        if b"_" in raw or name in ("X_REQUEST_ID", "TRANSFER_ENCODING", "CONTENT_LENGTH"):
            continue  # "a_b" and "a-b" would be one; the length is that of the body in hand
        key = name if name == "CONTENT_TYPE" else f"HTTP_{name}"
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    environ["HTTP_X_REQUEST_ID"] = request_id
    environ["CONTENT_LENGTH"] = str(len(body)) if body or scope["method"] in ("POST", "PUT") else ""
    return environ


def call(app: "WSGIApplication", environ: dict[str, Any]) -> Started:
    """Run the application, in a thread, up to its first piece or to its end."""
    started = Started()

    def start_response(status: str, headers: list[tuple[str, str]], _: object = None) -> Any:
        started.status = int(status.split(None, 1)[0])
        started.headers = [
            (k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in headers if k.lower() != "date"
        ]  # whoever serves tells the date
        return lambda _: None

    found: Iterable[bytes] = app(environ, start_response)
    started.close = getattr(found, "close", None)
    if STREAMS in environ:
        started.pieces, started.deadline = iter(found), environ[STREAMS]
        return started
    try:
        started.body = b"".join(found)
    finally:
        if started.close is not None:
            started.close()
    return started


async def run(
    app: "WSGIApplication", environ: dict[str, Any], hangup: Hangup, receive: Receive, threads: Executor
) -> Started:
    """Run the application in a thread; tell ``hangup`` if the client goes away meanwhile."""
    loop = asyncio.get_running_loop()
    task = loop.run_in_executor(threads, call, app, environ)
    done, _ = await asyncio.wait({task}, timeout=PATIENT)
    if not done:
        watcher = asyncio.ensure_future(receive())
        await asyncio.wait({task, watcher}, return_when=asyncio.FIRST_COMPLETED)
        if watcher.done():
            hangup.gone()
        else:
            watcher.cancel()
            with suppress(asyncio.CancelledError):
                await watcher
    return await task


async def send_pieces(started: Started, receive: Receive, send: Send, threads: Executor) -> int:
    """Send what follows the head; gives back the bytes. Raises ``BrokenOff``."""
    loop = asyncio.get_running_loop()
    sent = 0
    watcher = asyncio.ensure_future(receive())
    assert started.pieces is not None  # noqa: S101 - only then is this called
    try:
        while True:
            piece = await loop.run_in_executor(threads, next, started.pieces, None)
            if piece is None:
                break
            if watcher.done():
                raise BrokenOff("the client went away")
            async with asyncio.timeout(max(0.0, started.deadline - time.monotonic())):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            sent += len(piece)
    except BrokenOff:
        raise
    except TimeoutError:
        raise BrokenOff("the client had not taken the answer by its deadline") from None
    except Exception as error:
        raise BrokenOff(str(error)) from error
    finally:
        watcher.cancel()
        if started.close is not None:
            await loop.run_in_executor(threads, started.close)
    await send({"type": "http.response.body", "body": b""})
    return sent
