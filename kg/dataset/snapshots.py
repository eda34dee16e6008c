"""Published versions: immutable, opened read-only, followed by their manifest."""

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, QueryBoolean, QuerySolutions, QueryTriples, Store

from kg.dataset.annotations import AnnotationReader
from kg.dataset.decode import Node
from kg.dataset.files import Layout, Manifest, Settings
from kg.dataset.index import AnnotatedFacts
from kg.dataset.syntax import syntax_error
from kg.dataset.view import ClaimInfo, View
from kg.errors import StoreError, VersionGone
from ontology.vocab import LS, PREFIXES

_CACHED = 200_000


class Snapshot(View):
    """One published version. It never changes, so what is read of its claims is kept."""

    def __init__(self, layout: Layout, settings: Settings, manifest: Manifest) -> None:
        try:
            main = Store.read_only(str(layout.snapshots / manifest.main))
            archive = Store.read_only(str(layout.snapshots / manifest.archive))
        except OSError as error:
            raise StoreError(
                f"version {manifest.version} of {layout.root} cannot be opened: {error}",
                store=str(layout.root),
            ) from error
        super().__init__(
            main,
            archive,
            settings.names,
            settings.unreviewed_threshold,
            has_base=manifest.counts.get("base_default", 0) > 0,
        )
        self.layout = layout
        self.settings = settings
        self.manifest = manifest
        self._infos = lru_cache(maxsize=_CACHED)(super().claim_info)
        self._nodes = lru_cache(maxsize=_CACHED)(super().node)
        self._active_nodes = lru_cache(maxsize=_CACHED)(super().active_node)
        self._stated = lru_cache(maxsize=_CACHED)(super().states_fact)
        self._rebuttals = lru_cache(maxsize=_CACHED)(super().rebuttals)

    repeats = False

    @cached_property
    def index(self) -> AnnotatedFacts | None:
        """Each fact once with its annotation; ``None`` for a version older than this store format.

        Raises ``StoreError`` if it cannot be opened any more.
        """
        if not self.manifest.index:
            return None
        try:
            store = Store.read_only(str(self.layout.snapshots / self.manifest.index))
        except OSError as error:
            raise StoreError(
                f"the index of version {self.number} of {self.layout.root} cannot be opened: {error}",
                store=str(self.layout.root),
            ) from error
        return AnnotatedFacts(store, AnnotationReader(self.layout.annotations_file), self)

    @property
    def number(self) -> int:
        """The version's number within the store."""
        return self.manifest.version

    @property
    def iri(self) -> str:
        """The version's IRI."""
        return self.names.snapshot(self.settings.store_id, self.number)

    def claim_info(self, iri: str) -> ClaimInfo | None:
        """What an answer tells about an active claim; ``None`` if there is none of that IRI."""
        return self._infos(iri)

    def states_fact(self, iri: str) -> bool:
        """Whether an active claim has that IRI, and its assertion is part of the default graph."""
        return self._stated(iri)

    def rebuttals(self, iri: str) -> tuple[str, ...]:
        """Active claims that rebut or correct a claim, or deny what it states in its direct form."""
        return self._rebuttals(iri)

    def node(self, iri: str) -> Node:
        """Everything the record says of one node."""
        return self._nodes(iri)

    def active_node(self, iri: str) -> Node:
        """What the queried record says of a node: all there is of what is active or shared."""
        return self._active_nodes(iri)

    def query(
        self,
        sparql: str,
        *,
        base_iri: str | None = None,
        prefixes: Mapping[str, str] = PREFIXES,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        """Evaluate a query with the engine, as it is. Raises ``QuerySyntaxError``."""
        try:
            return self.main.query(
                sparql,
                base_iri=base_iri,
                prefixes=dict(prefixes),
                default_graph=_graphs(default_graphs, named_graphs),
                named_graphs=_graphs(named_graphs, default_graphs),
            )
        except SyntaxError as error:
            raise syntax_error(error) from None

    def document_text(self, document: str) -> str | None:
        """The text of a document, or ``None`` if it was never given."""
        content_hash = self.node(document).get(LS.textHash)
        return self.layout.text(content_hash) if content_hash else None


def _graphs(given: Sequence[str] | None, other: Sequence[str] | None) -> list[Any] | None:
    """One half of a request's dataset, empty where only the other is given (SPARQL 1.1, 13.2)."""
    if given is None:
        return None if other is None else []
    return [NamedNode(g) for g in given]


class Reader:
    """Follows a store's published versions."""

    def __init__(self, path: Path) -> None:
        self.layout = Layout(path)
        self._settings = self.layout.settings()
        self._current: Snapshot | None = None
        self._stamp: tuple[int, int] | None = None

    def current(self) -> Snapshot:
        """The published version: opened anew only when another one was published."""
        for attempt in range(5):
            stamp = self._manifest_stamp()
            if self._current is not None and stamp == self._stamp:
                return self._current
            try:
                opened = Snapshot(self.layout, self._settings, self.layout.manifest())
            except StoreError:
                if attempt == 4 or self._manifest_stamp() == stamp:
                    raise
                continue  # pruned between reading the manifest and opening it: a newer one is there
            self._current, self._stamp = opened, stamp
        if self._current is None:  # pragma: no cover - the loop returns or raises
            raise StoreError(f"{self.layout.root} changes faster than it can be read")
        return self._current

    def _manifest_stamp(self) -> tuple[int, int]:
        try:
            found = self.layout.manifest_file.stat()
        except OSError as error:
            raise StoreError(
                f"{self.layout.root} holds no published version: {error}", store=str(self.layout.root)
            ) from error
        return found.st_ino, found.st_mtime_ns

    def version(self, wanted: str) -> Snapshot:
        """A kept version by number or IRI. Raises ``VersionGone``."""
        current = self.current()
        if wanted in (current.iri, str(current.number)):
            return current
        number = wanted.removeprefix(self._settings.names.snapshot(self._settings.store_id, 0)[:-1])
        manifest = self.layout.manifest_of(int(number)) if number.isdecimal() else None
        if manifest is None:
            kept = tuple(
                self._settings.names.snapshot(self._settings.store_id, v) for v in self.layout.versions()
            )
            raise VersionGone(
                f"version {wanted} is not kept: ask one of {', '.join(kept[-3:])}", version=wanted, kept=kept
            )
        return Snapshot(self.layout, self._settings, manifest)
