"""Errors as HTTP answers: one table from error classes to status, one rendering (RFC 9457)."""

import logging
from dataclasses import dataclass, fields
from http import HTTPStatus

from flask import Response, json, render_template, request
from werkzeug.exceptions import HTTPException

from kg.errors import (
    AnswerGone,
    AnswersFull,
    ClaimGone,
    IdentityConflict,
    InvalidJudgment,
    InvalidMatch,
    InvalidPolicy,
    LodestoneError,
    NotFound,
    PurgeUnfinished,
    QueryOverLimit,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    ReservedGraph,
    ServiceFailed,
    StoreBusy,
    StoreError,
    StoreFull,
    TooManyProofs,
    UnreadableInput,
    VersionGone,
)
from kg.query.shaping.size import TooComplex
from kg.update import DatasetConflict, UpdateFailed
from server.bundle import scripted
from server.errors import (
    Abandoned,
    AnswerTooLong,
    BadRequest,
    BodyTooLong,
    ClaimsConflict,
    ClaimsInvalid,
    Forbidden,
    NotAcceptable,
    Overloaded,
    PreconditionFailed,
    TooManyRequests,
    Unauthorized,
    UnsupportedType,
    WorkerLost,
    WriteTimeout,
)
from server.gate.negotiate import accepts_html

log = logging.getLogger(__name__)

JSON_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Kind:
    """How one class of errors is told: status, title, and seconds after which to try again."""

    status: int
    slug: str
    title: str
    retry: int | None = None


KINDS: dict[type[LodestoneError], Kind] = {
    QuerySyntaxError: Kind(400, "syntax", "This is not SPARQL 1.1"),
    BadRequest: Kind(400, "bad-request", "The request makes no sense"),
    TooComplex: Kind(400, "too-complex", "The query is nested or chained too far"),
    DatasetConflict: Kind(400, "dataset-conflict", "The dataset is named twice"),
    UnreadableInput: Kind(400, "unreadable", "The body is not of its format"),
    Unauthorized: Kind(401, "unauthorized", "A token is needed"),
    Forbidden: Kind(403, "forbidden", "The token does not allow this"),
    InvalidMatch: Kind(400, "match", "What is to be matched is not understood"),
    InvalidPolicy: Kind(400, "policy", "The trust policy cannot be read"),
    QueryRefused: Kind(403, "refused", "The query asks for something that is not allowed here"),
    NotFound: Kind(404, "not-found", "There is nothing of that name"),
    NotAcceptable: Kind(406, "not-acceptable", "No acceptable format"),
    ReservedGraph: Kind(409, "reserved-graph", "The graph is reserved"),
    UpdateFailed: Kind(409, "update-failed", "The update cannot be carried out"),
    ClaimsConflict: Kind(409, "conflict", "Claims are known with other content"),
    IdentityConflict: Kind(409, "identity-conflict", "Something speaks against the judgment"),
    VersionGone: Kind(410, "version-gone", "The version is not kept"),
    PreconditionFailed: Kind(412, "precondition", "It is not as the request expects"),
    TooManyProofs: Kind(413, "too-many-proofs", "There are more proofs than are worked out"),
    ClaimGone: Kind(410, "claim-gone", "The claim was taken out"),
    PurgeUnfinished: Kind(503, "purge-unfinished", "A document is being taken out", retry=10),
    AnswerGone: Kind(410, "answer-gone", "The answer was taken out"),
    StoreFull: Kind(507, "store-full", "The disk of the store is full", retry=60),
    AnswersFull: Kind(507, "answers-full", "The answer cannot be kept"),
    AnswerTooLong: Kind(413, "answer-too-long", "The answer is too long"),
    BodyTooLong: Kind(413, "body-too-long", "The body is too long"),
    UnsupportedType: Kind(415, "unsupported-type", "The body cannot be read"),
    ClaimsInvalid: Kind(422, "invalid-claim", "This is no valid claim"),
    InvalidJudgment: Kind(422, "invalid-judgment", "This is no judgment"),
    TooManyRequests: Kind(429, "rate", "Too many requests", retry=1),
    Abandoned: Kind(499, "abandoned", "Nobody waited for the answer"),
    ServiceFailed: Kind(502, "service", "An address outside that is asked gave no answer"),
    Overloaded: Kind(503, "overloaded", "The server is busy", retry=2),
    StoreBusy: Kind(503, "store-busy", "The store is being written", retry=2),
    WorkerLost: Kind(503, "worker-lost", "The query broke its worker", retry=1),
    QueryOverLimit: Kind(503, "over-limit", "The query needs more than it may use", retry=30),
    WriteTimeout: Kind(504, "write-deadline", "The write took too long"),
    QueryTimeout: Kind(504, "deadline", "The query took too long"),
    StoreError: Kind(503, "store", "The store cannot be read", retry=10),
    LodestoneError: Kind(500, "error", "The server could not answer"),
}
"""The table. A class that is not listed is told as its nearest listed ancestor."""


_OURS = {
    "store": "The store cannot be read now: the server's log says why. `lodestone ingest` makes one.",
    "store-busy": "The store is being written; the server's log says by whom.",
    "purge-unfinished": "A document is being taken out; the next write finishes that.",
    "error": "This is a fault of the server; its log says more.",
}
"""What is told instead of an error's own words and fields where those name places on the server's disk."""


def kind_of(error: LodestoneError) -> Kind:
    """The row of the table for an error."""
    return next(KINDS[cls] for cls in type(error).__mro__ if cls in KINDS)


_TOLD = frozenset({"message", "retry", "type", "title", "status", "detail"})


def _members(error: LodestoneError) -> dict[str, object]:
    """The fields of an error that say something, those apart that a problem has already."""
    named = {f.name: getattr(error, f.name) for f in fields(error) if f.name not in _TOLD}
    return {name: value for name, value in named.items() if value not in ("", None, (), {})}


def problem_response(
    status: int, slug: str, title: str, detail: str, members: dict[str, object], retry: int | None
) -> Response:
    """One problem, as a page for browsers and as problem JSON for everyone else."""
    if accepts_html(request.headers.get("Accept")):
        query = _query_text()
        told = detail.removeprefix(f"{title[:1].lower()}{title[1:]}: ")
        page = render_template(
            "problem.html", status=status, title=title, detail=told, members=members, query=query
        )
        response = Response(page, status, content_type="text/html; charset=utf-8")
        if query is not None:
            scripted(response, "query")
    else:
        body = {"type": f"/docs#{slug}", "title": title, "status": status, "detail": detail} | members
        response = Response(json.dumps(body, ensure_ascii=False), status, content_type=JSON_TYPE)
    if retry is not None:
        response.headers["Retry-After"] = str(retry)
    response.headers["Cache-Control"] = "no-store"
    return response


def _query_text() -> str | None:
    """The query that a browser sent, to be corrected in place."""
    return request.args.get("query") if request.path == "/sparql" else None


def from_error(error: LodestoneError) -> Response:
    """The answer for an error that Lodestone raised on purpose."""
    kind = kind_of(error)
    retry = getattr(error, "retry", kind.retry)
    detail, members = str(error), _members(error)
    if kind.slug in _OURS:
        log.error("%s %s: %s", request.method, request.path, error)
        detail, members = _OURS[kind.slug], {}
    response = problem_response(kind.status, kind.slug, kind.title, detail, members, retry)
    if isinstance(error, Unauthorized):
        why = f', error="{error.reason}"' if error.reason else ""
        response.headers["WWW-Authenticate"] = f'Bearer realm="lodestone"{why}'
    return response


def from_http(error: HTTPException) -> Response:
    """The answer for an error of the HTTP layer: no such page, wrong method, body too long."""
    inner = error.get_response()
    status = error.code or inner.status_code
    if status < HTTPStatus.BAD_REQUEST:
        return Response(inner.get_data(), status, dict(inner.headers))
    details = {
        404: f"There is no page {request.path} here.",
        405: f"{request.method} is not a method of {request.path}.",
        413: "The body of the request is longer than this server takes.",
    }
    response = problem_response(
        status,
        f"http-{status}",
        HTTPStatus(status).phrase,
        details.get(status, error.description or ""),
        {},
        None,
    )
    if allow := inner.headers.get("Allow"):
        response.headers["Allow"] = allow
    return response


def from_bug(_: Exception) -> Response:
    """The answer for anything else: a fault of ours, whose particulars go to the log only."""
    return problem_response(
        500,
        "error",
        "The server could not answer",
        "This is a fault of the server; its log says more.",
        {},
        None,
    )
