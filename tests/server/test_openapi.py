import re

from flask import Flask
from flask.testing import FlaskClient


def test_every_route_but_sparqls_is_described(app: Flask, client: FlaskClient) -> None:
    told = client.get("/openapi.json").get_json()
    described = {(path, method) for path, methods in told["paths"].items() for method in methods}
    there = {
        (re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.rule.startswith(("/static/", "/sparql"))
    }
    assert described == there
    for methods in told["paths"].values():
        for operation in methods.values():
            assert operation["summary"]


def test_it_is_named_as_openapi(client: FlaskClient) -> None:
    told = client.get("/openapi.json").get_json()
    assert told["openapi"].startswith("3.1")
    identifiers = [o["operationId"] for methods in told["paths"].values() for o in methods.values()]
    assert len(identifiers) == len(set(identifiers))
