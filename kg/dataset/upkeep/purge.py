"""Taking a document's text, and what was quoted from it, out of a store for good.

What is removed from the engine's store stays in its files for a while, and its table of
strings keeps every string. So the stores are written anew without it, older versions
are dropped, and a tombstone keeps the text from coming in again.
"""

import gc
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.dataset.files import sync_folder, write_json
from kg.dataset.kept import KeptAnswers
from kg.dataset.record.encode import moment
from kg.dataset.terms import Statement, iri, literal, node, terms_of
from kg.dataset.writer import Writer
from kg.errors import NotFound
from ontology.vocab import LS, OA, RDF

_TELLING = 16
"""Characters from which on words tell what they were quoted from."""

_WORDS = (OA + "exact", OA + "prefix", OA + "suffix")


@dataclass(frozen=True)
class Tombstone:
    """What is left of a purged document: which it was, why and when it went, how many claims quoted it."""

    document: str
    text_hash: str | None
    reason: str
    purged: str
    claims: int


class Purge(Writer):
    """Holds a store for taking documents out. What it does is published at once."""

    def purge(self, document: str, *, reason: str) -> Tombstone:
        """Take a document's text and quotes out: out of every version, for good.

        The claims stay without their quotes, and say so. Raises ``NotFound``.
        """
        found = self.view.node(document)
        if LS.Document not in found.all(RDF + "type"):
            raise NotFound(f"there is no document {document} in this store", iri=document)
        at = datetime.now(UTC)
        content_hash = found.get(LS.textHash)
        claims = self.view.pointing_at(LS.document, document)
        words = [quad for claim in claims for quad in self._quote_of(claim)]
        told = {
            q.object.value for q in words if q.predicate.value in _WORDS and isinstance(q.object, Literal)
        }
        tombstone = Tombstone(document, content_hash, reason, at.isoformat(timespec="seconds"), len(claims))
        self.begin()
        self.touch(archive=True)
        text = self.layout.text(content_hash) if content_hash else None
        if content_hash is not None:
            stone = self.layout.tombstone(content_hash)
            stone.parent.mkdir(exist_ok=True)
            write_json(stone, asdict(tombstone))
        for claim in claims:
            self._mark(claim, at)
        self._say(document, at, reason, known=found.get(LS.purged) is not None)
        self.remove_base(quad for value in told for quad in self._copies_of(value))
        self._rewrite(set(words))
        self.count(purged=1)
        self.commit()
        self._drop_older()
        if content_hash is not None:
            self.layout.document(content_hash).unlink(missing_ok=True)
        gone = told | ({text} if text else set())
        self._sweep_quarantine(gone)
        KeptAnswers(self.layout).take_out(document, [w for w in gone if len(w) >= _TELLING], reason)
        return tombstone

    def _quote_of(self, claim: str) -> list[Quad]:
        """The record quads of a claim's quote, in both stores."""
        quotes = self.view.node(claim).all(LS.quote)
        return [
            quad
            for store in (self.main, self.archive)
            for quote in quotes
            for pattern in (
                store.quads_for_pattern(node(quote), None, None, self.view.record),
                store.quads_for_pattern(node(claim), node(LS.quote), node(quote), self.view.record),
            )
            for quad in pattern
        ]

    def _copies_of(self, words: str) -> list[Quad]:
        """Base data that repeats words of a quote: as such, or words so long that they are nobody else's."""
        return [
            quad
            for quad in self.main.quads_for_pattern(None, None, Literal(words), None)
            if quad.predicate.value in _WORDS or len(words) >= _TELLING
            if not isinstance(quad.graph_name, NamedNode) or self._is_open(quad.graph_name.value)
        ]

    def _is_open(self, graph: str) -> bool:
        return not self.names.is_reserved(graph) and not self.view.is_known(graph)

    def _mark(self, claim: str, at: datetime) -> None:
        """Note that a claim had a quote, if it had one."""
        if self.view.node(claim).get(LS.quote) is None:
            return
        store = self.main if self.view.is_active(claim) else self.archive
        store.add(self._quad(Statement(iri(claim), iri(LS.quoteRemoved), moment(at))))

    def _say(self, document: str, at: datetime, reason: str, *, known: bool) -> None:
        if known:
            for store in (self.main, self.archive):
                for predicate in (LS.purged, LS.purgeReason):
                    for quad in list(
                        store.quads_for_pattern(node(document), node(predicate), None, self.view.record)
                    ):
                        store.remove(quad)
        for predicate, value in ((LS.purged, moment(at)), (LS.purgeReason, literal(reason))):
            self.main.add(self._quad(Statement(iri(document), iri(predicate), value)))

    def _quad(self, said: Statement) -> Quad:
        return Quad(*terms_of(said), self.view.record)

    def _rewrite(self, without: set[Quad]) -> None:
        """Write the working stores anew, without some quads; the index is made anew when it is published."""
        for name, store in (("main", self.main), ("archive", self.archive)):
            target = self.layout.working / f"{name}.new"
            shutil.rmtree(target, ignore_errors=True)
            _copy(store, Store(str(target)), without)
        del store
        self.close_stores()
        gc.collect()  # the engine lets go of its files when the last reference is gone
        for name in ("main", "archive"):
            shutil.rmtree(self.layout.working / name)
            (self.layout.working / f"{name}.new").rename(self.layout.working / name)
        shutil.rmtree(self.layout.working / "index")
        shutil.rmtree(self.layout.working / "text")
        sync_folder(self.layout.working)
        self.open_stores()
        self.indexing.touch_all()
        self.text.touch_all()

    def _drop_older(self) -> None:
        """Drop all versions but the one just published."""
        self.settings = replace(self.settings, keep_snapshots=1)
        self._prune()
        self.wait_for_pruning()

    def _sweep_quarantine(self, words: Iterable[str]) -> None:
        """Drop files of the quarantine that hold the text, or what was quoted from it."""
        telling = [w for w in words if len(w) >= _TELLING]
        for path in self.layout.quarantine.glob("*"):
            content = path.read_text(encoding="utf-8", errors="replace")
            plain = content.replace("\\n", "\n").replace('\\"', '"')
            if any(w in content or w in plain for w in telling):
                path.unlink()


def _copy(source: Store, target: Store, without: set[Quad]) -> None:
    kept = (quad for quad in source.quads_for_pattern(None, None, None, None) if quad not in without)
    target.bulk_extend(kept)
    for graph in source.named_graphs():
        if isinstance(graph, NamedNode):
            target.add_graph(graph)
    target.flush()
