"""The annotation of a path between the two ends that a solution gives it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from kg.dataset.terms import BlankNode, Literal, NamedNode
from kg.query.algebra import Iri, Negated, Step, Var
from kg.query.answer import Row, Term
from kg.query.deriving.derivation import NotAnnotated, Way
from kg.query.leaves import Leaves, Unaccounted
from kg.query.shaping.render import node
from kg.query.source import AnnotatedFacts
from kg.query.walks.paths import Edges, Ways, is_nullable


class WayLeaves:
    """The nodes of paths in a circuit, each graph's edges read once."""

    def __init__(
        self, leaves: Leaves, solutions: Callable[[str], list[Row]], *, indexed: bool = False
    ) -> None:
        """``solutions`` answers queries, over annotated facts if ``indexed``."""
        self._indexed = indexed
        self._leaves = leaves
        self._solutions = solutions
        self._ways: dict[Term | None, Ways] = {}
        self._adjacent: dict[tuple[Term | None, Step | Negated, bool], Edges] = {}
        self._present: dict[tuple[Term, Term | None], int] = {}

    def node(self, way: Way, terms: Sequence[Term | None]) -> int:
        """The node of a path between its ends (and in a named graph, the third term).

        A path of length zero from a constant is there in any case; between variables it is
        where a triple holds the node (SPARQL 1.1, section 18.4). The engine takes it so
        within EXISTS and GRAPH whatever the ends are (``kg.query.shaping.zero_length`` adds to that).
        """
        start, end = terms[:2]
        graph = terms[2] if len(terms) > 2 else None
        if start is None or end is None:
            raise Unaccounted("an end of a path is unbound")
        if start == end and is_nullable(way.path):
            constant = not isinstance(way.subject, Var) or not isinstance(way.object, Var)
            if way.beside or (constant and not way.held):
                return self._leaves.circuit.one
            return self._presence(start, graph)
        path, ways = way.path, self._of(graph)
        if not isinstance(way.object, Var) and isinstance(way.subject, Var):
            path, start, end = ways.turned(path), end, start
        found = ways.reached(path, start).get(end)
        if found is None:
            raise Unaccounted(f"no way leads from {start} to {end}")
        return found

    def _of(self, graph: Term | None) -> Ways:
        ways = self._ways.get(graph)
        if ways is None:

            def edges(path: Step | Negated, backward: bool) -> Edges:
                return self._edges(graph, path, backward)

            ways = self._ways[graph] = Ways(self._leaves.circuit, edges)
        return ways

    def _edges(self, graph: Term | None, path: Step | Negated, backward: bool) -> Edges:
        """The edges of a predicate, or of all but some, by where they start."""
        key = (graph, path, backward)
        known = self._adjacent.get(key)
        if known is None:
            index = self._leaves.index if self._indexed else None
            if index is not None:
                known = _Neighbours(self._leaves, index, path, backward)
            else:
                known = self._sorted(graph, path, backward)
            self._adjacent[key] = known
        return known

    def _sorted(self, graph: Term | None, path: Step | Negated, backward: bool) -> Edges:
        """All edges, read at once."""
        parts: defaultdict[Term, defaultdict[Term, list[int]]] = defaultdict(lambda: defaultdict(list))
        if isinstance(path, Step):
            triples = self._facts(f"?s {node(path.iri)} ?o BIND({node(path.iri)} AS ?p)", graph)
        else:
            triples = self._facts("?s ?p ?o", graph)
        for s, p, o, number in triples:
            for start, end in _ends(path, s, p, o):
                first, last = (end, start) if backward else (start, end)
                parts[first][last].append(number)
        plus = self._leaves.circuit.plus
        return {
            first: {last: plus(sorted(set(numbers))) for last, numbers in ends.items()}
            for first, ends in parts.items()
        }

    def _facts(self, pattern: str, graph: Term | None) -> list[tuple[Term, Term | None, Term, int]]:
        """Triples, each with its node."""
        inner = pattern if graph is None else f"GRAPH {graph} {{ {pattern} }}"
        rows = self._solutions(f"SELECT ?s ?p ?o WHERE {{ {inner} }}")
        end = () if graph is None else (graph,)
        return [
            (s, p, o, self._leaves.node((s, p, o, *end)))
            for s, p, o in rows
            if s is not None and o is not None
        ]

    def _presence(self, term: Term, graph: Term | None) -> int:
        """The sum of the triples that hold a node."""
        known = self._present.get((term, graph))
        if known is None:
            known = self._present[term, graph] = self._sum_of_triples(term, graph)
        return known

    def _sum_of_triples(self, term: Term, graph: Term | None) -> int:
        circuit = self._leaves.circuit
        if isinstance(term, BlankNode):  # those of claims have names: only base data has such a node
            return circuit.one
        if not isinstance(term, NamedNode | Literal):
            raise NotAnnotated("a path of length zero at a triple term is not annotated")
        index = self._leaves.index if self._indexed else None
        if index is not None:
            quads = [*index.matching(None, None, term)]
            if isinstance(term, NamedNode):
                quads += index.matching(term, None, None)
            found = set(self._leaves.annotated([name for *_, name in quads]))
        else:
            found = {row[3] for row in self._facts(f"?s ?p {term} BIND({term} AS ?o)", graph)}
            if isinstance(term, NamedNode):
                found |= {row[3] for row in self._facts(f"{term} ?p ?o BIND({term} AS ?s)", graph)}
        if not found:
            raise Unaccounted(f"no triple holds {term}")
        return circuit.one if circuit.one in found else circuit.plus(sorted(found))


class _Neighbours(dict[Term, dict[Term, int]]):
    """Edges over annotated facts, those of each node read when they are asked for."""

    def __init__(self, leaves: Leaves, index: AnnotatedFacts, path: Step | Negated, backward: bool) -> None:
        super().__init__()
        self._leaves = leaves
        self._index = index
        self._path = path
        self._predicate = NamedNode(path.iri.value) if isinstance(path, Step) else None
        self._backward = backward

    def get(self, start: Term, default: Any = None) -> Any:
        """The edges from a node (to it, if they are backward ones)."""
        found = super().get(start)
        if found is None:
            found = self[start] = self._read(start)
        return found or default

    def _read(self, start: Term) -> dict[Term, int]:
        if self._predicate is not None:
            return self._step(start, self._predicate)
        quads: list[tuple[Term, NamedNode, Term, BlankNode]] = []
        path = self._path
        both = isinstance(path, Negated) and bool(path.inverse)
        if (both or not self._backward) and not isinstance(start, Literal):
            quads += self._index.matching(start, None, None)
        if both or self._backward:
            quads += self._index.matching(None, None, start)
        numbers = self._leaves.named([name for *_, name in quads])
        parts: defaultdict[Term, set[int]] = defaultdict(set)
        for (s, p, o, _), number in zip(quads, numbers, strict=True):
            for first, last in _ends(path, s, p, o):
                here, there = (last, first) if self._backward else (first, last)
                if here == start:
                    parts[there].add(number)
        plus = self._leaves.circuit.plus
        return {end: plus(sorted(of)) for end, of in parts.items()}

    def _step(self, start: Term, predicate: NamedNode) -> dict[Term, int]:
        near: Sequence[tuple[Term, BlankNode]] = []
        if self._backward:
            near = self._index.to_node(predicate, start)
        elif not isinstance(start, Literal):
            near = self._index.from_node(start, predicate)
        if not near:
            return {}
        ends, names = zip(*near, strict=True)
        return dict(zip(ends, self._leaves.named(names), strict=True))


def _ends(path: Step | Negated, s: Term, p: Term | None, o: Term) -> list[tuple[Term, Term]]:
    """The edges that a triple is: from its subject to its object, or the other way round, or both."""
    if isinstance(path, Step):
        return [(s, o)]
    excluded = Iri(p.value) if isinstance(p, NamedNode) else None
    found = []
    if (path.forward or not path.inverse) and excluded not in path.forward:
        found.append((s, o))
    if path.inverse and excluded not in path.inverse:
        found.append((o, s))
    return found
