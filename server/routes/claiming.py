"""Claims in and out over HTTP: ``POST /claims`` takes in, ``DELETE /claim/<id>`` takes back."""

import json
import re

from flask import Blueprint, Response, current_app, request

from kg.claims.names import is_iri
from server.errors import BadRequest, UnsupportedType
from server.gate.tokens import Scope
from server.naming import page_address
from server.processes.writes import ClaimsWrite, RetractWrite
from server.protocol import decode, single
from server.recorded import digest, recorded, told
from server.services import services

claiming = Blueprint("claiming", __name__)

KINDS = {
    "application/json": "json",
    "application/x-ndjson": "jsonl",
    "application/jsonl": "jsonl",
    "application/trig": "trig",
    "application/n-quads": "nq",
    "application/ld+json": "jsonld",
    "text/plain": "txt",
    "text/markdown": "md",
    "text/html": "html",
}
"""Media types of what holds claims, and the ending of a file of that content."""

_NAME = re.compile(r"[\w][\w .@+()-]{0,99}")


@claiming.post("/claims")
def take_in() -> Response:
    """Take claims in, all of them or none: records, named graphs, or what an article says."""
    with recorded(Scope.WRITE, "claims") as by:
        kind = KINDS.get(request.mimetype)
        if kind is None:
            what = request.mimetype or "a body without a Content-Type"
            raise UnsupportedType(f"{what} is not read here: send {', '.join(KINDS)}")
        if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
            raise UnsupportedType("claims are read in UTF-8")
        body = request.get_data()
        base_data = by.who.scope.allows(Scope.ADMIN)
        done = by.run(ClaimsWrite(body, kind, _name(kind), base_data=base_data), **digest(body))
    response = told(done, 201 if done.told["new"] else 200)
    claims = done.told.get("claims")
    if isinstance(claims, list) and len(claims) == 1:
        names = services(current_app).snapshot().names
        response.headers["Location"] = page_address("claim", claims[0]["claim"], names)
    return response


def _name(kind: str) -> str:
    """What to call what was sent: ``name=``, with the ending of its kind."""
    name = single(decode(request.query_string), "name") or "posted"
    if not _NAME.fullmatch(name):
        raise BadRequest(
            f"{name!r} is no name: letters, digits, spaces and . @ + ( ) _ - are", parameter="name"
        )
    return name if name.endswith(f".{kind}") else f"{name}.{kind}"


@claiming.delete("/claim", defaults={"local": None})
@claiming.delete("/claim/<local>")
def take_back(local: str | None) -> Response:
    """Take a claim back. It stays readable, with the reason."""
    parameters = decode(request.query_string)
    given = single(parameters, "iri")
    iri = f"{services(current_app).snapshot().names.base}claim/{local}" if local else given or ""
    with recorded(Scope.WRITE, "retract", claim=iri) as by:
        if not is_iri(iri):
            raise BadRequest("name the claim: /claim/<id> or /claim?iri=<IRI>", parameter="iri")
        reason = reason_given("it is taken back")
        done = by.run(RetractWrite(iri, reason, by.who.name), reason=reason)
    return told(done)


def reason_given(what: str) -> str:
    """Why something is done, in the body or as ``reason``. Raises ``BadRequest`` and ``UnsupportedType``."""
    reason = (_reason() or single(decode(request.query_string), "reason") or "").strip()
    if not reason:
        raise BadRequest(f'say why {what}: ?reason=… or a JSON body {{"reason": "…"}}', parameter="reason")
    return reason


def _reason() -> str | None:
    """The reason in the body, in JSON or a form. Raises ``BadRequest`` and ``UnsupportedType``."""
    body = request.get_data()
    match request.mimetype:
        case _ if not body:
            return None
        case "application/x-www-form-urlencoded":
            return single(decode(body), "reason")
        case "application/json":
            try:
                found = json.loads(body)
            except (ValueError, RecursionError) as error:
                raise BadRequest(f"the body is no JSON: {error}") from error
            reason = found.get("reason") if isinstance(found, dict) else None
            if not isinstance(reason, str):
                raise BadRequest('the body is {"reason": "…"}', parameter="reason")
            return reason
    raise UnsupportedType("a reason is read as application/json or from a form")
