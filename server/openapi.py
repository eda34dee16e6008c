"""A description of every route but SPARQL's own, in OpenAPI 3.1 (``/openapi.json``)."""

import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from flask import Blueprint, Flask, Response, current_app, json

from server.formats import JSON

openapi = Blueprint("openapi", __name__)

_VARIABLE = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
_LEFT_OUT = ("/static/", "/sparql")
_READ_BY_POST = ("/reconcile",)
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

WORDS: dict[str, str] = {
    "format": "Name of a format, in place of Accept.",
    "iri": "IRI of what is asked about, where it has no id of this server's.",
    "q": "Words to search for.",
    "type": "Type of claim.",
    "contested": "yes: another claim contradicts it; no.",
    "origins": "one: something it says rests on one origin only; several.",
    "source": "IRI of a source anywhere in the chain (repeatable, as all that choose).",
    "entity": "IRI of what takes part.",
    "role": "Role in which it takes part.",
    "place": "IRI of a place.",
    "document": "IRI of a document.",
    "origin": "IRI of an origin.",
    "month": "Month of the event, of saying it or of its document, as 2025-05.",
    "modality": "asserted, reported, hedged, expected or unknown.",
    "polarity": "positive or negative.",
    "status": "proposed, unreviewed, accepted or rejected.",
    "fact": "What is said, as pages of entities link to it.",
    "since": "First date, as 2025-05-14.",
    "until": "Last date.",
    "min-confidence": "Least confidence, from 0 to 1.",
    "max-confidence": "Confidence that is not reached, from 0 to 1 (1 includes all).",
    "sort": "best, newest, oldest, latest, earliest, surest or least-sure.",
    "size": "Claims on one page.",
    "part": "Number of the part of a long text, or of many claims, from 1.",
    "about": "IRI of the claim, entity or event that conflicts or judgments are about.",
    "s": "Subject of a triple: an IRI, or as in Turtle.",
    "p": "Predicate of a triple: an IRI, or as in Turtle.",
    "o": "Object of a triple: an IRI, or as in Turtle.",
    "kind": "Kind of conflict (repeatable).",
    "compare": "all: compare claims in every way, even where there are too many for a page at once.",
    "page": "Number of the page, from 1.",
    "default": "The default graph.",
    "graph": "IRI of the graph.",
    "queries": "A batch of reconciliation queries, in JSON.",
    "extend": "A data extension query, in JSON.",
    "prefix": "The beginning of a name.",
    "cursor": "How many suggestions to skip.",
    "id": "Identifier of an entity, type or property.",
    "limit": "The most to give.",
    "callback": "Name of a function to call with the answer (JSONP).",
    "state": "State of the claims (active, retracted, any …) or judgments (active, proposed …).",
    "name": "What the file is called that is taken in.",
    "reason": "Why it is taken back.",
    "force": "true: even where something speaks against the judgment.",
    "query": "A SPARQL query; the trust policy and the other parameters of /sparql go with it.",
    "row": "Number of a row whose reasons are asked for.",
    "done": "What was decided last.",
    "subject": "IRI of the claim or proposed judgment.",
    "action": "accept, edit or reject a claim; same, different or unsure of two names.",
    "as": "`json` where an edit comes as `changes`, and not by the fields of its form.",
    "changes": "Members of the claim as they should be, in JSON.",
    "version": "Number or IRI of a kept version of the store; 410 for one that is gone.",
    "token": "A token that may write, where no header holds it.",
}
"""Parameters of the query part, by name."""

TAKES: dict[str, tuple[str, ...]] = {
    "/": ("format",),
    "/claims": (
        *("q", "type", "contested", "origins", "source", "entity", "role", "place", "document", "origin"),
        *("month", "modality", "polarity", "status", "state", "fact", "since", "until"),
        *("min-confidence", "max-confidence", "sort", "size", "page", "format", "version"),
    ),
    "/entities": ("q", "role", "page", "format"),
    "/claim": ("iri", "format", "version"),
    "/claim/{local}": ("format", "version"),
    "/document": ("iri", "part", "format", "version"),
    "/document/{local}": ("part", "format", "version"),
    "/event": ("iri", "format", "version"),
    "/event/{local}": ("format", "version"),
    "/source": ("iri", "page", "format", "version"),
    "/source/{local}": ("page", "format", "version"),
    "/entity": ("iri", "page", "format", "version"),
    "/entity/{local}": ("page", "format", "version"),
    "/explain": ("s", "p", "o", "format"),
    "/conflicts": ("about", "kind", "compare", "page", "format"),
    "/judgments": ("state", "about", "page", "format"),
    "/judgment/{local}": ("format",),
    "/ontology": ("format",),
    "/graphs": ("default", "graph", "version"),
    "/reconcile": ("queries", "extend", "callback"),
    "/reconcile/suggest/entity": ("prefix", "cursor", "callback"),
    "/reconcile/suggest/type": ("prefix", "cursor", "callback"),
    "/reconcile/suggest/property": ("prefix", "cursor", "callback"),
    "/reconcile/flyout/entity": ("id", "callback"),
    "/reconcile/flyout/type": ("id", "callback"),
    "/reconcile/flyout/property": ("id", "callback"),
    "/reconcile/preview": ("id",),
    "/reconcile/properties": ("type", "limit", "callback"),
    "/review": ("page", "done", "format"),
    "/review/edit": ("subject", "page"),
    "/answer/{name}": ("page", "row", "format"),
}
"""Which of them a path takes when it is read."""

TAKES_TO_WRITE: dict[tuple[str, str], tuple[str, ...]] = {
    ("post", "/answer"): ("query",),
    ("post", "/claims"): ("name",),
    ("delete", "/claim"): ("iri", "reason"),
    ("delete", "/claim/{local}"): ("reason",),
    ("post", "/judgments"): ("force",),
    ("delete", "/judgment/{local}"): ("reason",),
    ("post", "/review"): ("subject", "action", "reason", "changes", "page", "token"),
    ("post", "/review/edit"): ("subject", "as", "changes", "page", "token"),
    **{(method, "/graphs"): ("default", "graph") for method in ("put", "post", "delete")},
}
"""Which of them a request takes that writes; ``/review`` and ``/answer`` in a form."""


@dataclass(frozen=True)
class Operation:
    """A request that can be made: what it does, and its parameters with what they mean."""

    method: str
    path: str
    words: str
    parameters: tuple[tuple[str, str], ...]


def operations(app: Flask) -> tuple[Operation, ...]:
    """Every request that is described."""
    return tuple(
        Operation(method.upper(), path, words, tuple((name, WORDS[name]) for name in _takes(path, method)))
        for path, methods in paths(app).items()
        for method, words in methods.items()
    )


def _takes(path: str, method: str) -> tuple[str, ...]:
    reads = method == "get" or path in _READ_BY_POST
    return TAKES.get(path, ()) if reads else TAKES_TO_WRITE.get((method, path), ())


def paths(app: Flask) -> dict[str, dict[str, str]]:
    """Every path that is described, with its methods and what its function says of itself."""
    found: dict[str, dict[str, str]] = {}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(_LEFT_OUT):
            continue
        view = app.view_functions[rule.endpoint]
        words = " ".join((view.__doc__ or "").partition("\n\n")[0].split())
        for method in sorted((rule.methods or set()) & set(_METHODS)):
            found.setdefault(_VARIABLE.sub(r"{\1}", rule.rule), {})[method.lower()] = words
    return dict(sorted(found.items()))


def describe(app: Flask) -> dict[str, object]:
    """The description."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Lodestone", "version": _version(), "summary": "Claims, and who says so"},
        "externalDocs": {"url": "/docs", "description": "The SPARQL endpoint and everything else in words"},
        "paths": {
            path: {method: _operation(path, method, words) for method, words in methods.items()}
            for path, methods in paths(app).items()
        },
        "components": {
            "responses": {
                "problem": {
                    "description": "What went wrong, and what to do (RFC 9457).",
                    "content": {
                        "application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}
                    },
                }
            },
            "schemas": {
                "problem": {
                    "type": "object",
                    "required": ["type", "title", "status", "detail"],
                    "properties": {
                        "type": {"type": "string"},
                        "title": {"type": "string"},
                        "status": {"type": "integer"},
                        "detail": {"type": "string"},
                    },
                }
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(path: str, method: str, words: str) -> dict[str, object]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{([^{}]+)\}", path)
    ]
    in_query = [
        {"name": name, "in": "query", "description": WORDS[name], "schema": {"type": "string"}}
        for name in _takes(path, method)
    ]
    told: dict[str, object] = {
        "summary": words,
        "operationId": f"{method}{re.sub('[^a-z]+', '-', path.lower()).rstrip('-')}",
        "parameters": in_path + in_query,
        "responses": {
            "2XX": {"description": "Done."},
            "4XX": {"$ref": "#/components/responses/problem"},
            "5XX": {"$ref": "#/components/responses/problem"},
        },
    }
    if method != "get" and path not in _READ_BY_POST:
        told["security"] = [{"token": []}]
    return told


def _version() -> str:
    try:
        return version("lodestone-kg")
    except PackageNotFoundError:
        return "0"


@openapi.get("/openapi.json")
def page() -> Response:
    """This description."""
    return Response(json.dumps(describe(current_app)), content_type=JSON.media_type)
