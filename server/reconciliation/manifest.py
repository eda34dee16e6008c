"""The manifest: what the service is and which parts of the API it has."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from kg.claims.names import Names
from ontology.vocab import ONTOLOGY
from server.reconciliation.messages import BATCH
from server.reconciliation.terms import DEFAULT_TYPES, types

PREVIEW = (430, 300)
"""Width and height of a preview, in pixels."""
MOST_VALUES = 100
"""Values in one cell of a data extension."""


def manifest(host: str, names: Names, *, needs_token: bool) -> dict[str, Any]:
    """The manifest of the service at a host (``https://example.org/``). Entities go by their IRIs."""
    root = host.rstrip("/")

    def suggest(what: str) -> dict[str, str]:
        return {
            "service_url": root,
            "service_path": f"/reconcile/suggest/{what}",
            "flyout_service_path": f"/reconcile/flyout/{what}?id=${{id}}",
        }

    width, height = PREVIEW
    found: dict[str, Any] = {
        "versions": ["0.2"],
        "name": "Lodestone",
        "identifierSpace": f"{names.base}entity/",
        "schemaSpace": f"{ONTOLOGY}#",
        "documentation": f"{root}/docs#reconcile",
        "logo": f"{root}/static/icon.svg",
        "serviceVersion": _version(),
        "defaultTypes": [{"id": str(t), "name": types()[t].name} for t in DEFAULT_TYPES],
        "view": {"url": f"{root}/entity?iri={{{{id}}}}"},
        "feature_view": {"url": f"{root}/docs?feature={{{{id}}}}#reconcile"},
        "preview": {"url": f"{root}/reconcile/preview?id={{{{id}}}}", "width": width, "height": height},
        "suggest": {what: suggest(what) for what in ("entity", "property", "type")},
        "extend": {
            "propose_properties": {"service_url": root, "service_path": "/reconcile/properties"},
            "property_settings": [
                {
                    "name": "limit",
                    "label": "Limit",
                    "type": "number",
                    "default": 0,
                    "help_text": f"The most values in a cell (0: up to {MOST_VALUES})",
                },
                {
                    "name": "content",
                    "label": "Entities as",
                    "type": "select",
                    "default": "entity",
                    "help_text": "How values that are entities are given",
                    "choices": [
                        {"value": "entity", "name": "Entities"},
                        {"value": "name", "name": "Names"},
                        {"value": "iri", "name": "IRIs"},
                    ],
                },
            ],
        },
        "batchSize": BATCH,
    }
    if needs_token:
        found["authentication"] = {
            "type": "apiKey",
            "name": "Authorization",
            "in": "header",
            "description": "Bearer, and a token that `lodestone token make` made",
        }
    return found


def _version() -> str:
    try:
        return version("lodestone-kg")
    except PackageNotFoundError:
        return "0"
