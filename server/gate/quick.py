"""Plain queries, answered on the event loop without the application.

Whatever is not plain goes to the application: pages, updates, tokens, conditions, odd
requests, and every error. Rules, parameters and headers are those that the application has
(``server.asking``, ``server.protocol``).
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache

from werkzeug.http import parse_options_header
from werkzeug.sansio.utils import get_current_url, get_host

from kg.errors import LodestoneError
from server.app import ALWAYS
from server.asking import headers_of, job_of, wants_page
from server.gate.bridge import PATIENT, BrokenOff, Header, Receive, Scope, Send
from server.gate.steps import walked_on_loop
from server.processes.jobs import Reply
from server.processes.process import Hangup, Pieces
from server.protocol import QueryRequest, read_request
from server.services import Known, Services

PATH = b"/sparql"

LONGEST = 64 * 1024
"""Bytes of a request that are read on the event loop."""

_NOT_PLAIN = (
    b"authorization",
    b"content-encoding",
    b"if-match",
    b"if-modified-since",
    b"if-none-match",
    b"if-range",
    b"if-unmodified-since",
    b"range",
)
_HOST = re.compile(rb"[A-Za-z0-9.-]+(?::[0-9]+)?|\[[0-9A-Fa-f:.]+\](?::[0-9]+)?")
_ALWAYS: tuple[Header, ...] = (
    *((name.lower().encode(), value.encode()) for name, value in ALWAYS.items()),
    (b"vary", b"Accept"),
)


class Failed(Exception):
    """A query was evaluated, and this came of it: the application tells it."""

    def __init__(self, error: LodestoneError) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True)
class Plain:
    """A request for a plain query, as it came."""

    method: str
    query_string: bytes
    body: bytes
    mimetype: str = ""
    mimetype_params: Mapping[str, str] = field(default_factory=dict)

    def get_data(self) -> bytes:
        """The body."""
        return self.body


@dataclass(frozen=True)
class Ready:
    """A query that can be answered here."""

    asked: QueryRequest
    known: Known


def is_plain(scope: Scope, headers: dict[bytes, bytes], here: Services) -> bool:
    """Whether a request may be one for a plain query, by its head."""
    return (
        scope["method"] in ("GET", "POST")
        and scope["raw_path"].partition(b"?")[0] == PATH
        and not here.config.read_token
        and len(headers) == len(scope["headers"])
        and not any(name in headers for name in _NOT_PLAIN)
        and _HOST.fullmatch(headers.get(b"host", b"")) is not None
    )


def ready(
    scope: Scope, headers: dict[bytes, bytes], body: bytes, client: str, here: Services
) -> Ready | None:
    """The query of a plain request; ``None`` for what the application must see, every mistake included.

    Long ones as well, whose reading would keep all others waiting: the application has threads.
    """
    if len(body) + len(scope["query_string"]) > LONGEST or len(body) > here.config.body:
        return None
    plain = Plain(scope["method"], scope["query_string"], body)
    if b"content-type" in headers:
        media, parameters = parse_options_header(headers[b"content-type"].decode("latin-1"))
        plain = replace(plain, mimetype=media.lower(), mimetype_params=parameters)
    accept = headers[b"accept"].decode("latin-1") if b"accept" in headers else None
    try:
        asked = read_request(plain)
        if not isinstance(asked, QueryRequest) or asked.plan or wants_page(asked, accept):
            return None
        base = _base(scope.get("scheme", "http"), headers[b"host"])
        job = job_of(
            asked, here.config, method=plain.method, base=base, accept=accept, client=client, html=False
        )
        return Ready(asked, Known.of(here, job))
    except LodestoneError:
        return None


@lru_cache(maxsize=64)
def _base(scheme: str, host: bytes) -> str:
    return get_current_url(scheme, get_host(scheme, host.decode("latin-1")), "", PATH.decode())


async def reply_to(
    query: Ready, here: Services, receive: Receive, threads: Executor
) -> tuple[Reply, list[Header]] | None:
    """The answer and its headers; ``None`` where the version changed meanwhile. Raises ``Failed``."""
    hangup = Hangup()
    loop = asyncio.get_running_loop()
    watching: list[asyncio.Task[None]] = []
    watch = loop.call_later(PATIENT, lambda: watching.append(loop.create_task(_watch(receive, hangup))))
    try:
        reply = await walked_on_loop(here.answering(query.known, hangup), threads)
        headers = headers_of(query.asked, reply, query.known)
    except LodestoneError as error:
        raise Failed(error) from error
    finally:
        watch.cancel()
        for task in watching:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    if "Cache-Control" not in headers:
        await _give_up(reply, threads)
        return None
    found: list[Header] = [(b"content-type", reply.content_type.encode("latin-1"))]
    if reply.rest is None:
        found.append((b"content-length", str(len(reply.body)).encode()))
    found += [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    return reply, [*found, *_ALWAYS]


async def _watch(receive: Receive, hangup: Hangup) -> None:
    """Tell it if the client goes away."""
    await receive()
    hangup.gone()


async def _give_up(reply: Reply, threads: Executor) -> None:
    if reply.rest is not None:
        await asyncio.get_running_loop().run_in_executor(threads, reply.rest.close)


async def send_rest(reply: Reply, receive: Receive, send: Send, threads: Executor) -> int:
    """Send a long answer whose head is sent; gives back the bytes. Raises ``BrokenOff``."""
    watcher = asyncio.ensure_future(receive())
    sent = 0
    left = reply.rest.deadline - time.monotonic() if reply.rest is not None else 0.0
    try:
        async with asyncio.timeout(max(0.0, left)):
            async for piece in _pieces(reply, threads):
                if watcher.done():
                    raise BrokenOff("the client went away")
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
        await _give_up(reply, threads)
    await send({"type": "http.response.body", "body": b""})
    return sent


async def _pieces(reply: Reply, threads: Executor) -> AsyncIterator[bytes]:
    yield reply.body
    assert isinstance(reply.rest, Pieces)  # noqa: S101 - workers give nothing else
    while piece := await reply.rest.next(threads):
        yield piece
