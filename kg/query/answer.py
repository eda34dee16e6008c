"""What a query gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeVar

from kg.dataset.annotated.view import ClaimInfo
from kg.dataset.terms import BlankNode, Literal, NamedNode, Triple
from kg.provenance.circuit import Circuit
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings import Semiring

Term = NamedNode | BlankNode | Literal | Triple
Row = tuple[Term | None, ...]
K = TypeVar("K")


@dataclass(frozen=True)
class Contribution:
    """What an aggregate of one column takes in: values, each with the node of where it comes from.

    Values are asked for when they are first read; what a query may raise may be raised then.
    """

    column: str
    aggregate: str
    told: Callable[[], tuple[tuple[int, Term], ...]]

    @cached_property
    def members(self) -> tuple[tuple[int, Term], ...]:
        """The nodes and values."""
        return self.told()


class RowProvenance(NamedTuple):
    """What one row rests on.

    ``node`` is a node of the answer's circuit, ``None`` for a row that is not annotated.
    ``confidence`` is the probability that it is true, with ``confidence_error`` (half
    width of the 95 % interval) if it is an estimate. ``weakest`` is the probability of
    the weakest claim of the best derivation. ``origins`` is the fewest origins whose fall
    makes it false, ``None`` if none does. ``contested`` lists active claims that rebut
    one it rests on. ``aggregates`` tell how the values of a grouped row are made up.
    """

    node: int | None = None
    confidence: float | None = None
    confidence_error: float | None = None
    weakest: float | None = None
    origins: int | None = None
    contested: tuple[str, ...] = ()
    aggregates: tuple[Contribution, ...] = ()


NOT_ANNOTATED = RowProvenance()


@dataclass(frozen=True)
class Provenance:
    """The provenance of an answer: one entry of ``rows`` for each row, one in all for ASK.

    ``reason`` says what is not annotated, and is ``None`` exactly when ``complete``.
    ``claims`` tells about every claim in the circuit of the rows. ``notes`` say what was
    left out for its size, though the annotations themselves are complete. ``undated`` are
    claims that a policy on time let pass because no time is known of them.
    """

    version: str
    complete: bool = True
    reason: str | None = None
    circuit: Circuit = field(default_factory=Circuit)
    rows: tuple[RowProvenance, ...] = ()
    claims: Mapping[str, ClaimInfo] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    undated: tuple[str, ...] = ()

    def evaluated(self, semiring: Semiring[K], value: Callable[[str], K]) -> list[K]:
        """The annotation of each row in a semiring, ``value`` giving that of a claim by its IRI.

        What an outside service said is taken to be ``one``. Raises ``Unsupported`` where the
        semiring has no such operation, and ``ValueError`` where a row is not annotated.
        """
        nodes = [row.node for row in self.rows]
        if None in nodes:
            raise ValueError(self.reason)
        roots = [node for node in nodes if node is not None]
        found = evaluate(
            self.circuit, roots, semiring, lambda leaf: semiring.one if leaf.at else value(leaf.name)
        )
        return [found[node] for node in roots]


@dataclass(frozen=True)
class Answer:
    """The answer to a query; what its ``kind`` has not is empty.

    ``kind`` is "select" (``variables``, ``rows``), "ask" (``boolean``), "construct" or
    "describe" (``triples``). ``version`` is the IRI of the snapshot that was asked.
    """

    kind: str
    version: str
    variables: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    boolean: bool | None = None
    triples: tuple[Triple, ...] = ()
    provenance: Provenance | None = None
