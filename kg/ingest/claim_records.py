"""From a record to a claim, leniently where the meaning is plain, and otherwise in plain words.

A record is Claim's JSON. Beyond that
* a role may be its wording alone (``"producer": "JL MAG"``);
* ``document`` may be a URL alone, or hold ``text`` (the whole text) or ``file`` (where the text
  lies, relative to the file of records);
* without ``document``, the record is about the document at hand;
* without ``attribution``, the publisher of the document is the only voice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kg.claims.claim import Agent, Claim, Mention, Quantity, Quote, RoleName
from kg.claims.confidence import Assessment
from kg.claims.document import Document, text_hash
from kg.claims.names import is_iri
from kg.claims.source import SourceKind, Voice
from kg.claims.times import TimeSpan
from kg.errors import InvalidClaim
from kg.ingest.nearest import did_you_mean
from kg.ingest.reading import kind_of

_MODELS: dict[str, type[BaseModel]] = {
    "quote": Quote,
    "document": Document,
    "attribution": Voice,
    "when": TimeSpan,
    "validity": TimeSpan,
    "quantity": Quantity,
    "assessment": Assessment,
    "agent": Agent,
    "roles": Mention,
}
"""What the members of a claim are made of."""

_EXPECTED = {
    "string_type": "a text",
    "string_too_short": "a text that is not empty",
    "string_pattern_mismatch": "64 hexadecimal digits in lower case (a SHA-256)",
    "string_too_long": "shorter",
    "float_type": "a number, like 4",
    "float_parsing": "a number, like 4",
    "int_type": "a whole number, like 4",
    "int_parsing": "a whole number, like 4",
    "int_from_float": "a whole number, like 4",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "date_type": "a day, like 2025-05-14",
    "date_parsing": "a day, like 2025-05-14",
    "date_from_datetime_parsing": "a day, like 2025-05-14",
    "date_from_datetime_inexact": "a day without a time, like 2025-05-14",
    "datetime_type": "a time with its zone, like 2025-05-14T09:00:00Z",
    "datetime_parsing": "a time with its zone, like 2025-05-14T09:00:00Z",
    "datetime_from_date_parsing": "a time with its zone, like 2025-05-14T09:00:00Z",
    "model_type": "an object with members",
    "model_attributes_type": "an object with members",
    "dict_type": "an object with members",
    "tuple_type": "a list",
    "too_short": "a list that is not empty",
}
"""What should have stood there, by pydantic's type of error."""

Problem = tuple[str, str]


@dataclass(frozen=True)
class TakenRecord:
    """A claim, and what its record tells of the document's text.

    ``document_text`` is the text itself, ``document_file`` the place where it lies, relative to the file
    of records. The claim's document has the hash of ``document_text``; of a file it is yet to be read, and a
    document that is known by nothing else has the file's name as its title until then.
    """

    claim: Claim
    document_text: str | None = None
    document_file: str | None = None


def to_claim(record: dict[str, Any], *, default_document: Document | None = None) -> TakenRecord:
    """The claim that a record states.

    Raises:
        InvalidClaim: with a problem for each member that is missing, unknown or not as it should be.
    """
    problems: list[Problem] = []
    content = dict(record)
    document, text, file = _document(content.get("document"), default_document, problems)
    content["document"] = document
    if not content.get("attribution"):
        content["attribution"] = _publisher_alone(document, problems)
    try:
        claim = Claim.model_validate({name: value for name, value in content.items() if value is not _ABSENT})
    except ValidationError as error:
        known = {path for path, _ in problems}
        found = [_problem(details) for details in _telling(error.errors(include_url=False))]
        raise _invalid([*problems, *(p for p in found if p[0] not in known)]) from error
    if problems:
        raise _invalid(problems)
    return TakenRecord(claim, text, file)


def _invalid(problems: list[Problem]) -> InvalidClaim:
    listed = "; ".join(f"{path}: {message}" for path, message in problems)
    return InvalidClaim(f"no valid claim: {listed}", tuple(problems))


_ABSENT = object()
"""Stands for a member that is missing and has been complained of."""


def _document(
    given: Any, default: Document | None, problems: list[Problem]
) -> tuple[Any, str | None, str | None]:
    """The document as ``Claim`` takes it, its text, and the file that holds its text."""
    match given:
        case None if default is None:
            problems.append(
                ("document", "is missing: give its url, its title, its text or the file of its text")
            )
            return _ABSENT, None, None
        case None:
            return default, None, None
        case str() if is_iri(given):
            return {"url": given}, None, None
        case str():
            problems.append(("document", f"is a URL or an object with members, not {kind_of(given)}"))
            return _ABSENT, None, None
        case dict():
            return _document_with_text(dict(given), problems)
    return given, None, None


def _document_with_text(
    document: dict[str, Any], problems: list[Problem]
) -> tuple[dict[str, Any], str | None, str | None]:
    text, file = document.pop("text", None), document.pop("file", None)
    if text is not None and file is not None:
        problems.append(("document", "holds both text and file: keep one"))
    if text is not None:
        if not isinstance(text, str) or not text:
            problems.append(("document.text", f"should be the whole text, not {kind_of(text)}"))
            return document, None, None
        found = text_hash(text)
        if document.get("hash") not in (None, found):
            problems.append(("document.hash", f"is not the hash of document.text, which is {found}"))
        document["hash"] = found
        return document, text, None
    if file is not None:
        if not isinstance(file, str) or not _is_below(file):
            message = "should be a path below the folder of the records, with / between its parts, not"
            problems.append(("document.file", f"{message} {kind_of(file)}"))
            return document, None, None
        if not any(document.get(name) for name in ("hash", "url", "title")):
            document["title"] = PurePosixPath(file).name
    return document, None, file


def _is_below(file: str) -> bool:
    path = PurePosixPath(file)
    return (
        bool(path.name) and not path.is_absolute() and ".." not in path.parts and not set(file) & set("\\:\0")
    )


def _publisher_alone(document: Any, problems: list[Problem]) -> Any:
    """The document's publisher as the only voice."""
    publisher = document.publisher if isinstance(document, Document) else None
    if isinstance(document, dict):
        publisher = document.get("publisher")
    if isinstance(publisher, str) and publisher:
        return [{"kind": SourceKind.PUBLISHER, "name": publisher}]
    problems.append(
        ("attribution", "is missing, and so is document.publisher: say who says it in one of them")
    )
    return _ABSENT


def _telling(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Without the complaint that a list is too short for want of the items that are complained of."""
    return [
        details
        for details in errors
        if details["type"] != "too_short"
        or not any(details["loc"] == other["loc"][: len(details["loc"])] != other["loc"] for other in errors)
    ]


def _problem(details: ErrorDetails) -> Problem:
    """One of pydantic's errors as a path into the record, and what to do in plain words."""
    place, given = details["loc"], details.get("input")
    if place and place[-1] == "[key]":
        return "roles", f"{place[-2]!r} is no role{_of(str(place[-2]), RoleName)}"
    path = _path(place)
    match details["type"]:
        case "extra_forbidden":
            *parents, name = place
            return path, f"is not known here{_of(str(name), _members(parents))}"
        case "missing":
            return path, "is missing: give it"
        case "enum":
            allowed = details["ctx"]["expected"].replace(" or ", ", ").replace("'", "").split(", ")
            return path, f"is {kind_of(given)}{_of(str(given), allowed)}"
        case "value_error":
            return path, str(details["ctx"]["error"])
        case "greater_than_equal":
            return path, f"should be at least {details['ctx']['ge']}, not {kind_of(given)}"
        case kind if kind in _EXPECTED:
            return path, f"should be {_EXPECTED[kind]}, not {kind_of(given)}"
    return path, f"{details['msg']}, not {kind_of(given)}"


def _of(word: str, known: Iterable[str]) -> str:
    """What is known instead, the nearest first."""
    names = [str(name) for name in known]
    return f"{did_you_mean(word, names)} (known: {', '.join(names)})"


def _members(parents: list[int | str]) -> Iterable[str]:
    """Names of the members that the object at this place may have."""
    if not parents:
        return Claim.model_fields
    first = str(parents[0])
    model = _MODELS.get(first)
    if model is None:
        return ()
    return (*model.model_fields, "text", "file") if model is Document else model.model_fields


def _path(place: tuple[int | str, ...]) -> str:
    path = ""
    for part in place:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path or "record"
