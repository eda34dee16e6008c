"""The application: pages, endpoint, error answers and the headers that every answer carries."""

import json
import logging

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import generate_etag

from kg.errors import LodestoneError
from server.bundle import script_address, static_address, style_address
from server.config import Config, ShowDocuments
from server.drawing.chain import draw_chain
from server.drawing.neighbours import draw_neighbours
from server.drawing.timeline import draw_timeline
from server.formats import GRAPHS, HTML
from server.gate.access import check_reading
from server.gate.bodies import decompress
from server.health import health
from server.manual import manual
from server.metrics import metrics
from server.openapi import openapi
from server.problems import from_bug, from_error, from_http
from server.processes.workers import Workers
from server.rdf import write_ontology
from server.routes.browse import answer, browse, chosen_format
from server.routes.citing import citing
from server.routes.claiming import claiming
from server.routes.completion import completion
from server.routes.conflictpages import conflict_pages
from server.routes.editing import editing
from server.routes.explaining import explaining
from server.routes.graphs import graphs
from server.routes.judging import judging
from server.routes.ontologypage import ontology_page
from server.routes.reconcile import FRAMED, reconcile
from server.routes.reviewing import reviewing
from server.routes.sparql import sparql
from server.services import Services, services
from server.versions import check_version
from server.views import as_json

log = logging.getLogger(__name__)

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Headers that keep a page from running or loading anything but its own style."""

READING = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "ETag, Link, Location, Content-Version, Retry-After, WWW-Authenticate, X-Request-Id"
    ),
}
"""Headers that let scripts of other sites read (without anybody's credentials)."""


ALWAYS = {**SECURITY, **READING}
"""Headers that every answer has."""

ALLOWED_HEADERS = (
    "Accept, Authorization, Content-Encoding, Content-Type, If-Match, If-None-Match, X-Request-Id"
)
"""What scripts of other sites may send: a token that they have, but no cookie, as there are none."""


def create_app(config: Config, workers: Workers | None = None) -> Flask:
    """The WSGI application for a store. Nothing is opened or started before the first request.

    ``workers`` are taken as they are where they are given.
    """
    app = Flask("server", static_folder="static", template_folder="templates")
    app.extensions["lodestone"] = Services(config, workers or Workers.of(config))
    app.config["MAX_CONTENT_LENGTH"] = config.body
    app.config["MAX_FORM_MEMORY_SIZE"] = config.body
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    app.url_map.merge_slashes = False  # /graphs//a and /graphs/a are two graphs
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "autoescape": True}
    app.jinja_env.filters["percent"] = percent
    app.jinja_env.filters["asjson"] = as_json_text
    app.jinja_env.globals |= {
        "draw_chain": draw_chain,
        "draw_timeline": draw_timeline,
        "draw_neighbours": draw_neighbours,
    }
    app.jinja_env.globals |= {
        "script_address": script_address,
        "static_address": static_address,
        "style_address": style_address,
    }
    app.register_blueprint(sparql)
    app.register_blueprint(browse)
    app.register_blueprint(completion)
    app.register_blueprint(graphs)
    app.register_blueprint(conflict_pages)
    app.register_blueprint(explaining)
    app.register_blueprint(claiming)
    app.register_blueprint(judging)
    app.register_blueprint(citing)
    app.register_blueprint(health)
    app.register_blueprint(metrics)
    app.register_blueprint(openapi)
    app.register_blueprint(reconcile)
    app.add_url_rule("/ontology", view_func=ontology)
    app.register_blueprint(manual)
    app.register_blueprint(reviewing)
    app.register_blueprint(editing)
    app.before_request(check_reading)
    app.before_request(check_version)
    app.before_request(decompress)
    app.register_error_handler(LodestoneError, from_error)
    app.register_error_handler(HTTPException, from_http)
    app.register_error_handler(Exception, _bug)
    app.after_request(finish)
    return app


def as_json_text(value: object) -> str:
    """A view model as JSON, for an attribute that a script reads."""
    return json.dumps(as_json(value), ensure_ascii=False, separators=(",", ":"))


def percent(probability: float) -> str:
    """A probability for reading: 0.6137 is "61 %". Never 100 % unless it is certain."""
    if 0.995 <= probability < 1:
        return ">99 %"
    if 0 < probability < 0.005:
        return "<1 %"
    return f"{probability * 100:.0f} %"


def _bug(error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return from_bug(error)


def finish(response: Response) -> Response:
    """Add the headers that every answer carries, and answer 304 where the client has it already."""
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)
    if response.headers["Content-Security-Policy"] == FRAMED:
        del response.headers["X-Frame-Options"]  # it has no value for "anybody"
    if not _is_for_here():
        for name, value in READING.items():
            response.headers.setdefault(name, value)
    response.vary.add("Accept")
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET")
        response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
        response.headers["Access-Control-Max-Age"] = "3600"
    if _can_be_kept(response) and request.method in ("GET", "HEAD", "POST"):
        if not response.get_etag()[0]:
            response.set_etag(_etag(response))
        response.headers.setdefault("Cache-Control", "no-cache")
        response.make_conditional(request)
    return response


def _etag(response: Response) -> str:
    """A strong tag: of the bytes and of what they are, as N-Triples and N-Quads may be the same bytes."""
    return generate_etag(f"{response.content_type}\0".encode() + response.get_data())


def _is_for_here() -> bool:
    """Whether it is a whole document: that belongs to others, and no other site's script reads it."""
    return request.path.startswith("/document") and (
        services(current_app).config.documents is ShowDocuments.WHOLE
    )


def _can_be_kept(response: Response) -> bool:
    whole = response.status_code == 200 and not response.is_streamed
    return whole and response.headers.get("Cache-Control") != "no-store"


def ontology() -> Response:
    """The ontology, in words or in RDF."""
    chosen = chosen_format((HTML, *GRAPHS))
    snapshot = services(current_app).snapshot()
    if chosen is HTML:
        return answer(snapshot, chosen, "ontology.html", ontology_page(), formats=(HTML, *GRAPHS))
    return Response(write_ontology(chosen), content_type=chosen.content_type())
