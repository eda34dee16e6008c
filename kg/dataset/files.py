"""The folder of a store: what lies where, and the files that make a commit one step.

::

    <store>/
      lodestone.json      format, identity and settings of the store
      manifest.json       the published version; replaced by one rename
      lock                held by the one writer; says who
      annotations.log     what facts rest on, a line each, only added to (``annotated.annotations``);
                          annotations-000012.log from where version 12 wrote it anew
      working/            the writer's stores (main, archive, index, text); DIRTY while ahead of the manifest
      loading/            where a bulk load was last safe, if one is under way or was broken off
      upgrading/          what an upgrade has made so far, the same
      snapshots/000012/   what a version published, never changed afterwards: snapshot.json (its manifest),
                          and of the three stores, the text index and statistics.json those that it
                          changed; the others stay with older versions
      documents/          texts by their hash
      quarantine/         input that could not be taken in, with the reason
      answers/            answers that were cited, by their hash (``kg.dataset.kept``)
      purged/             tombstones of documents that were taken out
      purging.json        a purge that is under way, or was broken off (``kg.dataset.purging``)
      copies.jsonl        the texts by their MinHash (``kg.ingest.origins``)
      followed.jsonl      what was followed already (``kg.ingest.ledger``)
      audit.jsonl         who wrote what (``server.audit``)
      outside/            answers of endpoints that were asked outside (``lodestone link --wikidata``)
"""

import json
import os
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from kg.claims.document import text_hash
from kg.claims.names import Names
from kg.errors import Purged, StoreError
from ontology.vocab import BASE

COPIES_FILE = "copies.jsonl"
FOLLOWED_FILE = "followed.jsonl"
AUDIT_FILE = "audit.jsonl"

FORMAT = 3
"""Version of the layout; ``lodestone upgrade`` brings an older one up to it."""


@dataclass(frozen=True)
class Settings:
    """What a store keeps to.

    Versions are kept while they are among the last ``keep_snapshots``, or were published in the
    last ``keep_days``.
    """

    store_id: str
    base: str = BASE
    unreviewed_threshold: float = 0.1
    keep_snapshots: int = 8
    keep_days: float = 0.0
    format: int = FORMAT

    @property
    def names(self) -> Names:
        """IRIs under the store's base."""
        return Names(self.base)


@dataclass(frozen=True)
class Manifest:
    """A published version: its number, its counts, and what it consists of (below ``snapshots``).

    ``annotations`` is the name of their file, where it was written anew.
    """

    version: int = 0
    published: str = ""
    main: str = ""
    archive: str = ""
    index: str = ""
    text: str = ""
    statistics: str = ""
    annotations: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[str, ...]:
        """All that it consists of."""
        return tuple(filter(None, (*self.stores, self.text, self.statistics)))

    @property
    def stores(self) -> tuple[str, ...]:
        """Folders of all its stores."""
        return tuple(filter(None, (self.main, self.archive, self.index)))

    def with_counts(self, **changes: int) -> "Manifest":
        """The same with counts changed by so much."""
        return replace(
            self, counts={**self.counts, **{k: self.counts.get(k, 0) + v for k, v in changes.items()}}
        )


def write_json(path: Path, value: Any) -> None:
    """Replace a small file by one rename, so that a reader sees the old or the new one whole."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(value, file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def whole_lines(path: Path) -> list[bytes]:
    """The lines of a file that is only ever added to; a last one that a crash broke off is taken out."""
    if not path.exists():
        return []
    content = path.read_bytes()
    ends = content.rfind(b"\n") + 1
    if ends < len(content):
        os.truncate(path, ends)
    return content[:ends].splitlines()


def write_bytes(path: Path, data: bytes) -> None:
    """Replace a file by one rename: it is there whole, or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    temporary.write_bytes(data)
    temporary.replace(path)


def sync_folder(path: Path) -> None:
    """Make renames within a folder last through a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_settings(layout: "Layout", settings: Settings) -> None:
    """Replace the settings of a store."""
    write_json(layout.settings_file, asdict(settings))


def _other_format(root: Path, found: object) -> str:
    told = f"{root} has store format {found!r}, this program writes format {FORMAT}: "
    if isinstance(found, int) and found < FORMAT:
        return f"{told}bring it up to that with `lodestone upgrade --store {root}`"
    return f"{told}use a newer version of Lodestone"


@dataclass(frozen=True)
class Layout:
    """Paths of one store."""

    root: Path

    @property
    def settings_file(self) -> Path:
        """Format, identity and settings."""
        return self.root / "lodestone.json"

    @property
    def manifest_file(self) -> Path:
        """The published version."""
        return self.root / "manifest.json"

    @property
    def lock_file(self) -> Path:
        """Held by the one writer."""
        return self.root / "lock"

    def annotations_file(self, name: str = "") -> Path:
        """What facts rest on, in a version whose manifest names it so.

        A copy is sound at any time, if it is made after that of the manifest.
        """
        return self.root / (name or "annotations.log")

    @property
    def working(self) -> Path:
        """The writer's stores."""
        return self.root / "working"

    @property
    def dirty_file(self) -> Path:
        """There while the working stores may differ from what the manifest publishes."""
        return self.working / "DIRTY"

    @property
    def loading(self) -> Path:
        """Where a bulk load was last safe (``kg.dataset.loading.checkpoints``)."""
        return self.root / "loading"

    @property
    def upgrading(self) -> Path:
        """What an upgrade has made so far (``kg.dataset.upkeep.wording``)."""
        return self.root / "upgrading"

    @property
    def snapshots(self) -> Path:
        """Published versions."""
        return self.root / "snapshots"

    @property
    def quarantine(self) -> Path:
        """Input that could not be taken in."""
        return self.root / "quarantine"

    def document(self, content_hash: str) -> Path:
        """The text with that hash."""
        return self.root / "documents" / content_hash[:2] / f"{content_hash}.txt"

    def tombstone(self, key: str) -> Path:
        """What says that a document was taken out, and why: by the hash of its text, else by its name."""
        return self.root / "purged" / f"{key}.json"

    @property
    def purging(self) -> Path:
        """There while a document is being taken out."""
        return self.root / "purging.json"

    def settings(self, expected: int = FORMAT) -> Settings:
        """Read the settings. Raises ``StoreError`` if this is no store, or not one of the expected format."""
        try:
            found = json.loads(self.settings_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise StoreError(
                f"there is no Lodestone store at {self.root}: "
                f"make one with `lodestone ingest FILE --store {self.root}`",
                store=str(self.root),
            ) from None
        except (OSError, ValueError) as error:
            raise StoreError(f"{self.settings_file} cannot be read: {error}", store=str(self.root)) from error
        if found.get("format") != expected:
            raise StoreError(_other_format(self.root, found.get("format")), store=str(self.root))
        try:
            return Settings(**found)
        except TypeError as error:
            raise StoreError(f"{self.settings_file} is damaged: {error}", store=str(self.root)) from error

    def manifest(self) -> Manifest:
        """Read the published version. Raises ``StoreError``."""
        try:
            return Manifest(**json.loads(self.manifest_file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise StoreError(f"{self.manifest_file} cannot be read: {error}", store=str(self.root)) from error

    def manifest_of(self, version: int) -> Manifest | None:
        """A kept version's manifest, or ``None`` if it is not kept."""
        path = self.snapshots / f"{version:06d}" / "snapshot.json"
        try:
            return Manifest(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise StoreError(f"{path} cannot be read: {error}", store=str(self.root)) from error

    def versions(self) -> tuple[int, ...]:
        """Numbers of the kept versions, oldest first."""
        if not self.snapshots.is_dir():
            return ()
        return tuple(sorted(int(p.parent.name) for p in self.snapshots.glob("[0-9]*/snapshot.json")))

    def create(self, settings: Settings) -> None:
        """Make the folder of a new, empty store (its first version is published by the writer)."""
        self.root.mkdir(parents=True, exist_ok=True)
        strangers = [p.name for p in self.root.iterdir() if p.name != "lock" and not p.name.startswith(".")]
        if strangers and not self.settings_file.exists():
            raise StoreError(
                f"{self.root} is no Lodestone store and not empty (it holds {strangers[0]}): "
                "name another folder",
                store=str(self.root),
            )
        for folder in (self.snapshots, self.root / "documents", self.quarantine):
            folder.mkdir(exist_ok=True)
        write_json(self.settings_file, asdict(settings))

    def save_text(self, text: str) -> str:
        """Keep a document's text under its hash, which is given back. Raises ``Purged``."""
        content_hash = text_hash(text)
        if self.tombstone(content_hash).exists():
            raise Purged(f"the text {content_hash} was purged from this store: it is not taken in again")
        path = self.document(content_hash)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f".{path.name}.{os.getpid()}")
            with temporary.open("w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        return content_hash

    def text(self, content_hash: str) -> str | None:
        """The text with that hash, or ``None`` if it is not kept here, or is being taken out."""
        if self.tombstone(content_hash).exists():
            return None
        try:
            return self.document(content_hash).read_bytes().decode("utf-8")
        except FileNotFoundError:
            return None


def remove_parts(folders: list[Path], in_use: set[str]) -> None:
    """Remove what is in the folders of versions, but what others use. The next time will do."""
    for folder in folders:
        with suppress(OSError):
            for part in folder.iterdir():
                if f"{folder.name}/{part.name}" not in in_use:
                    shutil.rmtree(part, ignore_errors=True) if part.is_dir() else part.unlink()
            if not any(folder.iterdir()):
                folder.rmdir()
