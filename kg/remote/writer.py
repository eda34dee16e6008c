"""The one writer of a store on an engine."""

import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from kg.claims.claim import Claim
from kg.dataset.annotated.view import View
from kg.dataset.chains.inferring import Inferring
from kg.dataset.files import Manifest, Settings
from kg.dataset.outcomes import Added
from kg.dataset.record.encode import claim_iri, with_stored_triples
from kg.dataset.terms import Quad, node, ntriples
from kg.dataset.writer import Writer
from kg.errors import InvalidClaim, StoreError
from kg.remote.endpoint import Endpoint
from kg.remote.places import Places, Side
from kg.remote.quads import RemoteQuads
from kg.remote.staged import Staged
from kg.remote.state import Register, State
from ontology.vocab import LS

_BATCH = 200
"""Claims that are encoded and looked up together."""


class RemoteWriter(Writer):
    """Writes claims and base data to an engine. Use as a context manager, as ``Writer``.

    Changes are held here until ``commit``. Texts of documents and quarantine lie in a
    folder beside, which several writers may share. What needs the embedded store's files
    (trust policies on datasets made in memory, purge, older versions) is not there.
    """

    is_near = False

    def __init__(
        self, endpoint: Endpoint, folder: Path, *, wait: float = 10.0, settings: Settings | None = None
    ) -> None:
        super().__init__(folder, settings=settings)
        self._endpoint = endpoint
        self._wait = wait

    # --- holding the store

    def __enter__(self) -> Self:
        wanted = self._wanted or Settings(store_id=secrets.token_hex(4))
        for place in (self.layout.root / "documents", self.layout.quarantine):
            place.mkdir(parents=True, exist_ok=True)
        self._places = Places(wanted.names)
        self._register = Register(self._endpoint, self._places)
        self._register.acquire(self._wait)
        try:
            self._recover()
            found = self._register.read()
            if found is None:
                self._refuse_strangers()
                found = State(wanted, Manifest())
            self._open_at(found)
        except BaseException:
            self._register.release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.inferring.forget()
        self._threads.shutdown()
        self._register.release()

    def _open_at(self, state: State) -> None:
        self.settings, self.manifest = state.settings, state.manifest
        self.names = state.settings.names
        self._near = {
            archive: Staged(RemoteQuads(self._endpoint, Side(self._places, archive)))
            for archive in (False, True)
        }
        self.main = cast(Any, self._near[False])
        self.archive = cast(Any, self._near[True])
        self.view = View(
            self.main,
            self.archive,
            self.names,
            self.settings.unreviewed_threshold,
            has_base=self.manifest.counts.get("base_default", 0) > 0,
        )
        self.indexing = cast(Any, _NoIndex())
        self.text = cast(Any, _NoIndex())
        self.inferring = Inferring(self.view, self.indexing, self.layout.root, lambda _: self.touch())
        self._clean()
        if not state.manifest.version:
            self._dirty = True
            self.commit()

    def _refuse_strangers(self) -> None:
        """Raises ``StoreError`` where the record's own graph is there without a store."""
        record = f"GRAPH <{self._places.names.record}> {{ ?s ?p ?o }}"
        if self._endpoint.rows(f"SELECT ?s {{ {record} }} LIMIT 1"):
            raise StoreError(
                f"{self._endpoint.query_url} holds a record of claims, but no state of a store: "
                "it was not written by this program",
                store=self._endpoint.query_url,
            )

    def close_stores(self) -> None:
        """Nothing: changes are held in memory."""

    def wait_for_pruning(self) -> None:
        """Nothing: no older versions are kept."""

    def make_safe(self, *, at_once: bool = False) -> None:
        """Nothing: what is not committed is held in memory."""

    def resume(self, digests: Collection[str]) -> bool:  # noqa: ARG002 - nothing is kept of any file
        """Nothing to go on with."""
        return False

    def touch(self, *, archive: bool = False) -> None:  # noqa: ARG002 - there is one commit of all
        """Note that something is to be changed."""
        self._dirty = True

    # --- claims

    def add(self, claims: Iterable[Claim]) -> list[Added]:
        """Take claims in, as ``Writer.add``; what is to be looked up is asked for some at once."""
        todo = iter(claims)
        done: list[Added] = []
        while some := list(islice(todo, _BATCH)):
            self._expect(some)
            done += super().add(some)
        return done

    def _expect(self, claims: Sequence[Claim]) -> None:
        names = []
        for claim in claims:
            try:
                names.append(node(claim_iri(with_stored_triples(claim), self.names)))
            except (InvalidClaim, ValueError):
                continue  # told when it is added
        documents = [node(self.names.document(claim.document.key)) for claim in claims]
        for side in self._near.values():
            side.far.expect_nodes([*names, *documents])
            side.far.expect_objects([node(LS.retracts), node(LS.supersedes)], names)

    # --- publishing

    def commit(self) -> Manifest:
        """Publish what was written. When this returns, every later read sees it."""
        self.inferring.settle()
        if not self._dirty:
            return self.manifest
        version = self.manifest.version + 1
        published = datetime.now(UTC).isoformat(timespec="milliseconds")
        manifest = replace(self.manifest, version=version, published=published)
        updates = list(self._updates())
        self._register.renew()
        state = State(self.settings, manifest)
        if updates:
            self._register.write_down(updates, state)
        self._apply(updates)
        self._register.tell(state)
        if updates:
            self._register.clear_journal()
        self.manifest = manifest
        for side in self._near.values():
            side.forget()
        self._clean()
        return manifest

    def _recover(self) -> None:
        """Do again what an earlier writer had written down and may not have done to its end."""
        written = self._register.written_down()
        if written is not None:
            updates, state = written
            self._apply(updates)
            if state is not None:
                self._register.tell(state)
        if written is not None or self._register.is_written():
            self._register.clear_journal()

    def _apply(self, updates: Sequence[str]) -> None:
        for text in updates:
            self._register.change(text)

    def _updates(self) -> Iterator[str]:
        """The changes as updates: removals first; each sets quads that it names."""
        most = self._endpoint.quirks.most_changes
        for operation, changes in (("DELETE", "removed"), ("INSERT", "added")):
            lines = iter(
                _line(side.far.side.place(quad.graph_name), quad)
                for side in self._near.values()
                for quad in getattr(side, changes)
            )
            while some := list(islice(lines, most)):
                yield f"{operation} DATA {{\n{''.join(some)}}}"

    def rebuild(self) -> None:
        """Not here. Raises ``StoreError``."""
        raise StoreError(
            "a store on an engine is not rebuilt in place: export it and take the export in again",
            store=self._endpoint.query_url,
        )

    rebuild_index = rebuild


def _line(place: str, quad: Quad) -> str:
    return f"GRAPH <{place}> {{ {quad.subject} {quad.predicate} {ntriples(quad.object)} }}\n"


class _NoIndex:
    """Takes note of nothing: an engine by protocol has neither annotated facts nor words to search."""

    pending = False

    def note(self, *_: object, **__: object) -> None:
        """Nothing."""

    stated = stated_alone = following = based = touch = concluded = note
    touch_all = forget = named = refresh = close = note
