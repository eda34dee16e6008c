"""The graph of reference data: what others publish, put in as a whole and checked as a whole.

It is nobody's claim: its annotation is one. The graph notes the hash of its content, so that a
changed one shows.
"""

from collections.abc import Iterable

from pyoxigraph import NamedNode, Quad

from kg.dataset.bulk import load_pieces
from kg.dataset.encode import graph_hash
from kg.dataset.records import Records
from kg.dataset.terms import Literal, Statement, iri, literal, node, nquads, ntriples, stored_text
from kg.dataset.working import WorkingCopy
from ontology.vocab import LS


def _hash(statements: Iterable[Statement]) -> str:
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
    return _hash(_statement(q) for q in quads if not _is_note(q, graph)) if quads else None


def _statement(quad: Quad) -> Statement:
    return Statement(ntriples(quad.subject), ntriples(quad.predicate), ntriples(quad.object))


def _is_note(quad: Quad, graph: NamedNode) -> bool:
    return quad.subject == graph and quad.predicate.value == LS.contentHash


def replace_reference(writer: WorkingCopy, statements: Iterable[Statement]) -> bool:
    """Put reference data in, in place of what was there; false if it is the same already.

    Like all writing it is seen, all at once, by whom reads after the next commit.
    """
    stored = sorted({s._replace(object=stored_text(s.object)) for s in statements})
    found = _hash(stored)
    if stored_hash(writer.view) == found:
        return False
    writer.touch()
    graph = writer.names.reference
    writer.main.remove_graph(node(graph))
    note = Statement(iri(graph), iri(LS.contentHash), literal(found))
    load_pieces(writer.main, [nquads([*stored, note], graph)])
    return True
