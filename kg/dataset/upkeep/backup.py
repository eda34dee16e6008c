"""Copies of a store: made while others read and write it, and checked before they take its place.

A backup is a folder: the published version, the documents, and what else belongs to the
store, with a list of every file, its length and its SHA-256.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import Store

from kg.dataset.checks.invariants import check_dataset
from kg.dataset.files import Layout, sync_folder, write_json
from kg.dataset.snapshots import Reader, Snapshot
from kg.errors import StoreError

LIST = "backup.json"
_OWN = ("lock", "working", "loading", "upgrading", "purging.json")
_LEFT_OUT = (*_OWN, "snapshots", "manifest.json", "lodestone.json", LIST)
_CHUNK = 1024 * 1024
_TRIES = 5


@dataclass(frozen=True)
class Backup:
    """What was copied: the version's IRI, the number of files, their bytes."""

    version: str
    files: int
    size: int


def back_up(store: Path, target: Path) -> Backup:
    """Copy the published version of a store, with its documents, into a new folder.

    Raises ``StoreError`` if the folder is there, or cannot be written; then nothing is left of it.
    """
    if target.exists():
        raise StoreError(f"{target} is there already: name a new folder for the backup", store=str(store))
    reader = Reader(store)
    purged = _purged(reader.layout)
    part = target.with_name(f".{target.name}.part")
    try:
        snapshot = _copied(reader, part)
        if _purged(reader.layout) != purged:
            raise StoreError("a document was taken out meanwhile: make the backup again", store=str(store))
        listed = _listed(part)
        size = sum(int(entry["bytes"]) for entry in listed.values())
        about = {
            "version": snapshot.iri,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "files": listed,
        }
        write_json(part / LIST, about)
        part.rename(target)
        sync_folder(target.parent)
    except (OSError, RuntimeError) as error:
        raise StoreError(f"the backup {target} cannot be written: {error}", store=str(store)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Backup(snapshot.iri, len(listed), size)


def _purged(layout: Layout) -> frozenset[tuple[str, int]]:
    """The tombstones, and when each was put. Raises ``StoreError`` while a document is being taken out."""
    if layout.purging.exists():
        why = "a document is being taken out of the store: back it up afterwards"
        raise StoreError(why, store=str(layout.root))
    return frozenset((path.name, path.stat().st_mtime_ns) for path in layout.root.glob("purged/*.json"))


def _copied(reader: Reader, part: Path) -> Snapshot:
    """Copy the published version; where it was pruned meanwhile, the next one."""
    for _ in range(_TRIES):
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        snapshot = reader.current()
        try:
            _copy(snapshot, part)
        except (OSError, RuntimeError):
            if reader.current() is snapshot:
                raise
        else:
            return snapshot
    raise StoreError(
        f"{reader.layout.root} changes faster than it can be copied", store=str(reader.layout.root)
    )


def _copy(snapshot: Snapshot, part: Path) -> None:
    source, copy = snapshot.layout, Layout(part)
    manifest = snapshot.manifest
    for name in manifest.parts:
        (copy.snapshots / name).parent.mkdir(parents=True, exist_ok=True)
        if name in manifest.stores:
            Store.read_only(str(source.snapshots / name)).backup(str(copy.snapshots / name))
            _part_from(copy.snapshots / name)
        elif name == manifest.text:
            shutil.copytree(
                source.snapshots / name, copy.snapshots / name, ignore=shutil.ignore_patterns("*.lock")
            )
        else:
            shutil.copy2(source.snapshots / name, copy.snapshots / name)
    told = json.loads(json.dumps(manifest.__dict__, default=dict))
    write_json(copy.snapshots / f"{manifest.version:06d}" / "snapshot.json", told)
    write_json(copy.manifest_file, told)
    shutil.copy2(source.settings_file, copy.settings_file)
    for path in source.root.iterdir():
        if path.name in _LEFT_OUT or path.name.startswith("."):
            continue
        if path.is_dir():
            shutil.copytree(path, part / path.name, ignore=shutil.ignore_patterns(".*"))
        else:
            shutil.copy2(path, part / path.name)
    for folder in (copy.root / "documents", copy.quarantine):
        folder.mkdir(exist_ok=True)


def _part_from(folder: Path) -> None:
    """Give a folder files of its own: the engine links to those of the store where it can."""
    for path in _files(folder):
        if path.stat().st_nlink > 1:
            own = path.with_name(f".{path.name}.own")
            shutil.copy2(path, own)
            own.replace(path)


def _files(root: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(root):
        for name in sorted(names):
            if name != LIST:
                yield Path(folder) / name


def _listed(root: Path) -> dict[str, dict[str, str | int]]:
    """Every file below a folder, with its length and hash; what was written is on the disk then."""
    found: dict[str, dict[str, str | int]] = {}
    for path in _files(root):
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
            os.fsync(file.fileno())
        name = path.relative_to(root).as_posix()
        found[name] = {"bytes": path.stat().st_size, "sha256": digest.hexdigest()}
    return found


def restore(backup: Path, store: Path) -> Backup:
    """Make a store of a backup, once every file and every invariant was checked.

    Raises ``StoreError`` if the backup is damaged, or something is at the store's place.
    """
    if store.exists() and any(store.iterdir()):
        raise StoreError(f"{store} is there and not empty: restore to a new folder", store=str(store))
    try:
        told = json.loads((backup / LIST).read_text(encoding="utf-8"))
        listed, version = told["files"], told["version"]
    except (OSError, ValueError, KeyError) as error:
        raise StoreError(f"{backup} is no backup of a store: {error}", store=str(backup)) from error
    part = store.with_name(f".{store.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(backup, part)
        (part / LIST).unlink()
        _compare(listed, _listed(part), backup)
        _check(part, backup)
        if store.exists():
            store.rmdir()
        part.rename(store)
        sync_folder(store.parent)
    except OSError as error:
        raise StoreError(f"{store} cannot be restored: {error}", store=str(store)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Backup(version, len(listed), sum(int(entry["bytes"]) for entry in listed.values()))


def _compare(
    listed: dict[str, dict[str, str | int]], found: dict[str, dict[str, str | int]], backup: Path
) -> None:
    for name in sorted({*listed, *found}):
        if listed.get(name) != found.get(name):
            what = (
                "is missing"
                if name not in found
                else "was not in it"
                if name not in listed
                else "has changed"
            )
            raise StoreError(f"the backup {backup} is damaged: {name} {what}", store=str(backup))


def _check(part: Path, backup: Path) -> None:
    finding = next(check_dataset(Reader(part).current()), None)
    if finding is not None:
        raise StoreError(
            f"the backup {backup} holds what must not be: "
            f"{finding.invariant}: {finding.subject}: {finding.problem}",
            store=str(backup),
        )
