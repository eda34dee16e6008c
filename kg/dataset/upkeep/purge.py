"""Taking a document out of a store for good: its text, its claims, and all that is there because of it alone.

What is removed from the engine's store stays in its files for a while, and its table of
strings keeps every string. So the stores are written anew without it, older versions are
dropped, and a tombstone keeps the document from coming in again.

The order matters. It is written down first what is to go (``kg.dataset.purging``); then the text
is not given out any more, and older versions are not either; then all of it is taken out, in the
files beside the stores as well; and only then a version without it is published. So whoever reads
that version finds nothing, and whatever is made from an older one is not kept under its name.
A purge that is broken off begins again with the next opening for writing: each step can be done twice.
"""

import gc
import re
import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.claims.document import text_hash
from kg.claims.names import Names
from kg.dataset.files import sync_folder
from kg.dataset.kept import KeptAnswers
from kg.dataset.purging import Purging, Tombstone, Withdrawn, begin, end, put, tombstone, under_way
from kg.dataset.record.encode import moment
from kg.dataset.terms import Statement, iri, literal, terms_of
from kg.dataset.upkeep.leftovers import (
    TELLING,
    Telling,
    drop_files,
    drop_unfinished,
    forget_copy,
    forget_followed,
    write_over,
)
from kg.dataset.upkeep.withdrawing import QUOTED, Gone, Withdrawing
from kg.errors import NotFound, StoreError
from ontology.vocab import LS, RDF

_KEY = re.compile(r"[0-9a-f]{32}")
_ROOM = 1.5
"""Of what the stores take on disk, so much must be free to write them anew."""


class Purge(Withdrawing):
    """Holds a store for taking documents out. What it does is published at once."""

    finishes_purges = False
    nearly: tuple[str, ...] = ()
    """IRIs of documents that stay, and have nearly the same text as the one that went."""

    def purge(self, document: str, *, reason: str) -> Tombstone:
        """Take a document out, and every claim of it: out of every version, for good.

        Raises ``NotFound``, and ``StoreError`` where there is no room to write the stores anew.
        """
        self.finish()
        found = self.view.node(document)
        if LS.Document not in found.all(RDF + "type"):
            raise NotFound(f"there is no document {document} in this store", iri=document)
        self._need_room()
        content_hash = found.get(LS.textHash)
        purging = Purging(
            document=document,
            key=content_hash or _key(document, self.names),
            text_hash=content_hash,
            reason=reason,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            version=self.manifest.version,
            holder=self._lock.holder,
        )
        begin(self.layout, purging)
        return self._carry_out(purging)

    def finish(self) -> None:
        """Go through with a purge that was broken off, if there is one."""
        purging = under_way(self.layout)
        if purging is None:
            return
        if self.manifest.version > purging.version:
            self._clear(purging)
        else:
            self._carry_out(purging)

    def _need_room(self) -> None:
        files = (path for path in self.layout.working.rglob("*") if path.is_file())
        needed = int(_ROOM * sum(path.stat().st_size for path in files))
        free = shutil.disk_usage(self.layout.root).free
        if free < needed:
            raise StoreError(
                f"{self.layout.root} has {free:,} bytes left, and {needed:,} are needed to write it anew: "
                "nothing was taken out",
                store=str(self.layout.root),
            )

    # --- the steps, in their order

    def _carry_out(self, purging: Purging) -> Tombstone:
        stone = self._put_stone(purging)
        self._hide_versions()
        gone = self._withdraw(purging)
        self._sweep(purging, gone)
        self._forget_text(purging)
        self._rewrite()
        self._publish()
        self._clear(purging)
        return stone

    def _put_stone(self, purging: Purging) -> Tombstone:
        """From here on the text is not given out, and nothing of the document comes in."""
        before = tombstone(self.layout, purging.key)
        known = {one.iri: one for one in before.withdrawn} if before else {}
        claims = self.view.pointing_at(LS.document, purging.document)
        for name in claims:
            if name.startswith(self.names.claim("")):
                said = self.view.node(name)
                known[name] = Withdrawn(name, said.need(LS.claimType), said.need(LS.recorded))
        total = max(len(claims), len(known), before.claims if before else 0)
        stone = Tombstone(
            purging.document, purging.text_hash, purging.reason, purging.at, total, tuple(known.values())
        )
        put(self.layout, purging.key, stone)
        return stone

    def _hide_versions(self) -> None:
        """Older versions are not found any more; their files go when the new one is there."""
        for version in self.layout.versions():
            (self.layout.snapshots / f"{version:06d}" / "snapshot.json").unlink()
        sync_folder(self.layout.snapshots)

    def _withdraw(self, purging: Purging) -> Gone:
        self.begin()
        self.touch(archive=True)
        gone = self.withdraw_document(purging.document)
        at = datetime.fromisoformat(purging.at)
        for predicate, value in ((LS.purged, moment(at)), (LS.purgeReason, literal(purging.reason))):
            said = Statement(iri(purging.document), iri(predicate), value)
            self.main.add(Quad(*terms_of(said), self.view.record))
        self.remove_base(quad for value in gone.quoted for quad in self._copies_of(value))
        self.count(purged=1)
        return gone

    def _copies_of(self, words: str) -> list[Quad]:
        """Base data that repeats words of a quote: as such, or words so long that they are nobody else's."""
        return [
            quad
            for quad in self.main.quads_for_pattern(None, None, Literal(words), None)
            if quad.predicate.value in QUOTED or len(words) >= TELLING
            if not isinstance(quad.graph_name, NamedNode) or self._is_open(quad.graph_name.value)
        ]

    def _is_open(self, graph: str) -> bool:
        return not self.names.is_reserved(graph) and not self.view.is_known(graph)

    def _sweep(self, purging: Purging, gone: Gone) -> None:
        """Take the words out of the files beside the stores."""
        text = None
        if purging.text_hash is not None:
            path = self.layout.document(purging.text_hash)
            text = path.read_bytes().decode("utf-8") if path.exists() else None
            self.nearly = tuple(map(self.names.document, forget_copy(self.layout, purging.text_hash)))
        whole = (text,) if text else ()
        telling = Telling.of({*gone.all, *whole}, text)
        drop_files(self.layout, telling)
        drop_unfinished(self.layout, purging.text_hash)
        forget_followed(self.layout, telling, purging.text_hash)
        write_over(self.layout, telling)
        self._take_out_answers(purging, telling.words)

    def _take_out_answers(self, purging: Purging, words: Iterable[str]) -> None:
        stone = tombstone(self.layout, purging.key)
        named = (one.iri for one in stone.withdrawn) if stone else ()
        KeptAnswers(self.layout).take_out(purging.document, [*words, *named], purging.reason)

    def _forget_text(self, purging: Purging) -> None:
        if purging.text_hash is not None:
            path = self.layout.document(purging.text_hash)
            if path.exists():
                path.unlink()
                sync_folder(path.parent)

    def _rewrite(self) -> None:
        """Write the working stores anew; what is made from them is made anew when it is published."""
        for name, store in (("main", self.main), ("archive", self.archive)):
            target = self.layout.working / f"{name}.new"
            shutil.rmtree(target, ignore_errors=True)
            _copy(store, Store(str(target)))
        del store
        self.close_stores()
        gc.collect()  # the engine lets go of its files when the last reference is gone
        for name in ("main", "archive"):
            shutil.rmtree(self.layout.working / name)
            (self.layout.working / f"{name}.new").rename(self.layout.working / name)
        shutil.rmtree(self.layout.working / "index")
        shutil.rmtree(self.layout.working / "text")
        sync_folder(self.layout.working)
        annotations = f"annotations-{self.manifest.version + 1:06d}.log"
        self.manifest = replace(self.manifest, annotations=annotations)
        self.annotations_path.unlink(missing_ok=True)  # left by a purge that was broken off
        self.open_stores()
        self.indexing.touch_all()
        self.text.touch_all()

    def _publish(self) -> None:
        """Publish it, and nothing else stays."""
        self.settings = replace(self.settings, keep_snapshots=1, keep_days=0.0)
        self.publish_all()

    def _clear(self, purging: Purging) -> None:
        """What was made from the version before, while the new one was on its way."""
        self._take_out_answers(purging, ())
        self.settings = replace(self.settings, keep_snapshots=1, keep_days=0.0)
        self._prune()
        self.wait_for_pruning()
        end(self.layout)


def finish(store: Path, *, wait: float = 10.0) -> None:
    """Go through with a purge of a store that was broken off. Raises ``StoreBusy`` and ``StoreError``."""
    with Purge(store, wait=wait) as writer:
        writer.finish()


def _key(document: str, names: Names) -> str:
    """The key of the tombstone of a document without a text (``kg.dataset.purging.is_purged``)."""
    key = document.removeprefix(names.document(""))
    return key if _KEY.fullmatch(key) else text_hash(document)


def _copy(source: Store, target: Store) -> None:
    target.bulk_extend(source.quads_for_pattern(None, None, None, None))
    for graph in source.named_graphs():
        if isinstance(graph, NamedNode):
            target.add_graph(graph)
    target.flush()
