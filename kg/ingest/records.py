"""Files of claim records: JSON, JSON Lines, CSV and YAML, all in one schema.

The schema is Claim's JSON (``kg/claims/claim.schema.json``) with the leniences that
``kg.ingest.claim_records`` lists.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from kg.claims.document import Document, text_hash
from kg.errors import InvalidClaim, UnreadableInput
from kg.ingest.claim_records import TakenRecord, to_claim
from kg.ingest.csv_records import read_csv
from kg.ingest.json_records import read_json, read_jsonl
from kg.ingest.reading import Reading, RecordBroken, RecordRead, open_records
from kg.ingest.yaml_records import read_yaml

READERS: dict[str, Callable[[BinaryIO], Iterator[Reading]]] = {
    ".json": read_json,
    ".jsonl": read_jsonl,
    ".csv": read_csv,
    ".yaml": read_yaml,
    ".yml": read_yaml,
}
"""How a file is read, by the ending of its name."""


def read_records(path: Path) -> Iterator[Reading]:
    """The records of a file, in its order, the broken ones among them.

    JSON, JSON Lines and CSV are read as streams, in memory that does not grow with the file.

    Raises:
        UnreadableInput: the file cannot be opened, its name ends in none of ``READERS``, or it is in
            another encoding than UTF-8. Raised when the first record is asked for.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        endings = ", ".join(READERS)
        raise UnreadableInput(f"{path}: records of claims are in files named {endings}", path=str(path))
    with open_records(path) as stream:
        yield from reader(stream)


def as_document(path: Path) -> Document:
    """The file of records as the document of those that name none."""
    return Document(title=path.name, hash=text_hash(path.read_bytes().decode("utf-8", "replace")))


def text_beside(file: str, path: Path) -> str:
    """The text in a file that a record names, below the folder of the records. Raises ``InvalidClaim``."""
    folder = path.parent.resolve()
    candidate = (folder / file).resolve()
    if not candidate.is_relative_to(folder) or not candidate.is_file():
        raise InvalidClaim(f"document.file: there is no file {file!r} below the folder of the records")
    try:
        return candidate.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidClaim(f"document.file: {file} cannot be read: {error}") from error


__all__ = [
    "READERS",
    "Reading",
    "RecordBroken",
    "RecordRead",
    "TakenRecord",
    "as_document",
    "read_records",
    "text_beside",
    "to_claim",
]
