"""``/sparql``: the SPARQL 1.1 Protocol, the service description, and the query page."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from flask import Blueprint, Response, current_app, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kg.dataset.snapshots import Snapshot
from kg.query.trust.policy import TrustPolicy
from kg.query.trust.under import restriction_of
from server.asking import FAILED, HAS_QUERY_SERVICE, headers_of, job_of, query_address, wants_page
from server.bundle import scripted
from server.description import examples, service_description
from server.errors import BadRequest, NotAcceptable
from server.formats import GRAPHS, HTML, RESULTS, Format, by_name, offers
from server.gate.bridge import CLIENT, HANGUP, STREAMS
from server.gate.negotiate import accepts_html, choose
from server.gate.steps import walked
from server.naming import Namer
from server.paging import ROWS
from server.processes.evaluate import grouped
from server.processes.jobs import Job, Reply, Task
from server.protocol import QueryRequest, UpdateRequest, read_difference, read_request
from server.rdf import write_graph
from server.routes.querypage import Download, QueryPage, Sides, query_page
from server.routes.updates import answer_update
from server.services import Known, services
from server.views.asking import FARTHEST
from server.views.why import Believed

sparql = Blueprint("sparql", __name__)


@sparql.route("/sparql", methods=["GET", "POST"])
def endpoint() -> AnyResponse:
    """Answer a query or carry an update out; without either, describe the service or show the query page."""
    asked = read_request(request)
    if asked is None:
        return _describe()
    if isinstance(asked, UpdateRequest):
        return answer_update(asked)
    if not asked.plan and wants_page(asked, request.headers.get("Accept")):
        return _page(asked)
    return _answer(asked, job_for(asked, html=False))


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
    response = answered(reply)
    response.headers.update(headers_of(asked, reply, known))
    return response


def _page(asked: QueryRequest) -> AnyResponse:
    """The query page with the answer, and beside it what the policy leaves of it."""
    here = services(current_app)
    page, row = whole_number("page", FARTHEST), whole_number("row", FARTHEST * ROWS)
    shown = (1 if page is None else page) if page is not None or row is None else None
    sides, known, reply = asked_sides(asked, shown)
    policy, snapshot = TrustPolicy.read(grouped(asked.policy)), here.version(sides.version)
    told = query_page(
        asked.query,
        sides,
        policy,
        Namer(snapshot),
        believed_under(snapshot, policy),
        base=request.base_url,
        page=page,
        row=row,
    )
    formats = RESULTS if reply.kind in ("select", "ask") else GRAPHS
    kept = {"version": asked.version} if asked.version else {}
    told = replace(
        told,
        examples=examples(here.snapshot().names.record),
        downloads=tuple(_downloads(asked, formats, kept)),
        kept=_kept(asked),
        again=query_address(asked, format=HTML.name, **kept),
        without_policy=query_address(replace(asked, policy=()), format=HTML.name, **kept),
    )
    response = Response(render_template("query.html", page=told), content_type=HTML.content_type())
    headers = headers_of(asked, reply, known)
    headers.pop("ETag", None)  # a page is more than its answer: its own content tells
    response.headers.update(headers)
    response.headers["Referrer-Policy"] = "same-origin"  # so that its form says where it comes from
    return scripted(response, "query")


def _downloads(asked: QueryRequest, formats: tuple[Format, ...], kept: dict[str, str]) -> Iterator[Download]:
    """The answer in every format, and with its provenance in those that carry it only when asked to."""
    for one in formats:
        yield Download(one.label, query_address(asked, format=one.name, **kept))
    name, how = ("csv", "columns") if formats is RESULTS else ("trig", "how")
    label = "CSV with confidence" if formats is RESULTS else "TriG with provenance"
    yield Download(label, query_address(asked, format=name, provenance=how, **kept))


def believed_under(snapshot: Snapshot, policy: TrustPolicy) -> Believed:
    """Which claims and judgments of a version stand under a policy."""
    if not policy:
        return lambda _: True
    keeps = restriction_of(snapshot, policy).keeps
    return lambda iri: keeps(iri) if snapshot.is_known(iri) else iri not in policy.without


def asked_sides(asked: QueryRequest, page: int | None = None) -> tuple[Sides, Known, Reply]:
    """A query answered for a page: without a policy, and under that of the request where it has one.

    Where there is no policy, only the rows of the ``page`` are assessed, if one is given. Under
    a policy all are: any row may have changed. Of claims only those of the page are told.
    """
    here = services(current_app)
    replies = []
    every = page is not None and bool(asked.policy)
    job = replace(job_for(replace(asked, policy=()), html=True), page=page, every=every)
    known = Known.of(here, job)
    replies.append(walked(here.answering(known, request.environ.get(HANGUP))))
    if asked.policy:
        version = replies[0].version
        job = replace(job_for(replace(asked, version=version), html=True), page=page, every=every)
        known = Known.of(here, job)
        replies.append(walked(here.answering(known, request.environ.get(HANGUP))))
    documents = [json.loads(reply.body) for reply in replies]
    return Sides(replies[0].kind, replies[0].version, *documents), known, replies[-1]


def whole_number(name: str, most: int) -> int | None:
    """A parameter that is a number from 1. Raises ``BadRequest``."""
    text = request.args.get(name)
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 9 and 1 <= int(text) <= most):
        raise BadRequest(f"{name} is a number from 1 to {most}, not {text!r}", parameter=name)
    return int(text)


def _kept(asked: QueryRequest) -> tuple[tuple[str, str], ...]:
    """The parameters that a form of the page sends again as they are."""
    pairs = [("default-graph-uri", graph) for graph in asked.default_graphs or ()]
    pairs += [("named-graph-uri", graph) for graph in asked.named_graphs or ()]
    return (*pairs, *([("version", asked.version)] if asked.version else []))


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


def _describe() -> AnyResponse:
    """The query page for browsers, the service description for programs."""
    accept = request.headers.get("Accept")
    name = request.args.get("format")
    snapshot = services(current_app).snapshot()
    if name == HTML.name or (name is None and accepts_html(accept)):
        page = QueryPage(query="", examples=examples(snapshot.names.record))
        response = Response(render_template("query.html", page=page), content_type=HTML.content_type())
        scripted(response, "query")
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
