"""A store's claims and base data as RDF, and back: nothing is lost on the way, inactive claims included.

An export holds the assertion graphs and the record, of active and inactive claims, and
base data. What follows from them (facts, inferred triples), and reference data, is left out.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, serialize

from kg.claims.claim import Claim
from kg.dataset.annotated.view import View
from kg.dataset.checks.invariants import claim_names
from kg.dataset.judgments.judged import StoredJudgment
from kg.dataset.loading.sorting import Progress, unwatched
from kg.dataset.outcomes import Added, Judged, Outcome
from kg.dataset.record.records import DEFAULT, StoredClaim
from kg.dataset.terms import node
from kg.dataset.trusty import false_names
from kg.dataset.writer import Writer
from kg.errors import LodestoneError, UnreadableInput
from ontology.vocab import LS, NP, ONTOLOGY, PREFIXES, RDF

BATCH = 1000
"""Claims taken in at once from an export."""


def export_quads(view: View) -> Iterator[Quad]:
    """Everything that the dataset does not follow from by itself; claims as they were made."""
    renamed = {graph for graph in view.archive.named_graphs() if view.main.contains_named_graph(graph)}
    derived = {view.inferred, node(view.names.reference), node(ONTOLOGY), DEFAULT, *renamed} - {view.record}
    for quad in view.main.quads_for_pattern(None, None, None, None):
        if quad.graph_name not in derived:
            yield quad
    yield from view.archive.quads_for_pattern(None, None, None, None)


def export(view: View, out: IO[bytes], form: RdfFormat = RdfFormat.N_QUADS) -> None:
    """Write an export, as N-Quads or TriG."""
    serialize(export_quads(view), out, form, prefixes=PREFIXES)


class Import:
    """An export of ours on its way into a store: a file, with those that hold the rest of it."""

    def __init__(
        self, writer: Writer, path: Path, form: RdfFormat, folder: Path, rest: Iterable[Path] = ()
    ) -> None:
        self.writer = writer
        self._store = Store(str(folder / "import"))
        for file in (path, *rest):
            try:
                self._store.bulk_load(path=str(file), format=form)
            except SyntaxError as error:
                raise UnreadableInput(
                    f"{file} is not {form.name}: {error}", path=str(file), line=error.lineno
                ) from None
        self.broken: list[tuple[str, str]] = []
        for false in list(false_names(self._store)):
            self.broken.append((false.iri, false.reason))
            for graph in false.graphs:
                self._store.remove_graph(node(graph))
        self._gather_record(writer.names.record)
        record = NamedNode(writer.names.record)
        known = any(self._holds(kind, record) for kind in (LS.Claim, LS.Judgment))
        if not known and not self.broken:
            raise UnreadableInput(
                f"{path} describes claims of a store with another base IRI than {writer.names.base}: "
                "take it into a store made with that one (--base)",
                path=str(path),
            )
        settings = writer.settings
        self._view = View(self._store, Store(), settings.names, settings.unreviewed_threshold, has_base=False)

    def _holds(self, kind: LS, record: NamedNode) -> bool:
        quads = self._store.quads_for_pattern(None, node(RDF + "type"), node(kind), record)
        return next(iter(quads), None) is not None

    def _gather_record(self, record: str) -> None:
        """Bring the record together that nanopublications have spread over their graphs."""
        heads: set[Quad] = set()
        for part in ("hasProvenance", "hasPublicationInfo"):
            heads |= set(self._store.quads_for_pattern(None, node(NP + part), None, None))
        for head in heads:
            if not isinstance(head.object, NamedNode):
                continue
            spread = list(self._store.quads_for_pattern(None, None, None, head.object))
            self._store.extend(Quad(q.subject, q.predicate, q.object, node(record)) for q in spread)
            self._store.remove_graph(head.object)
        for head in heads:
            if isinstance(head.graph_name, NamedNode):
                self._store.remove_graph(head.graph_name)

    def judgments(self) -> Iterator[Judged]:
        """Take the judgments in, before any claim, and undo those that were. ``broken`` as with claims."""
        found: list[StoredJudgment] = []
        for name in self._view.judgments():
            try:
                found.append(self._view.judgment(name))
            except (LodestoneError, KeyError, ValueError) as error:
                problem = str(error).partition("For further")[0]
                self.broken.append((name, f"its record is no judgment's: {problem}"))
        for stored in sorted(found, key=lambda stored: stored.undone is None):
            [judged] = self.writer.judge([stored.judgment], force=True)
            if stored.undone is not None and judged.outcome is not Outcome.CONFLICT:
                reason, by = stored.undone_reason or "", stored.undone_by or ""
                self.writer.undo(judged.iri, reason=reason, by=by, at=stored.undone)
            yield judged

    def claims(self, progress: Progress = unwatched) -> Iterator[list[Added]]:
        """Take the claims in, and retract those that were. ``broken`` lists what could not be."""
        batch: list[StoredClaim] = []
        for name in claim_names(self._view):
            try:
                batch.append(self._view.claim(name))
            except (LodestoneError, KeyError) as error:
                self.broken.append((name, f"its record is no claim's: {error}"))
            except ValueError as error:
                self.broken.append(
                    (name, f"its record is no claim's: {str(error).partition('For further')[0]}")
                )
            if len(batch) >= BATCH:
                yield self._take(batch)
                progress(len(batch))
                batch = []
        yield self._take(batch)
        progress(len(batch))

    def _take(self, batch: list[StoredClaim]) -> list[Added]:
        added = self.writer.add(self._verified(stored.claim) for stored in batch)
        for stored, done in zip(batch, added, strict=True):
            if stored.retracted is not None and done.outcome is not Outcome.CONFLICT:
                self._retract(done.iri, stored, stored.retracted)
        return added

    def _retract(self, name: str, stored: StoredClaim, at: datetime) -> None:
        self.writer.retract(name, reason=stored.retraction_reason or "", by=stored.retracted_by or "", at=at)

    def _verified(self, claim: Claim) -> Claim:
        """The claim, its quote as verified as the texts at hand allow."""
        text = self.writer.layout.text(claim.document.hash) if claim.document.hash else None
        quote = claim.quote
        stands = quote is not None and text is not None and text[quote.start : quote.end] == quote.exact
        return claim.model_copy(update={"quote_verified": claim.quote_verified and stands})

    def base_data(self) -> Iterator[list[Quad]]:
        """Base data, graph by graph."""
        yield list(self._store.quads_for_pattern(None, None, None, DEFAULT))
        for graph in self._store.named_graphs():
            if isinstance(graph, NamedNode) and not self._is_ours(graph.value):
                yield list(self._store.quads_for_pattern(None, None, None, graph))

    def _is_ours(self, graph: str) -> bool:
        return self._view.names.is_reserved(graph) or self._view.is_known(graph)
