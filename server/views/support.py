"""How sure a fact is, worked out as for the rows of an answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from kg.dataset.annotated.view import Support
from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import Quad
from kg.dataset.text.stored import Stored
from kg.errors import NotFound
from kg.provenance.circuit import Circuit
from kg.provenance.probability import Assessor
from kg.provenance.trusted import Trust
from kg.provenance.witnesses import rests_on_of
from kg.query.leaves import annotation


@dataclass(frozen=True)
class Strength:
    """Confidence of a fact, the fewest origins whose fall takes it away, and its claims' number.

    ``origins`` is ``None`` for base data, which nobody's fall takes away. ``contested``
    lists active claims that rebut one of its claims.
    """

    confidence: float
    origins: int | None
    claims: int
    contested: tuple[str, ...]


def support_of(snapshot: Snapshot, quad: Quad) -> Support:
    """What a fact rests on, as it is written down where it is. Raises ``TooManyProofs``."""
    index = snapshot.index
    if index is not None:
        names = [name for *_, name in index.matching(quad.subject, quad.predicate, quad.object)]
        if len(names) == 1:
            return index.supports(names)[0]
    return snapshot.fact_support(quad.subject, quad.predicate, quad.object)


def strength(snapshot: Snapshot, support: Support, told: Mapping[str, Stored] | None = None) -> Strength:
    """How sure a fact with such support is; ``told`` is what the text index tells of its claims."""
    circuit = Circuit()
    root = circuit.one if support.base else annotation(circuit, support)
    ratings = Ratings(snapshot, snapshot.told(support.claims) if told is None else told)
    assessor = Assessor(circuit, ratings)
    rebuttals = {claim: found for claim in circuit.names([root]) if (found := ratings.rebuttals(claim))}
    resting = rests_on_of(circuit, [root], rebuttals).get(root, ()) if rebuttals else ()
    against = {other for claim in resting for other in rebuttals[claim]}
    return Strength(
        assessor.confidence(root).value or 0.0,
        assessor.origins(root),
        len(support.claims),
        tuple(sorted(against)),
    )


@dataclass(frozen=True)
class Ratings:
    """How far claims are to be trusted; the record is asked for what the text index does not tell."""

    snapshot: Snapshot
    told: Mapping[str, Stored]

    def rating(self, claim: str) -> tuple[str, float, float] | None:
        """Its origin, P(that is reliable) and P(credible | it is), as ``Snapshot.rating`` tells them."""
        known = self.told.get(claim)
        reliability = self.snapshot.reliability(known.origin) if known else 0.0
        if known is None or reliability == 0:
            return self.snapshot.rating(claim)
        return known.origin, reliability, known.confidence / reliability

    def trust(self, claim: str) -> Trust:
        """Its origin and its probabilities. Raises ``NotFound`` for what is no active claim."""
        rating = self.rating(claim)
        if rating is None:
            raise NotFound(
                f"a fact rests on {claim}, which is no active claim: please report this", iri=claim
            )
        return Trust(*rating, claim not in self.told and self.snapshot.is_judgment(claim))

    def rebuttals(self, claim: str) -> tuple[str, ...]:
        """As ``Snapshot.rebuttals``."""
        return self.snapshot.rebuttals(claim)

    def outside(self, service: str) -> float:
        """Facts rest on no service. Raises ``NotFound``."""
        raise NotFound(f"nothing is known of the service {service}", iri=service)
