"""What the query layer needs of a snapshot; ``kg.dataset.snapshots.Snapshot`` is one."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from kg.dataset.terms import NamedNode, QueryBoolean, QuerySolutions, QueryTriples, Triple
from kg.dataset.view import ClaimInfo, Object, Subject, Support
from kg.errors import QueryRefused
from kg.query.answer import Row


class Source(Protocol):
    """A dataset that answers SPARQL and knows what its facts rest on."""

    @property
    def iri(self) -> str:
        """The version's IRI."""
        ...

    def query(
        self,
        sparql: str,
        *,
        base_iri: str | None = None,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        """Evaluate a query as it is. Raises ``QuerySyntaxError``."""
        ...

    def fact_support(self, s: Subject, p: NamedNode, o: Object) -> Support:
        """What a triple of the default graph rests on."""
        ...

    def graph_support(self, graph: NamedNode, s: Subject, p: NamedNode, o: Object) -> Support:
        """What a triple of a named graph rests on."""
        ...

    def existence_support(self, graph: NamedNode) -> Support | None:
        """What it rests on that there is a named graph; ``None`` if that is not told."""
        ...

    def claim_info(self, iri: str) -> ClaimInfo | None:
        """What is told about an active claim."""
        ...

    def rebuttals(self, iri: str) -> tuple[str, ...]:
        """The active claims that rebut a claim."""
        ...


def ask_engine(
    source: Source,
    text: str,
    base_iri: str | None = None,
    default_graphs: Sequence[str] | None = None,
    named_graphs: Sequence[str] | None = None,
) -> QuerySolutions | QueryBoolean | QueryTriples:
    """Evaluate a query. Raises ``QueryRefused`` for what the engine cannot do (an unknown function)."""
    try:
        return source.query(text, base_iri=base_iri, default_graphs=default_graphs, named_graphs=named_graphs)
    except RuntimeError as error:
        raise QueryRefused(f"the query cannot be evaluated: {error}") from error


def solutions(result: QuerySolutions) -> Iterator[Row]:
    """The solutions as tuples of terms. Raises ``QueryRefused`` as above."""
    try:
        yield from map(tuple, result)
    except RuntimeError as error:
        raise QueryRefused(f"the query cannot be evaluated: {error}") from error


def triples(result: QueryTriples) -> tuple[Triple, ...]:
    """The triples of a graph that was asked for, in the engine's order. Raises ``QueryRefused`` as above."""
    try:
        return tuple(result)
    except RuntimeError as error:
        raise QueryRefused(f"the query cannot be evaluated: {error}") from error
