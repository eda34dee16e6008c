"""How sure a fact is, worked out as for the rows of an answer."""

from dataclasses import dataclass

from kg.dataset.snapshots import Snapshot
from kg.dataset.view import Support
from kg.provenance.circuit import Circuit
from kg.query.assess import assessed


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
    facts = [circuit.fact(circuit.token(claim) for claim in fact) for fact in support.facts]
    root = circuit.one if support.base else circuit.plus(facts)
    [row] = assessed(snapshot, circuit, [root]).rows
    claims = {claim for fact in support.facts for claim in fact}
    return Strength(row.confidence or 0.0, row.origins, len(claims), row.contested)
