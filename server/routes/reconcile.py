"""``/reconcile``: the Reconciliation Service API 0.2, open for reading like the pages."""

import re
from html import escape
from typing import Any

from flask import Blueprint, Response, current_app, json, render_template, request

from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import is_node
from kg.errors import NotFound
from server.errors import BadRequest, UnsupportedType
from server.formats import JSON
from server.reconciliation.manifest import manifest
from server.reconciliation.messages import LONGEST, Batch, Suggest, read_batch, read_extension
from server.reconciliation.terms import (
    Property,
    Type,
    identifier_properties,
    properties,
    property_named,
    types,
)
from server.services import services
from server.views.entity import EntityPage, entity_page

reconcile = Blueprint("reconcile", __name__, url_prefix="/reconcile")

SUGGESTIONS = 10
FARTHEST = 1000
"""The furthest ``cursor``."""
FRAMED = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors *"
)
"""The policy of previews, which other sites may frame: they run nothing and take no input."""
_CALLBACK = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*){0,4}", re.ASCII)


@reconcile.get("")
def ask_by_get() -> Response:
    """The manifest; with queries the candidates for names, with extend values of properties."""
    return _answer()


@reconcile.post("")
def ask_by_post() -> Response:
    """Candidates for a batch of names (queries), or values of properties (extend), by a form."""
    if request.mimetype not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise UnsupportedType(
            "a batch comes as a form (application/x-www-form-urlencoded), in its field queries"
        )
    return _answer()


def _answer() -> Response:
    given = {name: request.values[name] for name in ("queries", "extend") if name in request.values}
    if len(given) > 1:
        raise BadRequest("queries and extend are two requests", parameter="extend")
    here = services(current_app)
    snapshot = here.snapshot()
    if "queries" in given:
        batch = read_batch(given["queries"])
        return _json(snapshot, here.matching.run(snapshot.iri, Batch(batch)) if batch else {})
    if "extend" in given:
        return _json(snapshot, here.matching.run(snapshot.iri, read_extension(given["extend"])))
    if request.method == "POST":
        raise BadRequest("the form holds neither queries nor extend", parameter="queries")
    told = manifest(request.host_url, snapshot.names, needs_token=here.config.read_token)
    return _json(snapshot, told)


@reconcile.get("/suggest/entity")
def suggest_entity() -> Response:
    """Entities of which a word of a name starts so."""
    prefix, cursor = _prefix()
    here = services(current_app)
    snapshot = here.snapshot()
    found = (
        here.matching.run(snapshot.iri, Suggest(prefix, cursor, SUGGESTIONS)) if prefix else {"result": []}
    )
    return _json(snapshot, found)


@reconcile.get("/suggest/type")
def suggest_type() -> Response:
    """Types of which a word of the name starts so."""
    return _suggest([_type(t) for t in types().values()])


@reconcile.get("/suggest/property")
def suggest_property() -> Response:
    """Properties of which a word of the name starts so."""
    snapshot = services(current_app).snapshot()
    known = {p.id: p for p in (*identifier_properties(), *properties(snapshot))}
    return _suggest([_property(p) for p in known.values()])


def _suggest(items: list[dict[str, Any]]) -> Response:
    prefix, cursor = _prefix()
    wanted = prefix.casefold()
    starting = [
        item
        for item in items
        if item["id"] == prefix
        or item["name"].casefold().startswith(wanted)
        or any(word.startswith(wanted) for word in re.split(r"\W+", item["name"].casefold()))
    ]
    starting.sort(key=lambda i: (not i["name"].casefold().startswith(wanted), i["name"], i["id"]))
    return _json(services(current_app).snapshot(), {"result": starting[cursor : cursor + SUGGESTIONS]})


@reconcile.get("/properties")
def propose_properties() -> Response:
    """Properties that entities of a type have, for data extension."""
    of_type = request.args.get("type") or None
    limit = _number("limit", 0, FARTHEST)
    snapshot = services(current_app).snapshot()
    found = [_property(p) for p in properties(snapshot, of_type)]
    told: dict[str, Any] = {"properties": found[: limit or None]}
    told |= {"type": of_type} if of_type else {}
    return _json(snapshot, told | ({"limit": limit} if limit else {}))


@reconcile.get("/flyout/entity")
def flyout_entity() -> Response:
    """A line of HTML about an entity."""
    snapshot, page = _entity()
    kinds = ", ".join(t.text for t in page.types)
    also = f" · also {', '.join(page.labels[:3])}" if page.labels else ""
    count = f"{page.claims_total} claim{'s' * (page.claims_total != 1)}"
    return _flyout(snapshot, page.iri, page.label, f"{kinds}{also} · {count}".strip(" ·"))


@reconcile.get("/flyout/type")
def flyout_type() -> Response:
    """A line of HTML about a type."""
    name = _id()
    found = types().get(name)
    if found is None:
        raise NotFound(f"there is no type {name}", iri=name)
    return _flyout(services(current_app).snapshot(), found.id, found.name, found.description)


@reconcile.get("/flyout/property")
def flyout_property() -> Response:
    """A line of HTML about a property."""
    name = _id()
    snapshot = services(current_app).snapshot()
    found = property_named(snapshot, name)
    if found is None:
        raise NotFound(f"there is no property {name}", iri=name)
    return _flyout(snapshot, found.id, found.name, found.description)


@reconcile.get("/preview")
def preview() -> Response:
    """A small page about an entity, which other sites may frame."""
    snapshot, page = _entity()
    response = Response(render_template("preview.html", page=page))
    response.content_type = "text/html; charset=utf-8"
    response.headers["Content-Security-Policy"] = FRAMED
    response.headers["Content-Version"] = snapshot.iri
    return response


def _entity() -> tuple[Snapshot, EntityPage]:
    """The entity that is asked for. Raises ``BadRequest`` and ``NotFound``."""
    name = _id()
    if not is_node(name):
        raise NotFound(f"there is no entity {name!r}: entities go by their IRIs", iri=name)
    snapshot = services(current_app).snapshot()
    return snapshot, entity_page(snapshot, snapshot.clusters.canonical(name))


def _id() -> str:
    name = request.args.get("id", "").strip()
    if not name:
        raise BadRequest("id says what is asked about", parameter="id")
    return name


def _prefix() -> tuple[str, int]:
    prefix = request.args.get("prefix", "").strip()
    if len(prefix) > LONGEST:
        raise BadRequest(f"prefix has at most {LONGEST} characters", parameter="prefix")
    return prefix, _number("cursor", 0, FARTHEST)


def _number(name: str, default: int, most: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 8 and int(text) <= most):
        raise BadRequest(f"{name} is a number from 0 to {most}, not {text[:40]!r}", parameter=name)
    return int(text)


def _type(one: Type) -> dict[str, Any]:
    broader = [{"id": iri, "name": types()[iri].name} for iri in one.broader]
    told: dict[str, Any] = {"id": one.id, "name": one.name}
    told |= {"description": one.description} if one.description else {}
    return told | ({"broader": broader} if broader else {})


def _property(one: Property) -> dict[str, Any]:
    told = {"id": one.id, "name": one.name}
    return told | ({"description": one.description} if one.description else {})


def _flyout(snapshot: Snapshot, name: str, title: str, words: str) -> Response:
    return _json(snapshot, {"id": name, "html": f"<p><b>{escape(title)}</b><br>{escape(words)}</p>"})


def _json(snapshot: Snapshot, told: object) -> Response:
    """An answer in JSON; as a call of the function ``callback`` (JSONP) where every site may read."""
    body = json.dumps(told, ensure_ascii=False)
    callback = request.args.get("callback")
    if callback is None:
        response = Response(body, content_type=JSON.media_type)
    else:
        if "*" not in services(current_app).config.cors:
            raise BadRequest(
                "callback (JSONP) is not served where only some sites may read", parameter="callback"
            )
        if len(callback) > 100 or not _CALLBACK.fullmatch(callback):
            raise BadRequest("callback is the name of a function", parameter="callback")
        escaped = body.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("<", "\\u003c")
        response = Response(f"/**/{callback}({escaped});", content_type="text/javascript; charset=utf-8")
    response.headers["Content-Version"] = snapshot.iri
    return response
