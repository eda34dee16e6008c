"""The state of a store on an engine: settings and version, the lease of the one writer, the journal.

A commit is first written down: the updates that make it, in order, as texts in the journal.
Then they are done, the new version is told, and the journal is cleared. Whoever takes the
lease next does again what stands in the journal: each update sets quads that it names, so
that nothing is lost and nothing doubled wherever a writer ended.
"""

import json
import secrets
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from kg.dataset.files import Manifest, Settings
from kg.dataset.terms import literal
from kg.errors import StoreBusy, StoreError
from kg.remote.endpoint import Endpoint
from kg.remote.places import Places

LEASE = 30
"""Seconds for which a writer holds the store without renewing it: so long a lost one is waited for."""

POLL = 0.2
FORMAT = 1


@dataclass(frozen=True)
class State:
    """What one store on an engine says of itself."""

    settings: Settings
    manifest: Manifest


class Register:
    """Reads and changes the state of a store."""

    def __init__(self, endpoint: Endpoint, places: Places) -> None:
        self._endpoint = endpoint
        self._graph = f"<{places.state}>"
        self._store = f"<{places.prefix}>"
        self._journal = f"{places.prefix}journal/"
        terms = f"{places.prefix}terms#"
        self._told, self._lease, self._part = (f"<{terms}{n}>" for n in ("state", "lease", "update"))
        self._holder = ""
        self._changing = threading.Lock()
        self._done = threading.Event()
        self._keeper: threading.Thread | None = None

    # --- what it says of itself

    def read(self) -> State | None:
        """The state; ``None`` where there is no store yet. Raises ``StoreError``."""
        found = self._values(self._store, self._told)
        if not found:
            return None
        data = json.loads(max(found, key=lambda text: json.loads(text)["manifest"]["version"]))
        if data.get("format") != FORMAT:
            raise StoreError(
                f"the store there has format {data.get('format')!r}, this program knows {FORMAT}",
                store=self._endpoint.query_url,
            )
        return State(Settings(**data["settings"]), Manifest(**data["manifest"]))

    def tell(self, state: State) -> None:
        """Replace the state, while the lease is held. Raises ``StoreBusy`` if it was lost."""
        text = json.dumps(
            {"format": FORMAT, "settings": asdict(state.settings), "manifest": _plain(state.manifest)}
        )
        with self._changing:
            self._renew()
            held = f"GRAPH {self._graph} {{ {self._store} {self._lease} {literal(self._holder)} }}"
            self._endpoint.update(
                f"DELETE {{ GRAPH {self._graph} {{ {self._store} {self._told} ?old }} }} "
                f"INSERT {{ GRAPH {self._graph} {{ {self._store} {self._told} {literal(text)} }} }} "
                f"WHERE {{ {held} OPTIONAL {{ GRAPH {self._graph} {{ {self._store} {self._told} ?old }} }} }}"
            )
        told = self.read()
        if told is None or told.manifest.version != state.manifest.version:
            raise StoreBusy("the store was taken over by another writer: try again")

    def _values(self, subject: str, predicate: str) -> list[str]:
        rows = self._endpoint.rows(f"SELECT ?v {{ GRAPH {self._graph} {{ {subject} {predicate} ?v }} }}")
        return [value.value for (value,) in rows]

    # --- the one writer

    def acquire(self, wait: float) -> None:
        """Become the one writer. Raises ``StoreBusy`` after ``wait`` seconds."""
        began = time.monotonic()
        name = secrets.token_hex(8)
        while True:
            holder = f"{_moment(0)} {name} {_moment(LEASE)}"  # in order by when it was wanted first
            self._put_lease(holder)
            time.sleep(self._endpoint.quirks.settling)  # until whoever found nobody before has been seen
            found = sorted(v for v in self._values(self._store, self._lease) if _end(v) >= _moment(0))
            if found and found[0] == holder:
                self._holder = holder
                self._done.clear()
                self._keeper = threading.Thread(target=self._keep, name="lease", daemon=True)
                self._keeper.start()
                return
            if holder in found:  # two at once on an engine without isolation: the first in order has it
                self._drop_lease(holder)
            if time.monotonic() - began > wait:
                held = ", ".join(map(_end, found))
                raise StoreBusy(
                    f"another writer holds the store at {self._endpoint.query_url} "
                    f"(at the latest until {held}): try again, or wait longer"
                )
            time.sleep(POLL)

    def _keep(self) -> None:
        """Renew the lease while it is held; that it was lost, the next commit says."""
        while not self._done.wait(LEASE / 3):
            with suppress(StoreError):
                self.renew()

    def renew(self) -> None:
        """Hold the lease for longer. Raises ``StoreBusy`` if it was lost."""
        with self._changing:
            if self._holder:
                self._renew()

    def _renew(self) -> None:
        holder = f"{self._holder.rpartition(' ')[0]} {_moment(LEASE)}"
        mine = f"{self._store} {self._lease} {literal(self._holder)}"
        self._endpoint.update(
            f"DELETE {{ GRAPH {self._graph} {{ {mine} }} }} "
            f"INSERT {{ GRAPH {self._graph} {{ {self._store} {self._lease} {literal(holder)} }} }} "
            f"WHERE {{ GRAPH {self._graph} {{ {mine} }} }}"
        )
        if holder not in self._values(self._store, self._lease):
            raise StoreBusy("the store was taken over by another writer: try again")
        self._holder = holder

    def release(self) -> None:
        """Be no writer any more."""
        self._done.set()
        with self._changing:
            if self._holder:
                self._drop_lease(self._holder)
                self._holder = ""
        if self._keeper is not None:
            self._keeper.join()

    def _put_lease(self, holder: str) -> None:
        """Take the lease where nobody has it. (A leading OPTIONAL finds nothing in Virtuoso.)"""
        old = f"GRAPH {self._graph} {{ {self._store} {self._lease} ?old }}"
        self._endpoint.update(
            f"DELETE {{ {old} }} WHERE {{ {old} "
            f'FILTER(STRAFTER(STRAFTER(STR(?old), " "), " ") < {literal(_moment(0))}) }}'
        )
        self._endpoint.update(
            f"INSERT {{ GRAPH {self._graph} {{ {self._store} {self._lease} {literal(holder)} }} }} "
            f"WHERE {{ FILTER NOT EXISTS {{ {old} }} }}"
        )

    def _drop_lease(self, holder: str) -> None:
        self._endpoint.update(
            f"DELETE DATA {{ GRAPH {self._graph} {{ {self._store} {self._lease} {literal(holder)} }} }}"
        )

    # --- the journal

    def write_down(self, updates: Sequence[str]) -> None:
        """Write down the updates of a commit, before they are done. The last part says that it is whole."""
        for number, text in enumerate(updates):
            self._put_part(number, text)
        self._put_part(len(updates), "")

    def _put_part(self, number: int, text: str) -> None:
        about = f"<{self._journal}{number:06d}>"
        self._endpoint.update(
            f"INSERT DATA {{ GRAPH {self._graph} {{ {about} {self._part} {literal(text)} }} }}"
        )

    def written_down(self) -> list[str] | None:
        """The updates in the journal, if they are whole; ``None`` where it holds none or a beginning."""
        rows = self._endpoint.rows(f"SELECT ?n ?v {{ GRAPH {self._graph} {{ ?n {self._part} ?v }} }}")
        parts = sorted((name.value, value.value) for name, value in rows)
        whole = [n for n, (name, _) in enumerate(parts) if name == f"{self._journal}{n:06d}"]
        if not parts or len(whole) < len(parts) or parts[-1][1] != "":
            return None
        return [text for _, text in parts[:-1]]

    def clear_journal(self) -> None:
        """The commit is done, or was never written down whole."""
        part = f"GRAPH {self._graph} {{ ?n {self._part} ?v }}"
        self._endpoint.update(f"DELETE {{ {part} }} WHERE {{ {part} }}")

    def is_written(self) -> bool:
        """Whether a commit is under way."""
        return bool(
            self._endpoint.rows(f"SELECT ?n {{ GRAPH {self._graph} {{ ?n {self._part} ?v }} }} LIMIT 1")
        )


def _moment(ahead: float) -> str:
    """A time from now, in order as text."""
    return (datetime.now(UTC) + timedelta(seconds=ahead)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _end(holder: str) -> str:
    """Until when a lease is held."""
    return holder.rpartition(" ")[2]


def _plain(manifest: Manifest) -> dict[str, Any]:
    return {**asdict(manifest), "counts": dict(manifest.counts)}
