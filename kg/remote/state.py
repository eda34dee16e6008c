"""The state of a store on an engine: settings and version, the lease of the one writer, the journal.

A commit is first written down: the updates that make it, in order, as texts in the journal, and
the state that they lead to. Then they are done, that state is told, and the journal is cleared.
Whoever takes the lease next does again what stands in the journal: each update sets quads that it
names, so that nothing is lost and nothing doubled wherever a writer ended. Each asks for the lease
of whoever sent it, so that what comes late, of a writer that was taken for lost, does nothing.
"""

import json
import secrets
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from kg.dataset.files import Manifest, Settings
from kg.dataset.terms import literal
from kg.errors import StoreBusy, StoreError
from kg.remote.endpoint import Endpoint
from kg.remote.places import Places

LEASE = 30
"""Seconds for which a writer holds the store without renewing it: so long a lost one is waited for."""

POLL = 0.2
FORMAT = 1

_HELD = "!"
"""What a lease begins with that is held. It comes before those that are wanted, whatever their clocks say."""


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
        return self._state(max(found, key=lambda text: json.loads(text)["manifest"]["version"]))

    def _state(self, text: str) -> State:
        data = json.loads(text)
        if data.get("format") != FORMAT:
            raise StoreError(
                f"the store there has format {data.get('format')!r}, this program knows {FORMAT}",
                store=self._endpoint.query_url,
            )
        return State(Settings(**data["settings"]), Manifest(**data["manifest"]))

    def tell(self, state: State) -> None:
        """Replace the state, while the lease is held. Raises ``StoreBusy`` if it was lost."""
        text = _text(state)
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
            wanted = f"{_moment(0)} {name} {_moment(LEASE)}"  # in order by when it was wanted first
            self._put_lease(wanted)
            found = self._leases()
            if found and found[0] == wanted:
                self._holder = f"{_HELD}{wanted}"
                self._replace(wanted, self._holder)
                found = self._leases()
                if found and found[0] == self._holder:
                    self._done.clear()
                    self._keeper = threading.Thread(target=self._keep, name="lease", daemon=True)
                    self._keeper.start()
                    return
                self._drop_lease(self._holder)
                self._holder = ""
            if wanted in found:  # two at once on an engine without isolation: the first in order has it
                self._drop_lease(wanted)
            if time.monotonic() - began > wait:
                held = ", ".join(map(_end, found))
                raise StoreBusy(
                    f"another writer holds the store at {self._endpoint.query_url} "
                    f"(at the latest until {held}): try again, or wait longer"
                )
            time.sleep(POLL)

    def _leases(self) -> list[str]:
        """All that hold or want the lease, in order, when what was done before now is seen by everybody.

        Those that ended are removed first: whoever comes back to one finds that it was lost.
        """
        time.sleep(self._endpoint.quirks.settling)
        found = self._values(self._store, self._lease)
        if ended := [lease for lease in found if _end(lease) < _moment(0)]:
            for lease in ended:
                self._drop_lease(lease)
            time.sleep(self._endpoint.quirks.settling)
            found = self._values(self._store, self._lease)
        return sorted(found)

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
        self._replace(self._holder, holder)
        if holder not in self._values(self._store, self._lease):
            raise StoreBusy("the store was taken over by another writer: try again")
        self._holder = holder

    def _replace(self, lease: str, by: str) -> None:
        there = f"{self._store} {self._lease} {literal(lease)}"
        self._endpoint.update(
            f"DELETE {{ GRAPH {self._graph} {{ {there} }} }} "
            f"INSERT {{ GRAPH {self._graph} {{ {self._store} {self._lease} {literal(by)} }} }} "
            f"WHERE {{ GRAPH {self._graph} {{ {there} }} }}"
        )

    def change(self, update: str) -> None:
        """Do an ``INSERT DATA`` or ``DELETE DATA`` as the one writer: nothing, if the lease was lost."""
        operation, _, quads = update.partition(" DATA ")
        with self._changing:
            self._endpoint.update(f"{operation} {quads} WHERE {{ {self._held()} }}")

    def _held(self) -> str:
        """The pattern that holds as long as the lease is ours, renewed or not."""
        mine = literal(self._holder.rpartition(" ")[0])
        return f"GRAPH {self._graph} {{ {self._store} {self._lease} ?held }} FILTER(STRSTARTS(?held, {mine}))"

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

    def write_down(self, updates: Sequence[str], state: State) -> None:
        """Write down a commit before it is done. The last part, the state, says that it is whole."""
        for number, text in enumerate((*updates, _text(state))):
            self._put_part(number, text)

    def _put_part(self, number: int, text: str) -> None:
        about = f"<{self._journal}{number:06d}>"
        self.change(f"INSERT DATA {{ GRAPH {self._graph} {{ {about} {self._part} {literal(text)} }} }}")

    def written_down(self) -> tuple[list[str], State | None] | None:
        """The commit in the journal, if it is whole; ``None`` where there is none or a beginning.

        Earlier programs wrote no state down.
        """
        rows = self._endpoint.rows(f"SELECT ?n ?v {{ GRAPH {self._graph} {{ ?n {self._part} ?v }} }}")
        parts = sorted((name.value, value.value) for name, value in rows)
        whole = [n for n, (name, _) in enumerate(parts) if name == f"{self._journal}{n:06d}"]
        if not parts or len(whole) < len(parts) or parts[-1][1][:1] not in ("{", ""):
            return None
        *updates, last = (text for _, text in parts)
        return updates, self._state(last) if last else None

    def clear_journal(self) -> None:
        """The commit is done, or was never written down whole."""
        part = f"GRAPH {self._graph} {{ ?n {self._part} ?v }}"
        with self._changing:
            self._endpoint.update(f"DELETE {{ {part} }} WHERE {{ {part} {self._held()} }}")

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


def _text(state: State) -> str:
    manifest = {**asdict(state.manifest), "counts": dict(state.manifest.counts)}
    return json.dumps({"format": FORMAT, "settings": asdict(state.settings), "manifest": manifest})
