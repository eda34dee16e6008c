"""``/sparql``: the SPARQL 1.1 Protocol, the service description, and the query page."""

from dataclasses import replace
from itertools import chain
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from server.bridge import CLIENT, HANGUP, STREAMS
from server.cache import etag_of, key_of
from server.description import examples, service_description
from server.errors import NotAcceptable
from server.formats import GRAPHS, HTML, RESULTS, by_name, offers
from server.jobs import Job, Reply, Task
from server.negotiate import accepts_html, choose
from server.protocol import QueryRequest, UpdateRequest, read_difference, read_request
from server.querypage import Download, QueryPage, read_answer
from server.rdf import write_graph
from server.services import services
from server.shapes import is_volatile
from server.updates import answer_update

sparql = Blueprint("sparql", __name__)

HAS_PROVENANCE = "http://www.w3.org/ns/prov#has_provenance"
HAS_QUERY_SERVICE = "http://www.w3.org/ns/prov#has_query_service"
LONGEST_LINK = 6000
"""Characters of a ``Link`` that clients still take in a header."""


@sparql.route("/sparql", methods=["GET", "POST"])
def endpoint() -> AnyResponse:
    """Answer a query or carry an update out; without either, describe the service or show the query page."""
    asked = read_request(request)
    if asked is None:
        return _describe()
    if isinstance(asked, UpdateRequest):
        return answer_update(asked)
    html = not asked.plan and wants_page(asked)
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
    here, volatile = services(current_app), is_volatile(asked.query)
    etag = "" if volatile else etag_of(key_of(job, here.resolved(job.version)))
    if etag and request.method in ("GET", "HEAD") and request.if_none_match.contains_weak(etag):
        return unchanged(etag, here.resolved(job.version))
    reply = here.answer(job, request.environ.get(HANGUP))
    if job.html:
        response = Response(render_template("query.html", page=answer_page(asked, reply)))
        response.content_type = HTML.content_type()
    else:
        response = answered(reply)
    response.headers["Content-Version"] = reply.version
    response.headers.add("Link", provenance_link(asked, reply))
    if volatile:
        response.headers["Cache-Control"] = "no-store"
    elif reply.version == here.resolved(job.version):
        response.set_etag(etag, weak=True)
        response.headers["Cache-Control"] = "no-cache"
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


def wants_page(asked: QueryRequest) -> bool:
    """Whether the answer goes into a page: a browser asks, and no format is named."""
    if asked.format:
        return asked.format == HTML.name
    best = choose(request.headers.get("Accept"), offers((*RESULTS, *GRAPHS, HTML)))
    return best is not None and best.name == HTML.name


def job_for(asked: QueryRequest, *, html: bool) -> Job:
    """The job for a request, within the server's limits. Raises ``NotAcceptable``."""
    config = services(current_app).config
    accept = request.headers.get("Accept")
    named = asked.format or html or asked.plan
    if not named and choose(accept, offers((*RESULTS, *GRAPHS))) is None:
        available = tuple(f.media_type for f in (*RESULTS, *GRAPHS))
        raise NotAcceptable("none of the formats that are written here is accepted", available=available)
    return Job(
        query=asked.query,
        timeout=min(asked.timeout or config.timeout, config.timeout),
        limit=min(asked.result or config.result, config.result),
        memory=min(asked.memory or config.memory, config.memory),
        default_graphs=asked.default_graphs,
        named_graphs=asked.named_graphs,
        provenance=asked.provenance,
        version=asked.version,
        accept=accept,
        format=None if html else asked.format,
        html=html,
        base=request.base_url,
        stream=not html and request.method != "HEAD",
        client=request.environ.get(CLIENT, ""),
        policy=asked.policy,
        task=Task.PLAN if asked.plan else Task.ANSWER,
    )


def query_address(asked: QueryRequest, **more: str) -> str:
    """The address that asks the same again, with other parameters besides."""
    pairs = [("query", asked.query)]
    pairs += [("default-graph-uri", g) for g in asked.default_graphs or ()]
    pairs += [("named-graph-uri", g) for g in asked.named_graphs or ()]
    pairs += asked.policy
    return "/sparql?" + urlencode([*pairs, *more.items()])


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


def provenance_link(asked: QueryRequest, reply: Reply) -> str:
    """``Link`` to the JSON provenance of the same query and version (PROV-AQ); to the service if too long."""
    link = query_address(asked, version=reply.version, provenance="how", format="json")
    if len(link) > LONGEST_LINK:
        return f'</sparql>; rel="{HAS_QUERY_SERVICE}"'
    return f'<{link}>; rel="{HAS_PROVENANCE}"'


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
