"""The index of names of one version, and what is done with it. Runs in the process that matches names."""

import threading
import time
from pathlib import Path
from typing import Any

from kg.dataset.snapshots import Reader
from kg.errors import LodestoneError, QueryOverLimit, QueryTimeout
from kg.link.entities import entities
from kg.link.matcher import Matcher
from server.errors import Overloaded, WorkerLost
from server.memory import lifted
from server.reconciliation.answering import result_of, suggested
from server.reconciliation.messages import Suggest, Task


class Index:
    """The matcher of one version, made in a thread of its own."""

    def __init__(self, store: Path, version: str) -> None:
        self.version = version
        self._store = store
        self._matcher: Matcher | None = None
        self._error: LodestoneError | None = None
        self._thread = threading.Thread(target=self._make, daemon=True)
        self._thread.start()

    def _make(self) -> None:
        try:
            with lifted():
                snapshot = Reader(self._store).version(self.version)
            self._matcher = Matcher(entities(snapshot))
        except LodestoneError as error:
            self._error = error
        except MemoryError:
            self._error = QueryOverLimit(
                "the store has more entities than the index may have memory for (setting memory)",
                limit="memory",
            )

    @property
    def is_to_be_made_again(self) -> bool:
        """Whether it could not be made, for a reason that may pass."""
        return self._error is not None and not isinstance(self._error, QueryOverLimit)

    def matcher(self, timeout: float) -> Matcher:
        """The matcher. Raises ``Overloaded`` while it is made, and why it could not be made."""
        self._thread.join(timeout)
        if self._thread.is_alive():
            raise Overloaded("the index of names is being made for this version: try again", retry=5)
        if self._error is not None:
            raise self._error
        if self._matcher is None:
            raise WorkerLost("the index of names could not be made: the server's log says why")
        return self._matcher


def perform(matcher: Matcher, task: Task, deadline: float, timeout: float) -> dict[str, Any]:
    """Do a task. Raises ``QueryTimeout`` and ``InvalidMatch``."""
    if isinstance(task, Suggest):
        return suggested(matcher, task.prefix, task.cursor, task.limit)
    found: dict[str, Any] = {}
    for name, query in task.queries.items():
        if time.monotonic() > deadline:
            raise QueryTimeout(
                f"the batch was stopped after {timeout:g} seconds: send fewer queries at once",
                seconds=timeout,
            )
        found[name] = result_of(matcher, query)
    return found
