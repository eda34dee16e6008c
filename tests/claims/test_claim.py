from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from kg.claims.claim import IDENTITY, Claim, Status
from kg.claims.names import Names, is_name
from tests.strategies import claims

BAOTOU: dict[str, Any] = {
    "type": "license_granted",
    "quote": {"exact": "a license", "start": 4, "end": 13},
    "roles": {"producer": "a company in Baotou", "customer": {"text": "Volkswagen"}},
    "document": {"title": "A brief"},
    "attribution": [
        {"kind": "anonymous_sources", "count": 3, "text": "three sources"},
        {"kind": "publisher", "name": "Example"},
    ],
}


@given(claims)
def test_json_round_trip_loses_nothing(claim: Claim) -> None:
    again = Claim.model_validate_json(claim.model_dump_json())
    assert again == claim
    assert again.hash == claim.hash


def test_identity_is_what_was_said_and_by_whom() -> None:
    claim = Claim.model_validate(BAOTOU)
    later = claim.model_copy(update={"recorded": datetime(2026, 1, 1, tzinfo=UTC), "status": Status.ACCEPTED})
    assert Claim.model_validate(later.model_dump()).id == claim.id


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("type", "license_denied"),
        ("roles", {"producer": "another company"}),
        ("quote", {"exact": "a permit", "start": 4, "end": 12}),
        ("document", {"title": "Another brief"}),
        ("attribution", [{"kind": "publisher", "name": "Example"}]),
        ("modality", "hedged"),
        ("polarity", "negative"),
        ("when", {"edtf": "2025-04"}),
        ("validity", {"edtf": "2025-04/2026-04"}),
        ("said", "2025-05-13"),
        ("quantity", {"value": 4}),
    ],
)
def test_each_member_of_the_identity_changes_the_name(member: str, value: object) -> None:
    changed = Claim.model_validate({**BAOTOU, member: value})
    assert member in IDENTITY
    assert changed.id != Claim.model_validate(BAOTOU).id


def test_the_order_of_roles_does_not_change_the_name() -> None:
    turned = {**BAOTOU, "roles": dict(reversed(BAOTOU["roles"].items()))}
    assert Claim.model_validate(turned).id == Claim.model_validate(BAOTOU).id


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"quote": {"exact": "a license", "start": 4, "end": 12}}, "code points"),
        ({"quote": {"exact": "a license", "start": 4}}, "both offsets"),
        ({"attribution": []}, "at least 1"),
        ({"attribution": [{"kind": "person"}]}, "a voice needs a name"),
        ({"when": {"edtf": "late April"}}, "not an EDTF date"),
        ({"when": {}}, "a time needs words"),
        ({"quantity": {"value": float("nan")}}, "finite"),
        ({"recorded": "2025-05-14T09:00:00"}, "time zone"),
        ({"rebuts": ["no iri"]}, "not an absolute IRI"),
        ({"document": {"publisher": "X"}}, "a document needs"),
        ({"triples": ["<urn:a> <urn:b> <urn:c> ."]}, "not both"),
        ({"iri": "http://example.org/c"}, "only a claim given as triples"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_an_invalid_claim_is_refused_with_the_reason(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Claim.model_validate({**BAOTOU, **change})


def test_a_claim_is_immutable() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Claim.model_validate(BAOTOU).type = "other"  # type: ignore[misc, assignment]


@pytest.mark.parametrize(
    ("wording", "named"),
    [
        ("Volkswagen", True),
        ("the EU Chamber of Commerce in China", True),
        ("Ministry of Commerce of China", True),
        ("JL MAG", True),
        ("包头天和", True),
        ("a company in Baotou", False),
        ("suppliers for Volkswagen", False),
        ("European and Vietnamese clients", False),
        ("these four companies", False),
        ("Suppliers", False),
        ("They", False),
        ("An Phat Holdings", True),
        ("China's commerce ministry", False),
    ],
)
def test_names_are_told_from_descriptions(wording: str, named: bool) -> None:
    assert is_name(wording) is named


def test_a_place_and_a_party_of_one_name_are_two_entities() -> None:
    names = Names()
    assert names.entity("place", "China", None) != names.entity("party", "China", None)
    assert names.entity("party", "the Volkswagen", None) == names.entity("party", "VOLKSWAGEN", None)
