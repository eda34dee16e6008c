"""Reading the record of a dataset: claims, active or not, and the state that follows from it.

*main* is what queries see: active claims, facts, base data, the record. *archive* holds
what is inactive in the same layout, and in its default graph a copy of the base data's
default graph, so that base triples stay known as such.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal as OneOf

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from kg.claims.claim import Claim
from kg.claims.confidence import RELIABILITY_TERM, Reliability, claim_probability
from kg.claims.names import Names, is_iri, part_of
from kg.dataset.record.decode import Node, decode, decode_assessment, read_node
from kg.dataset.terms import node, ntriples
from kg.errors import NotFound
from ontology.vocab import LS, RDF

_RATED = node(LS.sourceReliability)
_RELIABILITY: dict[str, Reliability] = {term.value: rating for rating, term in RELIABILITY_TERM.items()}

Subject = NamedNode | BlankNode | Triple
Object = NamedNode | BlankNode | Literal | Triple
State = OneOf[
    "active", "retracted", "superseded", "below threshold", "rejected", "proposed", "not recorded yet"
]

DEFAULT = DefaultGraph()


@dataclass(frozen=True)
class StoredClaim:
    """A claim with what became of it."""

    iri: str
    claim: Claim
    state: State
    retracted: datetime | None = None
    retracted_by: str | None = None
    retraction_reason: str | None = None
    superseded_by: tuple[str, ...] = ()

    @property
    def active(self) -> bool:
        """Whether queries see it."""
        return self.state == "active"


class Records:
    """Both stores of one version, and what their record says of claims."""

    def __init__(self, main: Store, archive: Store, names: Names, threshold: float, has_base: bool) -> None:
        self.main = main
        self.archive = archive
        self.names = names
        self.threshold = threshold
        self.has_base = has_base
        self.record = NamedNode(names.record)
        self.inferred = NamedNode(names.inferred)
        self.reference = NamedNode(names.reference)

    # --- the record

    def describe(self, iri: str) -> Iterator[tuple[str, str]]:
        """(predicate, object value) pairs that the record has of a node, active or not."""
        subject = node(iri)
        for store in (self.main, self.archive):
            for quad in store.quads_for_pattern(subject, None, None, self.record):
                yield quad.predicate.value, plain_value(quad.object)

    def node(self, iri: str) -> Node:
        """Everything the record says of one node."""
        return read_node(iri, self.describe)

    def active_node(self, iri: str) -> Node:
        """What the queried record says of a node: all there is of what is active or shared."""
        quads = self.main.quads_for_pattern(node(iri), None, None, self.record)
        return read_node(iri, lambda _: ((q.predicate.value, plain_value(q.object)) for q in quads))

    def own_record(self, name: str, store: Store) -> Iterator[Quad]:
        """Record quads in one of the stores of a claim and of the nodes named under it."""
        todo = [name]
        while todo:
            for quad in store.quads_for_pattern(node(todo.pop()), None, None, self.record):
                yield quad
                if isinstance(quad.object, NamedNode) and quad.object.value.startswith(part_of(name, "")):
                    todo.append(quad.object.value)

    def pointing_at(self, predicate: str, iri: str) -> tuple[str, ...]:
        """Nodes of the record, active or not, that have this node as a value, in order."""
        found = {
            quad.subject.value
            for store in (self.main, self.archive)
            for quad in store.quads_for_pattern(None, node(predicate), node(iri), self.record)
            if isinstance(quad.subject, NamedNode)
        }
        return tuple(sorted(found))

    def is_active(self, iri: str) -> bool:
        """Whether queries see a claim of that IRI."""
        return self._is_claim(self.main, iri)

    def is_known(self, iri: str) -> bool:
        """Whether a claim of that IRI was ever taken in."""
        return self._is_claim(self.main, iri) or self._is_claim(self.archive, iri)

    def _is_claim(self, store: Store, iri: str) -> bool:
        quads = store.quads_for_pattern(node(iri), node(RDF + "type"), node(LS.Claim), self.record)
        return next(iter(quads), None) is not None

    # --- claims and their state

    def assertion(self, iri: str) -> tuple[str, ...]:
        """The triples of a claim as it was made, in N-Triples, in order."""
        return tuple(sorted(f"{q.subject} {q.predicate} {ntriples(q.object)} ." for q in self.original(iri)))

    @property
    def originals(self) -> Store:
        """Where the assertion of an active claim lies as it was made, if that is not how it is queried."""
        return self.archive

    def original(self, iri: str) -> list[Quad]:
        """The assertion of a claim, active or not, as it was made."""
        graph = node(iri)
        kept = list(self.originals.quads_for_pattern(None, None, None, graph))
        return kept or list(self.main.quads_for_pattern(None, None, None, graph))

    def claim(self, iri: str) -> StoredClaim:
        """A claim, active or not, with its state. Raises ``NotFound``."""
        claim = decode(iri, self.node, self.names, lambda: self.assertion(iri))
        found = self.node(iri)
        when = found.get(LS.retracted)
        return StoredClaim(
            iri=iri,
            claim=claim,
            state=self.due_state(iri),
            retracted=datetime.fromisoformat(when) if when else None,
            retracted_by=found.get(LS.retractedBy),
            retraction_reason=found.get(LS.retractionReason),
            superseded_by=tuple(
                s for s in self.pointing_at(LS.supersedes, iri) if self._standing(s) == "active"
            ),
        )

    def due_state(self, iri: str) -> State:
        """The state that follows from the record.

        Active is what stands and is not superseded by a claim that stands.
        """
        return self._due(iri, None)

    def was_active(self, iri: str, at: datetime) -> bool:
        """Whether a claim was known at a point in time, and active by what was known then."""
        return self._due(iri, at) == "active"

    def _due(self, iri: str, at: datetime | None) -> State:
        state = self._standing(iri, at)
        if state == "active" and any(
            self._standing(other, at) == "active" for other in self._others(LS.supersedes, iri)
        ):
            return "superseded"
        return state

    def _others(self, relation: LS, iri: str) -> list[str]:
        return [other for other in self.pointing_at(relation, iri) if other != iri]

    def _standing(self, iri: str, at: datetime | None = None) -> State:
        """The state, supersession apart.

        A claim that retracts another does so unless it is retracted itself; whether that
        retraction was retracted in turn is not asked, so claims that retract each other
        cancel out, and chains of any length are no work.
        """
        state = self._admitted(iri, at)
        if state != "active":
            return state
        against = (r for r in self._others(LS.retracts, iri) if self._admitted(r, at) == "active")
        return "retracted" if any(not self._opposed(r, at) for r in against) else state

    def _opposed(self, iri: str, at: datetime | None) -> bool:
        return any(self._admitted(r, at) == "active" for r in self._others(LS.retracts, iri))

    def _admitted(self, iri: str, at: datetime | None) -> State:
        """The state that the claim has by itself."""
        found = self.node(iri)
        if at is not None and datetime.fromisoformat(found.need(LS.recorded)) > at:
            return "not recorded yet"
        retracted = found.get(LS.retracted)
        if retracted is not None and (at is None or datetime.fromisoformat(retracted) <= at):
            return "retracted"
        status = found.need(LS.status)
        if status == LS.Rejected:
            return "rejected"
        if status == LS.Proposed:
            return "proposed"
        if status == LS.Unreviewed and self._probability(found) < self.threshold:
            return "below threshold"
        return "active"

    def _probability(self, claim: Node) -> float:
        assessment = self.node(claim.need(LS.assessment))
        rated = decode_assessment(assessment)
        return claim_probability(
            self.origin_reliability(claim.need(LS.origin)),
            rated.credibility,
            int(assessment.get(LS.handOns) or 0),
        )

    def origin_reliability(self, origin: str) -> Reliability:
        """The rating of an origin: the most cautious that is known of any of its claims."""
        rated = self.main.quads_for_pattern(node(origin), _RATED, None, self.record)
        return next((_RELIABILITY[plain_value(quad.object)] for quad in rated), Reliability.F)

    def need_claim(self, iri: str) -> None:
        """Raise ``NotFound`` unless the claim was ever taken in."""
        if not is_iri(iri) or not self.is_known(iri):
            raise NotFound(f"there is no claim {iri} in this store", iri=iri)


def plain_value(term: Object) -> str:
    """The text of a term: an IRI, a label, a lexical form."""
    return ntriples(term) if isinstance(term, Triple) else term.value
