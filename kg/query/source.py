"""What the query layer needs of a snapshot; ``kg.dataset.snapshots.Snapshot`` is one.

And the one gate through which every text goes to its engine (``ask_engine``).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol, runtime_checkable

from kg.dataset.annotated.collect import Lists
from kg.dataset.annotated.view import ClaimInfo, Fact, Support
from kg.dataset.record.records import Object, Subject
from kg.dataset.statistics import Statistics
from kg.dataset.terms import BlankNode, NamedNode, QueryBoolean, QuerySolutions, QueryTriples, Triple
from kg.errors import QueryRefused, QuerySyntaxError
from kg.query.answer import Row, Term
from kg.query.parse import has_word, parse
from kg.query.shaping.render import render
from kg.query.shaping.size import TooComplex, check_size

_PLACE = re.compile(r"line \d+, column \d+: ")


class AnnotatedFacts(Protocol):
    """The facts of a dataset once more: each once, in a named graph that stands for its annotation.

    The default graph of its queries is the union of the named graphs.
    """

    def query(
        self, sparql: str, *, base_iri: str | None = None
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        """Evaluate a query as it is. Raises ``QuerySyntaxError``."""
        ...

    def collected(self, sparql: str) -> tuple[QuerySolutions | QueryBoolean | QueryTriples, Lists]:
        """Evaluate a query that collects the values of groups (``kg.dataset.annotated.collect``)."""
        ...

    def matching(
        self, s: Subject | None, p: NamedNode | None, o: Object | None
    ) -> Iterator[tuple[Subject, NamedNode, Object, BlankNode]]:
        """Facts, each with the name of its graph; ``None`` matches all."""
        ...

    def from_node(self, s: Subject, p: NamedNode) -> list[tuple[Object, BlankNode]]:
        """The objects of facts about ``s``, each with the name of its graph."""
        ...

    def to_node(self, p: NamedNode, o: Object) -> list[tuple[Subject, BlankNode]]:
        """The subjects of facts with this object, each with the name of its graph."""
        ...

    def claims(self, names: Sequence[BlankNode]) -> Sequence[Fact | None]:
        """The claims that state the facts in each of these graphs (``Support.sole``)."""
        ...

    def supports(self, names: Sequence[BlankNode]) -> Sequence[Support]:
        """What the facts in each of these graphs rest on."""
        ...


class Source(Protocol):
    """A dataset that answers SPARQL and knows what its facts rest on."""

    @property
    def index(self) -> AnnotatedFacts | None:
        """Its facts with their annotations, if there is such an index."""
        ...

    @property
    def repeats(self) -> bool:
        """Whether queries may repeat a solution, once for each of several graphs that hold a triple."""
        ...

    @property
    def falls(self) -> bool:
        """Whether some of what queries find may rest on nothing."""
        ...

    @property
    def statistics(self) -> Statistics | None:
        """What the planner knows of the default graph."""
        ...

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

    def holds(self, graph: NamedNode, s: Subject, p: NamedNode, o: Object) -> bool:
        """Whether a named graph has a triple."""
        ...

    def expect_claims(self, iris: Iterable[str]) -> None:
        """What is told about these claims will be asked: what takes less time at once is read now."""
        ...

    def claim_info(self, iri: str) -> ClaimInfo | None:
        """What is told about an active claim."""
        ...

    def rebuttals(self, iri: str) -> tuple[str, ...]:
        """The active claims that rebut a claim."""
        ...


@runtime_checkable
class Far(Protocol):
    """A source that is asked by requests: the fewer, the better."""

    def expect_facts(self, triples: Iterable[tuple[Term | None, ...]]) -> None:
        """What these triples rest on will be asked."""
        ...


def ask_engine(
    source: Source,
    text: str,
    base_iri: str | None = None,
    default_graphs: Sequence[str] | None = None,
    named_graphs: Sequence[str] | None = None,
    *,
    rendered: bool = False,
) -> QuerySolutions | QueryBoolean | QueryTriples:
    """Evaluate a query, if it is safe to (``admitted``): what ``render`` wrote is, unless too deep.

    Raises ``QuerySyntaxError``, and ``QueryRefused`` for what the engine cannot do (an unknown function).
    """
    if rendered:
        check_size(text)
    sent = text if rendered else admitted(text, base_iri)
    try:
        return source.query(sent, base_iri=base_iri, default_graphs=default_graphs, named_graphs=named_graphs)
    except QuerySyntaxError as error:
        if sent == text and not rendered:
            raise
        raise QuerySyntaxError(_PLACE.sub("", str(error))) from error  # the place is not one of the text
    except UnicodeEncodeError as error:
        raise QuerySyntaxError("this is not SPARQL 1.1: the text is no Unicode") from error
    except RuntimeError as error:
        raise QueryRefused(f"the query cannot be evaluated: {error}") from error


def admitted(text: str, base_iri: str | None = None) -> str:
    """The text that the engine may be asked: the very same where it can hold no call of another endpoint.

    The engine's grammar needs no space between words, so it reads calls where ours reads
    none (``SERVICESILENT<…>``). A text in which the word occurs at all, or could be
    written in escapes (SPARQL 1.1, section 19.2), is read by our own grammar and written
    anew from the algebra. Raises ``QueryRefused`` for SERVICE, ``TooComplex`` for what
    would overflow the engine's stack, and ``QuerySyntaxError``.
    """
    check_size(text)
    if "service" not in text.casefold() and "\\u" not in text and "\\U" not in text:
        return text
    try:
        return render(parse(text, base_iri))
    except QuerySyntaxError as error:
        if has_word(text, "SERVICE"):
            raise QueryRefused("SERVICE is refused: no outside endpoint is allowed here") from error
        raise
    except RecursionError as error:
        raise TooComplex("the query is nested too deeply to be read") from error


def ask_rendered(source: Source, text: str, *, indexed: bool) -> QuerySolutions | QueryBoolean | QueryTriples:
    """Evaluate a query that ``kg.query.shaping.render`` wrote, over annotated facts if ``indexed``.

    What is written there calls no other endpoint. How deep it is, is for the caller to check.
    """
    asked = source.index if indexed else source
    if asked is None:
        raise QueryRefused("the dataset has no index of annotated facts")
    try:
        return asked.query(text)
    except RuntimeError as error:
        raise QueryRefused(f"the query cannot be evaluated: {error}") from error


def solutions(result: QuerySolutions) -> Iterator[Row]:
    """The solutions as tuples of terms, as they come. Raises ``QueryRefused`` as above."""
    try:
        yield from map(tuple, result)
    except RuntimeError as error:
        raise QueryRefused(f"the query cannot be evaluated: {error}") from error


def listed(result: QuerySolutions, most: int | None = None) -> list[Row]:
    """The solutions, at most so many, as tuples of terms. Raises ``QueryRefused`` as above."""
    try:
        return list(islice(map(tuple, result), most))
    except RuntimeError as error:
        raise QueryRefused(f"the query cannot be evaluated: {error}") from error


def triples(result: QueryTriples) -> tuple[Triple, ...]:
    """The triples of a graph that was asked for, in the engine's order. Raises ``QueryRefused`` as above."""
    try:
        return tuple(result)
    except RuntimeError as error:
        raise QueryRefused(f"the query cannot be evaluated: {error}") from error
