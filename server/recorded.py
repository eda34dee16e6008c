"""Writes over HTTP: who may, in whose name, and the line in the audit log."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from flask import Response, current_app, json, request
from werkzeug.exceptions import HTTPException

from kg.errors import LodestoneError, StoreBusy, StoreError
from server.audit import Audit, Deed
from server.errors import Forbidden, PreconditionFailed, Unauthorized
from server.gate.access import identity, need, request_id
from server.gate.conditions import check_unconditional
from server.gate.tokens import Identity, Scope
from server.logs import log
from server.problems import kind_of
from server.processes.writes import Done, Write
from server.services import services


@dataclass
class Recorded:
    """A write that somebody may do."""

    who: Identity
    audit: Audit
    deed: Deed
    begun: bool = False

    def run(self, write: Write, **on: object) -> Done:
        """Do it; ``on`` are particulars for the log. Raises as ``Writing.run``."""
        self.deed = replace(self.deed, on={**self.deed.on, **on})
        self.audit.note("begin", self.deed)
        self.begun = True
        done = services(current_app).writing.run(write)
        told = {name: value for name, value in done.told.items() if isinstance(value, int | str)}
        _note(self.audit, "done", self.deed, before=done.before, after=done.after, did=told)
        return done


def digest(body: bytes) -> dict[str, object]:
    """A body for the log."""
    return {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}


@contextmanager
def recorded(scope: Scope, what: str, *, compared: bool = False, **on: object) -> Iterator[Recorded]:
    """Within: somebody who has the scope writes. However it ends, the log says so.

    ``compared`` says that it is seen to the conditions of the request within.

    Raises ``Unauthorized`` and ``Forbidden``, and ``PreconditionFailed`` for conditions that nobody sees to.
    """
    audit = Audit(services(current_app).config.store)
    deed = Deed(
        "", f"{request.method} {request.path}", what, request_id(), {**on, "from": request.remote_addr}
    )
    try:
        who = identity()
        deed = replace(deed, who=who.name if who else "")
        found = Recorded(need(scope), audit, deed)
    except LodestoneError as error:
        if not isinstance(error, Unauthorized):
            _fell(audit, deed, error, begun=False)
        elif (untold := services(current_app).refusals.due(time.monotonic())) is not None:
            more = {"untold": untold} if untold else {}
            _fell(audit, replace(deed, who=""), error, begun=False, **more)
        raise
    try:
        if not compared:
            check_unconditional()
        yield found
    except Exception as error:
        _fell(audit, found.deed, error, begun=found.begun)
        raise


def _fell(audit: Audit, deed: Deed, error: Exception, *, begun: bool, **more: object) -> None:
    status = 500
    if isinstance(error, LodestoneError):
        status = kind_of(error).status
    elif isinstance(error, HTTPException) and error.code:
        status = error.code
    event = "failed" if begun and status >= 500 else "refused"
    _note(audit, event, deed, status=status, **_why(error), **more)


_WORDLESS = (Unauthorized, Forbidden, StoreBusy, PreconditionFailed)
"""Errors whose words are the server's own."""


def _why(error: Exception) -> dict[str, object]:
    """What was wrong, for the log: its kind and its place. A body's words are nobody's but its sender's."""
    told: dict[str, object] = {"why": type(error).__name__}
    if isinstance(error, LodestoneError):
        told["why"] = str(error) if isinstance(error, _WORDLESS) else kind_of(error).slug
        told |= {name: at for name in ("line", "column") if isinstance(at := getattr(error, name, None), int)}
    return told


def _note(audit: Audit, event: str, deed: Deed, **more: object) -> None:
    """Note how a write ended: that it was begun is on disk by then, so it stands however this goes."""
    try:
        audit.note(event, deed, **more)
    except StoreError as error:
        log.error("audit", id=deed.request, ended=event, why=str(error))


def told(done: Done, status: int = 200, **more: object) -> Response:
    """The answer to a write that was done: its version, and particulars as JSON."""
    body = {"version": done.version, **done.told, **more}
    response = Response(
        json.dumps(body, ensure_ascii=False) if status != 204 else "", status, content_type="application/json"
    )
    if status == 204:
        del response.headers["Content-Type"]
    response.headers["Content-Version"] = done.version
    response.headers["Cache-Control"] = "no-store"
    return response
