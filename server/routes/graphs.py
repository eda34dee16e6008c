"""``/graphs``: the SPARQL 1.1 Graph Store HTTP Protocol.

A graph is named by ``?graph=IRI``, ``?default``, or directly: ``/graphs/<path>`` is the
graph ``<base>graphs/<path>`` of any server, whatever its address is. Reading is for
every graph, the claims' among them; writing is for base data.
"""

import secrets
from collections.abc import Iterator
from urllib.parse import quote

from flask import Blueprint, Response, current_app, request
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from kg.dataset.terms import is_node, node
from kg.errors import NotFound
from server.asking import provenance_link
from server.errors import BadRequest, NotAcceptable, UnsupportedType
from server.formats import GRAPHS, by_name, offers
from server.gate.bridge import CLIENT, HANGUP
from server.gate.cache import etag_of, key_of
from server.gate.conditions import condition_of, graph_tag
from server.gate.negotiate import choose
from server.gate.tokens import Scope
from server.processes.jobs import Job, Provenance
from server.processes.writes import Condition, GraphWrite, Part
from server.protocol import QueryRequest, decode, single
from server.recorded import digest, recorded, told
from server.routes.sparql import answered, unchanged
from server.services import services
from server.versions import asked_version

graphs = Blueprint("graphs", __name__)

METHODS = ["GET", "PUT", "POST", "DELETE"]
_SAFE = "/:@!$&'()*+,;=~-._"
_PATH = "graphs/"


def _chosen(path: str | None) -> str | None:
    """The graph that the request is for, ``None`` for the default graph. Raises ``BadRequest``."""
    parameters = decode(request.query_string)
    graph, default = single(parameters, "graph"), "default" in parameters
    if path is not None:
        if graph is not None or default:
            raise BadRequest("the graph is named by the path and by a parameter: keep one", parameter="graph")
        return _direct(path)
    if default and graph is not None:
        raise BadRequest("graph and default are given: keep one", parameter="graph")
    if default:
        return None
    if graph is None:
        raise BadRequest(
            "say which graph: ?default, ?graph=IRI, or /graphs/<path>; "
            "/sparql?query=SELECT DISTINCT ?g { GRAPH ?g {} } lists them",
            parameter="graph",
        )
    ours = request.url_root + _PATH
    if graph.startswith(ours):
        return _direct(graph[len(ours) :], quoted=True)
    if not is_node(graph):
        raise BadRequest(f"{graph!r} is not an absolute IRI", parameter="graph")
    return graph


def _direct(path: str, *, quoted: bool = False) -> str:
    """The graph of a path below ``/graphs/``. Raises ``BadRequest``."""
    if "\ufffd" in path:  # what is no UTF-8 was read as this, and two such paths would be one graph
        raise BadRequest("the path is not UTF-8", parameter="graph")
    name = services(current_app).snapshot().names.base + _PATH + (path if quoted else quote(path, safe=_SAFE))
    if not is_node(name):
        raise BadRequest(f"the path {path!r} makes no IRI", parameter="graph")
    return name


@graphs.route("/graphs", defaults={"path": None}, methods=METHODS)
@graphs.route("/graphs/<path:path>", methods=METHODS)
def graph_store(path: str | None) -> Response:
    """Read or write one graph."""
    match request.method:
        case "GET" | "HEAD":
            return _read(_chosen(path))
        case "PUT":
            return _write(_chosen(path))
        case "POST" if path is None and not {"graph", "default"} & decode(request.query_string).keys():
            return _write_new()
        case "POST":
            return _write(_chosen(path))
    return _delete(_chosen(path))


# --- reading


def _read(graph: str | None) -> Response:
    """A graph in a version, as a worker writes it: a CONSTRUCT, within the limits of queries."""
    here, wanted = services(current_app), asked_version()
    version = here.resolved(wanted)
    if graph is not None and not here.version(version).main.contains_named_graph(node(graph)):
        raise _missing(graph)
    accept, name = request.headers.get("Accept"), request.args.get("format")
    if name is not None and by_name(GRAPHS, name) is None:
        raise BadRequest(f"format is one of {', '.join(f.name for f in GRAPHS)}", parameter="format")
    if name is None and choose(accept, offers(GRAPHS)) is None:
        raise NotAcceptable("a graph comes in these formats", available=tuple(f.media_type for f in GRAPHS))
    pattern = "{ ?s ?p ?o }" if graph is None else f"{{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
    job = Job(
        query=f"CONSTRUCT {{ ?s ?p ?o }} WHERE {pattern}",
        timeout=here.config.timeout,
        limit=here.config.result,
        provenance=Provenance.NONE,
        accept=accept,
        format=name,
        memory=here.config.memory,
        stream=request.method != "HEAD",
        client=request.environ.get(CLIENT, ""),
        version=None if wanted is None else version,
    )
    etag = graph_tag(version, graph, etag_of(key_of(job, version)))
    if request.if_none_match.contains_weak(etag):
        return unchanged(etag, version)
    reply = here.answer(job, request.environ.get(HANGUP))
    response = answered(reply)
    response.headers["Content-Version"] = reply.version
    response.headers.add("Link", provenance_link(QueryRequest(job.query), reply))
    response.headers["Cache-Control"] = "no-cache"
    if reply.version == version:
        response.set_etag(etag, weak=True)
    return response


def _missing(graph: str) -> NotFound:
    return NotFound(f"there is no graph <{graph}>", iri=graph)


# --- writing


def _condition(graph: str | None) -> Condition | None:
    return condition_of(services(current_app).resolved(None), graph)


def _write(graph: str | None) -> Response:
    """Replace a graph's base data (PUT), or add to it (POST)."""
    method = request.method
    with recorded(Scope.ADMIN, f"graph {method}", compared=True, graph=graph or "default") as by:
        body = request.get_data()
        parts = _parts(body, graph or request.base_url)
        done = by.run(GraphWrite(method, graph, parts, _condition(graph)), **digest(body))
    return told(done, 201) if done.told["created"] else told(done, 204)


def _write_new() -> Response:
    """A new graph, under a name that the server makes."""
    local = secrets.token_hex(8)
    graph = _direct(local)
    with recorded(Scope.ADMIN, "graph POST", graph=graph) as by:
        body = request.get_data()
        address = f"{request.url_root}{_PATH}{local}"
        done = by.run(GraphWrite("POST", graph, _parts(body, graph)), **digest(body))
    response = told(done, 201, graph=graph)
    response.headers["Location"] = address
    return response


def _delete(graph: str | None) -> Response:
    with recorded(Scope.ADMIN, "graph DELETE", compared=True, graph=graph or "default") as by:
        done = by.run(GraphWrite("DELETE", graph, condition=_condition(graph)))
    return told(done, 204)


def _parts(body: bytes, base: str) -> tuple[Part, ...]:
    """The pieces of RDF in a body: one, or those of a form. Raises ``UnsupportedType`` and ``BadRequest``."""
    if request.mimetype != "multipart/form-data":
        return (Part(body, _format(request.headers.get("Content-Type")), base),)
    boundary = request.mimetype_params.get("boundary")
    if not boundary:
        raise BadRequest("a multipart body needs a boundary", parameter="Content-Type")
    return tuple(Part(content, _format(kind, name), base) for content, kind, name in _pieces(body, boundary))


def _pieces(body: bytes, boundary: str) -> Iterator[tuple[bytes, str | None, str]]:
    """Content, media type and file name of each part of a form."""
    decoder = MultipartDecoder(boundary.encode("latin-1"))
    decoder.receive_data(body)
    decoder.receive_data(None)
    kind, name, content = None, "", bytearray()
    try:
        while not isinstance(event := decoder.next_event(), Epilogue | NeedData):
            match event:
                case Field() | File():
                    kind = event.headers.get("Content-Type")
                    name = event.filename if isinstance(event, File) else ""
                    content = bytearray()
                case Data(data=data, more_data=more):
                    content += data
                    if not more:
                        yield bytes(content), kind, name
    except ValueError as error:
        raise BadRequest(f"the multipart body cannot be read: {error}") from error


def _format(content_type: str | None, file_name: str = "") -> str:
    """The name of the format of a media type, else of a file name's ending. Raises ``UnsupportedType``."""
    media_type, options = parse_options_header(content_type)
    if options.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedType(f"RDF is read in UTF-8, not in {options['charset']}")
    for form in GRAPHS:
        if media_type.lower() in form.media_types or (
            not media_type and file_name.endswith(f".{form.ending}")
        ):
            return form.name
    known = ", ".join(form.media_type for form in GRAPHS)
    raise UnsupportedType(f"{media_type or 'a body without a Content-Type'} is not read here: send {known}")
