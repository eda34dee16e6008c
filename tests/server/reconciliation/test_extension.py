"""Data extension: properties that are proposed, and their values."""

import json
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from kg.link.identifiers import SCHEMES
from server.reconciliation.terms import identifier_properties
from tests.server.reconciliation.asking import LS, best
from tests.server.reconciliation.conftest import Validate


def test_properties_are_proposed_for_a_type(client: FlaskClient, valid: Validate) -> None:
    told = client.get("/reconcile/properties", query_string={"type": f"{LS}Party", "limit": 4}).get_json()
    valid("data-extension-property-proposal", told)
    assert told["type"] == f"{LS}Party"
    assert len(told["properties"]) == 4
    every = {p["id"] for p in client.get("/reconcile/properties").get_json()["properties"]}
    assert {"lei", "wikidata", f"{LS}holdsLicenseFor", "https://a.example/staff"} <= every
    assert client.get("/reconcile/properties?limit=x").status_code == 400


def test_values_are_fetched(client: FlaskClient, valid: Validate) -> None:
    tesla = best(client, query="Tesla")["id"]
    maker = best(client, query="Baotou Tianhe Magnetics Technology Co., Ltd.")["id"]
    columns = [
        "lei",
        "wikidata",
        f"{LS}holdsLicenseFor",
        "http://www.w3.org/2000/01/rdf-schema#label",
        "odd one",
    ]
    columns += [f"https://a.example/{name}" for name in ("staff", "day", "share")]
    asked = {"ids": [tesla, maker, "https://nobody.example/x"], "properties": [{"id": c} for c in columns]}
    told = client.post("/reconcile", data={"extend": json.dumps(asked)}).get_json()
    valid("data-extension-query", asked)
    valid("data-extension-response", told)
    assert [m["id"] for m in told["meta"]] == columns
    row = told["rows"][tesla]
    assert row["lei"] == [{"str": "54930043XZGB27CTOV49"}]
    assert row["wikidata"] == [{"str": "Q478214"}]
    assert row["https://a.example/staff"] == [{"int": 7}]
    assert row["https://a.example/day"] == [{"date": "2025-05-14T00:00:00"}]
    assert row["https://a.example/share"] == [{"float": 0.5}]
    assert told["rows"][maker][f"{LS}holdsLicenseFor"] == [{"id": tesla, "name": "Tesla"}]
    assert all(cell == [] for cell in told["rows"]["https://nobody.example/x"].values())
    assert client.get("/reconcile", query_string={"extend": json.dumps(asked)}).get_json() == told


def test_settings_are_kept(client: FlaskClient) -> None:
    autowerk = best(client, query="Autowerk AG")["id"]
    maker = best(client, query="Fabrika Magnit")["id"]

    def cell(entity: str, **settings: Any) -> Any:
        wanted = {"id": f"{LS}holdsLicenseFor", "settings": settings}
        asked = json.dumps({"ids": [entity], "properties": [wanted]})
        response = client.post("/reconcile", data={"extend": asked})
        return response.get_json()["rows"][entity][wanted["id"]] if response.status_code == 200 else None

    assert cell(maker, content="name") == [{"str": "Autowerk AG"}]
    assert cell(maker, content="iri") == [{"str": autowerk}]
    assert cell(maker, limit="1") == cell(maker, limit=0) == cell(maker)
    assert cell(maker, limit=-1) is cell(maker, limit="x") is cell(maker, content="all") is None


def test_the_extension_examples_of_the_specification(
    client: FlaskClient, spec: Path, valid: Validate
) -> None:
    for file in sorted((spec / "examples" / "data-extension-query" / "valid").glob("*.json")):
        asked = json.loads(file.read_text(encoding="utf-8"))
        for one in asked["properties"]:
            one.get("settings", {}).pop("content", None)  # of another service
        response = client.post("/reconcile", data={"extend": json.dumps(asked)})
        assert response.status_code == 200
        valid("data-extension-response", response.get_json())
    for broken in ("{}", '{"ids": "x", "properties": []}', '{"ids": [], "properties": [{}]}', "[]"):
        assert client.post("/reconcile", data={"extend": broken}).status_code == 400
    many = json.dumps({"ids": [f"https://a.example/{n}" for n in range(201)], "properties": []})
    assert client.post("/reconcile", data={"extend": many}).status_code == 413


def test_every_scheme_of_identifiers_is_a_property() -> None:
    assert {p.id for p in identifier_properties()} == {"place", *SCHEMES}
