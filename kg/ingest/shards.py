"""Claims as files for bulk load: sorted N-Quads in shards, each line once in all of them together.

::

    <folder>/
      shards.json             what is in it, with the hash of each file; written last
      claims-00000.nq         assertion graphs and records of the claims of some documents
      descriptions.nq         documents, sources, origins and agents, as they were first described
      copies.jsonl            the texts that were compared (``kg.ingest.origins``)
      documents/              texts by their hash, as in a store

It is an export of ours (what follows from claims is left out) in several files.
"""

import hashlib
import json
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from kg.dataset.files import Layout
from kg.dataset.loading.rdf import RdfReport, ingest_export
from kg.dataset.loading.sorting import Progress, unwatched
from kg.dataset.terms import RdfFormat, Statement, iri
from kg.dataset.writer import Writer
from kg.errors import Purged, UnreadableInput
from kg.ingest.origins import FILE, Copies, kept
from ontology.vocab import LS

LIST = "shards.json"
FORMAT = 1
_BATCH = 10_000
DESCRIPTIONS = "descriptions.nq"


@dataclass(frozen=True)
class Shard:
    """A file of a folder of shards: its name, its lines, the SHA-256 of its bytes."""

    file: str
    lines: int
    sha256: str


@dataclass(frozen=True)
class Shards:
    """A folder of shards that is whole."""

    folder: Path
    base: str
    articles: int
    claims: int
    shards: tuple[Shard, ...]

    @classmethod
    def read(cls, folder: Path) -> "Shards":
        """Read the list of a folder. Raises ``UnreadableInput``."""
        try:
            found = json.loads((folder / LIST).read_text(encoding="utf-8"))
            if found["format"] != FORMAT:
                raise ValueError(f"format {found['format']!r}")
            shards = tuple(Shard(**one) for one in found["shards"])
            return cls(folder, found["base"], found["articles"], found["claims"], shards)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UnreadableInput(
                f"{folder / LIST} is no list of shards: {error}", path=str(folder)
            ) from error

    def check(self) -> None:
        """Raise ``UnreadableInput`` if a file is not as it was written."""
        for shard in self.shards:
            path = self.folder / shard.file
            try:
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError as error:
                raise UnreadableInput(f"{path} cannot be read: {error.strerror}", path=str(path)) from error
            if digest != shard.sha256:
                raise UnreadableInput(f"{path} is not as it was written: make it again", path=str(path))


def _describe(writer: Writer, file: Path) -> None:
    """Take descriptions in as they stand, before claims give theirs: those may come in another order."""
    rated = iri(LS.sourceReliability)
    with file.open(encoding="utf-8", newline="\n") as lines:
        told = (line.rpartition(" <")[0].split(" ", 2) for line in lines)
        said = (Statement(s, p, o) for s, p, o in told if p != rated)
        while some := list(islice(said, _BATCH)):
            writer.describe(some)


def is_shards(folder: Path) -> bool:
    """Whether a folder holds shards."""
    return (folder / LIST).exists()


def load_shards(
    writer: Writer, folder: Path, copies: Copies, progress: Progress = unwatched
) -> tuple[RdfReport, tuple[str, ...]]:
    """Take a folder of shards in (not yet committed); gives back the hashes of the texts too.

    Raises ``UnreadableInput``.
    """
    shards = Shards.read(folder)
    shards.check()
    if shards.base != writer.settings.base:
        raise UnreadableInput(
            f"{folder} was made for the base IRI {shards.base}, the store has {writer.settings.base}: "
            "take it into a store made with that one (--base)",
            path=str(folder),
        )
    texts = tuple(sorted(path.stem for path in (folder / "documents").glob("??/*.txt")))
    for content_hash in texts:
        if writer.layout.tombstone(content_hash).exists():
            raise Purged(
                f"{folder} holds a document that was purged ({content_hash}): make the shards anew with "
                "--store, which leaves it out",
                path=str(folder),
            )
    for content_hash in texts:
        text = Layout(folder).text(content_hash)
        if text is not None:
            writer.layout.save_text(text)
    _describe(writer, folder / DESCRIPTIONS)
    first, *rest = (folder / shard.file for shard in shards.shards)
    done = ingest_export(writer, first, RdfFormat.N_QUADS, progress, rest) if shards.claims else RdfReport()
    for known in kept(folder / FILE):
        copies.note_known(known)
    return done, texts
