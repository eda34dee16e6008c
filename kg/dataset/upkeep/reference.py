"""Putting reference data in: what others publish, as a whole, in a graph of its own.

It is nobody's claim: its annotation is one.
"""

from collections.abc import Iterable

from kg.dataset.loading.bulk import load_pieces
from kg.dataset.terms import Statement, iri, literal, node, nquads
from kg.dataset.upkeep.reference_graph import content_hash, stored_hash
from kg.dataset.writer import Writer
from ontology.vocab import LS


def replace_reference(writer: Writer, statements: Iterable[Statement]) -> bool:
    """Put reference data in, in place of what was there; false if it is the same already.

    Comes before anything else that is written: where data are replaced, what follows from them is worked
    out anew from the published claims. Literals have to be in canonical form, as the store keeps them.
    Like all writing it is seen, all at once, by whom reads after the next commit.
    """
    stored = sorted(set(statements))
    found = content_hash(stored)
    if stored_hash(writer.view) == found:
        return False
    writer.touch()
    graph = writer.names.reference
    replaced = writer.main.contains_named_graph(node(graph))
    writer.main.remove_graph(node(graph))
    note = Statement(iri(graph), iri(LS.contentHash), literal(found))
    load_pieces(writer.main, [nquads([*stored, note], graph)])
    if replaced:
        writer.rebuild()
        return True
    for triple in writer.inferring.leading(writer.main.quads_for_pattern(None, None, None, node(graph))):
        writer.inferring.stated(triple)
    return True
