"""How sure a fact is, worked out as for the rows of an answer."""

from dataclasses import dataclass

from kg.dataset.snapshots import Snapshot
from kg.dataset.view import Support
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


def strength(snapshot: Snapshot, support: Support) -> Strength:
    """How sure a fact with such support is."""
    circuit = Circuit()
    root = circuit.one if support.base else annotation(circuit, support)
    assessor = Assessor(circuit, _Ratings(snapshot))
    rebuttals = {claim: found for claim in circuit.names([root]) if (found := snapshot.rebuttals(claim))}
    resting = rests_on_of(circuit, [root], rebuttals).get(root, ()) if rebuttals else ()
    against = {other for claim in resting for other in rebuttals[claim]}
    return Strength(
        assessor.confidence(root).value or 0.0,
        assessor.origins(root),
        len(support.claims),
        tuple(sorted(against)),
    )


@dataclass(frozen=True)
class _Ratings:
    """How far the claims of a fact are to be trusted."""

    snapshot: Snapshot

    def trust(self, claim: str) -> Trust:
        """Its origin and its probabilities. Raises ``NotFound`` for what is no active claim."""
        rating = self.snapshot.rating(claim)
        if rating is None:
            raise NotFound(
                f"a fact rests on {claim}, which is no active claim: please report this", iri=claim
            )
        return Trust(*rating, self.snapshot.is_judgment(claim))

    def outside(self, service: str) -> float:
        """Facts rest on no service. Raises ``NotFound``."""
        raise NotFound(f"nothing is known of the service {service}", iri=service)
