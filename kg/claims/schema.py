"""JSON Schema of a claim's record, published as ``claim.schema.json``.

``python -m kg.claims.schema`` writes it anew; a test holds file and model together.
"""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from kg.claims.claim import Claim
from ontology.vocab import BASE

FILE = "claim.schema.json"

_CLAIM: dict[str, str] = {
    "type": "What kind of event or state the claim is about.",
    "roles": "The participants, by the part that they play; each an object, or its wording alone.",
    "triples": "The assertion as RDF instead of roles: N-Triples without blank nodes, sorted.",
    "quote": "The words of the document that state the claim.",
    "document": "Where it was said: an object, or the document's URL alone. "
    "Without it the record is about the document at hand.",
    "attribution": "Who passed it on, from the voice nearest to the event to the publisher. "
    "Without it the document's publisher is the only voice.",
    "modality": "In which mode it was said; what is asserted or reported counts as a fact.",
    "polarity": "Whether it was affirmed or denied.",
    "when": "The time of the event.",
    "validity": "The time for which it holds.",
    "said": "The day on which it was said.",
    "quantity": "A number that the text gives.",
    "iri": "The name that an assertion in RDF has elsewhere (a named graph's); with triples only.",
    "origin": "A name for the independent root of the report, where the chain of voices does not show it.",
    "assessment": "The ratings on the two Admiralty axes.",
    "agent": "Who made the claim out of the text.",
    "recorded": "When it was recorded, with a time zone.",
    "status": "Where the claim stands in review.",
    "quote_verified": "Whether the quote was found in the text; ingest sets it.",
    "supports": "IRIs of claims that this one supports.",
    "rebuts": "IRIs of claims that this one rebuts.",
    "corrects": "IRIs of claims that this one corrects.",
    "retracts": "IRIs of claims that this one takes back.",
    "supersedes": "IRIs of claims that this one takes the place of.",
}

_PARTS: dict[str, dict[str, str]] = {
    "Quote": {
        "exact": "The words, exactly as they stand in the text.",
        "start": "Offset of the first code point, in the whole text.",
        "end": "Offset behind the last code point, in the whole text.",
        "prefix": "Words right before the quote.",
        "suffix": "Words right after the quote.",
    },
    "Mention": {
        "text": "The fullest wording that the document has for the participant.",
        "iri": "IRI of the participant, where you have one.",
        "id": "Tells unnamed participants of one document apart, or together.",
        "named": "Whether the wording is a name; by default read off the wording.",
        "also": "Other names that the document gives the participant, as in another script.",
        "hs": "Codes of a good in the Harmonized System, as digits without points.",
        "control": "Codes of a good in lists of controlled dual-use items, such as 1C902.",
    },
    "Document": {
        "hash": "SHA-256 of the whole text in UTF-8.",
        "title": "Title.",
        "publisher": "Name of the publisher of the text at hand.",
        "published": "Day of publication.",
        "url": "Where it was found.",
        "language": "Language, as a BCP 47 tag.",
        "text": "The whole text, from which the hash follows. Kept in the store, not in the claim.",
        "file": "Where the text lies instead, relative to the file of records.",
    },
    "Voice": {
        "kind": "What kind of voice it is.",
        "name": "Name, if it has one.",
        "count": "Number of people in an anonymous group, if the text gives it.",
        "text": "The text's own words for it.",
        "verb": "The reporting verb.",
        "speaks_for": "Whom a spokesperson speaks for.",
    },
    "TimeSpan": {
        "text": "The words of the text.",
        "edtf": "Their reading as an Extended Date/Time Format expression, like 2025-04-21/2025-04-30.",
        "of_saying": "Whether it is only the time of saying; no event is dated by it.",
    },
    "Quantity": {
        "value": "The number.",
        "qualifier": "How it is meant.",
        "unit": "What it counts.",
    },
    "Assessment": {
        "reliability": "Reliability of the source, A (completely reliable) to E (unreliable), F unknown.",
        "credibility": "Credibility of the information, 1 (confirmed) to 5 (improbable), 6 unknown.",
        "reason": "Why it is rated so.",
    },
    "Agent": {
        "kind": "Program or person.",
        "name": "Name.",
        "version": "Version of a program.",
    },
}

_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_LINKS = ("supports", "rebuts", "corrects", "retracts", "supersedes")


def claim_schema() -> dict[str, Any]:
    """The schema (draft 2020-12), leniences of ``kg.ingest`` included, with a description for each member."""
    schema = Claim.model_json_schema()
    parts = schema["$defs"]
    for part in parts.values():
        part["description"] = _plain(part.get("description", ""))
    parts["Document"]["properties"] |= {name: {**_TEXT} for name in ("text", "file")}
    parts["Assessment"]["properties"]["credibility"] = {
        "anyOf": [{"$ref": "#/$defs/Credibility"}, {"type": "integer", "minimum": 1, "maximum": 6}],
        "default": "6",
    }
    members = schema["properties"]
    members["roles"]["additionalProperties"] = {"anyOf": [{"$ref": "#/$defs/Mention"}, _TEXT]}
    members["document"] = {
        "anyOf": [{"$ref": "#/$defs/Document"}, {"type": "string", "format": "iri"}, {"type": "null"}]
    }
    members["attribution"] = {
        "anyOf": [{"type": "array", "items": {"$ref": "#/$defs/Voice"}}, {"type": "null"}],
    }
    for name in _LINKS:
        iris = {"type": "array", "items": {"type": "string", "format": "iri"}}
        members[name] = {
            "anyOf": [iris, {"type": "string", "format": "iri"}, {"type": "null"}],
            "default": [],
        }
    del schema["required"]  # document and attribution have defaults of their own
    _describe(members, _CLAIM)
    for part_name, descriptions in _PARTS.items():
        _describe(parts[part_name]["properties"], descriptions)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{BASE}claim.schema.json",
        "title": "Claim",
        "description": _plain(schema.pop("description")),
    }
    return head | {name: value for name, value in schema.items() if name not in head}


def _describe(members: dict[str, Any], descriptions: dict[str, str]) -> None:
    for name, member in members.items():
        member.pop("title", None)
        member["description"] = descriptions[name]


def _plain(docstring: str) -> str:
    return " ".join(docstring.replace("``", "").split())


def schema_text() -> str:
    """The schema as it stands in the file."""
    return json.dumps(claim_schema(), indent=2, ensure_ascii=False) + "\n"


def published_schema() -> str:
    """The text of the published file."""
    return files("kg.claims").joinpath(FILE).read_text(encoding="utf-8")


if __name__ == "__main__":
    Path(__file__).with_name(FILE).write_text(schema_text(), encoding="utf-8")
