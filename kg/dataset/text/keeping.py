"""Keeping the text index in step with the claims, and making it anew.

New claims are noted with their entry, others that changed by their IRI; both are worked off
when a version is published, or before that when there are many. What a claim does to others
(it contradicts them, or is a second origin of what they say) is found in the index itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from tantivy import Document as TantivyDocument
from tantivy import Index, IndexWriter, Occur, Query, Searcher

from kg.dataset.annotated.view import View
from kg.dataset.checks.invariants import claim_names
from kg.dataset.loading.sorting import Progress
from kg.dataset.record.records import DEFAULT
from kg.dataset.terms import node
from kg.dataset.text.entry import LABELS, Entry, Name, base_names, entry_of, opposite
from kg.dataset.text.index import (
    SCHEMA,
    Document,
    Flags,
    claim_document,
    is_findable,
    link,
    name_document,
    number,
    open_index,
)

MANY = 5_000
"""Noted claims that are worked off before the version is complete."""

_HEAP = 64 * 1024 * 1024
_READ_AT_ONCE = 10_000


class TextIndexing:
    """Writes the text index in a folder, for the stores of a view."""

    def __init__(self, view: View, folder: Path) -> None:
        self._view = view
        self._folder = folder
        self._index: Index | None = None
        self._writer: IndexWriter | None = None
        self._noted: dict[str, Entry | None] = {}
        self._names: dict[str, Name] = {}
        self._anew = False
        self._written = False

    @property
    def pending(self) -> bool:
        """Whether the index is behind, or ahead of what is published."""
        return self._anew or self._written or bool(self._noted) or bool(self._names)

    # --- what changed

    def stated(self, entry: Entry) -> None:
        """Note a claim that is new, with its entry."""
        if not self._anew:
            self._noted[entry.iri] = entry
            self._work_off_many()

    def touch(self, iri: str) -> None:
        """Note a claim of which something changed."""
        if not self._anew:
            self._noted[iri] = None
            self._work_off_many()

    def named(self, names: Iterable[Name]) -> None:
        """Note names that base data give."""
        if not self._anew:
            self._names.update((name.key, name) for name in names)
            self._work_off_many()

    def touch_all(self) -> None:
        """Have the whole index made anew."""
        self._noted, self._names, self._anew = {}, {}, True

    def _work_off_many(self) -> None:
        if len(self._noted) + len(self._names) >= MANY:
            self._work_off()

    # --- writing

    def refresh(self) -> None:
        """Bring the index up to date."""
        if self._anew:
            self._write().delete_all_documents()
            self._write().commit()
            self._anew = False
            for name in claim_names(self._view):
                self.touch(name)
            self.name_base()
        self._work_off()

    def name_base(self) -> None:
        """Note all names that base data give."""
        self.named(_base_names(self._view))

    def missing(self, claims: Iterable[str], progress: Progress) -> Iterator[str]:
        """Those of the claims that are not in the index by now; ``progress`` hears of the others."""
        there = self._searcher()
        for iri in claims:
            if there.doc_freq("id", iri):
                progress(1)
            elif is_findable(iri):
                yield iri

    def replace(self, made: Path) -> None:
        """Take an index that was made elsewhere instead of the present one."""
        self.close()
        link(made, self._folder)
        self._written = True

    def save(self, target: Path) -> None:
        """Write what was noted, and copy the index as it is then."""
        self._work_off()
        self._open()
        link(self._folder, target)

    def publish(self, target: Path) -> None:
        """Copy the index, as it was refreshed, into the folder of a version."""
        self._open()
        link(self._folder, target)
        self._written = False

    def close(self) -> None:
        """Let go of the index; what was noted is dropped."""
        self._noted, self._names, self._anew = {}, {}, False
        if self._writer is not None:
            self._writer.wait_merging_threads()
        self._writer = self._index = None

    def _open(self) -> Index:
        if self._index is None:
            self._index = open_index(self._folder)
        return self._index

    def _write(self) -> IndexWriter:
        if self._writer is None:
            self._writer = self._open().writer(_HEAP, 1)
        return self._writer

    def _work_off(self) -> None:
        if not (self._noted or self._names or self._written):
            return
        writer = self._write()
        self._written = True
        noted, self._noted = self._noted, {}
        entries = [e or entry_of(self._view, iri) for iri, e in noted.items() if is_findable(iri)]
        searcher = self._searcher()
        known = {iri for iri, e in noted.items() if e is None and searcher.doc_freq("id", iri)}
        batch = _Batch(searcher, entries, known)
        names = self._names | {n.key: n for e in entries for n in e.names if is_findable(n.of)}
        self._names = {}
        for iri in known:
            writer.delete_documents_by_term("id", iri)
        for entry in entries:
            _add(writer, claim_document(entry, batch.flags(entry.iri, entry.sides, entry.says)))
        for document in batch.changed():
            writer.delete_documents_by_term("id", document["id"])
            _add(writer, document)
        for name in names.values():
            if not batch.searcher.doc_freq("id", name.key):
                _add(writer, name_document(name))
        writer.commit()

    def _searcher(self) -> Searcher:
        self._open().reload()
        return self._open().searcher()


def _add(writer: IndexWriter, document: Document) -> None:
    writer.add_document(TantivyDocument.from_dict(dict(document), SCHEMA))


def _base_names(view: View) -> Iterator[Name]:
    for label in LABELS if view.has_base else ():
        yield from base_names(view.archive.quads_for_pattern(None, node(label[1:-1]), None, DEFAULT))


@dataclass
class _Batch:
    """Claims on their way into the index, and what they do to the claims that are there.

    ``known`` are those of them that the index has in an older state.
    """

    searcher: Searcher
    entries: list[Entry]
    known: set[str]
    _by_side: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _against: set[str] = field(default_factory=set)
    _older: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _targets: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _after: dict[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for entry in self.entries:
            self._against.update(entry.against)
            for side in entry.says:
                self._by_side[side].add(entry.origin)
        for iri in self.known:
            for found in self._documents(_term("id", iri)):
                for side in found.get("says", ()):
                    self._older[side].add(iri)
                for target in found.get("against", ()):
                    self._targets[target].add(iri)

    def flags(self, iri: str, sides: Iterable[str], says: Iterable[str]) -> Flags:
        """What others make of a claim, once the batch is in."""
        contested = self._is_opposed(iri) or any(self._origins(opposite(side)) for side in sides)
        numbers = [len(self._origins(side)) for side in says]
        return Flags(contested, "" if not numbers else "one" if min(numbers) < 2 else "several")

    def changed(self) -> Iterator[Document]:
        """Documents of claims that are not in the batch, but stand otherwise because of it."""
        affected: dict[str, dict[str, list[Any]]] = {}
        for query in self._affected():
            for found in self._documents(query):
                affected[found["id"][0]] = found
        mine = {entry.iri for entry in self.entries}
        for iri, found in affected.items():
            if iri in mine or found["state"] != ["active"]:
                continue
            flags = self.flags(iri, found.get("side", ()), found.get("says", ()))
            said = "yes" if flags.contested else "no"
            if found["contested"] != [said] or found.get("support", [""]) != [flags.support]:
                kept: dict[str, object] = {k: v for k, v in found.items() if k != "support"}
                kept |= {"id": iri, "contested": [said]}
                yield kept | {"support": [flags.support]} if flags.support else kept

    def _affected(self) -> Iterator[Query]:
        for side in {*self._by_side, *self._older}:
            before, after = self._indexed(side, None), self._origins(side)
            if (len(before) > 1) != (len(after) > 1):
                yield _term("says", side)
            if bool(before) != bool(after):
                yield _term("side", opposite(side))
        for iri in {*self._against, *self._targets}:
            yield _term("id", iri)

    def _is_opposed(self, iri: str) -> bool:
        if iri in self._against:
            return True
        if not self.searcher.doc_freq("against", iri):
            return False
        query = _without(_term("against", iri), self._targets.get(iri))
        return number(self.searcher, query) > 0

    def _origins(self, side: str) -> frozenset[str]:
        """Up to three of the origins that say something, once the batch is in."""
        if side not in self._after:
            self._after[side] = self._indexed(side, self._older.get(side)) | self._by_side.get(side, set())
        return self._after[side]

    def _indexed(self, side: str, without: set[str] | None) -> frozenset[str]:
        if not self.searcher.doc_freq("says", side):
            return frozenset()
        query = _without(_term("says", side), without)
        found = self.searcher.aggregate(query, {"origin": {"terms": {"field": "origin", "size": 3}}})
        return frozenset(bucket["key"] for bucket in found["origin"]["buckets"])

    def _documents(self, query: Query) -> Iterator[dict[str, list[Any]]]:
        hits = iter(self.searcher.search(query, max(1, self.searcher.num_docs)).hits)
        while part := list(islice(hits, _READ_AT_ONCE)):
            for _, address in part:
                yield self.searcher.doc(address).to_dict()


def _without(query: Query, claims: set[str] | None) -> Query:
    """What is found, less some claims."""
    if not claims:
        return query
    dropped = Query.term_set_query(SCHEMA, "id", sorted(claims))
    return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, dropped)])


def _term(name: str, value: str) -> Query:
    return Query.term_query(SCHEMA, name, value, index_option="basic")
