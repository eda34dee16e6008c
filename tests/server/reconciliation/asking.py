"""Asking ``/reconcile`` for candidates."""

import json
from typing import Any

from flask.testing import FlaskClient

LS = "https://w3id.org/lodestone/ontology#"
WD = "http://www.wikidata.org/entity/"


def batch(client: FlaskClient, **queries: dict[str, Any]) -> Any:
    response = client.post("/reconcile", data={"queries": json.dumps(queries)})
    assert response.status_code == 200, response.text
    return response.get_json()


def best(client: FlaskClient, **query: Any) -> dict[str, Any]:
    found: dict[str, Any] = batch(client, q=query)["q"]["result"][0]
    return found
