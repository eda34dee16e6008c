"""How the columns of an answer hang together, so that its rows can be drawn as a graph."""

from collections.abc import Iterator
from dataclasses import dataclass

from kg.errors import QuerySyntaxError
from kg.query.algebra import Bgp, Iri, Node, PathPattern, Pattern, Step, Var
from kg.query.parse import parse
from kg.query.scope import patterns_of, visible
from kg.query.shaping.size import TooComplex
from ontology.vocab import RDFS, SKOS
from server.naming import term_words

_NAMING = (RDFS + "label", SKOS + "prefLabel")


@dataclass(frozen=True)
class Edge:
    """A line between the values of two columns of each row."""

    start: str
    label: str
    end: str


@dataclass(frozen=True)
class Edges:
    """The lines, and which columns are but the names of others: ``(of, name)``."""

    lines: tuple[Edge, ...] = ()
    names: tuple[tuple[str, str], ...] = ()


OF_TRIPLES = Edges((Edge("subject", "?predicate", "object"),))
"""Of an answer that is RDF: what stands in the second column is the label of a line."""


def edges(sparql: str, base: str | None, variables: tuple[str, ...]) -> Edges:
    """How the columns hang together: by a pattern of the query, by a node they share in it, else by row."""
    try:
        triples = list(_triples(sparql, base))
    except (QuerySyntaxError, TooComplex, RecursionError):
        triples = []
    naming = {
        (s.name, o.name)
        for s, p, o in triples
        if p in _NAMING and isinstance(s, Var) and isinstance(o, Var) and o.name in variables
    }
    name_of = dict(sorted(naming, reverse=True))
    shown = {name: name for name in variables} | {
        of: name for of, name in name_of.items() if of not in variables
    }
    linked = [
        (s.name, p, o.name)
        for s, p, o in triples
        if isinstance(s, Var) and isinstance(o, Var) and p not in _NAMING
    ]
    lines = {Edge(shown[s], term_words(p), shown[o]) for s, p, o in linked if s in shown and o in shown}
    for hub in sorted({s for s, _, _ in linked if s not in shown}):
        around = sorted({(p, shown[o]) for s, p, o in linked if s == hub and o in shown})
        lines |= {Edge(around[0][1], term_words(p), column) for p, column in around[1:]}
    names = tuple((of, name) for of, name in name_of.items() if of in variables)
    told = {name for _, name in names}
    if not lines and variables:
        lines = {Edge(variables[0], name, name) for name in variables[1:] if name not in told}
    ordered = sorted(lines, key=lambda edge: (edge.start, edge.end, edge.label))
    return Edges(tuple(edge for edge in ordered if edge.start != edge.end), names)


def as_written(sparql: str, base: str | None) -> tuple[str, ...]:
    """The columns of ``SELECT *`` as they first come in the query, where the engine has them by name."""
    try:
        query = parse(sparql, base)
    except (QuerySyntaxError, TooComplex, RecursionError):
        return ()
    if query.form != "select" or query.body.items is not None:
        return ()
    return tuple(variable.name for variable in visible(query.body.of))


def _triples(sparql: str, base: str | None) -> Iterator[tuple[Node, str, Node]]:
    """The triple patterns of a query that have a constant predicate."""
    todo: list[Pattern] = [parse(sparql, base).body.of]
    while todo:
        match todo.pop():
            case Bgp(triples=found):
                for one in found:
                    if isinstance(one.predicate, Iri):
                        yield one.subject, one.predicate.value, one.object
            case PathPattern(subject=subject, path=Step(iri=iri), object=end):
                yield subject, iri.value, end
            case pattern:
                todo += patterns_of(pattern)
