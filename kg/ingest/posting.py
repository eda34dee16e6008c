"""Claims that are sent rather than lying in files: all of them are taken in, or none.

Where ``kg.ingest.taking`` keeps what is wrong in quarantine and goes on, here whoever
sends it is there to be told.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from kg.claims.claim import Claim
from kg.claims.document import Document, text_hash
from kg.dataset.outcomes import Added
from kg.dataset.writer import Writer
from kg.errors import InvalidClaim, UnreadableInput
from kg.ingest.claim_records import to_claim
from kg.ingest.json_records import read_json, read_jsonl
from kg.ingest.quotes import with_text
from kg.ingest.reading import RecordBroken


@dataclass(frozen=True)
class Posted:
    """Claims, and for each the text of its document if that came with it."""

    claims: tuple[Claim, ...]
    texts: tuple[str | None, ...]


def read_posted(body: bytes, name: str, *, lines: bool = False) -> Posted:
    """The claims of a JSON text (of JSON Lines if ``lines``), in the schema of record files.

    Records that name no document are about the text itself, under ``name``. Raises
    ``UnreadableInput`` for what is no JSON, ``InvalidClaim`` with the problems of all records.
    """
    default = Document(title=name, hash=text_hash(body.decode("utf-8", "replace")))
    problems: list[tuple[str, str]] = []
    claims: list[Claim] = []
    texts: list[str | None] = []
    for number, reading in enumerate((read_jsonl if lines else read_json)(BytesIO(body))):
        if isinstance(reading, RecordBroken):
            raise UnreadableInput(f"record {number}: {reading.reason}", line=reading.line)
        try:
            taken = to_claim(reading.record, default_document=default)
            if taken.document_file is not None:
                raise InvalidClaim(
                    "no file", (("document.file", "is not read here: send the text itself (text)"),)
                )
            claims.append(taken.claim)
            texts.append(taken.document_text)
        except InvalidClaim as error:
            problems += _within(number, error)
        except (ValueError, OverflowError, RecursionError) as error:
            problems.append((f"[{number}]", f"this cannot be a claim: {error}"))
    if problems:
        raise _invalid(problems)
    if not claims:
        raise UnreadableInput("there are no claims in the body: send an object, or a list of objects")
    return Posted(tuple(claims), tuple(texts))


def read_posted_article(path: Path) -> Posted:
    """The claims that an article makes, in a file. Raises ``UnreadableInput``."""
    try:
        from kg.extract.pipeline import extract_file  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise UnreadableInput(
            f"articles are read by an extra that is not installed ({error.name})"
        ) from error
    article, claims = extract_file(path)
    return Posted(tuple(claims), tuple(article.text for _ in claims))


def take(writer: Writer, posted: Posted) -> list[Added]:
    """Take claims in (not yet committed), their texts kept and their quotes held against them.

    Raises ``InvalidClaim`` with the problems of all claims; the writer's work is to be
    given up then.
    """
    problems: list[tuple[str, str]] = []
    claims: list[Claim] = []
    for number, (claim, text) in enumerate(zip(posted.claims, posted.texts, strict=True)):
        if text is None and claim.document.hash is not None:
            at_hand = writer.layout.text(claim.document.hash)
        else:
            at_hand = text
        try:
            claims.append(with_text(claim, at_hand))
        except InvalidClaim as error:
            problems += _within(number, error)
    if problems:
        raise _invalid(problems)
    added = writer.add(claims)
    for text in dict.fromkeys(filter(None, posted.texts)):
        writer.layout.save_text(text)
    return added


def _within(number: int, error: InvalidClaim) -> Iterator[tuple[str, str]]:
    for path, message in error.problems or (("", str(error)),):
        yield f"[{number}]{'.' if path else ''}{path}", message


def _invalid(problems: list[tuple[str, str]]) -> InvalidClaim:
    return InvalidClaim("; ".join(f"{path}: {message}" for path, message in problems), tuple(problems))
