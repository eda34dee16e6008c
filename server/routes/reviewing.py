"""The review queue in the browser: claims and links that wait, with their evidence, and what becomes of them.

Reading is open as other pages are. Deciding needs a token with the scope to write: in the
``Authorization`` header, or as ``token`` in the form, where no other site can put it.
"""

import json
from typing import Any

from flask import Blueprint, Response, current_app, redirect, request

from kg.claims.claim import Agent
from kg.claims.names import is_iri
from kg.identity.judgment import Judgment, Verdict
from server.bundle import scripted
from server.errors import BadRequest
from server.formats import HTML, JSON
from server.gate.access import show_token
from server.gate.negotiate import accepts_html
from server.gate.tokens import Scope
from server.processes.writes import JudgeWrite, ReviewWrite, Write
from server.recorded import recorded, told
from server.routes.browse import answer, chosen_format, page_number
from server.services import services
from server.views.queue import review_queue

reviewing = Blueprint("reviewing", __name__)

ON_CLAIMS = ("accept", "edit", "reject")
DONE = {
    "accept": "The claim is accepted.",
    "edit": "The claim is edited.",
    "reject": "The claim is rejected.",
    "same": "The two are judged to be the same.",
    "different": "The two are judged to be different.",
    "unsure": "It is noted that this cannot be told.",
}
"""What a browser that is led back reads, by the action."""
ON_JUDGMENTS = {"same": Verdict.SAME, "different": Verdict.DIFFERENT, "unsure": Verdict.UNSURE}


@reviewing.get("/review")
def queue() -> Response:
    """What waits: proposed links first, then claims that nobody has reviewed, the least sure first."""
    chosen = chosen_format((HTML, JSON))
    here = services(current_app)
    snapshot = here.snapshot()
    page = review_queue(
        snapshot, page_number(), here.config.documents, done=DONE.get(request.args.get("done", ""), "")
    )
    response = answer(snapshot, chosen, "review.html", page, formats=(HTML, JSON))
    return scripted(response, "review") if chosen is HTML else response


@reviewing.post("/review")
def decide() -> Response:
    """Accept, edit or reject a claim; or say of two names that they are the same, or not."""
    show_token(request.form.get("token"))
    subject, action = request.form.get("subject", ""), request.form.get("action", "")
    with recorded(Scope.WRITE, "review", subject=subject, action=action) as by:
        if not is_iri(subject):
            raise BadRequest("subject is the IRI of a claim or a judgment", parameter="subject")
        done = by.run(_decision(subject, action, by.who.name))
    if accepts_html(request.headers.get("Accept")):
        return redirect(back_to_queue(action), 303)  # type: ignore[return-value]
    return told(done)


def back_to_queue(action: str) -> str:
    """The address of the page of the queue on which a decision was made."""
    page = request.form.get("page", "")
    return f"/review?done={action}" + (
        f"&page={page}" if page.isascii() and page.isdecimal() and len(page) < 6 else ""
    )


def _decision(subject: str, action: str, by: str) -> Write:
    reason = request.form.get("reason", "").strip()
    if action in ON_CLAIMS:
        if action == "reject" and not reason:
            raise BadRequest("say why the claim is rejected (reason)", parameter="reason")
        return ReviewWrite(subject, action, by, reason, changes_in_json() if action == "edit" else {})
    if action in ON_JUDGMENTS:
        found = services(current_app).snapshot().judgment(subject).judgment
        own = Judgment(
            left=found.left,
            right=found.right,
            kind=found.kind,
            verdict=ON_JUDGMENTS[action],
            author=Agent(name=by),
            reason=reason or f"reviewed the proposal {subject}",
            features=found.features,
        )
        return JudgeWrite((own,))
    raise BadRequest(f"action is one of {', '.join((*ON_CLAIMS, *ON_JUDGMENTS))}", parameter="action")


def changes_in_json() -> dict[str, Any]:
    """The changes that a form gives as JSON. Raises ``BadRequest``."""
    try:
        found = json.loads(request.form.get("changes", ""))
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"changes are no JSON: {error}", parameter="changes") from error
    if not isinstance(found, dict):
        raise BadRequest(
            'changes are members of the claim, as {"type": "license_denied"}', parameter="changes"
        )
    return found
