"""The form in which a claim that waits for review is said otherwise, and what becomes of it.

It works without scripts. What is wrong is told at the field; nothing that was typed is lost.
"""

from collections.abc import Sequence

from flask import Blueprint, Response, current_app, redirect, render_template, request

from kg.claims.names import is_iri
from server.bundle import scripted
from server.errors import BadRequest, ClaimsInvalid
from server.formats import HTML
from server.gate.access import show_token
from server.gate.negotiate import accepts_html
from server.gate.tokens import Scope
from server.processes.writes import ReviewWrite
from server.recorded import recorded, told
from server.routes.browse import page_number
from server.routes.reviewing import back_to_queue, changes_in_json
from server.services import services
from server.views.editing import changes_of, edit_form

editing = Blueprint("editing", __name__)


@editing.get("/review/edit")
def form() -> Response:
    """The form of a claim: its members as they stand, to be said otherwise."""
    return _page(_subject(request.args.get("subject", "")), page_number())


@editing.post("/review/edit")
def save() -> Response:
    """Say a claim otherwise, by the fields of its form or as JSON; with errors, the form again."""
    show_token(request.form.get("token"))
    subject = request.form.get("subject", "")
    try:
        with recorded(Scope.WRITE, "review", subject=subject, action="edit") as by:
            claim = services(current_app).snapshot().claim(_subject(subject)).claim
            is_json = request.form.get("as") == "json"
            changes = changes_in_json() if is_json else changes_of(claim, request.form)
            done = by.run(ReviewWrite(subject, "edit", by.who.name, "", changes))
    except (ClaimsInvalid, BadRequest) as error:
        if not accepts_html(request.headers.get("Accept")) or not is_iri(subject):
            raise
        page = request.form.get("page", "1")
        number = int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1
        return _page(subject, number, _problems(error), 422)
    if accepts_html(request.headers.get("Accept")):
        return redirect(back_to_queue("edit"), 303)  # type: ignore[return-value]
    return told(done)


def _subject(iri: str) -> str:
    if not is_iri(iri):
        raise BadRequest("subject is the IRI of a claim", parameter="subject")
    return iri


def _problems(error: ClaimsInvalid | BadRequest) -> list[tuple[str, str]]:
    """What is wrong, each with the path of the member in the claim."""
    results = error.report.get("result") if isinstance(error, ClaimsInvalid) else None
    if not isinstance(results, list):
        return [("", str(error))]
    paths = ((one, f"{one['focusNode']}.{one['resultPath']}".strip(".")) for one in results)
    return [(path, str(one["resultMessage"])) for one, path in paths]


def _page(subject: str, page: int, problems: Sequence[tuple[str, str]] = (), status: int = 200) -> Response:
    here = services(current_app)
    snapshot = here.snapshot()
    given = request.form if request.method == "POST" else None
    shown = edit_form(snapshot, subject, here.config.documents, page=page, given=given, problems=problems)
    response = Response(render_template("edit.html", page=shown), status, content_type=HTML.content_type())
    response.headers["Content-Version"] = snapshot.iri
    return scripted(response, "review")
