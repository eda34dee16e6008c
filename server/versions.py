"""``version=`` off ``/sparql``: the version that a request is about, honoured or refused in one place."""

from flask import current_app, request

from kg.dataset.snapshots import Snapshot
from server.errors import BadRequest
from server.formats import HTML, Format
from server.protocol import decode, single
from server.services import services

PARAMETER = "version"
_PAGES = ("claims", "claim", "published_claim", "document", "source", "entity", "event")
READ_IN = frozenset(("graphs.graph_store", *(f"browse.{page}" for page in _PAGES)))
"""Endpoints that are read in an older version."""

_OWN = frozenset(("sparql.endpoint", "sparql.compare", "citing.cite", "static"))
"""Endpoints that have rules of their own for the parameter."""

_WHERE = (
    "it can be asked of queries (/sparql), graphs (/graphs), /claims, and /claim, /document, /source, "
    "/entity and /event in JSON or RDF"
)


def check_version() -> None:
    """Refuse ``version=`` where it would mean nothing. Raises ``BadRequest``."""
    if PARAMETER not in request.args or request.endpoint in (None, *_OWN):
        return
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        raise BadRequest(
            "what is written is written on the newest version: send it without version=", parameter=PARAMETER
        )
    if request.endpoint not in READ_IN:
        raise BadRequest(f"{request.path} is told of the newest version alone; {_WHERE}", parameter=PARAMETER)


def asked_version() -> str | None:
    """The version that the request names. Raises ``BadRequest`` where it names several."""
    return single(decode(request.query_string), PARAMETER) or None


def asked_snapshot(chosen: Format) -> Snapshot:
    """The version that the request is about, for what is not a page for reading.

    Raises ``VersionGone``, ``BadRequest`` and ``StoreError``.
    """
    here, version = services(current_app), asked_version()
    if version is None:
        return here.snapshot()
    if chosen is HTML:
        raise BadRequest(
            "pages for reading are of the newest version, as their links are: "
            "ask for this version in JSON or RDF (format=json)",
            parameter=PARAMETER,
        )
    return here.version(here.resolved(version))
