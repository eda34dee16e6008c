"""One half of a dataset on an engine together with what is to be changed in it."""

from collections.abc import Iterable, Iterator
from typing import Any

from kg.dataset.record.records import Object, Subject
from kg.dataset.terms import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse, stored_form
from kg.remote.places import Graph
from kg.remote.quads import RemoteQuads, matching

Place = tuple[Any, Any, Any]
"""A graph with a subject or an object, or with neither: what added quads are found by."""


def _places(quad: Quad) -> Iterator[Place]:
    s, o, g = quad.subject, quad.object, quad.graph_name
    yield g, None, None
    yield g, s, None
    yield g, None, o
    yield None, s, None


class Staged:
    """What the engine holds, less what is removed, with what is added. Written as the engine's store is."""

    def __init__(self, quads: RemoteQuads) -> None:
        self.far = quads
        self.added: dict[Quad, None] = {}
        self.removed: dict[Quad, None] = {}
        self._near: dict[Place, dict[Quad, None]] = {}

    def forget(self) -> None:
        """Drop the changes, and what was read."""
        self.added, self.removed, self._near = {}, {}, {}
        self.far.forget()

    # --- reading

    def quads_for_pattern(
        self, s: Subject | None, p: NamedNode | None, o: Object | None, g: Graph | None = None
    ) -> Iterator[Quad]:
        """Quads that match; ``None`` matches anything."""
        found = list(matching(self._nearest(s, o, g), s, p, o))
        far = self.far.quads_for_pattern(s, p, o, g)
        found += (quad for quad in far if quad not in self.removed and quad not in self.added)
        return iter(found)

    def contains_named_graph(self, graph: NamedNode) -> bool:
        """Whether a named graph has triples."""
        if self._near.get((graph, None, None)):
            return True
        if not self.far.contains_named_graph(graph):
            return False
        gone = any(quad.graph_name == graph for quad in self.removed)
        return not gone or next(self.quads_for_pattern(None, None, None, graph), None) is not None

    def named_graphs(self) -> Iterator[NamedNode]:
        """The named graphs."""
        far = list(self.far.named_graphs())
        near = [
            g
            for (g, s, o), quads in self._near.items()
            if s is o is None and quads and isinstance(g, NamedNode)
        ]
        return (g for g in dict.fromkeys([*far, *near]) if self.contains_named_graph(g))

    def __contains__(self, quad: Quad) -> bool:
        return quad in self.added or (quad not in self.removed and quad in self.far)

    def __iter__(self) -> Iterator[Quad]:
        return self.quads_for_pattern(None, None, None, None)

    # --- writing

    def add(self, quad: Quad) -> None:
        """Add a quad: blank nodes with names (RDF 1.1, section 3.5), so that adding twice is adding once.

        Literals are written as the embedded store keeps them.
        """
        quad = Quad(self._named(quad.subject), quad.predicate, self._named(quad.object), quad.graph_name)
        if quad in self.removed:
            del self.removed[quad]
            return
        self.added[quad] = None
        for place in _places(quad):
            self._near.setdefault(place, {})[quad] = None

    def _nearest(self, s: Any, o: Any, g: Any) -> Iterable[Quad]:
        """The fewest added quads that hold all those with these terms."""
        if s is not None:
            return self._near.get((g, s, None), ())
        if o is not None and g is not None:
            return self._near.get((g, None, o), ())
        return self.added if g is None else self._near.get((g, None, None), ())

    def _named(self, term: Any) -> Any:
        base = self.far.side.places.names.base
        match term:
            case BlankNode():
                return NamedNode(f"{base}.well-known/genid/{term.value}")
            case Literal():
                return stored_form(term)
        return term

    def remove(self, quad: Quad) -> None:
        """Remove a quad."""
        if quad in self.added:
            del self.added[quad]
            for place in _places(quad):
                del self._near[place][quad]
        self.removed[quad] = None

    def extend(self, quads: Iterable[Quad]) -> None:
        """Add quads."""
        for quad in quads:
            self.add(quad)

    bulk_extend = extend

    def load(
        self,
        data: str | bytes,
        format: RdfFormat,  # noqa: A002 - as the engine's
        *,
        to_graph: NamedNode | None = None,
        **_: Any,
    ) -> None:
        """Add what a text holds."""
        for quad in parse(data, format, lenient=True):
            self.add(quad if to_graph is None else Quad(quad.subject, quad.predicate, quad.object, to_graph))

    bulk_load = load

    def add_graph(self, graph: NamedNode) -> None:
        """Nothing: an engine by protocol knows no graphs without triples for sure."""

    def remove_graph(self, graph: Graph) -> None:
        """Remove all quads of a graph."""
        for quad in list(self.quads_for_pattern(None, None, None, graph)):
            self.remove(quad)

    clear_graph = remove_graph
