"""The index of names of one version, and what is done with it. Runs in the process that matches names."""

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kg.dataset.snapshots import Reader
from kg.dataset.terms import is_node
from kg.errors import LodestoneError, QueryOverLimit, QueryTimeout
from kg.link.entities import entities
from kg.link.matcher import Matcher
from server.errors import Overloaded, WorkerLost
from server.processes.memory import lifted
from server.reconciliation.answering import result_of, suggested
from server.reconciliation.extension import extended
from server.reconciliation.messages import Batch, Extension, Query, Suggest, Task


class Index:
    """One version: its snapshot, and a matcher that is made in a thread of its own when it is needed first.

    Raises ``VersionGone`` and ``StoreError``.
    """

    def __init__(self, store: Path, version: str) -> None:
        with lifted():
            self.snapshot = Reader(store).version(version)
        self.version = version
        self._matcher: Matcher | None = None
        self._error: LodestoneError | None = None
        self._thread: threading.Thread | None = None

    def _make(self) -> None:
        try:
            self._matcher = Matcher(entities(self.snapshot))
        except LodestoneError as error:
            self._error = error
        except MemoryError:
            self._error = QueryOverLimit(
                "the store has more entities than the index may have memory for (setting memory)",
                limit="memory",
            )

    def named(self, text: str) -> str:
        """The name that an entity goes by, if the text is the IRI of one that a judgment calls otherwise."""
        iri = text.strip()
        return self.snapshot.clusters.canonical(iri) if is_node(iri) else text

    def matcher(self, timeout: float) -> Matcher:
        """The matcher. Raises ``Overloaded`` while it is made, and why it could not be made."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._make, daemon=True)
            self._thread.start()
        self._thread.join(timeout)
        if self._thread.is_alive():
            raise Overloaded("the index of names is being made for this version: try again", retry=5)
        if self._error is not None:
            raise self._error
        if self._matcher is None:
            raise WorkerLost("the index of names could not be made: the server's log says why")
        return self._matcher


def perform(index: Index, task: Task, timeout: float) -> dict[str, Any]:
    """Do a task, within so many seconds. Raises ``QueryTimeout`` and what the task raises."""
    deadline = time.monotonic() + timeout
    match task:
        case Extension():
            return extended(index.snapshot, task, deadline)
        case Suggest(prefix, cursor, limit):
            return suggested(index.matcher(timeout), index.named(prefix), cursor, limit)
        case Batch(queries):
            called = {
                key: query.model_copy(update={"query": index.named(query.query)}) if query.query else query
                for key, query in queries.items()
            }
            return answered(index.matcher(timeout), called, deadline)


def answered(matcher: Matcher, queries: Mapping[str, Query], deadline: float) -> dict[str, Any]:
    """The candidates for each query. Raises ``QueryTimeout`` and ``InvalidMatch``."""
    found: dict[str, Any] = {}
    for name, query in queries.items():
        if time.monotonic() > deadline:
            raise QueryTimeout("matching took too long: send fewer queries at once")
        found[name] = result_of(matcher, query)
    return found
