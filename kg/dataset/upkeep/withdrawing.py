"""Taking the claims of a document out of a store, with everything that is there because of them alone.

Sources, origins and participants that claims of other documents name as well stay; so does
what a claim that is taken out had taken back.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.claims.confidence import RELIABILITY_TERM, Reliability, cautious
from kg.claims.names import whole_of
from kg.dataset.record.decode import decode_assessment
from kg.dataset.record.encode import encode
from kg.dataset.record.records import DEFAULT
from kg.dataset.terms import node, nquads
from kg.dataset.writer import Writer
from ontology.vocab import LS, OA, ONTOLOGY, RDF, RDFS, XSD

_TEXTS = (NamedNode(XSD + "string"), NamedNode(RDF + "langString"))

QUOTED = (OA + "exact", OA + "prefix", OA + "suffix")
"""Record terms whose values are words of the document itself."""

BY = "lodestone purge"
_KEPT_BACK = "what took it back was purged"
_UNDONE = "what it names was purged"
_KEPT = (RDF + "type", LS.textHash)
"""What is still told of a document that was purged, beside when and why."""

_OTHERS = (LS.Claim, LS.Judgment, LS.Document, LS.Extractor, LS.Reviewer)
"""Classes of nodes of the record that are not there because of a claim."""


@dataclass
class Gone:
    """What was taken out: the document's own words, words about it, and IRIs that hold such."""

    quoted: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    iris: set[str] = field(default_factory=set)

    def note(self, quads: Iterable[Quad]) -> None:
        """Note the texts of some quads."""
        for quad in quads:
            if isinstance(quad.object, Literal) and quad.object.datatype in _TEXTS:
                (self.quoted if quad.predicate.value in QUOTED else self.words).add(quad.object.value)

    @property
    def all(self) -> set[str]:
        """All of it."""
        return self.quoted | self.words | self.iris


class Withdrawing(Writer):
    """Holds a store for taking claims out for good. What is done here is not published yet."""

    def withdraw_document(self, document: str) -> Gone:
        """Take out all claims of a document, and what is known of it but that it was there."""
        claims = self.view.pointing_at(LS.document, document)
        self._gone, self._leaving = Gone(), frozenset(claims)
        self._touched: dict[str, None] = {}
        taken_back = self._taken_back()
        ratings = {origin: set(map(self._rating, own)) for origin, own in self._by_origin().items()}
        self._undo_judgments()
        for claim in claims:
            self._take_out(claim)
        for claim, at in taken_back.items():
            if not self.view.is_active(claim) and self.view.due_state(claim) == "active":
                self.retract(claim, reason=_KEPT_BACK, by=BY, at=at)
        for origin, rated in ratings.items():
            self._origin_anew(origin, rated)
        self._drop_orphans()
        self._forget_document(document)
        self.inferring.settle()
        self._gone.words = {word for word in self._gone.words if not self._is_said(word)}
        return self._gone

    # --- before

    def _taken_back(self) -> dict[str, datetime]:
        """Claims of others that those that leave had superseded or retracted, and since when."""
        found: dict[str, datetime] = {}
        for claim in self._leaving:
            said = self.view.node(claim)
            since = datetime.fromisoformat(said.need(LS.recorded))
            for other in {*said.all(LS.supersedes), *said.all(LS.retracts)} - self._leaving:
                if self.view.is_known(other) and not self.view.is_active(other):
                    found[other] = min(since, found.get(other, since))
        return found

    def _by_origin(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for claim in self._leaving:
            found.setdefault(self.view.node(claim).need(LS.origin), []).append(claim)
        return found

    def _rating(self, claim: str) -> Reliability:
        assessment = self.view.node(self.view.node(claim).need(LS.assessment))
        return decode_assessment(assessment).reliability

    def _undo_judgments(self) -> None:
        """Take out the judgments on what only these claims name."""
        named = {
            term.value
            for claim in self._leaving
            for term in self._named_by(claim)
            if isinstance(term, NamedNode)
        }
        for name in sorted(named):
            judgments = self.view.judgments_on(name)
            if judgments and not self._is_named(name):
                for judgment in judgments:
                    if self.view.judgment(judgment).undone is None:
                        self.undo(judgment, reason=_UNDONE, by=BY)
                    self._remove_record(judgment)

    def _named_by(self, claim: str) -> Iterator[object]:
        for quad in self.view.original(claim):
            yield from (quad.subject, quad.object)
        for store in (self.main, self.archive):
            for quad in self.view.own_record(claim, store):
                if quad.predicate.value in (LS.mention, LS.event):
                    yield quad.object

    # --- claims

    def _take_out(self, claim: str) -> None:
        self.touch(archive=True)
        assertion = self.view.original(claim)
        if self.view.is_active(claim):
            self._deactivate(claim)
        self._touch_nodes(claim, assertion)
        self.archive.remove_graph(node(claim))
        self._remove_record(claim)
        self.text.touch(claim)
        self.count(inactive=-1)

    def _remove_record(self, name: str) -> None:
        """Remove what the record says of a claim or a judgment, and of the nodes under it."""
        self.touch(archive=True)
        for store in (self.main, self.archive):
            quads = list(self.view.own_record(name, store))
            self._touch_nodes(name, quads)
            for quad in quads:
                store.remove(quad)

    def _touch_nodes(self, name: str, quads: list[Quad]) -> None:
        self._gone.note(quads)
        for quad in quads:
            for term in (quad.subject, quad.object):
                if isinstance(term, NamedNode) and term.value != name and whole_of(term.value) != name:
                    self._touched[term.value] = None

    # --- what they leave behind

    def _origin_anew(self, origin: str, rated: set[Reliability]) -> None:
        """Rate and describe an origin by the claims that stay."""
        staying = self.view.pointing_at(LS.origin, origin)
        if not staying:
            return
        now = self.view.origin_reliability(origin)
        if now in rated and all(self._rating(claim) is not now for claim in staying):
            term = RELIABILITY_TERM[cautious(set(map(self._rating, staying)))]
            self._replace(Quad(node(origin), node(LS.sourceReliability), node(term), self.view.record))
            self._settle(set(staying))
        source = self.view.node(origin).get(LS.rootSource)
        if source is None or self.view.pointing_at(LS.voice, source):
            return
        stored = self.view.claim(staying[0]).claim
        if stored.recorded is None:
            return
        told = encode(stored, self.names, recorded=stored.recorded).shared
        for line in told:
            if line.subject == f"<{origin}>" and line.predicate in (f"<{LS.rootSource}>", f"<{RDFS}label>"):
                name = node(line.predicate[1:-1])
                old = list(self.main.quads_for_pattern(node(origin), name, None, self.view.record))
                self._touch_nodes(origin, old)
                for quad in old:
                    self.main.remove(quad)
                self.load(self.main, nquads([line], self.names.record))

    def _replace(self, due: Quad) -> None:
        for quad in list(self.main.quads_for_pattern(due.subject, due.predicate, None, due.graph_name)):
            self.main.remove(quad)
        self.main.add(due)

    def _drop_orphans(self) -> None:
        """Remove sources, origins, participants and chains to which nothing leads any more."""
        todo = dict.fromkeys(self._touched)
        while todo:
            name, _ = todo.popitem()
            if self._is_there_by_itself(name) or self._is_named(name):
                continue
            if name.startswith(self.names.base):
                self._gone.iris.add(name)
            for store in (self.main, self.archive):
                quads = list(store.quads_for_pattern(node(name), None, None, self.view.record))
                self._gone.note(quads)
                for quad in quads:
                    store.remove(quad)
                    if isinstance(quad.object, NamedNode) and quad.object.value != name:
                        todo[quad.object.value] = None

    def _is_there_by_itself(self, name: str) -> bool:
        kinds = self.view.node(name).all(RDF + "type")
        return name.startswith(ONTOLOGY) or any(kind in _OTHERS for kind in kinds)

    def _is_named(self, name: str) -> bool:
        """Whether claims that stay, or base data, name something as they were made."""
        term = node(name)
        for store in (self.main, self.archive):
            for quads in (
                store.quads_for_pattern(term, None, None, None),
                store.quads_for_pattern(None, None, term, None),
            ):
                if any(self._counts(quad, term, store) for quad in quads):
                    return True
        return False

    def _counts(self, quad: Quad, term: NamedNode, store: Store) -> bool:
        """Whether a quad is a reason to keep what it names: not what follows from claims, or is its own."""
        graph = quad.graph_name
        if graph == DEFAULT:
            return store is self.archive  # where base data are known as such
        if graph == self.view.inferred or not isinstance(graph, NamedNode):
            return False
        if graph == self.view.record:
            leads = quad.object == term != quad.subject and quad.predicate.value != LS.canonicalEntity
            return leads and self._stays(str(quad.subject)[1:-1])
        if not self.view.is_known(graph.value):
            return True
        if graph.value in self._leaving:
            return False
        return any(term in (q.subject, q.object) for q in self.view.original(graph.value))

    def _stays(self, subject: str) -> bool:
        """Whether a node of the record is, or is under, what stays; judgments give way to what they name."""
        whole = subject
        while whole:
            if self.view.is_known(whole) or whole in self._leaving:
                return whole not in self._leaving
            if self.view.knows_judgment(whole):
                return False
            whole = whole_of(whole)
        return True

    def _is_said(self, word: str) -> bool:
        """Whether something that stays has the same words."""
        return any(
            next(iter(store.quads_for_pattern(None, None, Literal(word), None)), None) is not None
            for store in (self.main, self.archive)
        )

    def _forget_document(self, document: str) -> None:
        self.touch(archive=True)
        for store in (self.main, self.archive):
            quads = [q for q in self.view.own_record(document, store) if q.predicate.value not in _KEPT]
            self._gone.note(quads)
            for quad in quads:
                store.remove(quad)
