"""One half of a dataset on an engine, read as the embedded store is read, and kept while it is open.

What is asked one by one would cost a request each. So a node of the record is fetched
whole, a claim graph too, and ``expect`` fetches many of either at once.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from kg.dataset.record.records import Object, Subject
from kg.dataset.terms import BlankNode, Literal, NamedNode, Quad, ntriples, stored_form
from kg.remote.endpoint import Endpoint
from kg.remote.places import Graph, Side

Term = Any


class RemoteQuads:
    """Reads quads. What was read once is not asked again until ``forget``."""

    def __init__(self, endpoint: Endpoint, side: Side) -> None:
        self._endpoint = endpoint
        self.side = side
        self._record = NamedNode(side.places.names.record)
        self._inferred = NamedNode(side.places.names.inferred)
        self._known: dict[Hashable, list[Quad]] = {}

    def forget(self) -> None:
        """Read everything anew from now on."""
        self._known.clear()

    # --- as the engine's store

    def quads_for_pattern(
        self, s: Subject | None, p: NamedNode | None, o: Object | None, g: Graph | None = None
    ) -> Iterator[Quad]:
        """Quads that match; ``None`` matches anything."""
        if isinstance(s, BlankNode) or isinstance(o, BlankNode) or isinstance(g, BlankNode):
            return iter(())  # of another request's answer: it names nothing here
        o = self._read(o)
        if g is not None and s is not None and g == self._record:
            return matching(self._scope(("subject", s, g)), s, p, o)
        if isinstance(g, NamedNode) and g not in (self._record, self._inferred):
            return matching(self._scope(("graph", g)), s, p, o)
        if g is None and s is not None and p is not None and o is not None:
            return iter(self._scope(("triple", s, p, o)))
        return iter(self._scope(("pattern", s, p, o, g)))

    def contains_named_graph(self, graph: NamedNode) -> bool:
        """Whether a named graph has triples."""
        key = ("exists", graph)
        if key not in self._known:
            place = self.side.place(graph)
            found = self._endpoint.rows(f"SELECT ?s {{ GRAPH <{place}> {{ ?s ?p ?o }} }} LIMIT 1")
            self._known[key] = [Quad(graph, graph, graph)] if found else []
        return bool(self._known[key])

    def named_graphs(self) -> Iterator[NamedNode]:
        """The named graphs."""
        for (name,) in self._endpoint.rows("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"):
            graph = self.side.graph(name.value)
            if isinstance(graph, NamedNode):
                yield graph

    def __contains__(self, quad: Quad) -> bool:
        graph = quad.graph_name
        if isinstance(graph, BlankNode):
            return False
        return any(True for _ in self.quads_for_pattern(quad.subject, quad.predicate, quad.object, graph))

    def __iter__(self) -> Iterator[Quad]:
        return self.quads_for_pattern(None, None, None, None)

    # --- many at once

    def expect_nodes(self, nodes: Iterable[NamedNode]) -> None:
        """Fetch what the record says of nodes."""
        wanted = [n for n in dict.fromkeys(nodes) if ("subject", n, self._record) not in self._known]
        place = self.side.place(self._record)
        for some in self._some(wanted):
            found: defaultdict[Term, list[Quad]] = defaultdict(list)
            values = " ".join(map(str, some))
            for s, p, o in self._endpoint.rows(
                f"SELECT ?s ?p ?o {{ VALUES ?s {{ {values} }} GRAPH <{place}> {{ ?s ?p ?o }} }}"
            ):
                found[s].append(Quad(s, p, self._read(o), self._record))
            for node in some:
                self._known["subject", node, self._record] = found[node]

    def expect_graphs(self, graphs: Iterable[NamedNode]) -> None:
        """Fetch whole named graphs, claims' for instance."""
        wanted = [g for g in dict.fromkeys(graphs) if ("graph", g) not in self._known]
        for some in self._some(wanted):
            found: defaultdict[str, list[Quad]] = defaultdict(list)
            of = {self.side.place(graph): graph for graph in some}
            values = " ".join(f"<{place}>" for place in of)
            for g, s, p, o in self._endpoint.rows(
                f"SELECT ?g ?s ?p ?o {{ VALUES ?g {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }}"
            ):
                found[g.value].append(Quad(s, p, self._read(o), of[g.value]))
            for place, graph in of.items():
                self._known["graph", graph] = found[place]

    def expect_triples(self, triples: Iterable[tuple[Term, Term, Term]]) -> None:
        """Fetch the graphs that hold each of some triples."""
        wanted = [
            t
            for t in dict.fromkeys((s, p, self._read(o)) for s, p, o in triples)
            if ("triple", *t) not in self._known and not any(isinstance(part, BlankNode) for part in t)
        ]
        for some in self._some(wanted):
            found: defaultdict[tuple[str, ...], list[Graph]] = defaultdict(list)
            values = " ".join(f"({s} {p} {ntriples(o)})" for s, p, o in some)
            for s, p, o, g in self._endpoint.rows(
                f"SELECT ?s ?p ?o ?g {{ VALUES (?s ?p ?o) {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }}"
            ):
                graph = self.side.graph(g.value)
                if graph is not None:
                    found[_key(s, p, self._read(o))].append(graph)
            for s, p, o in some:
                self._known["triple", s, p, o] = [Quad(s, p, o, graph) for graph in found[_key(s, p, o)]]

    def expect_objects(self, predicates: Sequence[NamedNode], objects: Iterable[NamedNode]) -> None:
        """Fetch which nodes of the record have each of some objects by each of some predicates."""
        wanted = [
            o
            for o in dict.fromkeys(objects)
            if any(("pattern", None, p, o, self._record) not in self._known for p in predicates)
        ]
        place = self.side.place(self._record)
        for some in self._some(wanted):
            found: defaultdict[tuple[Term, Term], list[Quad]] = defaultdict(list)
            values, relations = " ".join(map(str, some)), " ".join(map(str, predicates))
            for s, p, o in self._endpoint.rows(
                f"SELECT ?s ?p ?o {{ VALUES ?o {{ {values} }} VALUES ?p {{ {relations} }} "
                f"GRAPH <{place}> {{ ?s ?p ?o }} }}"
            ):
                found[p, o].append(Quad(s, p, o, self._record))
            for p in predicates:
                for o in some:
                    self._known["pattern", None, p, o, self._record] = found[p, o]

    def _some(self, wanted: Iterable[Any]) -> Iterator[list[Any]]:
        left = iter(wanted)
        while some := list(islice(left, self._endpoint.quirks.most_values)):
            yield some

    # --- one scope

    def _scope(self, key: tuple[Any, ...]) -> list[Quad]:
        found = self._known.get(key)
        if found is None:
            match key:
                case ("subject", s, g):
                    found = self._asked(s, None, None, g)
                case ("graph", g):
                    found = self._asked(None, None, None, g)
                case ("triple", s, p, o):
                    found = self._asked(s, p, o, None)
                case (_, s, p, o, g):
                    found = self._asked(s, p, o, g)
                case _:
                    raise AssertionError(key)
            self._known[key] = found
        return found

    def _asked(self, s: Term, p: Term, o: Term, g: Graph | None) -> list[Quad]:
        terms = dict(zip("spo", (s, p, o), strict=True))
        parts = [f"?{name}" if term is None else ntriples(term) for name, term in terms.items()]
        where = f"<{self.side.place(g)}>" if g is not None else "?g"
        columns = [name for name, term in terms.items() if term is None]
        columns += ["g"] if g is None else []
        head = " ".join(f"?{name}" for name in columns) or "(1 AS ?one)"
        quads = []
        for row in self._endpoint.rows(f"SELECT {head} {{ GRAPH {where} {{ {' '.join(parts)} }} }}"):
            bound = {**terms, **dict(zip(columns, row, strict=False))}
            graph = g if g is not None else self.side.graph(bound["g"].value)
            if graph is not None:
                value = self._read(bound["o"]) if o is None else o
                quads.append(Quad(bound["s"], bound["p"], value, graph))
        return quads

    def _read(self, term: Term) -> Term:
        return stored_form(term) if isinstance(term, Literal) else term


def _key(s: Term, p: Term, o: Term) -> tuple[str, ...]:
    return str(s), str(p), ntriples(o)


def matching(quads: Iterable[Quad], s: Term, p: Term, o: Term) -> Iterator[Quad]:
    """Those of the quads that have these terms; ``None`` matches anything."""
    for quad in quads:
        if s in (None, quad.subject) and p in (None, quad.predicate) and o in (None, quad.object):
            yield quad
