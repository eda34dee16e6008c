"""Whether the server lives, and whether it can answer."""

from flask import Blueprint, Response, current_app, json

from server.services import services

health = Blueprint("health", __name__, url_prefix="/health")


def _told(status: int, members: dict[str, object]) -> Response:
    response = Response(json.dumps(members), status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


@health.get("/live")
def live() -> Response:
    """The process answers."""
    return _told(200, {"status": "live"})


@health.get("/ready")
def ready() -> Response:
    """The store can be read. Raises ``StoreError`` where it cannot."""
    snapshot = services(current_app).snapshot()
    return _told(200, {"status": "ready", "version": snapshot.iri})
