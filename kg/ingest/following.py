"""Following folders and feeds: what is new there is taken in, each content once.

It goes the way of ``kg.ingest.taking``. The store is held only while there is something to write.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from kg.dataset.writer import Writer
from kg.errors import StoreBusy, UnreadableInput
from kg.ingest.arriving import Arriving
from kg.ingest.fetching import Outbound
from kg.ingest.ledger import Ledger
from kg.ingest.taking import Ingest

if TYPE_CHECKING:  # they come with an extra
    from kg.extract.batch import Extracted
    from kg.extract.pipeline import Extractor
    from kg.extract.reading.reader import Article

BATCH = 16
"""Files that are taken in, published and noted together: what is read again after a crash at most."""

Open = Callable[[], AbstractContextManager[Writer]]


@dataclass(frozen=True)
class Took:
    """What a batch brought: files (or entries of a feed), new claims, quarantined records, the version."""

    items: int
    claims: int
    quarantined: int
    version: str | None


@dataclass
class Following:
    """Folders and pages that are followed into one store. ``stop`` ends it after the batch under way."""

    open_writer: Open
    ledger: Ledger
    arriving: Arriving
    pages: Sequence[str]
    outbound: Outbound
    stop: Event
    tell: Callable[[Took], None]
    warn: Callable[[str], None]
    extractor: "Extractor | None" = None

    def run(self, every: float) -> None:
        """Look every so many seconds, until it is stopped."""
        while not self.stop.is_set():
            try:
                self.look()
            except StoreBusy as error:
                self.warn(f"{error} (tried again in {every:g} s)")
            self.stop.wait(every)

    def once(self) -> None:
        """Take in what is there whole now. Raises ``StoreBusy``."""
        list(self.arriving.whole())
        self.stop.wait(self.arriving.settle)
        self.look()

    def look(self) -> None:
        """Take in what is new. Raises ``StoreBusy``."""
        self._files()
        for url in self.pages:
            if not self.stop.is_set():
                self._page(url)

    # --- files

    def _files(self) -> None:
        new: dict[str, Path] = {}
        known: list[Path] = []
        for path in self.arriving.whole():
            try:
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError as error:
                self.warn(f"{path} cannot be read: {error.strerror}")
                continue
            if digest in self.ledger or digest in new:
                known.append(path)
            else:
                new[digest] = path
        self.arriving.done(known)
        if not new:
            return
        with self.open_writer() as writer:
            ingest = Ingest(writer, extractor=self.extractor)
            items = list(new.items())
            for at in range(0, len(items), BATCH):
                if self.stop.is_set():
                    return
                batch = items[at : at + BATCH]
                self._take(ingest, [path for _, path in batch], len(batch))
                self.ledger.add((digest, path.name) for digest, path in batch)
                self.arriving.done(path for _, path in batch)

    def _take(self, ingest: Ingest, paths: list[Path], items: int) -> None:
        report = ingest.report
        claims, quarantined, versions = report.claims_new, len(report.quarantined), len(report.versions)
        ingest.run(paths)
        version = report.versions[-1] if len(report.versions) > versions else None
        self.tell(Took(items, report.claims_new - claims, len(report.quarantined) - quarantined, version))

    # --- pages

    def _page(self, url: str) -> None:
        from kg.extract.reading.reader import articles_of  # noqa: PLC0415 - an extra

        try:
            page = self.outbound.fetch_changed(url, self.ledger.mark(url))
            if page is None:
                return
            found = articles_of(page.content, Path(f"page{page.suffix}"), page.url)
        except UnreadableInput as error:
            self.warn(str(error))
            return
        new = {a.document.hash: a for a in found if a.document.hash and a.document.hash not in self.ledger}
        if new:
            with tempfile.TemporaryDirectory(prefix="lodestone-followed-") as folder:
                self._entries(new, Path(folder))
            self.ledger.add((content_hash, url) for content_hash in new)
        self.ledger.add_page(url, page.mark)

    def _entries(self, articles: "dict[str, Article]", folder: Path) -> None:
        """Take articles in as a file each, so that one that cannot be read stops none of the others."""
        files = {folder / f"entry-{number:04}.txt": a for number, a in enumerate(articles.values(), 1)}
        for file, article in files.items():
            file.write_text(article.text, encoding="utf-8", newline="")
        with self.open_writer() as writer:
            ingest = Ingest(writer, extractor=self.extractor)
            ingest.source = partial(self._extracted, files)
            self._take(ingest, list(files), len(files))

    def _extracted(self, articles: "dict[Path, Article]", files: list[Path]) -> "Iterator[Extracted]":
        from kg.extract.batch import extract_alone, extract_read  # noqa: PLC0415 - an extra

        readings = [(file, partial(_single, articles[file])) for file in files]
        if self.extractor is None:
            yield from extract_read(readings)
        else:
            for file, reading in readings:
                yield extract_alone(file, reading, self.extractor)


def _single(article: "Article") -> "tuple[Article, ...]":
    return (article,)
