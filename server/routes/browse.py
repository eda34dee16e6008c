"""The pages: start, claims, entities, claim, document, source, entity. Each has its twins in JSON and RDF."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, current_app, json, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kg.claims.claim import RoleName
from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import Quad, is_node
from kg.errors import NotFound
from server.asking import HAS_PROVENANCE
from server.errors import BadRequest, NotAcceptable
from server.formats import HTML, JSON, PAGES, Format, by_name, offers
from server.gate.negotiate import choose
from server.naming import page_address
from server.rdf import write_graph
from server.services import services
from server.twins import claim_twin, document_twin, entity_twin, source_twin
from server.versions import asked_snapshot, asked_version, pinned
from server.views import as_json
from server.views.asking import FARTHEST, LONGEST_SEARCH, read_asked
from server.views.claim import claim_page
from server.views.dated import dated
from server.views.document import document_page
from server.views.entities import entity_list
from server.views.entity import entity_page
from server.views.event import event_page
from server.views.listing import claim_list
from server.views.source import source_page
from server.views.start import start_page

browse = Blueprint("browse", __name__)

GRAPH_NAMES = ("trig", "nquads", "jsonld")


def chosen_format(formats: tuple[Format, ...]) -> Format:
    """The format of a page, by ``format=`` or ``Accept``. Raises ``BadRequest`` and ``NotAcceptable``."""
    if name := request.args.get("format"):
        named = by_name(formats, name)
        if named is None:
            known = ", ".join(f.name for f in formats)
            raise BadRequest(f"format is one of {known}, not {name!r}", parameter="format")
        return named
    offer = choose(request.headers.get("Accept"), offers(formats))
    found = by_name(formats, offer.name) if offer else None
    if found is None:
        raise NotAcceptable(
            "this page comes in these formats", available=tuple(f.media_type for f in formats)
        )
    return found


def page_number() -> int:
    """The page of a list that is asked for. Raises ``BadRequest``."""
    return number("page", FARTHEST)


def number(name: str, most: int) -> int:
    """A parameter that counts from 1. Raises ``BadRequest``."""
    text = request.args.get(name, "1")
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= most):
        raise BadRequest(f"{name} is a number from 1 to {most}, not {text!r}", parameter=name)
    return int(text)


def twin_address(name: str) -> str:
    """This page in another format."""
    pairs = [(k, v) for k, v in request.args.items(multi=True) if k != "format"]
    return f"{quote(request.path)}?{urlencode([*pairs, ('format', name)])}"


def answer(
    snapshot: Snapshot,
    chosen: Format,
    template: str,
    page: object,
    quads: Callable[[bool], Iterable[Quad]] | None = None,
    formats: tuple[Format, ...] = PAGES,
) -> Response:
    """A page in the chosen format, with its version and where its twins are."""
    pin = pinned(snapshot)
    if pin and pin.newest:
        page = dated(page, f"{pin.number}")
    if chosen is HTML:
        twins = [(f.label, f.media_type, twin_address(f.name)) for f in formats if f is not HTML]
        response = Response(render_template(template, page=page, twins=twins, version=snapshot, pinned=pin))
        response.content_type = "text/html; charset=utf-8"
    elif chosen is JSON or quads is None:
        response = Response(json.dumps(as_json(page), ensure_ascii=False), content_type=JSON.media_type)
    else:
        body = write_graph(quads(chosen.name in GRAPH_NAMES), chosen)
        response = Response(body, content_type=chosen.content_type())
    response.headers["Content-Version"] = snapshot.iri
    response.headers.add("Link", f'<{twin_address("json")}>; rel="{HAS_PROVENANCE}"')
    return response


@browse.get("/")
def start() -> Response:
    """The start page."""
    chosen = chosen_format((HTML, JSON))
    here = services(current_app)
    snapshot = here.snapshot()
    page = here.latest.get(snapshot.iri, lambda: start_page(snapshot))
    return answer(snapshot, chosen, "start.html", page, formats=(HTML, JSON))


@browse.get("/claims")
def claims() -> Response:
    """The list of claims; ``q`` searches, other parameters filter and sort, ``page`` turns the page."""
    chosen = chosen_format((HTML, JSON))
    asked = replace(read_asked(request.args.to_dict(flat=False)), version=asked_version() or "")
    snapshot = asked_snapshot()
    return answer(snapshot, chosen, "claims.html", claim_list(snapshot, asked), formats=(HTML, JSON))


@browse.get("/entities")
def entities() -> Response:
    """The list of entities; ``q`` searches in their names, ``role`` filters."""
    chosen = chosen_format((HTML, JSON))
    search, role = request.args.get("q", "").strip(), request.args.get("role", "")
    if len(search) > LONGEST_SEARCH:
        raise BadRequest(f"a search has at most {LONGEST_SEARCH} characters", parameter="q")
    if role and role not in {r.value for r in RoleName}:
        raise BadRequest(f"role is one of {', '.join(RoleName)}, not {role!r}", parameter="role")
    snapshot = services(current_app).snapshot()
    page = entity_list(snapshot, search, role, page_number())
    return answer(snapshot, chosen, "entities.html", page, formats=(HTML, JSON))


def _iri(kind: str, local: str | None) -> str:
    """The IRI that a page is about. Raises ``BadRequest`` and ``NotFound``."""
    if local is not None:
        return f"{services(current_app).snapshot().names.base}{kind}/{local}"
    iri = request.args.get("iri", "")
    if not is_node(iri):
        raise BadRequest(f"give the {kind} as /{kind}/<id> or /{kind}?iri=<IRI>", parameter="iri")
    return iri


def _known(iri: str) -> str:
    """The IRI, if it can be one at all. Raises ``NotFound``."""
    if not is_node(iri):
        raise NotFound("nothing can have that name", iri="")
    return iri


@browse.get("/claim", defaults={"local": None})
@browse.get("/claim/<local>")
def claim(local: str | None) -> Response:
    """A claim, active or not."""
    here, iri, chosen = services(current_app), _known(_iri("claim", local)), chosen_format(PAGES)
    snapshot = asked_snapshot()
    page = claim_page(snapshot, iri, here.config.documents)
    return answer(
        snapshot, chosen, "claim.html", page, lambda graphs: claim_twin(snapshot, iri, graphs=graphs)
    )


@browse.get("/claim/<local>/<code>")
def published_claim(local: str, code: str) -> AnyResponse:  # noqa: ARG001 - the claim's page tells its own
    """A nanopublication by its trusty URI: the claim that it publishes."""
    _known(_iri("claim", local))
    return redirect(f"/claim/{quote(local)}?{urlencode(list(request.args.items(multi=True)))}", code=303)


@browse.get("/document", defaults={"local": None})
@browse.get("/document/<local>")
def document(local: str | None) -> Response:
    """A document."""
    here, iri, chosen = services(current_app), _known(_iri("document", local)), chosen_format(PAGES)
    snapshot = asked_snapshot()
    page = document_page(snapshot, iri, here.config.documents, number("part", FARTHEST))
    return answer(snapshot, chosen, "document.html", page, lambda _: document_twin(snapshot, iri))


@browse.get("/source", defaults={"local": None})
@browse.get("/source/<local>")
def source(local: str | None) -> Response:
    """A source."""
    iri, chosen = _known(_iri("source", local)), chosen_format(PAGES)
    snapshot = asked_snapshot()
    page = source_page(snapshot, iri, page_number())
    return answer(snapshot, chosen, "source.html", page, lambda _: source_twin(snapshot, iri))


@browse.get("/entity", defaults={"local": None})
@browse.get("/entity/<local>")
def entity(local: str | None) -> Response:
    """An entity; where judgments call it by another name, the way to that."""
    iri, chosen = _known(_iri("entity", local)), chosen_format(PAGES)
    snapshot = asked_snapshot()
    canonical = snapshot.clusters.canonical(iri)
    if canonical != iri:
        there = page_address("entity", canonical, snapshot.names)
        kept = [
            (name, request.args[name]) for name in ("page", "format", "version") if request.args.get(name)
        ]
        if kept:
            there += f"{'&' if '?' in there else '?'}{urlencode(kept)}"
        return Response("", 302, {"Location": there})
    page = entity_page(snapshot, iri, page_number())
    return answer(snapshot, chosen, "entity.html", page, lambda _: entity_twin(snapshot, iri))


@browse.get("/event", defaults={"local": None})
@browse.get("/event/<local>")
def event(local: str | None) -> Response:
    """An event."""
    iri, chosen = _known(_iri("event", local)), chosen_format(PAGES)
    snapshot = asked_snapshot()
    page = event_page(snapshot, iri)
    return answer(snapshot, chosen, "event.html", page, lambda _: entity_twin(snapshot, iri))
