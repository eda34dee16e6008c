"""What the pages of one server share: its settings, its reader and its workers."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from flask import Flask

from kg.dataset.snapshots import Reader, Snapshot
from server.config import Config
from server.tokens import Tokens
from server.workers import Workers
from server.writing import Writing


@dataclass
class Latest:
    """One value that was worked out for a version, kept while that version is the newest."""

    version: str = ""
    value: tuple[str, ...] = ()

    def get(self, version: str, make: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
        """The value for a version, made if it is not the one kept."""
        if version != self.version:
            self.value, self.version = make(), version
        return self.value


@dataclass
class Services:
    """One server's parts. The store is opened when first needed."""

    config: Config
    workers: Workers
    latest: Latest = field(default_factory=Latest)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def tokens(self) -> Tokens:
        """Who may write, and read where that needs a token."""
        return Tokens(self.config.store, self.config.token)

    @cached_property
    def writing(self) -> Writing:
        """The process that writes. Nothing is started before the first write."""
        return Writing.of(self.config)

    @cached_property
    def reader(self) -> Reader:
        """Follows the store's published versions. Raises ``StoreError``."""
        return Reader(self.config.store)

    def snapshot(self) -> Snapshot:
        """The version that is published now. Raises ``StoreError``."""
        with self._lock:
            return self.reader.current()


def services(app: Flask) -> Services:
    """The parts of the server that an application is."""
    found = app.extensions["lodestone"]
    if not isinstance(found, Services):  # pragma: no cover - create_app puts it there
        raise TypeError(found)
    return found
