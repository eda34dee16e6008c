"""Making a store smaller: files merged, older versions dropped, annotations without what nothing names.

It is a commit like any other: readers go on with the version before until it is published, and
a crash leaves that one.
"""

import mmap
import os
from dataclasses import dataclass, replace
from pathlib import Path

from kg.dataset.files import Layout, Settings, write_settings
from kg.dataset.writer import Writer

MOST_GARBAGE = 0.5
"""Annotations are written anew when so many more lines are there than can be in use, of those."""


@dataclass(frozen=True)
class Compacted:
    """What it came to: bytes on disk before and after, versions that were dropped, and whether annotations
    were written anew.
    """

    before: int
    after: int
    dropped: tuple[int, ...]
    annotations: bool


class Compaction(Writer):
    """Holds a store for making it smaller."""

    def compact(self, *, keep: int | None = None, keep_days: float | None = None) -> Compacted:
        """Do it, and publish what comes of it.

        ``keep`` and ``keep_days`` change what the store keeps from now on: so many versions at
        least, and those that were published in so many days.
        """
        before, versions = disk_use(self.layout.root), self.layout.versions()
        self._set(keep, keep_days)
        self.touch(archive=True)
        anew = self._has_garbage()
        if anew:
            self.write_annotations_anew()
        self.watch.phase("merging files", None, "")
        for store in (self.main, self.archive) if anew else (self.main, self.archive, self.index):
            store.optimize()
        self.publish_all()
        self.wait_for_pruning()
        dropped = set(versions) - set(self.layout.versions())
        return Compacted(before, disk_use(self.layout.root), tuple(sorted(dropped)), anew)

    def _set(self, keep: int | None, keep_days: float | None) -> None:
        wanted: Settings = self.settings
        if keep is not None:
            wanted = replace(wanted, keep_snapshots=keep)
        if keep_days is not None:
            wanted = replace(wanted, keep_days=keep_days)
        if wanted != self.settings:
            write_settings(self.layout, wanted)
            self.settings = wanted

    def _has_garbage(self) -> bool:
        """Whether the annotations have many more lines than the index, and what its lines name, can need."""
        facts = self.index.quads_for_pattern
        names = sum(next(facts(None, None, None, g), None) is not None for g in self.index.named_graphs())
        needed = names + self.manifest.counts.get("active", 0)
        return _lines(self.annotations_path) > 1 + (1 + MOST_GARBAGE) * needed


def _lines(path: Path) -> int:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        count = at = 0
        while at < len(text):
            piece = text[at : at + (1 << 24)]
            count += piece.count(b"\n")
            at += len(piece)
    return count


def disk_use(root: Path) -> int:
    """Bytes on disk below a folder; what is linked twice counts once."""
    seen: set[tuple[int, int]] = set()
    total = 0
    for folder, _, names in os.walk(root):
        for name in names:
            try:
                found = (Path(folder) / name).lstat()
            except FileNotFoundError:
                continue  # a version that is being dropped
            if (found.st_dev, found.st_ino) not in seen:
                seen.add((found.st_dev, found.st_ino))
                total += found.st_blocks * 512
    return total


def store_use(root: Path) -> dict[str, int]:
    """Bytes on disk of a store's parts; what versions share counts for the first that has it."""
    layout = Layout(root)
    seen: set[tuple[int, int]] = set()
    found: dict[str, int] = {}
    for version in reversed(layout.versions()):
        manifest = layout.manifest_of(version)
        for part in manifest.parts if manifest else ():
            kind = part.partition("/")[2].partition(".")[0]
            place = layout.snapshots / part
            for path in place.rglob("*") if place.is_dir() else (place,):
                about = path.lstat()
                if path.is_file() and (about.st_dev, about.st_ino) not in seen:
                    seen.add((about.st_dev, about.st_ino))
                    found[kind] = found.get(kind, 0) + about.st_blocks * 512
    for path in root.glob("annotations*.log"):
        found["annotations"] = found.get("annotations", 0) + path.stat().st_blocks * 512
    return found
