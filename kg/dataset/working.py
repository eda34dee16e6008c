"""Holding a store for writing, and publishing what was written.

A commit becomes visible by one rename of the manifest. Until then nothing counts: the
working stores are marked dirty before the first change, and a writer that finds the
mark (after a crash, or a batch given up) takes them back to the published version. So
a commit is atomic over both stores, whatever the engine did in between.
"""

import secrets
import shutil
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from pyoxigraph import Store

from kg.dataset.files import Layout, Manifest, Settings, sync_folder, write_json
from kg.dataset.lock import StoreLock
from kg.dataset.snapshots import Snapshot
from kg.dataset.view import View
from kg.errors import StoreError


class WorkingCopy:
    """Holds a store for writing. Use as a context manager; what is not committed is given up.

    ``wait`` is how many seconds to wait for another writer before ``StoreBusy``.
    """

    def __init__(self, path: Path, *, wait: float = 10.0, settings: Settings | None = None) -> None:
        self.layout = Layout(path)
        self._wanted = settings
        self._lock = StoreLock(self.layout, wait)

    # --- holding the store

    def __enter__(self) -> Self:
        self.layout.root.mkdir(parents=True, exist_ok=True)
        self._lock.acquire()
        try:
            self._open()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del self.view, self.main, self.archive
        self._lock.release()

    def _open(self) -> None:
        if not self.layout.settings_file.exists():
            self.layout.create(self._wanted or Settings(store_id=secrets.token_hex(4)))
        self.settings = self.layout.settings()
        self.names = self.settings.names
        fresh = not self.layout.manifest_file.exists()
        self.manifest = Manifest() if fresh else self.layout.manifest()
        if fresh or self.layout.dirty_file.exists() or not (self.layout.working / "main").exists():
            self._restore()
        self._dirty = self._archive_dirty = False
        self.open_stores()
        if fresh:
            self.touch(archive=True)
            self.commit()

    def open_stores(self) -> None:
        """Open the working stores. Raises ``StoreError``."""
        try:
            self.main = Store(str(self.layout.working / "main"))
            self.archive = Store(str(self.layout.working / "archive"))
        except (OSError, RuntimeError) as error:
            raise StoreError(
                f"{self.layout.root} cannot be opened: {error}", store=str(self.layout.root)
            ) from error
        self.view = View(
            self.main,
            self.archive,
            self.names,
            self.settings.unreviewed_threshold,
            has_base=self.manifest.counts.get("base_default", 0) > 0,
        )

    def _restore(self) -> None:
        """Take the working stores back to the published version."""
        shutil.rmtree(self.layout.working, ignore_errors=True)
        self.layout.working.mkdir(parents=True)
        self.layout.dirty_file.touch()
        if self.manifest.version:
            published = Snapshot(self.layout, self.settings, self.manifest)
            published.main.backup(str(self.layout.working / "main"))
            published.archive.backup(str(self.layout.working / "archive"))
        self.layout.dirty_file.unlink()
        sync_folder(self.layout.working)

    def touch(self, *, archive: bool = False) -> None:
        """Mark the working stores as ahead of what is published. Comes before every write."""
        if not self._dirty:
            self.layout.dirty_file.touch()
            sync_folder(self.layout.working)
            self._dirty = True
        self._archive_dirty |= archive

    # --- publishing

    def commit(self) -> Manifest:
        """Publish what was written.

        When this returns, every later read sees it, and a crash cannot undo it.
        """
        if not self._dirty:
            return self.manifest
        version = self.manifest.version + 1
        folder = f"{version:06d}"
        target = self.layout.snapshots / folder
        shutil.rmtree(target, ignore_errors=True)  # left by a crash between snapshot and manifest
        target.mkdir()
        self.main.backup(str(target / "main"))
        if self._archive_dirty or not self.manifest.archive:
            self.archive.backup(str(target / "archive"))
        manifest = replace(
            self.manifest,
            version=version,
            published=datetime.now(UTC).isoformat(timespec="milliseconds"),
            main=f"{folder}/main",
            archive=f"{folder}/archive" if (target / "archive").exists() else self.manifest.archive,
        )
        write_json(target / "snapshot.json", asdict(manifest))
        sync_folder(self.layout.snapshots)
        write_json(self.layout.manifest_file, asdict(manifest))
        self.manifest = manifest
        self.layout.dirty_file.unlink()
        self._dirty = self._archive_dirty = False
        self._prune()
        return manifest

    def _prune(self) -> None:
        versions = self.layout.versions()
        kept = set(versions[-self.settings.keep_snapshots :])
        in_use = {Path(m.archive).parts[0] for v in kept if (m := self.layout.manifest_of(v))}
        for version in versions:
            if version in kept:
                continue
            folder = self.layout.snapshots / f"{version:06d}"
            (folder / "snapshot.json").unlink(missing_ok=True)
            shutil.rmtree(folder / "main", ignore_errors=True)
        for folder in self.layout.snapshots.iterdir():
            if not (folder / "snapshot.json").exists() and folder.name not in in_use:
                shutil.rmtree(folder, ignore_errors=True)

    def count(self, **changes: int) -> None:
        """Change the counts that the next version publishes."""
        self.manifest = self.manifest.with_counts(**changes)
