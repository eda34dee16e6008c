"""Published versions: immutable, opened read-only, followed by their manifest."""

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from pyoxigraph import Store

from kg.dataset.annotated.annotations import AnnotationReader, Known
from kg.dataset.annotated.index import AnnotatedFacts
from kg.dataset.annotated.view import ClaimInfo
from kg.dataset.files import Layout, Manifest, Settings
from kg.dataset.fixed import Version
from kg.dataset.purging import refuse_unfinished, refuse_withdrawn, under_way
from kg.dataset.record.records import StoredClaim
from kg.dataset.statistics import Statistics, statistics_of
from kg.dataset.text.search import TextIndex
from kg.dataset.text.stored import Read, Stored
from kg.dataset.text.telling import Telling
from kg.errors import NotFound, StoreError, VersionGone
from ontology.vocab import LS

_NUMBER = re.compile(r"[0-9]{1,18}")


class Snapshot(Version):
    """One published version. It never changes, so what is read of its claims is kept.

    Most commits leave the archive alone: then it is that of ``before``, a version that is open already.
    """

    def __init__(
        self, layout: Layout, settings: Settings, manifest: Manifest, before: "Snapshot | None" = None
    ) -> None:
        try:
            main = Store.read_only(str(layout.snapshots / manifest.main))
            self.archive_place = _place(layout.snapshots / manifest.archive)
            if before is not None and before.archive_place == self.archive_place:
                archive = before.archive
            else:
                archive = Store.read_only(str(layout.snapshots / manifest.archive))
        except (OSError, RuntimeError) as error:
            raise StoreError(
                f"version {manifest.version} of {layout.root} cannot be opened: {error}",
                store=str(layout.root),
            ) from error
        super().__init__(
            main,
            archive,
            settings.names,
            settings.unreviewed_threshold,
            has_base=manifest.counts.get("base_default", 0) > 0,
        )
        self.layout = layout
        self.settings = settings
        self.manifest = manifest
        self._telling = Telling(self)
        self._annotated: Known | None = None if before is None else before._annotated  # noqa: SLF001
        is_alike = before is not None and before._purged == self._purged  # noqa: SLF001 - its own kind
        self._read: Read = before._read if before is not None and is_alike else Read()  # noqa: SLF001

    @cached_property
    def index(self) -> AnnotatedFacts | None:
        """Each fact once with its annotation; ``None`` for a version older than this store format.

        Raises ``StoreError`` if it cannot be opened any more.
        """
        if not self.manifest.index:
            return None
        try:
            store = Store.read_only(str(self.layout.snapshots / self.manifest.index))
        except (OSError, RuntimeError) as error:
            raise StoreError(
                f"the index of version {self.number} of {self.layout.root} cannot be opened: {error}",
                store=str(self.layout.root),
            ) from error
        reader = AnnotationReader(self.layout.annotations_file(self.manifest.annotations), self._annotated)
        self._annotated = reader.known
        return AnnotatedFacts(store, reader, self)

    @cached_property
    def text(self) -> TextIndex | None:
        """Its claims and names, to search in them; ``None`` for a version older than this store format.

        Raises ``StoreError`` if it cannot be opened any more.
        """
        if not self.manifest.text:
            return None
        return TextIndex(self.layout.snapshots / self.manifest.text, self._read)

    @property
    def _purged(self) -> int:
        """How many documents were purged: of what went, nothing that was read is kept."""
        return self.manifest.counts.get("purged", 0)

    def expect_claims(self, iris: Iterable[str]) -> None:
        """What answers tell of these claims will be asked: where they are many, it is read at once."""
        if self.text is not None:
            with suppress(StoreError):  # then each is asked of the record
                self._telling.expect(self.text, iris)

    def told(self, claims: Iterable[str]) -> dict[str, Stored]:
        """What the text index tells of active claims, read at once; of others nothing.

        Raises ``StoreError``.
        """
        wanted = tuple(claims)
        if self.text is not None:
            self._telling.expect(self.text, wanted, many=1)
        return {iri: found for iri in wanted if (found := self._telling.of(iri)) is not None}

    def expected(self, claim: str) -> Stored | None:
        """What the text index tells of an active claim, if it was read at once with others."""
        return self._telling.of(claim)

    def claim_info(self, iri: str) -> ClaimInfo | None:
        """What an answer tells about an active claim; ``None`` if there is none of that IRI."""
        return self._telling.info(iri) or super().claim_info(iri)

    def rebuttals(self, iri: str) -> tuple[str, ...]:
        """Active claims that rebut or correct a claim, or deny what it states in its direct form."""
        found = self._telling.rebuttals(iri)
        return super().rebuttals(iri) if found is None else found

    @cached_property
    def iri(self) -> str:
        """The version's IRI."""
        return super().iri

    @cached_property
    def statistics(self) -> Statistics | None:
        """What the planner knows of the default graph."""
        return statistics_of(self.layout, self.manifest)

    def claim(self, iri: str) -> StoredClaim:
        """A claim, active or not, with its state. Raises ``NotFound``, and of it ``ClaimGone``."""
        try:
            return super().claim(iri)
        except NotFound:
            refuse_withdrawn(self.layout, iri)
            raise

    def need_claim(self, iri: str) -> None:
        """Raise ``NotFound``, and of it ``ClaimGone``, unless the claim was taken in and is there still."""
        try:
            super().need_claim(iri)
        except NotFound:
            refuse_withdrawn(self.layout, iri)
            raise

    def document_text(self, document: str) -> str | None:
        """The text of a document, or ``None`` if it was never given."""
        content_hash = self.node(document).get(LS.textHash)
        return self.layout.text(content_hash) if content_hash else None


def _place(folder: Path) -> tuple[str, int, int, int]:
    """Tells a folder from any other, also from one that is put in its place. Raises ``OSError``."""
    found = folder.stat()
    return str(folder), found.st_dev, found.st_ino, found.st_mtime_ns


class Reader:
    """Follows a store's published versions."""

    def __init__(self, path: Path) -> None:
        self.layout = Layout(path)
        self._settings = self.layout.settings()
        self._manifest = str(self.layout.manifest_file)
        self._purging = str(self.layout.purging)
        self._current: Snapshot | None = None
        self._stamp: tuple[int, int] | None = None

    def current(self) -> Snapshot:
        """The published version: opened anew only when another one was published.

        Raises ``PurgeUnfinished`` where it holds what is to be taken out.
        """
        found = self._published()
        if self._is_purged():
            refuse_unfinished(self.layout, found.number)
        return found

    def _is_purged(self) -> bool:
        """Whether something is being taken out."""
        return os.path.exists(self._purging)  # noqa: PTH110 - asked with each request

    def _published(self) -> Snapshot:
        for attempt in range(5):
            stamp = self._manifest_stamp()
            if self._current is not None and stamp == self._stamp:
                return self._current
            try:
                opened = Snapshot(self.layout, self._settings, self.layout.manifest(), self._current)
            except StoreError:
                if attempt == 4 or self._manifest_stamp() == stamp:
                    raise
                continue  # pruned between reading the manifest and opening it: a newer one is there
            self._current, self._stamp = opened, stamp
        if self._current is None:  # pragma: no cover - the loop returns or raises
            raise StoreError(f"{self.layout.root} changes faster than it can be read")
        return self._current

    def at_hand(self) -> Snapshot | None:
        """The published version, if it is the one that was opened last. Raises ``StoreError``."""
        if self._is_purged():
            return None
        return self._current if self._manifest_stamp() == self._stamp else None

    def _manifest_stamp(self) -> tuple[int, int]:
        try:
            found = os.stat(self._manifest)  # noqa: PTH116 - asked for with each request, some times
        except OSError as error:
            raise StoreError(
                f"{self.layout.root} holds no published version: {error}", store=str(self.layout.root)
            ) from error
        return found.st_ino, found.st_mtime_ns

    def version(self, wanted: str) -> Snapshot:
        """A kept version by number or IRI. Raises ``VersionGone``."""
        current = self.current()
        if wanted in (current.iri, str(current.number)):
            return current
        return Snapshot(self.layout, self._settings, self._kept(wanted))

    def need(self, wanted: str) -> str:
        """The IRI of a kept version by number or IRI, which is not opened. Raises ``VersionGone``."""
        return self._settings.names.snapshot(self._settings.store_id, self._kept(wanted).version)

    def _kept(self, wanted: str) -> Manifest:
        number = wanted.removeprefix(self._settings.names.snapshot(self._settings.store_id, 0)[:-1])
        manifest = self.layout.manifest_of(int(number)) if _NUMBER.fullmatch(number) else None
        if manifest is not None and self._is_purged():
            purging = under_way(self.layout)
            manifest = None if purging and manifest.version <= purging.version else manifest
        if manifest is None:
            kept = tuple(
                self._settings.names.snapshot(self._settings.store_id, v) for v in self.layout.versions()
            )
            raise VersionGone(
                f"version {wanted} is not kept: ask one of {', '.join(kept[-3:])}", version=wanted, kept=kept
            )
        return manifest
