"""``/answer``: an answer is kept as it is, under the hash of what it says, to be cited."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, current_app, json, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kg.dataset.kept import KeptAnswers
from kg.dataset.snapshots import Snapshot
from kg.query.trust.policy import TrustPolicy
from server.audit import Audit, Deed
from server.bundle import scripted
from server.errors import BadRequest, Forbidden
from server.formats import HTML, JSON
from server.gate.access import identity, request_id
from server.naming import Link, Namer
from server.paging import ROWS
from server.processes.evaluate import grouped
from server.protocol import QueryRequest, read_request
from server.routes.browse import chosen_format, twin_address
from server.routes.querypage import Sides, query_page
from server.routes.sparql import asked_sides, believed_under, whole_number
from server.services import services
from server.views.asking import FARTHEST

citing = Blueprint("citing", __name__)


class KeptNamer(Namer):
    """Names as they were when an answer was kept, for what had one then."""

    is_of_now = False

    def __init__(self, snapshot: Snapshot, names: Mapping[str, str], titles: Mapping[str, str]) -> None:
        super().__init__(snapshot)
        self._names, self._titles = names, titles

    def label(self, iri: str) -> str:
        """What it was called."""
        return self._names.get(iri) or super().label(iri)

    def document(self, iri: str) -> Link:
        """A link to a document, by the title that it had."""
        title = self._titles.get(iri)
        return super().document(iri) if title is None else self.link("document", iri, title)


@citing.post("/answer")
def cite() -> AnyResponse:
    """Answer a query, keep the answer, and lead to where it is from now on."""
    _refuse_strangers()
    asked = read_request(request)
    if not isinstance(asked, QueryRequest) or asked.plan:
        raise BadRequest("send the query whose answer is to be kept", parameter="query")
    here = services(current_app)
    sides, _, _ = asked_sides(asked)
    name, is_new = _kept_answers().keep(content_of(asked, sides, here.version(sides.version)))
    if is_new:
        who = identity()
        deed = Deed(who.name if who else "", "POST /answer", "cite", request_id(), {"answer": name})
        Audit(here.config.store).note("done", deed)
    return redirect(f"/answer/{name}", 303)


@citing.get("/answer/<name>")
def kept(name: str) -> Response:
    """An answer that was cited, as it was."""
    chosen = chosen_format((HTML, JSON))
    found = _kept_answers().get(name)
    if chosen is JSON:
        told = {"hash": found.hash, "cited": found.cited.isoformat(), **found.content}
        return Response(json.dumps(told, ensure_ascii=False), content_type=JSON.media_type)
    content = found.content
    policy = TrustPolicy.read(grouped(tuple(map(tuple, content["policy"]))))
    left_out = frozenset(content["left_out"])
    namer = KeptNamer(services(current_app).snapshot(), content["names"], content["titles"])
    page = query_page(
        content["query"],
        Sides(content["kind"], content["version"], content["plain"], content.get("trusted")),
        policy,
        namer,
        lambda iri: iri not in left_out,
        page=whole_number("page", FARTHEST),
        row=whole_number("row", FARTHEST * ROWS),
    )
    response = Response(
        render_template(
            "answer.html",
            page=page,
            kept=found,
            again=f"/answer/{found.hash}?format=html",
            asked_again="/sparql?" + urlencode([*_pairs(content), ("format", "html")]),
            address=f"{request.host_url}answer/{found.hash}",
            twins=[(JSON.label, JSON.media_type, twin_address(JSON.name))],
        ),
        content_type=HTML.content_type(),
    )
    return scripted(response, "answer")


def content_of(asked: QueryRequest, sides: Sides, snapshot: Snapshot) -> dict[str, Any]:
    """What is kept: what was asked, of which version, what came of it, and how things were called."""
    policy = TrustPolicy.read(grouped(asked.policy))
    believed = believed_under(snapshot, policy)
    namer = Namer(snapshot)
    documents = [side for side in (sides.plain, sides.trusted) if side is not None]
    claims: dict[str, Any] = {}
    for side in documents:
        claims |= (side.get("provenance") or {}).get("claims", {})
    named = {
        term["value"]
        for side in documents
        for binding in (side.get("results") or {}).get("bindings", ())
        for term in binding.values()
        if term["type"] == "uri" and term["value"].startswith(snapshot.names.base)
    }
    titles = {claim["document"] for claim in claims.values() if claim.get("document")}
    return {
        "query": asked.query,
        "default_graphs": list(asked.default_graphs or ()),
        "named_graphs": list(asked.named_graphs or ()),
        "policy": [list(pair) for pair in asked.policy],
        "version": sides.version,
        "published": snapshot.manifest.published,
        "kind": sides.kind,
        "plain": sides.plain,
        **({} if sides.trusted is None else {"trusted": sides.trusted}),
        "left_out": sorted(iri for iri in claims if not believed(iri)),
        "names": {iri: namer.label(iri) for iri in sorted(named)},
        "titles": {iri: namer.document(iri).text for iri in sorted(titles)},
    }


def _pairs(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The parameters that ask the same of the version that is published now."""
    return [
        ("query", content["query"]),
        *(("default-graph-uri", graph) for graph in content["default_graphs"]),
        *(("named-graph-uri", graph) for graph in content["named_graphs"]),
        *((name, value) for name, value in content["policy"]),
    ]


def _kept_answers() -> KeptAnswers:
    here = services(current_app)
    return KeptAnswers(here.reader.layout, here.config.answers)


def _refuse_strangers() -> None:
    """Raise ``Forbidden`` where a page of another site sends the form: nobody meant to keep that here."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        strange = site not in ("same-origin", "none")
    else:
        strange = origin is not None and urlsplit(origin).netloc != request.host
    if strange:
        raise Forbidden("only a page of this server, or a program, may have an answer kept")
