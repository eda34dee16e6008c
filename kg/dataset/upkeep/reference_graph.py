"""The graph of reference data and the hash of its content, which it notes, so that a change shows."""

from collections.abc import Iterable

from pyoxigraph import NamedNode, Quad

from kg.dataset.record.encode import graph_hash
from kg.dataset.record.records import Records
from kg.dataset.terms import Literal, Statement, node, ntriples
from ontology.vocab import LS


def content_hash(statements: Iterable[Statement]) -> str:
    """The hash of reference data."""
    return graph_hash(f"{s} {p} {o} ." for s, p, o in statements)


def stored_hash(view: Records) -> str | None:
    """The hash that the graph of reference data notes; ``None`` if there is no such graph."""
    about = node(view.names.reference)
    quad = next(iter(view.main.quads_for_pattern(about, node(LS.contentHash), None, about)), None)
    return quad.object.value if quad is not None and isinstance(quad.object, Literal) else None


def found_hash(view: Records) -> str | None:
    """The hash of what the graph holds; ``None`` if it holds nothing."""
    graph = node(view.names.reference)
    quads = list(view.main.quads_for_pattern(None, None, None, graph))
    return content_hash(_statement(q) for q in quads if not _is_note(q, graph)) if quads else None


def _statement(quad: Quad) -> Statement:
    return Statement(ntriples(quad.subject), ntriples(quad.predicate), ntriples(quad.object))


def _is_note(quad: Quad, graph: NamedNode) -> bool:
    return quad.subject == graph and quad.predicate.value == LS.contentHash
