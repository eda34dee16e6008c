"""``/conflicts``: where claims meet, in the whole version or around one claim or entity."""

from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, json, request

from kg.dataset.terms import is_node
from kg.query.conflicts import Kind
from server.conflicts import ConflictsAsked
from server.errors import BadRequest
from server.formats import HTML, JSON
from server.gate.bridge import CLIENT, HANGUP
from server.processes.jobs import Job, Task
from server.routes.browse import answer, chosen_format, page_number
from server.services import services
from server.views.conflicts import conflicts_page
from server.views.contested import TOLD, contested_page, is_large

conflict_pages = Blueprint("conflicts", __name__)

_KINDS = tuple(kind.value for kind in Kind)


@conflict_pages.get("/conflicts")
def conflicts() -> Response:
    """Conflicts and agreement between claims; ``about`` a claim or entity, of a ``kind`` (repeatable).

    Where there are many claims, what is denied or corrected; all kinds with ``compare=all``.
    """
    chosen, page = chosen_format((HTML, JSON)), page_number()
    kinds = tuple(sorted(set(request.args.getlist("kind")) - {""}))
    if unknown := [kind for kind in kinds if kind not in _KINDS]:
        raise BadRequest(f"kind is one of {', '.join(_KINDS)}, not {unknown[0]!r}", parameter="kind")
    about = request.args.get("about") or None
    if about is not None and not is_node(about):
        raise BadRequest("about is the IRI of a claim or an entity", parameter="about")
    here = services(current_app)
    compare = request.args.get("compare", "")
    if compare not in ("", "all"):
        raise BadRequest(f"compare is all, or left out, not {compare!r}", parameter="compare")
    if not compare and TOLD.issuperset(kinds) and is_large(now := here.snapshot(), about):
        pairs = [("about", about)] if about else []
        pairs += [("kind", kind) for kind in kinds] + [("compare", "all")]
        view = contested_page(now, about, kinds, page, f"/conflicts?{urlencode(pairs)}")
        return answer(now, chosen, "conflicts.html", view, formats=(HTML, JSON))
    job = Job(
        query=ConflictsAsked(about, kinds, page).written(),
        timeout=here.config.timeout,
        limit=here.config.result,
        client=request.environ.get(CLIENT, ""),
        task=Task.CONFLICTS,
    )
    reply = here.answer(job, request.environ.get(HANGUP))
    told, snapshot = json.loads(reply.body), here.version(reply.version)
    view = conflicts_page(snapshot, told, about, kinds, page)
    return answer(snapshot, chosen, "conflicts.html", view, formats=(HTML, JSON))
