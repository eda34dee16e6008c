"""Asking ``/reconcile`` for candidates."""

import json
from http import HTTPStatus
from typing import Any

from flask.testing import FlaskClient

LS = "https://w3id.org/lodestone/ontology#"
_PATIENCE = 20
WD = "http://www.wikidata.org/entity/"


def batch(client: FlaskClient, **queries: dict[str, Any]) -> Any:
    for _ in range(_PATIENCE):
        response = client.post("/reconcile", data={"queries": json.dumps(queries)})
        if response.status_code != HTTPStatus.SERVICE_UNAVAILABLE or "Retry-After" not in response.headers:
            break  # else the index of names is still being made: a client asks again
    assert response.status_code == 200, response.text
    return response.get_json()


def best(client: FlaskClient, **query: Any) -> dict[str, Any]:
    found: dict[str, Any] = batch(client, q=query)["q"]["result"][0]
    return found
