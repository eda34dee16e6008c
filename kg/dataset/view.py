"""What the facts of a dataset rest on: the claims behind a triple, and what is told of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store

from kg.claims.confidence import (
    PROBABILITY,
    RELIABILITY_TERM,
    credibility_probability,
)
from kg.claims.types import TYPE_INFO
from kg.dataset.decode import Node, decode_assessment
from kg.dataset.records import DEFAULT, Object, Records, Subject
from kg.dataset.terms import node, ntriples
from kg.infer.rules import ontology_rules
from ontology.vocab import LS, OA, RDF, RDFS

_FACT_MODALITIES = (LS.Asserted, LS.Reported)
_POLARITY, _MODALITY, _POSITIVE = node(LS.polarity), node(LS.modality), node(LS.Positive)
_STATING = tuple(map(node, _FACT_MODALITIES))
_DIRECT_FORMS = frozenset(form.predicate.value for info in TYPE_INFO.values() for form in info.direct)


@dataclass(frozen=True, slots=True)
class Support:
    """What one triple of the default graph rests on.

    Each member of ``facts`` lists the active claims that assert one triple: the triple
    itself, or a premise that it is inferred from. Its annotation is the sum over all of
    them, and one if it is base data. Claims are in order, and so are the members, each
    of which is there once.
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


class View(Records):
    """Both stores of one version, read together."""

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

    def states_fact(self, iri: str) -> bool:
        """Whether an active claim has that IRI, and its assertion is part of the default graph."""
        claim = node(iri)
        return _holds(self.main, claim, _POLARITY, _POSITIVE, self.record) and any(
            _holds(self.main, claim, _MODALITY, modality, self.record) for modality in _STATING
        )

    def stating_claims(self) -> Iterator[str]:
        """Active claims whose assertion is part of the default graph."""
        for quad in self.main.quads_for_pattern(None, _POLARITY, _POSITIVE, self.record):
            if isinstance(quad.subject, NamedNode) and self.states_fact(quad.subject.value):
                yield quad.subject.value

    def _graphs(self, s: Subject, p: NamedNode, o: Object) -> Iterator[str]:
        for quad in self.main.quads_for_pattern(s, p, o, None):
            if isinstance(quad.graph_name, NamedNode):
                yield quad.graph_name.value

    def asserting(self, s: Subject, p: NamedNode, o: Object) -> tuple[str, ...]:
        """Active claims that state this triple as a fact, in order."""
        return self._stating(self._graphs(s, p, o))

    def _stating(self, graphs: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(g for g in graphs if not self.names.is_reserved(g) and self.states_fact(g)))

    def is_base(self, s: Subject, p: NamedNode, o: Object) -> bool:
        """Whether the triple is base data of the default graph."""
        return self.has_base and _holds(self.archive, s, p, o, DEFAULT)

    def is_inferred(self, s: Subject, p: NamedNode, o: Object) -> bool:
        """Whether the triple is listed as following from other facts."""
        return _holds(self.main, s, p, o, self.inferred)

    def premises(self, s: Subject, p: NamedNode, o: Object) -> Iterator[tuple[str, ...]]:
        """For each fact from which alone this triple follows, the claims that state it."""
        for ps, pp, po in ontology_rules().premises((str(s), str(p), ntriples(o))):
            quads = self.main.quads_for_pattern(_term(ps, s, o), _predicate(pp), _term(po, s, o), None)
            named = (quad for quad in quads if isinstance(quad.graph_name, NamedNode))
            # the engine gives the quads of one triple one after another
            for _, group in groupby(named, key=lambda quad: (quad.subject, quad.object)):
                if claims := self._stating(str(quad.graph_name)[1:-1] for quad in group):
                    yield claims

    def _facts(self, s: Subject, p: NamedNode, o: Object) -> Iterator[tuple[str, ...]]:
        graphs = list(self._graphs(s, p, o))
        if stated := self._stating(graphs):
            yield stated
        if self.inferred.value in graphs:
            yield from self.premises(s, p, o)

    def fact_support(self, s: Subject, p: NamedNode, o: Object) -> Support:
        """What a triple of the default graph rests on."""
        return Support(self.is_base(s, p, o), tuple(sorted(set(self._facts(s, p, o)))))

    def small_support(self, s: Subject, p: NamedNode, o: Object, most: int) -> Support | None:
        """The same, or ``None`` if it names more than so many claims; then not all of it is read."""
        facts: set[tuple[str, ...]] = set()
        named = 0
        for claims in self._facts(s, p, o):
            if claims not in facts:
                facts.add(claims)
                named += len(claims)
            if named > most:
                return None
        return Support(self.is_base(s, p, o), tuple(sorted(facts)))

    # --- named graphs

    def graph_support(self, graph: NamedNode, s: Subject, p: NamedNode, o: Object) -> Support:
        """What a triple of a named graph rests on.

        In a claim's assertion graph it is that claim, whatever its polarity and modality; in
        the record the claim that the subject is, or is named under. The rest is base data.
        """
        name = graph.value
        if name == self.inferred.value:
            return Support(facts=tuple(sorted(set(self.premises(s, p, o)))))
        if name == self.record.value:
            claim = self._owner(s.value) if isinstance(s, NamedNode) else None
            return Support(base=True) if claim is None else Support(facts=((claim,),))
        if not self.names.is_reserved(name) and self.claim_info(name) is not None:
            return Support(facts=((name,),))
        return Support(base=True)

    def holds(self, graph: NamedNode, s: Subject, p: NamedNode, o: Object) -> bool:
        """Whether a named graph has a triple."""
        return _holds(self.main, s, p, o, graph)

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


def _holds(store: Store, s: Subject, p: NamedNode, o: Object, graph: NamedNode | DefaultGraph) -> bool:
    return next(iter(store.quads_for_pattern(s, p, o, graph)), None) is not None


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
