"""What the pages of one server share: its settings, its reader, its workers and its kept answers."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from flask import Flask

from kg.dataset.snapshots import Reader, Snapshot
from server.config import Config
from server.gate.admission import Summed
from server.gate.cache import AnswerCache, etag_of, key_of
from server.gate.steps import Steps, walked
from server.gate.tokens import Tokens
from server.processes.jobs import Job, Reply
from server.processes.process import Hangup
from server.processes.workers import Workers
from server.processes.writing import Writing
from server.reconciliation.matching import Matching
from server.shapes import is_volatile
from server.views.start import StartPage

if TYPE_CHECKING:
    from server.metrics import Requests


OLD_VERSIONS = 2
"""Versions besides the newest that stay open for pages of them."""


@dataclass
class Latest:
    """The start page of a version, kept while that version is the newest."""

    kept: tuple[str, StartPage] | None = None

    def get(self, version: str, make: Callable[[], StartPage]) -> StartPage:
        """The page of a version, made if it is not the one kept."""
        kept = self.kept
        if kept is None or kept[0] != version:
            kept = self.kept = (version, make())
        return kept[1]


@dataclass
class Services:
    """One server's parts. The store is opened when first needed."""

    config: Config
    workers: Workers
    latest: Latest = field(default_factory=Latest)
    refusals: Summed = field(default_factory=Summed)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _purged: int | None = None
    _older: dict[str, Snapshot] = field(default_factory=dict)

    @cached_property
    def answers(self) -> AnswerCache:
        """Answers that are kept."""
        return AnswerCache(self.config.cache)

    @cached_property
    def requests(self) -> "Requests":
        """Counts of requests."""
        from server.metrics import Requests  # noqa: PLC0415 - it has a page, which needs this module

        return Requests()

    @cached_property
    def tokens(self) -> Tokens:
        """Who may write, and read where that needs a token."""
        return Tokens(self.config.store, self.config.token)

    @cached_property
    def writing(self) -> Writing:
        """The process that writes. Nothing is started before the first write."""
        return Writing.of(self.config)

    @cached_property
    def matching(self) -> Matching:
        """The process that matches names. Nothing is started before the first is asked about."""
        return Matching.of(self.config)

    @cached_property
    def reader(self) -> Reader:
        """Follows the store's published versions. Raises ``StoreError``."""
        return Reader(self.config.store)

    def snapshot(self) -> Snapshot:
        """The version that is published now. Raises ``StoreError``.

        Where a document was purged, nothing that was read before is kept.
        """
        with self._lock:
            found = self.reader.current()
            purged = found.manifest.counts.get("purged", 0)
            if purged != self._purged:
                if self._purged is not None:
                    self.answers.clear()
                    self._older.clear()
                    self.workers.forget()
                self._purged = purged
            return found

    def version(self, iri: str) -> Snapshot:
        """A version that is kept, by its IRI as ``resolved`` gives it: some of them stay open.

        Raises ``VersionGone`` and ``StoreError``.
        """
        current = self.snapshot()
        if iri == current.iri:
            return current
        with self._lock:
            if iri not in self._older:
                while len(self._older) >= OLD_VERSIONS:
                    self._older.pop(next(iter(self._older)))
                self._older[iri] = self.reader.version(iri)
            return self._older[iri]

    def resolved(self, version: str | None) -> str:
        """The IRI of the version that a query is about. Raises ``VersionGone`` and ``StoreError``."""
        current = self.snapshot()
        if version is None or version in (current.iri, str(current.number)):
            return current.iri
        with self._lock:
            return self.reader.need(version)

    def answer(self, job: Job, hangup: Hangup | None = None) -> Reply:
        """The answer to a job, as ``answering`` gives it, in this thread."""
        return walked(self.answering(Known.of(self, job), hangup))

    def answering(self, known: "Known", hangup: Hangup | None = None) -> Steps[Reply]:
        """The answer to a job: one that is kept, else from the workers. Raises what they raise."""
        job, key = known.job, known.key
        if key is None:
            return (yield from self.workers.running(job, hangup))
        kept = self.answers.get(key, known.current)
        if isinstance(kept, Reply) and len(kept.body) <= job.limit:
            return kept
        reply = yield from self.workers.running(job, hangup)
        if reply.rest is None and reply.version == known.asked:
            self.answers.put(key, known.current, reply)
        return reply


@dataclass(frozen=True)
class Known:
    """What is known of a job before it is done.

    ``key`` names its answer and ``etag`` is the entity tag: ``None`` and empty where it may
    be another one each time. ``asked`` is the IRI of the version that it is about, and
    ``current`` that of the published one.
    """

    job: Job
    key: tuple[Hashable, ...] | None = None
    etag: str = ""
    current: str = ""
    asked: str = ""

    @classmethod
    def of(cls, here: Services, job: Job) -> "Known":
        """Of a job that comes now. Raises ``VersionGone`` and ``StoreError``."""
        if is_volatile(job.query):
            return cls(job)
        current = here.snapshot().iri
        asked = current if job.version is None else here.resolved(job.version)
        key = key_of(job, asked)
        return cls(job, key, etag_of(key), current, asked)


def services(app: Flask) -> Services:
    """The parts of the server that an application is."""
    found = app.extensions["lodestone"]
    if not isinstance(found, Services):  # pragma: no cover - create_app puts it there
        raise TypeError(found)
    return found
