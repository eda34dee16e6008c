"""What every request passes first: its id, its client's rate, the kept answers; then the application.

What can be answered from what is kept is answered on the event loop, without the
application and without a thread.
"""

import asyncio
import json
import re
import secrets
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from kg.errors import StoreError
from server.asking import FAILED
from server.config import LogRequests
from server.gate import bridge
from server.gate.admission import RateLimits, client_of, longest_body
from server.gate.bridge import BodyTooLong, BrokenOff, Header, Receive, Scope, Send, Started
from server.gate.cache import Page
from server.gate.connection import HOLD
from server.gate.cors import Origins
from server.gate.packing import pack, packing, takes_gzip
from server.gate.quick import Failed, is_plain, ready, reply_to, send_rest
from server.gate.tokens import Identity, bearer
from server.logs import log
from server.processes.jobs import Reply
from server.processes.process import Hangup
from server.services import Services

if TYPE_CHECKING:
    from flask import Flask

SLOW = 5.0
"""Seconds after which a request is logged as slow."""

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
_HOST = re.compile(rb"(?:[A-Za-z0-9._~!$&'()*+,;=%-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")
_SPARE = 32


class Front:
    """The ASGI application that a server runs."""

    def __init__(self, app: "Flask", here: Services) -> None:
        self._app = app.wsgi_app
        self._here = here
        config = here.config
        self._limits = RateLimits(config.most_a_second, config.burst)
        self._origins = Origins(config.cors)
        self._most = 2 * config.waiting + config.workers + _SPARE
        self._threads = ThreadPoolExecutor(self._most, thread_name_prefix="request")
        self._in_hand: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        began = time.perf_counter()
        headers = dict(scope["headers"])
        send = sending = _Sending(self._origins.sending(send, headers))
        given = headers.get(b"x-request-id", b"")
        request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8).encode()
        status, sent, why = 500, 0, ""
        try:
            page = self._kept(scope, headers)
            if page is not None:
                self._here.requests.cached.inc()
                status, sent = await _send_page(page, scope, headers, request_id, send)
            else:
                status, sent = await self._answer(scope, headers, request_id, receive, send)
        except BrokenOff as error:
            status, why = 499 if "client" in str(error) else 500, str(error)
            raise
        except asyncio.CancelledError:  # requests in hand had their time
            why = "the server is stopping"
            if sending.begun:
                raise BrokenOff(why) from None
            problem = _problem(503, "stopping", "The server is stopping", "ask again shortly", 5)
            status, sent = await _send(problem, scope, request_id, send)
        finally:
            took = time.perf_counter() - began
            self._here.requests.note(scope["path"], status, took)
            self._log(scope, request_id, status, took, sent, why)

    # --- what is kept

    def _key(self, scope: Scope, headers: dict[bytes, bytes]) -> tuple[object, ...] | None:
        """What names a kept page; ``None`` for requests whose answers are not kept here."""
        if (
            scope["method"] not in ("GET", "HEAD")
            or b"authorization" in headers
            or b"if-match" in headers
            or self._here.config.read_token
            or not self._here.config.cache
        ):
            return None
        packed = takes_gzip(headers)
        accept, host = headers.get(b"accept", b""), headers.get(b"host", b"")
        return (packed, scope["raw_path"], scope["query_string"], accept, host)

    def _kept(self, scope: Scope, headers: dict[bytes, bytes]) -> Page | None:
        key = self._key(scope, headers)
        if key is None:
            return None
        try:
            version = self._here.snapshot().iri
        except StoreError:
            return None
        found = self._here.answers.get(key, version)
        return found if isinstance(found, Page) else None

    def _keep(self, key: tuple[object, ...], started: Started) -> None:
        """Keep a response, body and all, that follows from the published version alone."""
        headers = dict(started.headers)
        version, etag = headers.get(b"content-version"), headers.get(b"etag")
        if started.status != 200 or version is None or etag is None:
            return
        if b"no-store" in headers.get(b"cache-control", b""):
            return
        try:
            current = self._here.snapshot().iri
        except StoreError:
            return
        if version == current.encode():
            page = Page(tuple(started.headers), started.body, etag)
            self._here.answers.put(key, current, page)

    # --- the application

    async def _answer(
        self, scope: Scope, headers: dict[bytes, bytes], request_id: bytes, receive: Receive, send: Send
    ) -> tuple[int, int]:
        forwarded = (
            headers.get(b"x-forwarded-for", b"").decode("latin-1") if self._here.config.proxy else None
        )
        who = self._who(headers)
        address = client_of((scope.get("client") or ("",))[0], forwarded)
        client = f"token {who.name}" if who else address
        if not scope["path"].startswith("/health"):
            if wait := self._limits.take(client, time.monotonic()):
                problem = _problem(429, "rate", "Too many requests", "You send more than you may", wait)
                return await _send(problem, scope, request_id, send)
            if self._is_full_for(client):
                problem = _problem(
                    503, "overloaded", "The server is busy", "too many requests are in hand", 2
                )
                return await _send(problem, scope, request_id, send)
        self._in_hand[client] += 1
        try:
            longest = longest_body(self._here.config, scope["path"], who)
            return await self._through(scope, headers, request_id, client, longest, receive, send)
        finally:
            self._in_hand[client] -= 1
            if not self._in_hand[client]:
                del self._in_hand[client]

    def _who(self, headers: dict[bytes, bytes]) -> Identity | None:
        """Who shows a token that is known; what is wrong with another one, the application says."""
        shown = bearer(headers.get(b"authorization", b"").decode("latin-1"))
        try:
            return self._here.tokens.identify(shown) if shown else None
        except StoreError:
            return None

    def _is_full_for(self, client: str) -> bool:
        """Whether no more requests are taken in hand: of one client half as many as of all."""
        return self._in_hand.total() >= self._most or self._in_hand[client] >= self._most // 2

    async def _through(
        self,
        scope: Scope,
        headers: dict[bytes, bytes],
        request_id: bytes,
        client: str,
        longest: int,
        receive: Receive,
        send: Send,
    ) -> tuple[int, int]:
        if scope["http_version"] == "1.1" and not _has_host(scope, headers):
            what = "a request has one Host header, which names a host"
            return await _send(
                _problem(400, "bad-request", "The request makes no sense", what), scope, request_id, send
            )
        try:
            if bridge.told_length(headers) > longest:
                raise BodyTooLong
            body = await bridge.read_body(receive, longest)
        except BodyTooLong:
            what = f"the body is longer than {longest:,} bytes"
            return await _send(
                _problem(413, "body-too-long", "The body is too long", what), scope, request_id, send
            )
        except TimeoutError:
            what = "the body did not come in time"
            return await _send(
                _problem(408, "slow-body", "The request is too slow", what), scope, request_id, send
            )
        hangup, failed = Hangup(), None
        if is_plain(scope, headers, self._here):
            query = ready(scope, headers, body, client, self._here)
            if query is not None:
                try:
                    found = await reply_to(query, self._here, receive, self._threads)
                except Failed as failure:
                    found, failed = None, failure.error
                if found is not None:
                    return await self._send_reply(*found, scope, headers, request_id, receive, send)
        environ = bridge.environ_of(scope, body, client, request_id.decode(), hangup)
        environ[FAILED] = failed
        started = await bridge.run(self._app, environ, hangup, receive, self._threads)
        if started.pieces is not None:
            if takes_gzip(headers):
                send = packing(started, send)
            await _start(started, request_id, send)
            return started.status, await bridge.send_pieces(started, receive, send, self._threads)
        return await self._send_whole(started, scope, headers, request_id, send)

    async def _send_reply(
        self,
        reply: Reply,
        fields: list[Header],
        scope: Scope,
        headers: dict[bytes, bytes],
        request_id: bytes,
        receive: Receive,
        send: Send,
    ) -> tuple[int, int]:
        started = Started(200, fields, reply.body)
        if reply.rest is not None:
            if takes_gzip(headers):
                send = packing(started, send)
            await _start(started, request_id, send)
            return 200, await send_rest(reply, receive, send, self._threads)
        return await self._send_whole(started, scope, headers, request_id, send)

    async def _send_whole(
        self, started: Started, scope: Scope, headers: dict[bytes, bytes], request_id: bytes, send: Send
    ) -> tuple[int, int]:
        """Send a response that is there, packed where the client takes it so; keep it where it can be."""
        if takes_gzip(headers):
            pack(started)
        if scope["method"] == "GET" and (key := self._key(scope, headers)) is not None:
            self._keep(key, started)
        return await _send(started, scope, request_id, send)

    def _log(self, scope: Scope, request_id: bytes, status: int, took: float, sent: int, why: str) -> None:
        which = self._here.config.log_requests
        if which is LogRequests.NONE:
            return
        if which is LogRequests.PROBLEMS and took < SLOW and status < 500 and not why:
            return
        say: Callable[..., object] = log.warning if status >= 500 or why else log.info
        more = {"why": why} if why else {}
        say(
            "request",
            id=request_id.decode(),
            method=scope["method"],
            path=scope["path"],
            status=status,
            ms=round(took * 1000, 1),
            bytes=sent,
            client=(scope.get("client") or ("",))[0],
            **more,
        )

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _has_host(scope: Scope, headers: dict[bytes, bytes]) -> bool:
    """Whether there is one Host header, and it names a host (RFC 9112, section 3.2)."""
    if _HOST.fullmatch(headers.get(b"host", b"?")) is None:
        return False
    return len(headers) == len(scope["headers"]) or sum(name == b"host" for name, _ in scope["headers"]) == 1


class _Sending:
    """Sends, and knows whether it has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False

    async def __call__(self, message: Any) -> None:
        self.begun = True
        await self._send(message)


def _problem(status: int, slug: str, title: str, detail: str, wait: float | None = None) -> Started:
    """A problem (RFC 9457) that is told without the application."""
    body = {"type": f"/docs#{slug}", "title": title, "status": status, "detail": detail}
    headers: list[Header] = [
        (b"content-type", b"application/problem+json"),
        (b"cache-control", b"no-store"),
        (b"access-control-allow-origin", b"*"),
    ]
    if wait is not None:
        headers.append((b"retry-after", str(max(1, round(wait + 0.5))).encode()))
    data = json.dumps(body).encode()
    headers.append((b"content-length", str(len(data)).encode()))
    return Started(status, headers, data)


async def _start(started: Started, request_id: bytes, send: Send) -> None:
    headers = [*started.headers, (b"x-request-id", request_id)]
    await send({"type": "http.response.start", "status": started.status, "headers": headers})


async def _send(started: Started, scope: Scope, request_id: bytes, send: Send) -> tuple[int, int]:
    body = b"" if scope["method"] == "HEAD" else started.body
    if body and HOLD in scope:
        scope[HOLD]()
    await _start(started, request_id, send)
    await send({"type": "http.response.body", "body": body})
    return started.status, len(body)


async def _send_page(
    page: Page, scope: Scope, headers: dict[bytes, bytes], request_id: bytes, send: Send
) -> tuple[int, int]:
    """Send a kept page, or 304 where the client has it."""
    known = headers.get(b"if-none-match")
    if known is not None and _matches(known, page.etag):
        kept = tuple(
            h for h in page.headers if h[0] not in (b"content-length", b"content-type", b"content-encoding")
        )
        await _start(Started(HTTPStatus.NOT_MODIFIED, list(kept)), request_id, send)
        await send({"type": "http.response.body", "body": b""})
        return HTTPStatus.NOT_MODIFIED, 0
    return await _send(Started(200, list(page.headers), page.body), scope, request_id, send)


def _matches(known: bytes, etag: bytes) -> bool:
    """Whether ``If-None-Match`` names the entity tag (weak comparison, RFC 9110, section 8.8.3.2)."""
    if known.strip() == b"*":
        return True
    return etag.removeprefix(b"W/") in [part.strip().removeprefix(b"W/") for part in known.split(b",")]
