"""Putting reference data in: what others publish, as a whole, in a graph of its own.

It is nobody's claim: its annotation is one.
"""

from collections.abc import Iterable

from kg.dataset.bulk import load_pieces
from kg.dataset.reference_graph import content_hash, stored_hash
from kg.dataset.terms import Statement, iri, literal, node, nquads
from kg.dataset.working import WorkingCopy
from ontology.vocab import LS


def replace_reference(writer: WorkingCopy, statements: Iterable[Statement]) -> bool:
    """Put reference data in, in place of what was there; false if it is the same already.

    Literals have to be in canonical form, as the store keeps them. Like all writing it is seen, all
    at once, by whom reads after the next commit.
    """
    stored = sorted(set(statements))
    found = content_hash(stored)
    if stored_hash(writer.view) == found:
        return False
    writer.touch()
    graph = writer.names.reference
    writer.main.remove_graph(node(graph))
    note = Statement(iri(graph), iri(LS.contentHash), literal(found))
    load_pieces(writer.main, [nquads([*stored, note], graph)])
    return True
