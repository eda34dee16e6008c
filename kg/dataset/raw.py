"""Base data, graph by graph: what a writer's raw tools (SPARQL Update, Graph Store Protocol) do to it.

Named graphs of base data exist from when they are first written or created until they
are dropped, empty or not. Claims and reserved graphs are never touched: naming one raises
``ReservedGraph``, and "all graphs" means all graphs of base data. Nothing is written under the
names that Lodestone makes from content; what lies there already can be removed.
"""

from collections.abc import Iterable

from pyoxigraph import DefaultGraph, NamedNode, Quad

from kg.dataset.facts import MINTED_HOW
from kg.dataset.record.records import DEFAULT
from kg.dataset.terms import node
from kg.dataset.writer import Writer
from kg.errors import ReservedGraph

Graph = NamedNode | DefaultGraph


def check_open(writer: Writer, graph: Graph) -> None:
    """Raise ``ReservedGraph`` for a graph that raw writes must keep off."""
    if isinstance(graph, DefaultGraph):
        return
    name = graph.value
    if writer.names.is_reserved(name):
        how = "it follows from the claims: take them in (POST /claims) or back (DELETE /claim/<id>)"
    elif writer.view.is_known(name):
        how = "a claim never changes: retract it (DELETE /claim/<id>), or supersede it by a new one"
    else:
        return
    raise ReservedGraph(f"graph <{name}> is not open to raw writes; {how}", graph=name)


def check_writable(writer: Writer, graph: Graph) -> None:
    """Raise ``ReservedGraph`` for a graph that nothing may be put into."""
    check_open(writer, graph)
    if isinstance(graph, NamedNode) and writer.names.is_minted(graph.value):
        raise ReservedGraph(f"graph <{graph.value}>: {MINTED_HOW}", graph=graph.value)


def exists(writer: Writer, graph: Graph) -> bool:
    """Whether there is a graph of that name; the default graph always is."""
    return isinstance(graph, DefaultGraph) or writer.main.contains_named_graph(graph)


def base_graphs(writer: Writer) -> list[NamedNode]:
    """The named graphs of base data."""
    names = (g for g in writer.main.named_graphs() if isinstance(g, NamedNode))
    return [g for g in names if not writer.names.is_reserved(g.value) and not writer.view.is_known(g.value)]


def base_quads(writer: Writer, graph: Graph) -> list[Quad]:
    """The base data of a graph."""
    store = writer.archive if isinstance(graph, DefaultGraph) else writer.main
    return list(store.quads_for_pattern(None, None, None, graph))


def insert(writer: Writer, quads: Iterable[Quad]) -> int:
    """Write quads; gives back how many were new. Raises ``ReservedGraph``, and writes nothing then."""
    found = list(quads)
    for graph in _named(found):
        check_writable(writer, graph)
    return writer.add_base(found)


def delete(writer: Writer, quads: Iterable[Quad]) -> int:
    """Remove quads; gives back how many there were. Raises ``ReservedGraph``, and removes nothing then."""
    found = list(quads)
    for graph in _named(found):
        check_open(writer, graph)
    there = [q for q in found if q in (writer.archive if q.graph_name == DEFAULT else writer.main)]
    return writer.remove_base(there) if there else 0


def _named(quads: Iterable[Quad]) -> list[NamedNode]:
    return [node(name) for name in {q.graph_name.value for q in quads if isinstance(q.graph_name, NamedNode)}]


def create(writer: Writer, graph: NamedNode) -> None:
    """Make an empty graph. Raises ``ReservedGraph``."""
    check_writable(writer, graph)
    if not exists(writer, graph):
        writer.touch()
        writer.main.add_graph(graph)


def clear(writer: Writer, graph: Graph) -> int:
    """Remove the base data of a graph; gives back how many quads that was. Raises ``ReservedGraph``."""
    check_open(writer, graph)
    return delete(writer, base_quads(writer, graph))


def drop(writer: Writer, graph: Graph) -> int:
    """Remove the base data of a graph, and a named graph itself. Raises ``ReservedGraph``."""
    removed = clear(writer, graph)
    if isinstance(graph, NamedNode) and exists(writer, graph):
        writer.touch()
        writer.main.remove_graph(graph)
    return removed


def moved(quads: Iterable[Quad], graph: Graph) -> list[Quad]:
    """The same triples in another graph."""
    return [Quad(q.subject, q.predicate, q.object, graph) for q in quads]
