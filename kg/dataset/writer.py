"""The one writer of a store: claims and judgments in, claims and judgments out."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING

from pyoxigraph import Quad, RdfFormat, Store

import ontology
from kg.claims.claim import Claim, Status
from kg.claims.confidence import RELIABILITY_TERM, Reliability, cautious, claim_probability, hand_ons
from kg.claims.document import Document
from kg.claims.names import part_of
from kg.dataset.checks.invariants import fact_triples
from kg.dataset.facts import RESERVED_HOW, FactWriter, fact_lines, in_graph
from kg.dataset.judgments.identities import texts
from kg.dataset.judgments.judging import judge, put_right, undo
from kg.dataset.loading.bulk import gathered, load_pieces, piece_size
from kg.dataset.outcomes import Added, Judged, Outcome
from kg.dataset.purging import is_purged
from kg.dataset.record.decode import decode_document
from kg.dataset.record.encode import EncodedClaim, encode, moment, with_stored_triples
from kg.dataset.record.records import DEFAULT
from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import Statement, iri, literal, node, nquads, typed
from kg.dataset.text.entry import entry
from kg.identity.clusters import Texts
from kg.identity.judgment import Judgment
from kg.infer.rules import ontology_rules
from ontology.vocab import LS, ONTOLOGY

if TYPE_CHECKING:
    from kg.dataset.loading.known import KnownNames

PURGED = "its document was purged from this store: nothing of it is taken in again"
_OTHER_CONTENT = "a claim of this IRI with other content is known"
_CHANGE = "A claim never changes: say it with a new claim that supersedes or retracts it"


class Writer(FactWriter):
    """Writes claims and base data; ``commit`` publishes them.

    Use as a context manager; what is not committed when it ends is given up.
    """

    known: "KnownNames | None" = None
    """The names in the store, as far as bulk loads found them, while only those write."""

    # --- claims

    def add_base(self, quads: Iterable[Quad]) -> int:
        """Write raw data; see ``FactWriter``."""
        self.known = None
        return super().add_base(quads)

    def add(self, claims: Iterable[Claim]) -> list[Added]:
        """Take claims in. A claim already known is left as it is; the order of claims does not matter.

        Raises ``InvalidClaim`` before anything is written if one cannot be encoded.
        """
        now = datetime.now(UTC)
        encoded: dict[str, tuple[Claim, EncodedClaim]] = {}
        order: list[tuple[str, Outcome, str]] = []
        for claim in map(with_stored_triples, claims):
            done = encode(claim, self.names, recorded=claim.recorded or now)
            outcome, reason = self._outcome(claim, done, encoded)
            order.append((done.iri, outcome, reason))
            if outcome is Outcome.NEW:
                encoded[done.iri] = (claim, done)
        if encoded:
            self._write_claims(encoded, now)
        return [Added(name, outcome, self.view.is_active(name), reason) for name, outcome, reason in order]

    def _outcome(
        self, claim: Claim, done: EncodedClaim, batch: dict[str, tuple[Claim, EncodedClaim]]
    ) -> tuple[Outcome, str]:
        if done.iri in batch:
            known = batch[done.iri][0]
            if batch[done.iri][1].content_hash != done.content_hash:
                return Outcome.CONFLICT, _OTHER_CONTENT
        else:
            match self.conflict(done.iri, done.content_hash):
                case None:
                    return (Outcome.CONFLICT, PURGED) if is_purged(self.layout, claim) else (Outcome.NEW, "")
                case "known":
                    known = self.view.claim(done.iri).claim
                case reason:
                    return Outcome.CONFLICT, reason
        if claim.iri is not None and claim.hash != known.hash:
            return Outcome.CONFLICT, "the graph of this IRI is known, but as said by another or otherwise"
        for relation in ("supports", "rebuts", "corrects", "retracts", "supersedes"):
            if not set(getattr(claim, relation)) <= set(getattr(known, relation)):
                return Outcome.CONFLICT, f"the claim is known, without this: {relation}. {_CHANGE}"
        if claim.status not in (Status.UNREVIEWED, known.status):
            return Outcome.CONFLICT, f"the claim is known, as {known.status}, not {claim.status}. {_CHANGE}"
        return Outcome.KNOWN, ""

    def _write_claims(self, encoded: dict[str, tuple[Claim, EncodedClaim]], now: datetime) -> None:
        self.known = None
        self.begin()
        targets = {t for claim, _ in encoded.values() for t in (*claim.supersedes, *claim.retracts)}
        shared = dict.fromkeys(s for _, done in encoded.values() for s in done.shared)
        text = [nquads(self.unless_said(shared), self.names.record)]
        text.extend(nquads(done.record, self.names.record) for _, done in encoded.values())
        self.load(self.main, "".join(text))
        targets |= self._rate_origins([done for _, done in encoded.values()])
        rated = {o: self.view.origin_reliability(o) for o in {done.origin for _, done in encoded.values()}}
        inactive = {
            name
            for name, (claim, done) in encoded.items()
            if not self._is_due(claim, done, rated[done.origin])
        }
        described: dict[str, Document] = {}
        lines: list[str] = []
        for name, (claim, done) in encoded.items():
            if name in inactive:
                self._file_away(name, done.assertion)
                self.text.touch(name)
                continue
            recorded, reliability = claim.recorded or now, rated[done.origin]
            stated = self.entering(name, done.assertion)
            told = dict(stated)  # in canonical names
            clusters = self.view.clusters
            recalled = self._as_recorded(claim, described)
            self.text.stated(
                entry(recalled, name, told, "active", recorded, self.names, reliability, clusters=clusters)
            )
            lines.append(in_graph(stated, name))
            if claim.states_fact:
                lines.append(self.facts(stated))
        self.load(self.main, "".join(lines))
        self.count(active=len(encoded) - len(inactive), inactive=len(inactive))
        self._settle(targets)

    def _as_recorded(self, claim: Claim, known: dict[str, Document]) -> Claim:
        """The claim with its document as that was first described, which is how it is read back."""
        key = claim.document.key
        if key not in known:
            known[key] = decode_document(self.view.node(self.names.document(key)))
        recorded = known[key]
        return claim if recorded == claim.document else claim.model_copy(update={"document": recorded})

    def _is_due(self, claim: Claim, done: EncodedClaim, reliability: Reliability) -> bool:
        """Whether a claim that was just recorded is to be active: ``View.due_state``, with less reading."""
        if self.view.pointing_at(LS.retracts, done.iri) or self.view.pointing_at(LS.supersedes, done.iri):
            return self.view.due_state(done.iri) == "active"
        if claim.status is not Status.UNREVIEWED:
            return claim.status is Status.ACCEPTED
        passed_on = hand_ons(claim.attribution)
        probability = claim_probability(reliability, claim.assessment.credibility, passed_on)
        return probability >= self.settings.unreviewed_threshold

    def unless_said(self, statements: Iterable[Statement]) -> list[Statement]:
        """Descriptions, less those of a property that the record already has of that node.

        What is known of a document, source or entity stays as it was first recorded.
        """
        kept, known = [], {}
        for s, p, o in statements:
            if (s, p) not in known:
                subject, predicate = node(s[1:-1]), node(p[1:-1])
                known[s, p] = (
                    next(iter(self.main.quads_for_pattern(subject, predicate, None, self.view.record)), None)
                    is not None
                )
                if not known[s, p]:
                    kept.append(Statement(s, p, o))
                    known[s, p] = True
        return kept

    def describe(self, statements: Iterable[Statement]) -> None:
        """Take descriptions of documents, sources, origins and agents in, where nothing is said of them."""
        new = self.unless_said(statements)
        if new:
            self.begin()
            self.load(self.main, nquads(new, self.names.record))

    def begin(self) -> None:
        """Before claims are written: with the first of them comes the ontology's own graph."""
        self.touch()
        graph = node(ONTOLOGY)
        if self.main.contains_named_graph(graph):
            return
        for name in ontology.MODULES:
            self.main.load(ontology.turtle(name).encode(), format=RdfFormat.TURTLE, to_graph=graph)

    def _rate_origins(self, encoded: Sequence[EncodedClaim]) -> set[str]:
        """Rate origins by their new claims; gives back the claims that an origin's new rating may put out."""
        ratings: dict[str, set[Reliability]] = {}
        for done in encoded:
            ratings.setdefault(done.origin, set()).add(done.reliability)
        predicate = node(LS.sourceReliability)
        touched: set[str] = set()
        for origin, found in ratings.items():
            before = list(self.main.quads_for_pattern(node(origin), predicate, None, self.view.record))
            rated = cautious(found | {self.view.origin_reliability(origin)} if before else found)
            term = node(RELIABILITY_TERM[rated])
            if [quad.object for quad in before] == [term]:
                continue
            for quad in before:
                self.main.remove(quad)
            self.main.add(Quad(node(origin), predicate, term, self.view.record))
            if before:
                touched.update(self.view.pointing_at(LS.origin, origin))
        return touched

    def _file_away(self, name: str, assertion: Sequence[Statement]) -> None:
        """Put a claim that was just recorded, and is not active, into the archive."""
        self.touch(archive=True)
        self.move_record(name, self.main, self.archive)
        self.load(self.archive, nquads(assertion, name))

    def move_record(self, name: str, source: Store, target: Store) -> None:
        """Move what the record says of a claim or a judgment from one store to the other."""
        quads = list(self.view.own_record(name, source))
        target.extend(quads)
        for quad in quads:
            source.remove(quad)

    # --- claims in bulk

    def is_empty(self) -> bool:
        """Whether there are no claims, and no named graphs but the ontology and reference data."""
        counts = self.manifest.counts
        own = (node(ONTOLOGY), node(self.names.reference))
        graphs = (g for g in self.main.named_graphs() if g not in own)
        return not counts.get("active") and not counts.get("inactive") and next(graphs, None) is None

    def conflict(self, name: str, content_hash: str, *, fresh: bool = False) -> str | None:
        """Why a named graph cannot come in as a new claim: "known", or what is in its way.

        In a ``fresh`` store (``is_empty`` before anything was written) nothing is looked up.
        """
        if self.names.is_reserved(name):
            return f"graph <{name}> is reserved: {RESERVED_HOW}"
        if name.startswith(self.names.base) and name != self.names.claim(content_hash[:32]):
            return f"<{name}> is a name that this store makes from content: use another IRI for the graph"
        if fresh:
            return None
        if self.view.is_known(name):
            known = self.view.node(name).get(LS.contentHash)
            return "known" if known == content_hash else _OTHER_CONTENT
        if self.main.contains_named_graph(node(name)):
            return "a graph of this name holds base data"
        return None

    def load_bulk(self, pieces: Iterable[str]) -> None:
        """Load N-Quads of new, active claims with their records, facts and consequences.

        Much of it goes through the engine's bulk loader, by the piece: that keeps memory
        bounded, and is faster than all at once. Pieces are loaded while the next is made.
        """
        size = piece_size(self.load_memory)
        load_pieces(self.main, gathered(map(self._counted_in, pieces), size))

    def _counted_in(self, piece: str) -> str:
        self.loaded += len(piece)
        return piece

    def awaited(self, name: str) -> bool:
        """Whether claims that are known already retract or supersede one of this IRI."""
        return any(self.view.pointing_at(relation, name) for relation in (LS.retracts, LS.supersedes))

    def settle_bulk(self, new: int, awaited: set[str]) -> None:
        """Count the claims that came in by ``load_bulk``, and put those out that were retracted before."""
        self.count(active=new)
        self.view.has_base = self.manifest.counts.get("base_default", 0) > 0
        self._settle(awaited)

    # --- change of state

    def retract(self, name: str, *, reason: str, by: str, at: datetime | None = None) -> bool:
        """Take a claim back. It stays readable, with the reason; false if it was retracted before.

        Raises ``NotFound``.
        """
        self.view.need_claim(name)
        if self.view.node(name).get(LS.retracted) is not None:
            return False
        self.touch(archive=True)
        store = self.main if self.view.is_active(name) else self.archive
        about = iri(name)
        statements = [
            Statement(about, iri(LS.retracted), moment(at or datetime.now(UTC))),
            Statement(about, iri(LS.retractionReason), literal(reason)),
            Statement(about, iri(LS.retractedBy), literal(by)),
        ]
        self.load(store, nquads(statements, self.names.record))
        self._settle({name})
        return True

    def verify_quote(self, name: str) -> None:
        """Note that a claim's quote was found in its document's text, which was not at hand before."""
        self.touch(archive=True)
        quote, predicate = node(part_of(name, "quote")), node(LS.quoteVerified)
        store = self.main if self.view.is_active(name) else self.archive
        for quad in list(store.quads_for_pattern(quote, predicate, None, self.view.record)):
            store.remove(quad)
        line = Statement(iri(quote.value), iri(LS.quoteVerified), typed("true", "boolean"))
        self.load(store, nquads([line], self.names.record))

    def _settle(self, changed: set[str]) -> None:
        """Move claims whose due state is not where they are, and whatever that touches in turn."""
        seen: set[str] = set()
        todo = set(changed)
        while todo:
            name = todo.pop()
            if name in seen or not self.view.is_known(name):
                continue
            seen.add(name)
            self.text.touch(name)
            active, due = self.view.is_active(name), self.view.due_state(name) == "active"
            if active and not due:
                self._deactivate(name)
            elif due and not active:
                self._activate(name)
            found = self.view.node(name)
            todo |= {*found.all(LS.supersedes), *found.all(LS.retracts)} - seen

    def _deactivate(self, name: str) -> None:
        self.touch(archive=True)
        states_fact = self.view.states_fact(name)
        quads = list(self.main.quads_for_pattern(None, None, None, node(name)))
        if not self.archive.contains_named_graph(node(name)):
            self.archive.extend(quads)
        self.main.remove_graph(node(name))
        self.move_record(name, self.main, self.archive)
        if states_fact:
            self.withdraw((q.subject, q.predicate, q.object) for q in quads)
        self.count(active=-1, inactive=1)

    def _activate(self, name: str) -> None:
        self.touch(archive=True)
        assertion = [texts(q) for q in self.archive.quads_for_pattern(None, None, None, node(name))]
        stated = self.entering(name, assertion)
        if {triple for triple, _ in stated} == set(assertion):
            self.archive.remove_graph(node(name))
        self.load(self.main, in_graph(stated, name))
        self.move_record(name, self.archive, self.main)
        if self.view.states_fact(name):
            self.load(self.main, self.facts(stated))
        self.count(active=1, inactive=-1)

    # --- judgments

    def judge(self, judgments: Iterable[Judgment], *, force: bool = False) -> list[Judged]:
        """Take judgments in. Those that act make their mentions one (``kg.dataset.judgments.judging``)."""
        return judge(self, judgments, force=force)

    def undo(self, name: str, *, reason: str, by: str, at: datetime | None = None) -> bool:
        """Undo a judgment: everything is again as without it. False if it was undone before.

        It stays readable, with the reason. Raises ``NotFound``.
        """
        return undo(self, name, reason=reason, by=by, at=at or datetime.now(UTC))

    # --- repair

    def rebuild(self) -> None:
        """Make the default graph, the inferred graph and the index anew from claims and base data."""
        published = Snapshot(self.layout, self.settings, self.manifest)
        self.touch()
        self.indexing.touch_all()
        self.text.touch_all()
        self.main.clear_graph(DEFAULT)
        self.main.remove_graph(self.view.inferred)
        renamed = put_right(self)
        if self.archive.contains_named_graph(self.view.inferred):
            self.touch(archive=True)
            self.archive.remove_graph(self.view.inferred)
        stated = chain(
            fact_triples(published, but=renamed),
            (t for claim in renamed if self.view.states_fact(claim) for t, _ in self.view.stated(claim)),
        )
        self.load_bulk(map(self._facts_anew, stated))
        base = list(published.archive.quads_for_pattern(None, None, None, DEFAULT))
        self.main.bulk_extend(base)
        self.count(base_default=len(base) - self.manifest.counts.get("base_default", 0))
        reference = self.main.quads_for_pattern(None, None, None, self.view.reference)
        given = chain(base, reference)
        for triple in self.inferring.leading(given):
            self.inferring.stated(triple)

    def _facts_anew(self, triple: Texts) -> str:
        self.inferring.stated(triple)
        return fact_lines([triple], [ontology_rules().consequences(triple)], self.names.inferred)

    def rebuild_index(self) -> None:
        """Make both indexes anew."""
        self.touch()
        self.indexing.touch_all()
        self.text.touch_all()
