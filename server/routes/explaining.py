"""``/explain``: the proofs of one fact, down to claims."""

from flask import Blueprint, Response, current_app, json, request

from kg.claims.names import is_iri
from ontology.vocab import PREFIXES
from server.errors import BadRequest
from server.formats import HTML, JSON
from server.gate.bridge import CLIENT, HANGUP
from server.processes.jobs import Job, Task
from server.routes.browse import answer, chosen_format
from server.services import services
from server.views.proof import proof_page

explaining = Blueprint("explaining", __name__)


@explaining.get("/explain")
def explain() -> Response:
    """Why ``s p o`` is a fact: each proof, the rules applied, and the claims that state its leaves."""
    chosen = chosen_format((HTML, JSON))
    here = services(current_app)
    if chosen is HTML and not any(map(request.args.get, "spo")):
        return answer(here.snapshot(), chosen, "explain.html", None, formats=(HTML,))
    triple = " ".join(_written(name) for name in ("s", "p", "o"))
    job = Job(
        query=triple,
        timeout=here.config.timeout,
        limit=here.config.result,
        client=request.environ.get(CLIENT, ""),
        task=Task.EXPLANATION,
    )
    reply = here.answer(job, request.environ.get(HANGUP))
    told, snapshot = json.loads(reply.body), here.version(reply.version)
    if chosen is JSON:
        response = Response(json.dumps(told, ensure_ascii=False), content_type=JSON.media_type)
        response.headers["Content-Version"] = snapshot.iri
        return response
    return answer(snapshot, chosen, "explain.html", proof_page(snapshot, told), formats=(HTML, JSON))


def _written(name: str) -> str:
    """A term as in Turtle; an IRI may come without its brackets."""
    text = request.args.get(name, "").strip()
    if not text:
        raise BadRequest(
            f"{name} is missing: give s, p and o, each an IRI or as in Turtle (ls:locatedIn)", parameter=name
        )
    return f"<{text}>" if text.partition(":")[0] not in PREFIXES and is_iri(text) else text
