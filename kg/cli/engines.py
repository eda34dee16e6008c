"""Stores on engines, by command: where they are, who asks, and what is asked there."""

import os
from dataclasses import dataclass
from pathlib import Path

from kg.dataset.files import Layout, Settings
from kg.dataset.writer import Writer
from kg.errors import LodestoneError
from kg.remote import Endpoint, RemoteSource, RemoteWriter
from ontology.vocab import BASE

USER, PASSWORD = "LODESTONE_ENDPOINT_USER", "LODESTONE_ENDPOINT_PASSWORD"


@dataclass(frozen=True)
class Engine:
    """A SPARQL engine: where it is asked, and where it is written to (at the same address if not told)."""

    query_url: str
    update_url: str | None = None
    base: str | None = None

    @property
    def endpoint(self) -> Endpoint:
        """It by protocol, in the name that the environment gives."""
        user, password = os.environ.get(USER), os.environ.get(PASSWORD)
        return Endpoint(self.query_url, self.update_url or self.query_url, user, password)

    def source(self, store: Path) -> RemoteSource:
        """The store there, to be read. Raises ``StoreError``."""
        return RemoteSource(self.endpoint, Layout(store), base=self.base or BASE)

    def holds_a_store(self) -> bool:
        """Whether a store was made there; a Lodestone server, for instance, holds none in this way."""
        return RemoteSource.is_there(self.endpoint, self.base or BASE)


def engine_of(endpoint: str | None, update_endpoint: str | None, base: str | None = None) -> Engine | None:
    """The engine that options name, if they name one."""
    if endpoint is None:
        if update_endpoint is not None:
            raise LodestoneError("--update-endpoint goes with --endpoint")
        return None
    return Engine(endpoint, update_endpoint, base)


def place(store: Path, engine: Engine | None) -> str:
    """Where a store is, as the terminal says it."""
    return str(store) if engine is None else engine.query_url


def writer_of(store: Path, engine: Engine | None, wait: float, settings: Settings | None = None) -> Writer:
    """The writer of a store: in a folder, or on an engine."""
    if engine is None:
        return Writer(store, wait=wait, settings=settings)
    return RemoteWriter(engine.endpoint, store, wait=wait, settings=settings)
