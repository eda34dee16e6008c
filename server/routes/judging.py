"""Judgments over HTTP: list and read them, ``POST /judgments`` takes in, ``DELETE /judgment/<id>`` undoes."""

from flask import Blueprint, Response, current_app, request

from kg.claims.claim import Agent
from kg.dataset.terms import is_node
from kg.ingest.judgment_records import read_judgments
from server.errors import BadRequest, UnsupportedType
from server.formats import HTML, JSON, PAGES
from server.gate.tokens import Scope
from server.naming import page_address
from server.processes.writes import JudgeWrite, UndoWrite
from server.protocol import decode, single
from server.recorded import digest, recorded, told
from server.routes.browse import answer, chosen_format, page_number
from server.routes.claiming import reason_given
from server.services import services
from server.twins import judgment_twin, judgments_twin
from server.views.judgment import STATES, judgment_list, judgment_page

judging = Blueprint("judging", __name__)

LISTS = (HTML, JSON, *(f for f in PAGES if f.name == "turtle"))
"""Formats of the list."""


def _iri(local: str) -> str:
    return f"{services(current_app).snapshot().names.base}judgment/{local}"


@judging.get("/judgments")
def judgments() -> Response:
    """The list of judgments, latest first; ``state`` and ``about`` (a mention) filter."""
    chosen = chosen_format(LISTS)
    state, about = request.args.get("state") or None, request.args.get("about") or None
    if state is not None and state not in STATES:
        raise BadRequest(f"state is one of {', '.join(STATES)}, not {state!r}", parameter="state")
    if about is not None and not is_node(about):
        raise BadRequest("about is the IRI of an entity or event, in full", parameter="about")
    snapshot = services(current_app).snapshot()
    page = judgment_list(snapshot, state, about, page_number())
    return answer(
        snapshot, chosen, "judgments.html", page, lambda _: judgments_twin(snapshot, page.iris), LISTS
    )


@judging.get("/judgment/<local>")
def judgment(local: str) -> Response:
    """A judgment, standing or not."""
    snapshot, chosen, iri = services(current_app).snapshot(), chosen_format(PAGES), _iri(local)
    page = judgment_page(snapshot, iri)
    return answer(snapshot, chosen, "judgment.html", page, lambda _: judgment_twin(snapshot, iri))


@judging.post("/judgments")
def take_in() -> Response:
    """Take judgments in, all of them or none: a JSON object, a list, or a line each."""
    with recorded(Scope.WRITE, "judge") as by:
        if request.mimetype not in ("application/json", "application/x-ndjson", "application/jsonl"):
            what = request.mimetype or "a body without a Content-Type"
            raise UnsupportedType(f"{what} is not read here: send application/json or application/x-ndjson")
        body = request.get_data()
        try:
            text = body.decode()
        except UnicodeDecodeError as error:
            raise BadRequest(f"the body is not UTF-8: {error}") from error
        given = single(decode(request.query_string), "force")
        if given not in (None, "", "true", "false"):
            raise BadRequest(f"force is true or false, not {given!r}", parameter="force")
        lines = request.mimetype != "application/json"
        read = read_judgments(text, Agent(name=by.who.name), lines=lines)
        done = by.run(JudgeWrite(read, force=given == "true"), **digest(body))
    response = told(done, 201 if done.told["new"] else 200)
    listed = done.told.get("judgments")
    if isinstance(listed, list) and len(listed) == 1:
        names = services(current_app).snapshot().names
        response.headers["Location"] = page_address("judgment", listed[0]["judgment"], names)
    return response


@judging.delete("/judgment/<local>")
def undo(local: str) -> Response:
    """Undo a judgment: all is again as without it. It stays readable, with the reason."""
    iri = _iri(local)
    with recorded(Scope.WRITE, "undo", judgment=iri) as by:
        reason = reason_given("it is undone")
        done = by.run(UndoWrite(iri, reason, by.who.name), reason=reason)
    return told(done)
