"""``version=`` off ``/sparql``: the version that a request is about, honoured or refused in one place."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from flask import current_app, request

from kg.dataset.snapshots import Snapshot
from server.errors import BadRequest
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
    "/entity and /event"
)


@dataclass(frozen=True)
class Pinned:
    """The version that a page is of: addresses of the page in this version, and in the newest.

    ``newest`` is ``None`` where this is the newest.
    """

    number: int
    published: str
    address: str
    newest: str | None


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


def asked_snapshot() -> Snapshot:
    """The version that the request is about. Raises ``VersionGone``, ``BadRequest`` and ``StoreError``."""
    here, version = services(current_app), asked_version()
    return here.snapshot() if version is None else here.version(here.resolved(version))


def pinned(snapshot: Snapshot) -> Pinned | None:
    """Of which version a page is that can be read in an older one; ``None`` for other pages."""
    if request.endpoint not in READ_IN:
        return None
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name != PARAMETER]
    is_newest = services(current_app).snapshot().iri == snapshot.iri
    return Pinned(
        snapshot.number,
        snapshot.manifest.published,
        _address([*pairs, (PARAMETER, f"{snapshot.number}")]),
        None if is_newest else _address(pairs),
    )


def _address(pairs: list[tuple[str, str]]) -> str:
    path = quote(request.path)
    return f"{path}?{urlencode(pairs)}" if pairs else path
