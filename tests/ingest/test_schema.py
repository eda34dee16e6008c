"""The published JSON Schema is the model's, and takes and refuses what ingest takes and refuses."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from kg.claims.claim import Claim
from kg.claims.schema import claim_schema, published_schema, schema_text
from kg.errors import InvalidClaim
from kg.ingest.claim_records import to_claim

DOCUMENT = {"title": "T", "publisher": "P"}


def members(schema: dict[str, Any]) -> list[dict[str, Any]]:
    parts = [schema, *schema["$defs"].values()]
    return [member for part in parts for member in part.get("properties", {}).values()]


def test_file_and_model_agree() -> None:
    assert published_schema() == schema_text(), "run python -m kg.claims.schema"


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(claim_schema())
    assert set(claim_schema()["properties"]) == set(Claim.model_fields)


def test_every_member_is_described() -> None:
    assert len(members(claim_schema())) > len(Claim.model_fields)
    assert [member for member in members(claim_schema()) if not member.get("description")] == []


@pytest.mark.parametrize(
    "record",
    [
        {"document": DOCUMENT},
        {"document": DOCUMENT, "attribution": None, "when": None, "quantity": None, "supports": None},
        {"document": "https://example.org/a", "attribution": [{"kind": "publisher", "name": "P"}]},
        {"document": {**DOCUMENT, "text": "whole"}, "roles": {"producer": "JL MAG"}},
        {"document": {**DOCUMENT, "file": "a.txt"}, "assessment": {"credibility": 2}},
        {
            "document": DOCUMENT,
            "roles": {"producer": {"text": "x", "named": True}},
            "rebuts": "https://a.org/1",
        },
    ],
)
def test_it_takes_what_ingest_takes(record: dict[str, Any]) -> None:
    schema = Draft202012Validator(claim_schema())
    assert list(schema.iter_errors(record)) == []
    assert list(schema.iter_errors(json.loads(to_claim(record).claim.model_dump_json()))) == []


@pytest.mark.parametrize(
    "change",
    [
        {"tpye": "other"},
        {"type": "licence"},
        {"roles": {"prodcer": "x"}},
        {"roles": {"producer": ""}},
        {"quote": {"start": 1}},
        {"document": 3},
        {"assessment": {"credibility": 9}},
    ],
)
def test_it_refuses_what_ingest_refuses(change: dict[str, Any]) -> None:
    record = {"document": DOCUMENT, **change}
    assert not Draft202012Validator(claim_schema()).is_valid(record)
    with pytest.raises(InvalidClaim):
        to_claim(record)
