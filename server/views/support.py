"""How sure a fact is, worked out as for the rows of an answer."""

from dataclasses import dataclass

from kg.dataset.snapshots import Snapshot
from kg.dataset.view import Support
from kg.provenance.circuit import Circuit
from kg.query.assess import assessed
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
    [row] = assessed(snapshot, circuit, [root]).rows
    return Strength(row.confidence or 0.0, row.origins, len(support.claims), row.contested)
