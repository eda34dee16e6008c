"""Holding a store for writing, and publishing what was written.

A commit becomes visible by one rename of the manifest. Until then nothing counts: the
working stores are marked dirty before the first change, and a writer that finds the
mark (after a crash, or a batch given up) takes them back to the published version. So
a commit is atomic over all stores, whatever the engine did in between.
"""

import secrets
import shutil
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from pyoxigraph import Store

from kg.dataset.annotated.annotations import AnnotationWriter
from kg.dataset.annotated.indexing import Indexing
from kg.dataset.annotated.view import View
from kg.dataset.chains.inferring import Inferring
from kg.dataset.files import FORMAT, Layout, Manifest, Settings, remove_parts, sync_folder, write_json
from kg.dataset.loading.beside import filled
from kg.dataset.loading.bulk import LOAD_MEMORY
from kg.dataset.loading.checkpoints import SAFE_EVERY, FileLoad, drop, resume, save
from kg.dataset.loading.memory import give_back
from kg.dataset.loading.progress import Unwatched, Watch
from kg.dataset.lock import StoreLock
from kg.dataset.statistics import STATISTICS_FILE, gather, statistics_of
from kg.dataset.sweeping import unswept
from kg.dataset.text.index import link
from kg.dataset.text.keeping import TextIndexing
from kg.errors import StoreError

TEXT = "text"
FIRST_WITH_TEXT = 3
"""The first store format that has a text index."""

MUCH = 128 * 1024 * 1024
"""Characters of N-Quads that came in bulk after which a store is put in order before it is published."""


class WorkingCopy:
    """Holds a store for writing. Use as a context manager; what is not committed is given up.

    ``wait`` is how many seconds to wait for another writer before ``StoreBusy``; ``store_format``
    is another one than today's only for a migration.
    """

    STORES = ("main", "archive", "index")
    finishes_purges = True
    """Whether a purge that was broken off is gone through with before anything else."""

    is_near = True
    """Whether the stores are here: a look into them takes microseconds."""

    def __init__(
        self, path: Path, *, wait: float = 10.0, settings: Settings | None = None, store_format: int = FORMAT
    ) -> None:
        self.layout = Layout(path)
        self._wanted = settings
        self._format = store_format
        self._wait = wait
        self._lock = StoreLock(self.layout, wait)
        self._threads = ThreadPoolExecutor(len(self.STORES), thread_name_prefix="commit")
        self._pruned: Future[None] | None = None
        self.watch: Watch = Unwatched()
        self.loads: dict[str, FileLoad] = {}
        self.resumed: dict[str, FileLoad] = {}
        self.safe_every = SAFE_EVERY
        self.load_memory = LOAD_MEMORY
        self._safe = 0
        self._all_anew = False

    # --- holding the store

    def __enter__(self) -> Self:
        self.layout.root.mkdir(parents=True, exist_ok=True)
        self._acquire()
        try:
            self._open()
        except BaseException:
            self._threads.shutdown()
            self._lock.release()
            raise
        return self

    def _acquire(self) -> None:
        """Take the lock of a store of which no purge was broken off."""
        self._lock.acquire()
        while self.finishes_purges and self._format == FORMAT and self.layout.purging.exists():
            from kg.dataset.upkeep.purge import finish  # noqa: PLC0415 - it is a writer itself

            self._lock.release()
            finish(self.layout.root, wait=self._wait)
            self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close_stores()
        self._threads.shutdown()
        self._lock.release()

    def close_stores(self) -> None:
        """Let go of the working stores."""
        self.wait_for_pruning()
        self.indexing.forget()
        self.inferring.forget()
        self._annotations.close()
        self.text.close()
        del self.text, self.inferring, self.indexing, self.view, self.main, self.archive, self.index

    def _open(self) -> None:
        if not self.layout.settings_file.exists():
            self.layout.create(self._wanted or Settings(store_id=secrets.token_hex(4)))
        self.settings = self.layout.settings(self._format)
        self.names = self.settings.names
        fresh = not self.layout.manifest_file.exists()
        self.manifest = Manifest() if fresh else self.layout.manifest()
        missing = not all((self.layout.working / name).exists() for name in (*self.STORES, TEXT))
        if fresh or missing or self.layout.dirty_file.exists():
            self._restore()
        for pattern in (".rdf-*", ".posted-*", ".loading.part"):
            for left in self.layout.root.glob(pattern):
                shutil.rmtree(left, ignore_errors=True)  # by a crash: only who holds the store has such
        self._clean()
        self.open_stores()
        if fresh:
            self.touch(archive=True)
            self.commit()

    def _clean(self) -> None:
        """Note that the working stores are what is published."""
        self._dirty = self._archive_dirty = False
        self.loaded = self._safe = 0
        self.loads, self.resumed = {}, {}

    def stores(self) -> dict[str, Store]:
        """The working stores by their names."""
        return {"main": self.main, "archive": self.archive, "index": self.index}

    @property
    def annotations_path(self) -> Path:
        """The annotations that are written to."""
        return self.layout.annotations_file(self.manifest.annotations)

    def write_annotations_anew(self) -> None:
        """Begin other annotations, with an index made anew; the present ones stay for older versions."""
        self.touch()
        self.close_stores()
        name = f"annotations-{self.manifest.version + 1:06d}.log"
        self.manifest = replace(self.manifest, annotations=name)
        self.annotations_path.unlink(missing_ok=True)  # left by a crash
        self.open_stores()
        self.indexing.touch_all()

    def open_stores(self) -> None:
        """Open the working stores. Raises ``StoreError``."""
        try:
            self.main = Store(str(self.layout.working / "main"))
            self.archive = Store(str(self.layout.working / "archive"))
            self.index = Store(str(self.layout.working / "index"))
        except (OSError, RuntimeError) as error:
            raise StoreError(
                f"{self.layout.root} cannot be opened: {error}", store=str(self.layout.root)
            ) from error
        self._counted = statistics_of(self.layout, self.manifest)
        self.view = View(
            self.main,
            self.archive,
            self.names,
            self.settings.unreviewed_threshold,
            has_base=self.manifest.counts.get("base_default", 0) > 0,
        )
        self._annotations = AnnotationWriter(self.annotations_path)
        self.indexing = Indexing(
            self.view,
            self.index,
            self._annotations,
            self.layout.working,
            self.manifest.counts.get("facts", 0),
            self._index_filled,
        )
        self.inferring = Inferring(
            self.view, self.indexing, self.layout.working, lambda archive: self.touch(archive=archive)
        )
        self.text = TextIndexing(self.view, self.layout.working / TEXT)

    def _index_filled(self, pieces: Iterable[str]) -> Store:
        """The index, filled in a process of its own. Raises ``StoreError``."""
        del self.index
        self.index, problem = filled(self.layout.working / "index", pieces, self._lock.fileno())
        if problem is not None:
            raise StoreError(f"the index could not be filled: {problem}", store=str(self.layout.root))
        return self.index

    def _restore(self) -> None:
        """Take the working stores back to the published version."""
        shutil.rmtree(self.layout.working, ignore_errors=True)
        self.layout.working.mkdir(parents=True)
        self.layout.dirty_file.touch()
        if self.manifest.version:
            for name, folder in zip(self.STORES, self.manifest.stores, strict=False):
                store = Store.read_only(str(self.layout.snapshots / folder))
                store.backup(str(self.layout.working / name))
        if self.manifest.text:
            link(self.layout.snapshots / self.manifest.text, self.layout.working / TEXT)
        self.layout.dirty_file.unlink()
        sync_folder(self.layout.working)

    def touch(self, *, archive: bool = False) -> None:
        """Mark the working stores as ahead of what is published. Comes before every write."""
        if not self._dirty:
            self.layout.dirty_file.touch()
            sync_folder(self.layout.working)
            self._dirty = True
        self._archive_dirty |= archive

    # --- bulk loads that may be broken off

    def make_safe(self, *, at_once: bool = False) -> None:
        """Keep what was loaded in bulk for a run that goes on after a crash, if it is much, or ``at_once``.

        That publishes nothing.
        """
        if self.loaded - self._safe >= self.safe_every or (at_once and self.loaded > self._safe):
            give_back()
            save(self)
            self._safe = self.loaded

    def resume(self, digests: Collection[str]) -> bool:
        """Go on with an interrupted load of some of these files, known by the hashes of their content.

        False if there was none into the present version.
        """
        return not self._dirty and resume(self, digests)

    def go_on_with(self, counts: Mapping[str, int], loaded: int) -> None:
        """Note that the working stores are ahead of what is published, by a load with these counts."""
        self._dirty = self._archive_dirty = True
        self.loaded = self._safe = loaded
        self.manifest = replace(self.manifest, counts=counts)
        self.view.has_base = counts.get("base_default", 0) > 0

    # --- publishing

    def commit(self) -> Manifest:
        """Publish what was written.

        When this returns, every later read sees it, and a crash cannot undo it.
        """
        if not self._dirty:
            return self.manifest
        self.inferring.settle()
        version = self.manifest.version + 1
        folder = f"{version:06d}"
        target = self.layout.snapshots / folder
        shutil.rmtree(target, ignore_errors=True)  # left by a crash between snapshot and manifest
        target.mkdir()
        try:
            manifest = self._write_version(target, replace(self.manifest, version=version))
        except BaseException:
            shutil.rmtree(target, ignore_errors=True)  # it may hold the last of the disk
            raise
        write_json(target / "snapshot.json", asdict(manifest))
        sync_folder(self.layout.snapshots)
        write_json(self.layout.manifest_file, asdict(manifest))
        self.manifest = manifest
        self.layout.dirty_file.unlink()
        self._clean()
        drop(self.layout.loading)
        self._prune()
        return manifest

    def publish_all(self) -> Manifest:
        """Publish a version that shares no store with older ones, so that these can be dropped."""
        self._all_anew = True
        try:
            return self.commit()
        finally:
            self._all_anew = False

    @unswept()
    def _write_version(self, target: Path, manifest: Manifest) -> Manifest:
        """Write what a version consists of into its folder: stores, and whatever else is made from them."""
        changed = {"main": self.main}
        if self._archive_dirty or not manifest.archive:
            changed["archive"] = self.archive
        if self._all_anew:
            changed["index"] = self.index
        if self.indexing.anew:
            self.watch.phase("indexing", None, "claims and facts")
        else:
            self.watch.phase("indexing", self.indexing.noted, "facts")
        much = self.loaded > MUCH
        if much:
            give_back()
        with ThreadPoolExecutor(3) as beside:
            worded = beside.submit(self._write_text, target / TEXT)
            ordered = beside.submit(self.main.optimize) if much else None
            counted = beside.submit(gather, self.main) if much else None
            if self.indexing.pending or not manifest.index:
                self.indexing.refresh(self.watch.step)
                manifest = manifest.with_counts(facts=self.indexing.facts - manifest.counts.get("facts", 0))
                changed["index"] = self.index
                if much:  # in order, look-ups take a tenth to a quarter less
                    self.index.optimize()
            self.watch.phase("publishing", None, "")
            if ordered is not None:
                ordered.result()
            if worded.result():
                manifest = replace(manifest, text=f"{target.name}/{TEXT}")
        facts = manifest.counts.get("facts", 0)
        if self._all_anew or self._counted is None or self._counted.outdated(facts):
            self._counted = counted.result() if counted else gather(self.main)
            (target / STATISTICS_FILE).write_text(self._counted.to_json(), encoding="utf-8")
            manifest = replace(manifest, statistics=f"{target.name}/{STATISTICS_FILE}")
        targets = [str(target / name) for name in changed]
        list(self._threads.map(Store.backup, changed.values(), targets))
        places = {name: f"{target.name}/{name}" for name in changed}
        return replace(
            manifest,
            published=datetime.now(UTC).isoformat(timespec="milliseconds"),
            main=places["main"],
            archive=places.get("archive", manifest.archive),
            index=places.get("index", manifest.index),
        )

    def _write_text(self, target: Path) -> bool:
        """Bring the text index up to date, and copy it where the version is; false if nothing changed."""
        if not self.text.pending and (self.manifest.text or self._format < FIRST_WITH_TEXT):
            return False
        self.text.refresh()
        self.text.publish(target)
        return True

    def _prune(self) -> None:
        """Drop the versions that are not kept: at once by name, their files beside whatever comes next."""
        self.wait_for_pruning()
        kept = self._kept()
        manifests = [m for v in kept if (m := self.layout.manifest_of(v))]
        in_use = {part for m in manifests for part in m.parts}
        annotations = {self.layout.annotations_file(m.annotations) for m in manifests}
        dropped = [
            folder
            for folder in self.layout.snapshots.iterdir()
            if folder.name.isdecimal() and int(folder.name) not in kept
        ]
        for folder in dropped:
            (folder / "snapshot.json").unlink(missing_ok=True)
        for path in set(self.layout.root.glob("annotations*.log")) - annotations:
            path.unlink(missing_ok=True)
        self._pruned = self._threads.submit(remove_parts, dropped, in_use)

    def _kept(self) -> set[int]:
        """The versions that are kept: see ``Settings``."""
        versions = self.layout.versions()
        kept = set(versions[-self.settings.keep_snapshots :])
        if self.settings.keep_days:
            since = datetime.now(UTC) - timedelta(days=self.settings.keep_days)
            for version in set(versions) - kept:
                manifest = self.layout.manifest_of(version)
                if manifest and datetime.fromisoformat(manifest.published) >= since:
                    kept.add(version)
        return kept

    def wait_for_pruning(self) -> None:
        """Return when no files of dropped versions are being removed any more."""
        if self._pruned is not None:
            self._pruned.result()
            self._pruned = None

    def put_text(self, made: Path) -> None:
        """Take a text index that was made elsewhere, of the published version, for the working one."""
        self.touch()
        self.text.replace(made)

    def count(self, **changes: int) -> None:
        """Change the counts that the next version publishes."""
        self.manifest = self.manifest.with_counts(**changes)
