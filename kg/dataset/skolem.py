"""Names for blank nodes that stay the same however often a file is taken in.

Blank nodes get their names from their canonical labels (RDF Dataset Canonicalization,
RDFC-1.0) among the quads that they are connected with, and from those quads' content.
"""

import hashlib
from collections.abc import Iterable

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad, Triple

from kg.claims.names import Names


def blank_nodes(quad: Quad) -> list[BlankNode]:
    """The blank nodes of a quad, those inside triple terms too."""
    found: list[BlankNode] = []
    todo: list[object] = [quad.subject, quad.object, quad.graph_name]
    while todo:
        term = todo.pop()
        if isinstance(term, BlankNode):
            found.append(term)
        elif isinstance(term, Triple):
            todo += [term.subject, term.object]
    return found


def skolemize(quads: Iterable[Quad], names: Names) -> list[Quad]:
    """The quads with an IRI for each blank node."""
    renamed: list[Quad] = []
    for component in _components(list(quads)):
        dataset = Dataset(component)
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        canonical = sorted(dataset, key=str)
        digest = hashlib.sha256("\n".join(map(str, canonical)).encode()).hexdigest()
        renamed += (_renamed(quad, digest, names) for quad in canonical)
    return renamed


def _components(quads: list[Quad]) -> list[list[Quad]]:
    """Quads grouped so that no blank node is in two groups (union-find over blank nodes)."""
    parent: dict[str, str] = {}

    def root(label: str) -> str:
        parent.setdefault(label, label)
        while parent[label] != label:
            parent[label] = parent[parent[label]]
            label = parent[label]
        return label

    for quad in quads:
        labels = [b.value for b in blank_nodes(quad)]
        for other in labels[1:]:
            parent[root(other)] = root(labels[0])
    groups: dict[str, list[Quad]] = {}
    for quad in quads:
        groups.setdefault(root(blank_nodes(quad)[0].value), []).append(quad)
    return list(groups.values())


def _renamed(quad: Quad, digest: str, names: Names) -> Quad:
    def name(term: object) -> object:
        match term:
            case BlankNode():
                return NamedNode(names.skolem(digest, term.value))
            case Triple():
                return Triple(name(term.subject), term.predicate, name(term.object))  # type: ignore[arg-type]
            case _:
                return term

    return Quad(name(quad.subject), quad.predicate, name(quad.object), name(quad.graph_name))  # type: ignore[arg-type]
