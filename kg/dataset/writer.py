"""The one writer of a store: claims in, claims out, base data, and publishing.

A commit becomes visible by one rename of the manifest. Until then nothing counts: the
working stores are marked dirty before the first change, and a writer that finds the
mark (after a crash, or a batch given up) takes them back to the published version. So
a commit is atomic over both stores, whatever the engine did in between.
"""

import fcntl
import json
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store

import ontology
from kg.claims.claim import Claim
from kg.claims.confidence import RELIABILITY_TERM, Reliability, cautious
from kg.dataset.encode import EncodedClaim, encode, moment
from kg.dataset.files import Layout, Manifest, Settings, sync_folder, write_json
from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import Statement, iri, literal, node, nquads, terms_of
from kg.dataset.view import DEFAULT, Object, Subject, View, _holds
from kg.errors import ReservedGraph, StoreBusy, StoreError
from kg.infer.rules import ontology_rules
from ontology.vocab import BASE, LS, ONTOLOGY

_RESERVED_HOW = (
    "claims are written by ingesting them, and taken back by retracting or superseding them; "
    "reserved graphs follow from the claims"
)


BULK_BYTES = 16 * 1024 * 1024
"""Files larger than this go through the engine's bulk loader."""


class Outcome(StrEnum):
    """What became of a claim that was offered."""

    NEW = "new"
    KNOWN = "known"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Added:
    """What became of one claim. In conflict is a claim whose IRI is bound to other content."""

    iri: str
    outcome: Outcome
    active: bool


class Writer:
    """Holds a store for writing. Use as a context manager; what is not committed is given up.

    ``wait`` is how many seconds to wait for another writer before ``StoreBusy``.
    """

    def __init__(self, path: Path, *, wait: float = 10.0, settings: Settings | None = None) -> None:
        self.layout = Layout(path)
        self._wait = wait
        self._wanted = settings
        self._lock: IO[str] | None = None

    # --- holding the store

    def __enter__(self) -> Self:
        self.layout.root.mkdir(parents=True, exist_ok=True)
        self._acquire()
        try:
            self._open()
        except BaseException:
            self._release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del self.view, self._main, self._archive
        self._release()

    def _acquire(self) -> None:
        try:
            lock = self.layout.lock_file.open("a+", encoding="utf-8")
        except OSError as error:
            raise StoreError(f"{self.layout.root} cannot be written: {error}", store=str(self.layout.root)) from error
        deadline = time.monotonic() + self._wait
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() >= deadline:
                    lock.seek(0)
                    holder = lock.read().strip() or "another process"
                    lock.close()
                    raise StoreBusy(
                        f"{self.layout.root} is being written by {holder}; waited {self._wait:g} s: try again later",
                        store=str(self.layout.root),
                        holder=holder,
                    ) from None
                time.sleep(0.05)
        lock.seek(0)
        lock.truncate()
        command = " ".join(Path(a).name if i == 0 else a for i, a in enumerate(sys.argv[:3]))
        lock.write(f"process {os.getpid()} ({command}) since {datetime.now(UTC).isoformat(timespec='seconds')}")
        lock.flush()
        self._lock = lock

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.seek(0)
            self._lock.truncate()
            self._lock.close()
            self._lock = None

    def _open(self) -> None:
        if not self.layout.settings_file.exists():
            self.layout.create(self._wanted or Settings(store_id=secrets.token_hex(4)))
        self.settings = self.layout.settings()
        self.names = self.settings.names
        fresh = not self.layout.manifest_file.exists()
        self.manifest = Manifest() if fresh else self.layout.manifest()
        if fresh or self.layout.dirty_file.exists() or not (self.layout.working / "main").exists():
            self._restore()
        try:
            self._main = Store(str(self.layout.working / "main"))
            self._archive = Store(str(self.layout.working / "archive"))
        except OSError as error:
            raise StoreError(f"{self.layout.root} cannot be opened: {error}", store=str(self.layout.root)) from error
        self._dirty = self._archive_dirty = False
        self.view = View(
            self._main,
            self._archive,
            self.names,
            self.settings.unreviewed_threshold,
            has_base=self.manifest.counts.get("base_default", 0) > 0,
        )
        if fresh:
            self._touch(archive=True)
            self.commit()

    def _restore(self) -> None:
        """Take the working stores back to the published version."""
        shutil.rmtree(self.layout.working, ignore_errors=True)
        self.layout.working.mkdir(parents=True)
        self.layout.dirty_file.touch()
        if self.manifest.version:
            published = Snapshot(self.layout, self.settings, self.manifest)
            published.main.backup(str(self.layout.working / "main"))
            published.archive.backup(str(self.layout.working / "archive"))
        self.layout.dirty_file.unlink()
        sync_folder(self.layout.working)

    def _touch(self, *, archive: bool = False) -> None:
        if not self._dirty:
            self.layout.dirty_file.touch()
            sync_folder(self.layout.working)
            self._dirty = True
        self._archive_dirty |= archive

    # --- publishing

    def commit(self) -> Manifest:
        """Publish what was written. When this returns, every later read sees it, and a crash cannot undo it."""
        if not self._dirty:
            return self.manifest
        version = self.manifest.version + 1
        folder = f"{version:06d}"
        target = self.layout.snapshots / folder
        shutil.rmtree(target, ignore_errors=True)  # left by a crash between snapshot and manifest
        target.mkdir()
        self._main.backup(str(target / "main"))
        if self._archive_dirty or not self.manifest.archive:
            self._archive.backup(str(target / "archive"))
        manifest = replace(
            self.manifest,
            version=version,
            published=datetime.now(UTC).isoformat(timespec="milliseconds"),
            main=f"{folder}/main",
            archive=f"{folder}/archive" if (target / "archive").exists() else self.manifest.archive,
        )
        write_json(target / "snapshot.json", asdict(manifest))
        sync_folder(self.layout.snapshots)
        write_json(self.layout.manifest_file, asdict(manifest))
        self.manifest = manifest
        self.layout.dirty_file.unlink()
        self._dirty = self._archive_dirty = False
        self._prune()
        return manifest

    def _prune(self) -> None:
        versions = self.layout.versions()
        kept = set(versions[-self.settings.keep_snapshots :])
        in_use = {Path(m.archive).parts[0] for v in kept if (m := self.layout.manifest_of(v))}
        for version in versions:
            if version in kept:
                continue
            folder = self.layout.snapshots / f"{version:06d}"
            (folder / "snapshot.json").unlink(missing_ok=True)
            shutil.rmtree(folder / "main", ignore_errors=True)
        for folder in self.layout.snapshots.iterdir():
            if not (folder / "snapshot.json").exists() and folder.name not in in_use:
                shutil.rmtree(folder, ignore_errors=True)

    # --- claims

    def add(self, claims: Iterable[Claim]) -> list[Added]:
        """Take claims in. A claim already known is left as it is; the order of claims does not matter.

        Raises ``InvalidClaim`` before anything is written if one cannot be encoded.
        """
        now = datetime.now(UTC)
        encoded: dict[str, tuple[Claim, EncodedClaim]] = {}
        order: list[tuple[str, Outcome]] = []
        for claim in claims:
            done = encode(claim, self.names, recorded=claim.recorded or now)
            outcome = self._outcome(done, encoded)
            order.append((done.iri, outcome))
            if outcome is Outcome.NEW:
                encoded[done.iri] = (claim, done)
        if encoded:
            self._write_claims(encoded)
        return [Added(name, outcome, self.view.is_active(name)) for name, outcome in order]

    def _outcome(self, done: EncodedClaim, batch: dict[str, tuple[Claim, EncodedClaim]]) -> Outcome:
        if done.iri in batch:
            same = batch[done.iri][1].content_hash == done.content_hash
            return Outcome.KNOWN if same else Outcome.CONFLICT
        match self.conflict(done.iri, done.content_hash):
            case None:
                return Outcome.NEW
            case "known":
                return Outcome.KNOWN
            case _:
                return Outcome.CONFLICT

    def _write_claims(self, encoded: dict[str, tuple[Claim, EncodedClaim]]) -> None:
        self.begin()
        targets = {t for claim, _ in encoded.values() for t in (*claim.supersedes, *claim.retracts)}
        shared = dict.fromkeys(s for _, done in encoded.values() for s in done.shared)
        text = [nquads(self.unless_said(shared), self.names.record)]
        text.extend(nquads(done.record, self.names.record) for _, done in encoded.values())
        self._load(self._main, "".join(text))
        self._rate_origins([done for _, done in encoded.values()])
        inactive = {name for name in encoded if self.view.due_state(name) != "active"}
        lines: list[str] = []
        for name, (claim, done) in encoded.items():
            if name in inactive:
                self._file_away(name, done.assertion)
                continue
            lines.append(nquads(done.assertion, name))
            if claim.states_fact:
                lines.append(self._fact_lines(done.assertion))
        self._load(self._main, "".join(lines))
        self._count(active=len(encoded) - len(inactive), inactive=len(inactive))
        self._settle(targets)

    def _fact_lines(self, assertion: Sequence[Statement]) -> str:
        """N-Quads of facts, and of what follows from them."""
        rules = ontology_rules()
        follows = dict.fromkeys(c for triple in assertion for c in rules.consequences(triple))
        consequences = [Statement(*c) for c in follows]
        return nquads(assertion) + nquads(consequences) + nquads(consequences, self.names.inferred)

    def _load(self, store: Store, text: str) -> None:
        if text:
            store.load(text.encode(), format=RdfFormat.N_QUADS)

    def unless_said(self, statements: Iterable[Statement]) -> list[Statement]:
        """Descriptions, less those of a property that the record already has of that node.

        What is known of a document, source or entity stays as it was first recorded.
        """
        kept, known = [], {}
        for s, p, o in statements:
            if (s, p) not in known:
                subject, predicate = node(s[1:-1]), node(p[1:-1])
                known[s, p] = (
                    next(iter(self._main.quads_for_pattern(subject, predicate, None, self.view.record)), None)
                    is not None
                )
                if not known[s, p]:
                    kept.append(Statement(s, p, o))
                    known[s, p] = True
        return kept

    def begin(self) -> None:
        """Before claims are written: mark the working stores, and bring the ontology's graph in with the first."""
        self._touch()
        graph = node(ONTOLOGY)
        if self._main.contains_named_graph(graph):
            return
        for name in ontology.MODULES:
            self._main.load(ontology.turtle(name).encode(), format=RdfFormat.TURTLE, to_graph=graph)

    def _rate_origins(self, encoded: Sequence[EncodedClaim]) -> None:
        ratings: dict[str, set[Reliability]] = {}
        for done in encoded:
            ratings.setdefault(done.origin, set()).add(done.reliability)
        predicate = node(LS.sourceReliability)
        for origin, found in ratings.items():
            before = list(self._main.quads_for_pattern(node(origin), predicate, None, self.view.record))
            rated = cautious(found | {self.view.origin_reliability(origin)} if before else found)
            for quad in before:
                self._main.remove(quad)
            self._main.add(
                Quad(node(origin), predicate, node(RELIABILITY_TERM[rated]), self.view.record)
            )

    def _file_away(self, name: str, assertion: Sequence[Statement]) -> None:
        """Put a claim that was just recorded, and is not active, into the archive."""
        self._touch(archive=True)
        self._move_record(name, self._main, self._archive)
        self._load(self._archive, nquads(assertion, name))

    def _move_record(self, name: str, source: Store, target: Store) -> None:
        quads = list(self._own_record(name, source))
        target.extend(quads)
        for quad in quads:
            source.remove(quad)

    def _own_record(self, name: str, store: Store) -> Iterable[Quad]:
        """Record quads of a claim and of the nodes named under it."""
        todo = [name]
        while todo:
            for quad in store.quads_for_pattern(node(todo.pop()), None, None, self.view.record):
                yield quad
                if isinstance(quad.object, NamedNode) and quad.object.value.startswith(f"{name}#"):
                    todo.append(quad.object.value)

    # --- claims in bulk

    def is_empty(self) -> bool:
        """Whether there are no claims and no named graphs but the ontology."""
        counts = self.manifest.counts
        graphs = (g for g in self._main.named_graphs() if g != node(ONTOLOGY))
        return not counts.get("active") and not counts.get("inactive") and next(graphs, None) is None

    def conflict(self, name: str, content_hash: str) -> str | None:
        """Why a named graph cannot come in as a new claim: "known", or what is in its way."""
        if self.names.is_reserved(name):
            return f"graph <{name}> is reserved: {_RESERVED_HOW}"
        if self.view.is_known(name):
            known = self.view.node(name).get(LS.contentHash)
            return "known" if known == content_hash else "a claim of this IRI with other content is known"
        if self._main.contains_named_graph(node(name)):
            return "a graph of this name holds base data"
        return None

    def load_file(self, path: Path, new_claims: int) -> None:
        """Load N-Quads of new, active claims with their records, facts and consequences."""
        if path.stat().st_size > BULK_BYTES:
            self._main.bulk_load(path=str(path), format=RdfFormat.N_QUADS)
        else:
            self._main.load(path=str(path), format=RdfFormat.N_QUADS)
        self._count(active=new_claims)

    # --- change of state

    def retract(self, name: str, *, reason: str, by: str, at: datetime | None = None) -> bool:
        """Take a claim back. It stays readable, with the reason; false if it was retracted before.

        Raises ``NotFound``.
        """
        self.view.need_claim(name)
        if self.view.node(name).get(LS.retracted) is not None:
            return False
        self._touch(archive=True)
        store = self._main if self.view.is_active(name) else self._archive
        about = iri(name)
        statements = [
            Statement(about, iri(LS.retracted), moment(at or datetime.now(UTC))),
            Statement(about, iri(LS.retractionReason), literal(reason)),
            Statement(about, iri(LS.retractedBy), literal(by)),
        ]
        self._load(store, nquads(statements, self.names.record))
        self._settle({name})
        return True

    def _settle(self, changed: set[str]) -> None:
        """Move claims whose due state is not where they are, and whatever that touches in turn."""
        seen: set[str] = set()
        todo = set(changed)
        while todo:
            name = todo.pop()
            if name in seen or not self.view.is_known(name):
                continue
            seen.add(name)
            active, due = self.view.is_active(name), self.view.due_state(name) == "active"
            if active and not due:
                self._deactivate(name)
            elif due and not active:
                self._activate(name)
            found = self.view.node(name)
            todo |= {*found.all(LS.supersedes), *found.all(LS.retracts)} - seen

    def _deactivate(self, name: str) -> None:
        self._touch(archive=True)
        info = self.view.claim_info(name)
        quads = list(self._main.quads_for_pattern(None, None, None, node(name)))
        self._archive.extend(quads)
        self._main.remove_graph(node(name))
        self._move_record(name, self._main, self._archive)
        if info is not None and info.states_fact:
            self.withdraw((q.subject, q.predicate, q.object) for q in quads)
        self._count(active=-1, inactive=1)

    def _activate(self, name: str) -> None:
        self._touch(archive=True)
        quads = list(self._archive.quads_for_pattern(None, None, None, node(name)))
        self._main.extend(quads)
        self._archive.remove_graph(node(name))
        self._move_record(name, self._archive, self._main)
        info = self.view.claim_info(name)
        if info is not None and info.states_fact:
            triples = [Statement(str(q.subject), str(q.predicate), str(q.object)) for q in quads]
            self._load(self._main, self._fact_lines(triples))
        self._count(active=1, inactive=-1)

    def withdraw(self, triples: Iterable[tuple[Subject, NamedNode, Object]]) -> None:
        """Take from the default graph what nothing supports any more, consequences included."""
        rules = ontology_rules()
        for s, p, o in triples:
            follows = [terms_of(c) for c in rules.consequences((str(s), str(p), str(o)))]
            for triple in ((s, p, o), *follows):
                derivable = any(self.view.asserting(*premise) for premise in self.view.premises(*triple))
                if not derivable and self.view.is_inferred(*triple):
                    self._main.remove(Quad(*triple, self.view.inferred))
                if not derivable and not self.view.is_base(*triple) and not self.view.asserting(*triple):
                    self._main.remove(Quad(*triple, DEFAULT))

    # --- base data

    def add_base(self, quads: Iterable[Quad]) -> int:
        """Write raw data; gives back how many quads were new. Raises ``ReservedGraph``, writing nothing then."""
        found = list(dict.fromkeys(quads))
        self._refuse_reserved(found)
        self._touch(archive=True)
        new = 0
        for quad in found:
            store = self._archive if isinstance(quad.graph_name, DefaultGraph) else self._main
            new += quad not in store
        plain = [q for q in found if isinstance(q.graph_name, DefaultGraph)]
        before = sum(q in self._archive for q in plain)
        self._archive.extend(plain)
        self._main.extend(found)
        self._count(base_default=len(plain) - before)
        self.view.has_base = self.manifest.counts.get("base_default", 0) > 0
        return new

    def remove_base(self, quads: Iterable[Quad]) -> int:
        """Remove raw data; a triple that claims still support stays. Raises ``ReservedGraph``."""
        found = list(dict.fromkeys(quads))
        self._refuse_reserved(found)
        self._touch(archive=True)
        removed = plain = 0
        for quad in found:
            if not isinstance(quad.graph_name, DefaultGraph):
                removed += quad in self._main
                self._main.remove(quad)
                continue
            if quad in self._archive:
                self._archive.remove(quad)
                removed, plain = removed + 1, plain + 1
                triple = (quad.subject, quad.predicate, quad.object)
                if not self.view.asserting(*triple) and not self.view.is_inferred(*triple):
                    self._main.remove(quad)
        self._count(base_default=-plain)
        return removed

    def _refuse_reserved(self, quads: Iterable[Quad]) -> None:
        for graph in {q.graph_name.value for q in quads if isinstance(q.graph_name, NamedNode)}:
            if self.names.is_reserved(graph) or self.view.is_known(graph):
                raise ReservedGraph(
                    f"graph <{graph}> is not open to raw writes: {_RESERVED_HOW}", graph=graph
                )

    def _count(self, **changes: int) -> None:
        self.manifest = self.manifest.with_counts(**changes)
