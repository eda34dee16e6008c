"""Quads out of templates: one set for each solution of a pattern."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kg.dataset.record.records import DEFAULT, Object
from kg.dataset.terms import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple
from kg.errors import QuerySyntaxError
from kg.query import query
from kg.query.algebra import Blank, Iri, Lit, Node, Var
from kg.query.answer import Row
from kg.query.operations import QuadPattern, Where
from kg.update.working import WorkingState

Template = tuple[QuadPattern, ...]


def solutions_of(
    state: WorkingState,
    where: Where,
    templates: Iterable[Template],
    default_graphs: Sequence[str] | None,
    named_graphs: Sequence[str] | None,
) -> tuple[tuple[str, ...], Sequence[Row]]:
    """The names of the variables that templates need, and their values in each solution.

    Raises as ``kg.query.query``.
    """
    quads = [quad for template in templates for quad in template]
    terms = (term for quad in quads for term in _terms(quad))
    needed = dict.fromkeys(term.name for term in terms if isinstance(term, Var))
    duplicates = "" if _has_blanks(quads) else "DISTINCT "
    head = " ".join(f"?{name}" for name in needed) or "(1 AS ?_once)"
    found = query(
        state,
        f"{where.prologue}SELECT {duplicates}{head} WHERE {where.group}",
        provenance="none",
        default_graphs=default_graphs,
        named_graphs=named_graphs,
    )
    return found.variables, found.rows


def _terms(quad: QuadPattern) -> tuple[Node | None, ...]:
    return quad.graph, quad.triple.subject, quad.triple.predicate, quad.triple.object


def _has_blanks(quads: Iterable[QuadPattern]) -> bool:
    return any(isinstance(term, Blank) for quad in quads for term in _terms(quad))


def filled(
    template: Template, rows: Iterable[Row], columns: Sequence[str], home: Iri | None = None
) -> Iterator[Quad]:
    """The quads of a template for each solution, those left out that are none (section 4.2).

    ``home`` is the graph of what stands outside of GRAPH. Blank nodes are new for each solution.
    """
    ground = {
        term: _constant(term) for quad in template for term in _terms(quad) if isinstance(term, Iri | Lit)
    }
    outside = DEFAULT if home is None else named(home)
    for row in rows:
        values = dict(zip(columns, row, strict=True))
        blanks: dict[str, BlankNode] = {}

        def value(
            term: Node, values: Mapping[str, Object | None] = values, blanks: dict[str, BlankNode] = blanks
        ) -> Object | None:
            match term:
                case Var(name):
                    return values.get(name)
                case Blank(label):
                    return blanks.setdefault(label, BlankNode())
            return ground[term]

        for quad in template:
            graph = outside if quad.graph is None else value(quad.graph)
            made = _quad(
                value(quad.triple.subject), value(quad.triple.predicate), value(quad.triple.object), graph
            )
            if made is not None:
                yield made


def _quad(
    s: Object | None, p: Object | None, o: Object | None, g: Object | DefaultGraph | None
) -> Quad | None:
    """A quad if the terms can be one. RDF 1.2 has no triples as subjects."""
    if o is None or not isinstance(s, NamedNode | BlankNode) or not isinstance(p, NamedNode):
        return None
    return Quad(s, p, o, g) if isinstance(g, NamedNode | DefaultGraph) else None


def named(iri: Iri) -> NamedNode:
    """An IRI as the engine's term. Raises ``QuerySyntaxError`` for one that is relative or none."""
    try:
        return NamedNode(iri.value)
    except ValueError as error:
        raise QuerySyntaxError(
            f"this is not SPARQL 1.1: <{iri.value}> is no absolute IRI: {error}"
        ) from error


def _constant(term: Iri | Lit) -> NamedNode | Literal | Triple:
    if isinstance(term, Iri):
        return named(term)
    try:
        if term.language is not None:
            return Literal(term.lexical, language=term.language)
        if term.datatype is None:
            return Literal(term.lexical)
        return Literal(term.lexical, datatype=named(Iri(term.datatype)))
    except ValueError as error:
        raise QuerySyntaxError(f"this is not SPARQL 1.1: {term.lexical!r} is no literal: {error}") from error
