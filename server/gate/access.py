"""Who asks, and whether they may: the ``Authorization`` header, scopes, and the id of a request."""

import re
import secrets

from flask import current_app, g, request

from server.errors import Forbidden, Unauthorized
from server.gate.tokens import Identity, Scope, bearer
from server.services import services

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_OPEN = ("/health/live", "/health/ready", "/static/")
"""What needs no token even where reading does."""


def request_id() -> str:
    """The id of the request in hand: the client's (``X-Request-Id``) if it is a plain word, else new."""
    if "request_id" not in g:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    return str(g.request_id)


def identity() -> Identity | None:
    """Who shows a token with the request in hand; ``None`` where there is none.

    Raises ``Unauthorized`` for a token that is not known, and for another scheme.
    """
    if "identity" not in g:
        g.identity = _identified(request.headers.get("Authorization"))
    found = g.identity
    return found if isinstance(found, Identity) else None


def _identified(header: str | None) -> Identity | None:
    if header is None:
        return None
    token = bearer(header)
    if token is None:
        raise Unauthorized("Authorization takes a bearer token (Bearer …)")
    found = services(current_app).tokens.identify(token)
    if found is None:
        raise Unauthorized("the token is not known here (any more)", reason="invalid_token")
    return found


def show_token(token: str | None) -> None:
    """Take a token from a form, where the request has none in its header. Raises ``Unauthorized``."""
    if token and "Authorization" not in request.headers:
        g.identity = _identified(f"Bearer {token.strip()}")


def need(scope: Scope) -> Identity:
    """Who asks, if they may do what needs the scope. Raises ``Unauthorized`` and ``Forbidden``."""
    who = identity()
    if who is None:
        raise Unauthorized(
            f"this needs a token with the scope {scope} (Authorization: Bearer …); "
            "`lodestone token make` makes one in the server's store"
        )
    if not who.scope.allows(scope):
        raise Forbidden(
            f"the token {who.name} has the scope {who.scope}, this needs {scope}", scope=scope.value
        )
    return who


def _asks_what_is_there() -> bool:
    """Whether it asks for the manifest of reconciliation, which says that a token is needed."""
    return request.path == "/reconcile" and request.method in ("GET", "HEAD") and not request.args


def check_reading() -> None:
    """Before each request: a token that is shown must be known, and be shown where reading needs one."""
    if request.method == "OPTIONS" or request.path.startswith(_OPEN) or _asks_what_is_there():
        return
    who = identity()
    if who is None and services(current_app).config.read_token:
        need(Scope.READ)
