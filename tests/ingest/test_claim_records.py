"""From record to claim: what is taken leniently, and what is said of what is wrong."""

from datetime import date
from typing import Any

import pytest

from kg.claims.document import Document, text_hash
from kg.claims.source import SourceKind
from kg.errors import InvalidClaim
from kg.ingest.claim_records import to_claim

RECORD: dict[str, Any] = {
    "type": "license_granted",
    "roles": {"producer": {"text": "JL MAG"}},
    "document": {"title": "A brief", "publisher": "Example Brief"},
    "attribution": [{"kind": "publisher", "name": "Example Brief"}],
}


def problems(record: dict[str, Any], default: Document | None = None) -> dict[str, str]:
    with pytest.raises(InvalidClaim) as caught:
        to_claim(record, default_document=default)
    assert all(f"{path}: {message}" in str(caught.value) for path, message in caught.value.problems)
    return dict(caught.value.problems)


def test_a_role_may_be_its_wording() -> None:
    plain = to_claim({**RECORD, "roles": {"producer": "JL MAG"}}).claim
    assert plain == to_claim(RECORD).claim


def test_a_document_may_be_a_url() -> None:
    document = to_claim({**RECORD, "document": "https://example.org/a"}).claim.document
    assert document == Document(url="https://example.org/a")


def test_the_text_comes_beside_the_claim_and_gives_the_hash() -> None:
    taken = to_claim({**RECORD, "document": {"text": "JL MAG has it. 包头"}})
    assert taken.document_text == "JL MAG has it. 包头"
    assert taken.document_file is None
    assert taken.claim.document.hash == text_hash("JL MAG has it. 包头")


def test_the_file_comes_beside_the_claim() -> None:
    taken = to_claim({**RECORD, "document": {"file": "texts/a.txt", "title": "A"}})
    assert (taken.document_text, taken.document_file) == (None, "texts/a.txt")
    assert taken.claim.document == Document(title="A")


def test_a_document_known_by_its_file_alone_has_the_files_name() -> None:
    assert to_claim({**RECORD, "document": {"file": "texts/a.txt"}}).claim.document == Document(title="a.txt")


@pytest.mark.parametrize("record", [{"document": None}, {}])
def test_without_document_it_is_the_one_at_hand(record: dict[str, Any]) -> None:
    at_hand = Document(title="At hand", publisher="Somebody", published=date(2025, 5, 14))
    taken = to_claim({"type": "other", **record}, default_document=at_hand)
    assert taken.claim.document == at_hand
    [voice] = taken.claim.attribution
    assert (voice.kind, voice.name) == (SourceKind.PUBLISHER, "Somebody")


@pytest.mark.parametrize("given", [None, []])
def test_without_attribution_the_publisher_is_the_voice(given: Any) -> None:
    [voice] = to_claim({**RECORD, "attribution": given}).claim.attribution
    assert (voice.kind, voice.name) == (SourceKind.PUBLISHER, "Example Brief")


def test_the_record_is_left_as_it_was() -> None:
    record = {"document": {"text": "T", "publisher": "P"}}
    to_claim(record)
    assert record == {"document": {"text": "T", "publisher": "P"}}


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        ({"tpye": "other"}, "tpye", ["is not known here", "do you mean 'type'?"]),
        ({"roles": {"prodcer": "x"}}, "roles", ["'prodcer' is no role", "do you mean 'producer'?"]),
        (
            {"roles": {"producer": {"text": "x", "txt": "x"}}},
            "roles.producer.txt",
            ["do you mean 'text'?", "iri"],
        ),
        ({"roles": {"producer": {}}}, "roles.producer.text", ["is missing"]),
        ({"roles": {"producer": 3}}, "roles.producer", ["an object with members", "the number 3"]),
        ({"roles": {"producer": ""}}, "roles.producer.text", ["not empty"]),
        ({"roles": []}, "roles", ["an object with members", "a list"]),
        ({"type": "licence_granted"}, "type", ["do you mean 'license_granted'?", "license_denied"]),
        ({"quote": {"exact": "abc", "start": 3, "end": 9}}, "quote", ["3 code points"]),
        ({"quote": {"exact": "abc", "start": -1, "end": 2}}, "quote.start", ["at least 0"]),
        ({"quantity": {"value": "four"}}, "quantity.value", ["a number, like 4", "'four'"]),
        ({"quantity": {"value": "inf"}}, "quantity.value", ["finite"]),
        ({"when": {"edtf": "April"}}, "when", ["'April' is not an EDTF date"]),
        ({"said": "13 May"}, "said", ["a day, like 2025-05-14", "'13 May'"]),
        ({"recorded": "2025-05-14T09:00:00"}, "recorded", ["time zone"]),
        ({"attribution": [{"kind": "paper", "name": "x"}]}, "attribution[0].kind", ["'paper'", "publisher"]),
        ({"attribution": [{"kind": "person"}]}, "attribution[0]", ["needs a name"]),
        ({"attribution": "Reuters"}, "attribution", ["a list", "'Reuters'"]),
        ({"supports": ["not an iri"]}, "supports[0]", ["not an absolute IRI"]),
        ({"document": "the newspaper"}, "document", ["a URL or an object", "'the newspaper'"]),
        ({"document": {"publisher": "P"}}, "document", ["a hash of its text, a URL or a title"]),
        ({"document": {"titel": "P", "url": "x:y"}}, "document.titel", ["do you mean 'title'?", "file"]),
        ({"document": {"hash": "12", "title": "T"}}, "document.hash", ["64 hexadecimal digits"]),
        (
            {"document": {"text": "a", "hash": "0" * 64}},
            "document.hash",
            ["is not the hash of document.text"],
        ),
        ({"document": {"text": "a", "file": "b"}}, "document", ["both text and file"]),
        ({"document": {"text": 3, "title": "T"}}, "document.text", ["the whole text", "the number 3"]),
        ({"document": {"file": "../a", "title": "T"}}, "document.file", ["below the folder", "'../a'"]),
        ({"document": {"file": "/a", "title": "T"}}, "document.file", ["below the folder"]),
        ({"document": {"title": "T"}, "attribution": None}, "attribution", ["document.publisher"]),
        ({"document": None}, "document", ["is missing"]),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(change: dict[str, Any], path: str, words: list[str]) -> None:
    found = problems({**RECORD, **change})
    assert list(found) == [path]
    for word in words:
        assert word in found[path]


def test_every_problem_is_told_at_once() -> None:
    record = {"type": "x", "quote": {"exact": ""}, "document": "nowhere"}
    assert set(problems(record)) == {"document", "attribution", "type", "quote.exact"}
