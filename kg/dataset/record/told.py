"""What is told of an active claim, read from the record with as few look-ups as will do."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import NamedNode, Store

from kg.claims.confidence import (
    CREDIBILITY_TERM,
    PROBABILITY,
    RELIABILITY_TERM,
    credibility_probability,
)
from kg.claims.names import part_of
from kg.claims.types import TYPE_INFO
from kg.dataset.judgments.identities import Identities
from kg.dataset.record.days import EVERY_DAY, Span, held_on
from kg.dataset.record.records import Object, Subject, plain_value
from kg.dataset.terms import node
from kg.errors import NotFound
from ontology.vocab import LS, OA, RDFS

FACT_MODALITIES = (LS.Asserted, LS.Reported)
_CREDIBILITY = {term.value: rating for rating, term in CREDIBILITY_TERM.items()}
DIRECT_FORMS = tuple(
    dict.fromkeys(node(form.predicate) for info in TYPE_INFO.values() for form in info.direct)
)


@dataclass(frozen=True)
class ClaimInfo:
    """What an answer tells about a claim that it rests on.

    ``source`` is the attribution chain in words, from the voice nearest to the event to
    the publisher. Probabilities are those of ``kg.claims.confidence``. Of a judgment it is its
    author, and there is no document: it is nobody's report, and its own origin.
    """

    iri: str
    label: str
    quote: str | None
    document: str | None
    source: str
    origin: str
    reliability: float
    credibility: float
    modality: str
    polarity: str

    def __hash__(self) -> int:
        return hash(self.iri)

    @cached_property
    def probability(self) -> float:
        """P(the claim holds)."""
        return self.reliability * self.credibility

    @property
    def is_judgment(self) -> bool:
        """Whether it is a judgment of identity."""
        return self.document is None

    @property
    def states_fact(self) -> bool:
        """Whether its assertion is part of the default graph."""
        return makes_facts((self.polarity, self.modality))


def makes_facts(stance: tuple[str, str] | None) -> bool:
    """Whether an assertion of that polarity and modality is part of the default graph."""
    return stance is not None and stance[0] == LS.Positive and stance[1] in FACT_MODALITIES


class Told(Identities):
    """Both stores of one version, asked about active claims."""

    def said(self, iri: str, predicate: str, store: Store | None = None) -> str | None:
        """A value that the queried record (or that of a store) has of a node, the only one there is."""
        for quad in (store or self.main).quads_for_pattern(node(iri), node(predicate), None, self.record):
            return plain_value(quad.object)
        return None

    def need(self, iri: str, predicate: str, store: Store | None = None) -> str:
        """The same, of what a sound record always has. Raises ``NotFound``."""
        found = self.said(iri, predicate, store)
        if found is None:
            raise NotFound(f"the record of {iri} lacks {predicate}: run lodestone check", iri=iri)
        return found

    def stance(self, iri: str) -> tuple[str, str] | None:
        """Polarity and modality of an active claim; ``None`` if there is none of that IRI."""
        return self.stance_in(self.main, iri)

    def stance_in(self, store: Store, iri: str) -> tuple[str, str] | None:
        """The same of a claim whose record lies in a store."""
        polarity = self.said(iri, LS.polarity, store)
        return None if polarity is None else (polarity, self.need(iri, LS.modality, store))

    def states_fact(self, iri: str) -> bool:
        """Whether an active claim has that IRI, and its assertion is part of the default graph."""
        return makes_facts(self.stance(iri))

    def expect_claims(self, iris: Iterable[str]) -> None:
        """What is told of these claims will be asked. Here nothing is read before it is."""

    def claim_info(self, iri: str) -> ClaimInfo | None:
        """What an answer tells about an active claim or judgment; ``None`` if there is none of that IRI."""
        claim = super().active_node(iri)  # in one look-up
        polarity = claim.get(LS.polarity)
        if polarity is None:
            return self._judgment_info(iri) if self.is_judgment(iri) else None
        origin, quote = claim.need(LS.origin), claim.get(LS.quote)
        credibility = self.credibility(claim.need(LS.assessment))
        if credibility is None:
            raise NotFound(f"the record of {iri} lacks a rating: run lodestone check", iri=iri)
        return ClaimInfo(
            iri=iri,
            label=claim.get(RDFS + "label") or iri,
            quote=None if quote is None else self.said(quote, OA + "exact"),
            document=claim.need(LS.document),
            source=self.chain_label(claim.need(LS.attribution).rstrip("0123456789")),
            origin=origin,
            reliability=self.reliability(origin),
            credibility=credibility,
            modality=claim.need(LS.modality),
            polarity=polarity,
        )

    def rating(self, iri: str) -> tuple[str, float, float] | None:
        """Origin, P(it is reliable) and P(credible | it is) of an active claim or judgment.

        As ``claim_info``, but no more is read than that; ``None`` if there is none of that IRI.
        """
        origin = self.said(iri, LS.origin)
        if origin is not None:
            return origin, self.reliability(origin), self.credibility_of(iri)
        info = self._judgment_info(iri) if self.is_judgment(iri) else None
        return None if info is None else (info.origin, info.reliability, info.credibility)

    def _judgment_info(self, iri: str) -> ClaimInfo:
        judgment = self.judgment(iri).judgment
        return ClaimInfo(
            iri=iri,
            label=self.judgment_label(judgment),
            quote=None,
            document=None,
            source=judgment.author.name,
            origin=iri,
            reliability=1.0,
            credibility=judgment.confidence,
            modality="",
            polarity="",
        )

    def credibility_of(self, claim: str, store: Store | None = None) -> float:
        """P(a claim is credible | its origin is reliable)."""
        own = self.credibility(part_of(claim, "assessment"), store)
        shared = self.need(claim, LS.assessment, store) if own is None else ""
        found = self.credibility(shared) if own is None else own
        if found is None:
            raise NotFound(f"the record of {claim} lacks a rating: run lodestone check", iri=claim)
        return found

    def credibility(self, assessment: str, store: Store | None = None) -> float | None:
        """P(credible | its origin is reliable) by an assessment; ``None`` if there is none of that IRI."""
        term = self.said(assessment, LS.informationCredibility, store)
        if term is None:
            return None
        return credibility_probability(_CREDIBILITY[term], int(self.said(assessment, LS.handOns, store) or 0))

    def voices(self, claim: str, store: Store | None = None) -> Iterator[str]:
        """The sources of a chain, from nearest to the event to the publisher.

        The links are named after their positions, under the claim or, in the shared record, a file.
        """
        voice = None
        for voice in self._along(part_of(claim, "attribution-"), store):
            yield voice
        if voice is None:
            yield from self._along(self.need(claim, LS.attribution, store).rstrip("0123456789"))

    def _along(self, chain: str, store: Store | None = None) -> Iterator[str]:
        """The sources of a chain whose links are named so, but for their positions."""
        position = 1
        while (voice := self.said(f"{chain}{position}", LS.voice, store)) is not None:
            yield voice
            position += 1

    def chain_label(self, chain: str) -> str:
        """A chain in words: the names of its links, but for their positions, are ``chain``."""
        return " → ".join(map(self.source_label, self._along(chain)))

    def reliability(self, origin: str) -> float:
        """P(an origin is reliable)."""
        return float(PROBABILITY[RELIABILITY_TERM[self.origin_reliability(origin)]])

    def source_label(self, source: str) -> str:
        """What a source is called."""
        return self.said(source, RDFS + "label") or source

    # --- against a claim

    def rebuttals(self, iri: str) -> tuple[str, ...]:
        """Active claims that rebut or correct a claim, or deny what it states in its direct form.

        A denial of days on which the claim does not say it denies nothing of it.
        """
        claim = node(iri)
        against = {
            quad.subject.value
            for predicate in (LS.rebuts, LS.corrects)
            for quad in self.main.quads_for_pattern(None, node(predicate), claim, self.record)
            if isinstance(quad.subject, NamedNode)
        } - {iri}
        found = {other for other in against if self.stance(other) is not None}
        stated = [
            q for form in self.direct_forms() for q in self.main.quads_for_pattern(None, form, None, claim)
        ]
        mine = self.stance(iri) if stated else None
        if mine is not None:
            for quad in stated:
                sides = self.sides(quad.subject, quad.predicate, quad.object)
                opposed = [other for other, polarity in sides if polarity != mine[0]]
                days = self.days(iri) if opposed else EVERY_DAY
                found.update(other for other in opposed if days.meets(self.days(other)))
        return tuple(sorted(found))

    def direct_forms(self) -> tuple[NamedNode, ...]:
        """The predicates of direct forms that can occur here."""
        return DIRECT_FORMS

    def days(self, claim: str) -> Span:
        """The days on which what an active claim says held; where nothing is told, any."""
        return held_on(claim, lambda part, predicate: self.said(part, predicate) or "") or EVERY_DAY

    def sides(self, s: Subject, p: NamedNode, o: Object) -> tuple[tuple[str, str], ...]:
        """Active claims that assert or report a triple, or deny it so, each with its polarity."""
        stances = ((graph, self.stance(graph)) for graph in self.graphs(s, p, o))
        return tuple((graph, said[0]) for graph, said in stances if said and said[1] in FACT_MODALITIES)

    def graphs(self, s: Subject, p: NamedNode, o: Object) -> Iterator[str]:
        """The named graphs that hold a triple."""
        for quad in self.main.quads_for_pattern(s, p, o, None):
            if isinstance(quad.graph_name, NamedNode):
                yield quad.graph_name.value
