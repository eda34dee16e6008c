"""Reading the two stores of a dataset: claims, their state, and what supports a fact.

*main* is what queries see: active claims, facts, base data, the record. *archive* holds
what is inactive in the same layout, and in its default graph a copy of the base data's
default graph, so that base triples stay known as such.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from typing import Literal as OneOf

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from kg.claims.claim import Claim
from kg.claims.confidence import (
    PROBABILITY,
    RELIABILITY_TERM,
    Reliability,
    claim_probability,
    credibility_probability,
)
from kg.claims.names import Names, is_iri
from kg.claims.types import TYPE_INFO
from kg.dataset.decode import Node, decode, decode_assessment, read_node
from kg.dataset.terms import node, ntriples
from kg.errors import NotFound
from kg.infer.rules import ontology_rules
from ontology.vocab import LS, OA, RDF, RDFS

Subject = NamedNode | BlankNode | Triple
Object = NamedNode | BlankNode | Literal | Triple
State = OneOf["active", "retracted", "superseded", "below threshold", "rejected", "proposed"]

DEFAULT = DefaultGraph()
_FACT_MODALITIES = (LS.Asserted, LS.Reported)
_DIRECT_FORMS = frozenset(form.predicate.value for info in TYPE_INFO.values() for form in info.direct)


@dataclass(frozen=True)
class Support:
    """What one triple of the default graph rests on.

    Each member of ``facts`` lists the active claims that assert one triple: the triple
    itself, or a premise that it is inferred from. Its annotation is the sum over all of
    them, and one if it is base data.
    """

    base: bool = False
    facts: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class ClaimInfo:
    """What an answer tells about a claim that it rests on.

    ``source`` is the attribution chain in words, from the voice nearest to the event to
    the publisher. Probabilities are those of ``kg.claims.confidence``.
    """

    iri: str
    label: str
    quote: str | None
    document: str
    source: str
    origin: str
    reliability: float
    credibility: float
    modality: str
    polarity: str

    @property
    def probability(self) -> float:
        """P(the claim holds)."""
        return self.reliability * self.credibility

    @property
    def states_fact(self) -> bool:
        """Whether its assertion is part of the default graph."""
        return self.polarity == LS.Positive and self.modality in _FACT_MODALITIES


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


class View:
    """Both stores of one version, read together."""

    def __init__(self, main: Store, archive: Store, names: Names, threshold: float, has_base: bool) -> None:
        self.main = main
        self.archive = archive
        self.names = names
        self.threshold = threshold
        self.has_base = has_base
        self.record = NamedNode(names.record)
        self.inferred = NamedNode(names.inferred)

    # --- the record

    def describe(self, iri: str) -> Iterator[tuple[str, str]]:
        """(predicate, object value) pairs that the record has of a node, active or not."""
        subject = node(iri)
        for store in (self.main, self.archive):
            for quad in store.quads_for_pattern(subject, None, None, self.record):
                yield quad.predicate.value, _value(quad.object)

    def node(self, iri: str) -> Node:
        """Everything the record says of one node."""
        return read_node(iri, self.describe)

    def active_node(self, iri: str) -> Node:
        """What the queried record says of a node: all there is of what is active or shared."""
        quads = self.main.quads_for_pattern(node(iri), None, None, self.record)
        return read_node(iri, lambda _: ((q.predicate.value, _value(q.object)) for q in quads))

    def own_record(self, name: str, store: Store) -> Iterator[Quad]:
        """Record quads in one of the stores of a claim and of the nodes named under it."""
        todo = [name]
        while todo:
            for quad in store.quads_for_pattern(node(todo.pop()), None, None, self.record):
                yield quad
                if isinstance(quad.object, NamedNode) and quad.object.value.startswith(f"{name}#"):
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
        """The triples of a claim's assertion graph in N-Triples, in order."""
        graph = node(iri)
        lines = (
            f"{q.subject} {q.predicate} {ntriples(q.object)} ."
            for store in (self.main, self.archive)
            for q in store.quads_for_pattern(None, None, None, graph)
        )
        return tuple(sorted(lines))

    def claim(self, iri: str) -> StoredClaim:
        """A claim, active or not, with its state. Raises ``NotFound``."""
        claim = decode(iri, self.describe, self.names, lambda: self.assertion(iri))
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
        state = self._standing(iri)
        if state == "active" and any(
            self._standing(other) == "active" for other in self._others(LS.supersedes, iri)
        ):
            return "superseded"
        return state

    def _others(self, relation: LS, iri: str) -> list[str]:
        return [other for other in self.pointing_at(relation, iri) if other != iri]

    def _standing(self, iri: str) -> State:
        """The state, supersession apart.

        A claim that retracts another does so unless it is retracted itself; whether that
        retraction was retracted in turn is not asked, so claims that retract each other
        cancel out, and chains of any length are no work.
        """
        state = self._admitted(iri)
        if state != "active":
            return state
        against = (r for r in self._others(LS.retracts, iri) if self._admitted(r) == "active")
        return "retracted" if any(not self._opposed(r) for r in against) else state

    def _opposed(self, iri: str) -> bool:
        return any(self._admitted(r) == "active" for r in self._others(LS.retracts, iri))

    def _admitted(self, iri: str) -> State:
        """The state that the claim has by itself."""
        found = self.node(iri)
        if found.get(LS.retracted) is not None:
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
        term = self.active_node(origin).get(LS.sourceReliability)
        return next((r for r, t in RELIABILITY_TERM.items() if t == term), Reliability.F)

    def claim_info(self, iri: str) -> ClaimInfo | None:
        """What an answer tells about an active claim; ``None`` if there is none of that IRI."""
        found = self.active_node(iri)
        if LS.Claim not in found.all(RDF + "type"):
            return None
        origin = found.need(LS.origin)
        assessment = self.active_node(found.need(LS.assessment))
        quote = found.get(LS.quote)
        return ClaimInfo(
            iri=iri,
            label=found.get(RDFS + "label") or iri,
            quote=self.active_node(quote).get(OA + "exact") if quote else None,
            document=found.need(LS.document),
            source=self._chain(found),
            origin=origin,
            reliability=PROBABILITY[RELIABILITY_TERM[self.origin_reliability(origin)]],
            credibility=credibility_probability(
                decode_assessment(assessment).credibility, int(assessment.get(LS.handOns) or 0)
            ),
            modality=found.need(LS.modality),
            polarity=found.need(LS.polarity),
        )

    def _chain(self, claim: Node) -> str:
        links = [self.active_node(name) for name in claim.all(LS.attribution)]
        voices = (n.need(LS.voice) for n in sorted(links, key=lambda n: int(n.need(LS.position))))
        return " → ".join(self.active_node(voice).get(RDFS + "label") or voice for voice in voices)

    def rebuttals(self, iri: str) -> tuple[str, ...]:
        """Active claims that rebut or correct a claim, or deny what it states in its direct form."""
        said = {
            other
            for predicate in (LS.rebuts, LS.corrects)
            for other in self.pointing_at(predicate, iri)
            if other != iri and self.is_active(other)
        }
        for quad in self.main.quads_for_pattern(None, None, None, node(iri)):
            if quad.predicate.value in _DIRECT_FORMS:
                said |= self._denials(quad, iri)
        return tuple(sorted(said))

    def _denials(self, quad: Quad, iri: str) -> set[str]:
        mine, denials = self.claim_info(iri), set()
        for graph in self._graphs(quad.subject, quad.predicate, quad.object):
            info = self.claim_info(graph)
            if mine and info and info.polarity != mine.polarity and info.modality in _FACT_MODALITIES:
                denials.add(graph)
        return denials

    # --- facts

    def _graphs(self, s: Subject, p: NamedNode, o: Object) -> Iterator[str]:
        for quad in self.main.quads_for_pattern(s, p, o, None):
            if isinstance(quad.graph_name, NamedNode):
                yield quad.graph_name.value

    def asserting(self, s: Subject, p: NamedNode, o: Object) -> tuple[str, ...]:
        """Active claims that state this triple as a fact, in order."""
        return self._stating(self._graphs(s, p, o))

    def _stating(self, graphs: Iterable[str]) -> tuple[str, ...]:
        claims = (g for g in graphs if not self.names.is_reserved(g))
        return tuple(sorted(g for g in claims if (info := self.claim_info(g)) and info.states_fact))

    def is_base(self, s: Subject, p: NamedNode, o: Object) -> bool:
        """Whether the triple is base data of the default graph."""
        return self.has_base and _holds(self.archive, s, p, o, DEFAULT)

    def is_inferred(self, s: Subject, p: NamedNode, o: Object) -> bool:
        """Whether the triple is listed as following from other facts."""
        return _holds(self.main, s, p, o, self.inferred)

    def premises(self, s: Subject, p: NamedNode, o: Object) -> Iterator[tuple[str, ...]]:
        """For each fact from which alone this triple follows, the claims that state it."""
        for ps, pp, po in ontology_rules().premises((str(s), str(p), ntriples(o))):
            graphs: dict[tuple[Subject, NamedNode, Object], list[str]] = {}
            quads = self.main.quads_for_pattern(_term(ps, s, o), _predicate(pp), _term(po, s, o), None)
            for quad in quads:
                if isinstance(quad.graph_name, NamedNode):
                    premise = (quad.subject, quad.predicate, quad.object)
                    graphs.setdefault(premise, []).append(quad.graph_name.value)
            yield from filter(None, map(self._stating, graphs.values()))

    def fact_support(self, s: Subject, p: NamedNode, o: Object) -> Support:
        """What a triple of the default graph rests on."""
        graphs = list(self._graphs(s, p, o))
        stated = self._stating(graphs)
        facts = [stated] if stated else []
        if self.inferred.value in graphs:
            facts.extend(self.premises(s, p, o))
        return Support(base=self.is_base(s, p, o), facts=tuple(dict.fromkeys(facts)))

    # --- named graphs

    def graph_support(self, graph: NamedNode, s: Subject, p: NamedNode, o: Object) -> Support:
        """What a triple of a named graph rests on.

        In a claim's assertion graph it is that claim, whatever its polarity and modality; in
        the record the claim that the subject is, or is named under. The rest is base data.
        """
        name = graph.value
        if name == self.inferred.value:
            return Support(facts=tuple(dict.fromkeys(self.premises(s, p, o))))
        if name == self.record.value:
            claim = self._owner(s.value) if isinstance(s, NamedNode) else None
            return Support(base=True) if claim is None else Support(facts=((claim,),))
        if not self.names.is_reserved(name) and self.claim_info(name) is not None:
            return Support(facts=((name,),))
        return Support(base=True)

    def existence_support(self, graph: NamedNode) -> Support | None:
        """What it rests on that there is a named graph; ``None`` for the list of inferences."""
        name = graph.value
        if name == self.inferred.value:
            return None
        if not self.names.is_reserved(name) and self.claim_info(name) is not None:
            return Support(facts=((name,),))
        return Support(base=True)

    def _owner(self, iri: str) -> str | None:
        """The active claim that a node of the record is, or is named under (``<claim>#quote``)."""
        name = iri
        while name and self.claim_info(name) is None:
            name = name.rpartition("#")[0]
        return name or None

    def need_claim(self, iri: str) -> None:
        """Raise ``NotFound`` unless the claim was ever taken in."""
        if not is_iri(iri) or not self.is_known(iri):
            raise NotFound(f"there is no claim {iri} in this store", iri=iri)


def _holds(store: Store, s: Subject, p: NamedNode, o: Object, graph: NamedNode | DefaultGraph) -> bool:
    return next(iter(store.quads_for_pattern(s, p, o, graph)), None) is not None


def _value(term: Object) -> str:
    return ntriples(term) if isinstance(term, Triple) else term.value


def _predicate(text: str | None) -> NamedNode | None:
    return node(text[1:-1]) if text is not None else None


def _term(text: str | None, s: Subject, o: Object) -> Any:
    """The term of a pattern: one of the triple's own, or a class."""
    if text is None:
        return None
    for own in (s, o):
        if text == str(own):
            return own
    return node(text[1:-1])
