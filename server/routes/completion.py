"""What an editor of queries completes: classes and properties of ontology and data, and names of the data."""

from flask import Blueprint, Response, current_app, json, request

from kg.dataset.snapshots import Snapshot
from ontology.vocab import ONTOLOGY, PREFIXES, RDF
from server.errors import BadRequest
from server.naming import compact
from server.routes.ontologypage import ontology_page
from server.services import services
from server.views.asking import LONGEST_SEARCH
from server.views.entities import named

completion = Blueprint("completion", __name__)

MOST = 2000
"""Terms of the data that are listed, the most used first."""

MOST_ENTITIES = 20


@completion.get("/sparql/terms")
def terms() -> Response:
    """Prefixes, classes and properties, with how many triples of the default graph have them."""
    snapshot = services(current_app).snapshot()
    body = json.dumps(vocabulary(snapshot), ensure_ascii=False, separators=(",", ":"))
    response = Response(body, content_type="application/json")
    response.headers["Content-Version"] = snapshot.iri
    return response


@completion.get("/sparql/entities")
def entities() -> Response:
    """Entities with a name of these words (``q``), as they begin or with a typo."""
    search = request.args.get("q", "").strip()
    if not search or len(search) > LONGEST_SEARCH:
        raise BadRequest(
            f"q is the beginning of a name, of at most {LONGEST_SEARCH} characters", parameter="q"
        )
    snapshot = services(current_app).snapshot()
    found = [
        {
            "iri": one.entity.iri,
            "name": one.entity.text,
            "others": one.others,
            "roles": one.roles,
            "claims": one.claims,
        }
        for one in named(snapshot, search, MOST_ENTITIES)
    ]
    response = Response(json.dumps({"entities": found}, ensure_ascii=False), content_type="application/json")
    response.headers["Content-Version"] = snapshot.iri
    return response


def vocabulary(snapshot: Snapshot) -> dict[str, object]:
    """``prefixes`` that need not be declared, ``classes`` and ``properties``.

    Of each term its ``iri``, its ``name`` in short, what it means (``words``) and how many
    ``triples`` of the default graph have it, ``null`` where that is not known.
    """
    statistics = snapshot.statistics
    used = {iri: n.triples for iri, n in statistics.predicates.items()} if statistics else {}
    types = {
        item[1:-1]: None
        for predicate, item in (statistics.kinds if statistics else ())
        if predicate == RDF + "type" and item.startswith("<")
    }
    properties, classes = dict[str, str](), dict[str, str]()
    for section in ontology_page().sections:
        for term in section.terms:
            found = {"property": properties, "class": classes}.get(term.kind)
            if found is not None:
                found[f"{ONTOLOGY}#{term.id}"] = term.definition
    most_used = sorted(used, key=lambda iri: (-used[iri], iri))[:MOST]
    properties |= {iri: "" for iri in most_used if iri not in properties}
    classes |= {iri: "" for iri in types if iri not in classes}
    return {
        "prefixes": dict(PREFIXES),
        "classes": [_term(iri, words, None) for iri, words in classes.items()],
        "properties": [_term(iri, words, used.get(iri, 0)) for iri, words in properties.items()],
    }


def _term(iri: str, words: str, triples: int | None) -> dict[str, object]:
    return {"iri": iri, "name": compact(iri), "words": words, "triples": triples}
