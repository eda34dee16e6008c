"""``/sparql``: the SPARQL 1.1 Protocol, the service description, and the query page."""

from dataclasses import replace
from itertools import chain

from flask import Blueprint, Response, current_app, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from server.asking import FAILED, HAS_QUERY_SERVICE, headers_of, job_of, query_address, wants_page
from server.bridge import CLIENT, HANGUP, STREAMS
from server.description import examples, service_description
from server.errors import NotAcceptable
from server.formats import GRAPHS, HTML, RESULTS, by_name, offers
from server.jobs import Job, Reply, Task
from server.negotiate import accepts_html, choose
from server.protocol import QueryRequest, UpdateRequest, read_difference, read_request
from server.querypage import Download, QueryPage, read_answer
from server.rdf import write_graph
from server.services import Known, services
from server.steps import walked
from server.updates import answer_update

sparql = Blueprint("sparql", __name__)


@sparql.route("/sparql", methods=["GET", "POST"])
def endpoint() -> AnyResponse:
    """Answer a query or carry an update out; without either, describe the service or show the query page."""
    asked = read_request(request)
    if asked is None:
        return _describe()
    if isinstance(asked, UpdateRequest):
        return answer_update(asked)
    html = not asked.plan and wants_page(asked, request.headers.get("Accept"))
    return _answer(asked, job_for(asked, html=html))


@sparql.route("/sparql/diff", methods=["GET", "POST"])
def compare() -> AnyResponse:
    """Which rows appear, vanish or change between two policies or two versions."""
    asked = read_difference(request)
    job = replace(
        job_for(replace(asked.after, plan=True), html=False),
        task=Task.DIFFERENCE,
        before=asked.before,
        before_version=services(current_app).resolved(asked.before_version),
        format=None,
        accept=None,
        stream=False,
    )
    return _answer(asked.after, job)


def _answer(asked: QueryRequest, job: Job) -> AnyResponse:
    here = services(current_app)
    if isinstance(failed := request.environ.get(FAILED), Exception):
        raise failed
    known = Known.of(here, job)
    told = known.etag and request.method in ("GET", "HEAD")
    if told and request.if_none_match.contains_weak(known.etag):
        return unchanged(known.etag, known.asked)
    reply = walked(here.answering(known, request.environ.get(HANGUP)))
    if job.html:
        response = Response(render_template("query.html", page=answer_page(asked, reply)))
        response.content_type = HTML.content_type()
    else:
        response = answered(reply)
    response.headers.update(headers_of(asked, reply, known, here))
    return response


def unchanged(etag: str, version: str) -> Response:
    """What a client is told that has the answer already."""
    response = Response(status=304)
    response.set_etag(etag, weak=True)
    response.headers["Content-Version"] = version
    response.headers["Cache-Control"] = "no-cache"
    return response


def answered(reply: Reply) -> Response:
    """The body of an answer: whole, or in pieces as it comes."""
    if reply.rest is None:
        return Response(reply.body, content_type=reply.content_type)
    request.environ[STREAMS] = reply.rest.deadline
    response = Response(chain([reply.body], reply.rest), content_type=reply.content_type)
    response.call_on_close(reply.rest.close)
    return response


def job_for(asked: QueryRequest, *, html: bool) -> Job:
    """The job for the request in hand, within the server's limits. Raises ``NotAcceptable``."""
    return job_of(
        asked,
        services(current_app).config,
        method=request.method,
        base=request.base_url,
        accept=request.headers.get("Accept"),
        client=request.environ.get(CLIENT, ""),
        html=html,
    )


def answer_page(asked: QueryRequest, reply: Reply) -> QueryPage:
    """The query page with the answer, and where it can be had in other formats."""
    here = services(current_app)
    snapshot = here.snapshot()
    kept = {"version": asked.version} if asked.version else {}
    formats = RESULTS if reply.kind in ("select", "ask") else GRAPHS
    return QueryPage(
        query=asked.query,
        examples=examples(snapshot.names.record),
        answer=read_answer(reply, snapshot),
        downloads=tuple(Download(f.label, query_address(asked, format=f.name, **kept)) for f in formats),
    )


def _describe() -> AnyResponse:
    """The query page for browsers, the service description for programs."""
    accept = request.headers.get("Accept")
    name = request.args.get("format")
    snapshot = services(current_app).snapshot()
    if name == HTML.name or (name is None and accepts_html(accept)):
        page = QueryPage(query="", examples=examples(snapshot.names.record))
        response = Response(render_template("query.html", page=page), content_type=HTML.content_type())
    else:
        chosen = by_name(GRAPHS, name) if name else None
        if chosen is None:
            offer = choose(accept, offers(GRAPHS))
            if offer is None:
                raise NotAcceptable(
                    "the description comes in these formats", available=tuple(f.media_type for f in GRAPHS)
                )
            chosen = by_name(GRAPHS, offer.name)
        assert chosen is not None  # noqa: S101 - offers are made of GRAPHS
        body = write_graph(service_description(request.base_url, snapshot), chosen)
        response = Response(body, content_type=chosen.content_type())
    response.headers["Content-Version"] = snapshot.iri
    response.headers.add("Link", f'</sparql>; rel="{HAS_QUERY_SERVICE}"')
    return response
