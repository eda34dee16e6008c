"""Paths with ``?``, ``*`` and ``+``: what the way from one node to another rests on.

The reading is absorptive, that of minimal witnesses: a way that holds a shorter one adds
nothing, so cycles add nothing (Deutch et al., "Circuits for Datalog provenance", ICDT
2014). From each start the nodes are gone through in the order of the strongly connected
components, and within a component in rounds, one fewer than it has nodes.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from kg.provenance.circuit import Circuit
from kg.query.algebra import Alternative, Inverse, Negated, Path, Repeat, Sequence, Step
from kg.query.answer import Term
from kg.query.deriving.derivation import NotAnnotated
from kg.query.walks.components import components

Reached = Mapping[Term, int]
Edges = Mapping[Term, Mapping[Term, int]]
_NOWHERE: Reached = {}
MOST_WORK = 200_000
"""So many sums and products are built within the cycles of one graph, and no more."""


def is_nullable(path: Path) -> bool:
    """Whether a path joins every node to itself."""
    match path:
        case Repeat(inner, sign):
            return sign != "+" or is_nullable(inner)
        case Inverse(inner):
            return is_nullable(inner)
        case Sequence(left, right):
            return is_nullable(left) and is_nullable(right)
        case Alternative(left, right):
            return is_nullable(left) or is_nullable(right)
    return False


def turned(path: Path) -> Path:
    """The path from its end to its start."""
    match path:
        case Inverse(inner):
            return inner
        case Sequence(left, right):
            return Sequence(turned(right), turned(left))
        case Alternative(left, right):
            return Alternative(turned(left), turned(right))
        case Repeat(inner, sign):
            return Repeat(turned(inner), sign)
    return Inverse(path)


class Ways:
    """What the ways along paths rest on, in one graph; every node is taken to exist."""

    def __init__(self, circuit: Circuit, edges: Callable[[Step | Negated, bool], Edges]) -> None:
        """``edges`` gives the edges of a predicate or negated property set, backward ones if true."""
        self._circuit = circuit
        self._edges = edges
        self._known: dict[int, tuple[Path, dict[Term, Reached]]] = {}
        self._turned: dict[int, tuple[Path, Path]] = {}
        self._near: dict[tuple[int, bool], Edges] = {}
        self._work = 0

    def reached(self, path: Path, start: Term) -> Reached:
        """The nodes that a path leads to, and what each of them rests on."""
        if isinstance(path, Step):
            return self._edges_of(path, False).get(start, _NOWHERE)
        of = self._known.get(id(path))  # paths are deep, and hashed as deep as that each time
        if of is None:
            of = self._known[id(path)] = (path, {})
        found = of[1].get(start)
        if found is None:
            found = of[1][start] = self._reached(path, start)
        return found

    def turned(self, path: Path) -> Path:
        """The path from its end to its start: the same one each time."""
        found = self._turned.get(id(path))
        if found is None:
            found = self._turned[id(path)] = (path, turned(path))
        return found[1]

    def _edges_of(self, edge: Step | Negated, backward: bool) -> Edges:
        found = self._near.get((id(edge), backward))
        if found is None:
            found = self._near[id(edge), backward] = self._edges(edge, backward)
        return found

    def _reached(self, path: Path, start: Term) -> Reached:
        match path:
            case Step() | Negated():
                return self._edges_of(path, False).get(start, _NOWHERE)
            case Inverse(Step() | Negated() as edge):
                return self._edges_of(edge, True).get(start, _NOWHERE)
            case Inverse(inner):
                return self.reached(self.turned(inner), start)
            case Sequence(left, right):
                return self._summed(
                    (end, self._times(first, then))
                    for middle, first in self.reached(left, start).items()
                    for end, then in self.reached(right, middle).items()
                )
            case Alternative(left, right):
                both = (self.reached(left, start), self.reached(right, start))
                return self._summed(pair for reached in both for pair in reached.items())
            case Repeat(inner, "?"):
                return {**self.reached(inner, start), start: self._circuit.one}
            case Repeat(inner, sign):
                return self._closure(inner, start, with_start=sign == "*")

    def _closure(self, path: Path, start: Term, *, with_start: bool) -> Reached:
        known = {start: self._circuit.one}
        order = components(start, lambda node: [n for n in self.reached(path, node) if n != node])
        inward: defaultdict[Term, list[tuple[Term, int]]] = defaultdict(list)
        for component in order:
            for node in component:
                for end, edge in self.reached(path, node).items():
                    inward[end].append((node, edge))
        for component in order:
            self._rounds(start, component, inward, known)
        if not with_start:
            back = self._plus(self._times(known[node], edge) for node, edge in inward[start])
            del known[start]
            if back != self._circuit.zero:
                known[start] = back
        return known

    def _rounds(
        self,
        start: Term,
        component: list[Term],
        inward: Mapping[Term, list[tuple[Term, int]]],
        known: dict[Term, int],
    ) -> None:
        """Work out a component, given what the nodes before it rest on."""
        inside = set(component)
        entered = {
            node: self._plus(self._times(known[n], edge) for n, edge in inward[node] if n not in inside)
            for node in component
            if node != start
        }
        within = {
            node: [(n, edge) for n, edge in inward[node] if n in inside and n != node] for node in entered
        }
        if start in inside:
            entered[start], within[start] = self._circuit.one, []
        current = entered
        for _ in range(len(component) - 1):
            self._work += sum(map(len, within.values()))
            if self._work > MOST_WORK:
                raise NotAnnotated("a path through cycles of so many nodes is not annotated")
            following = {
                node: self._plus(
                    (entered[node], *(self._times(current[n], edge) for n, edge in within[node]))
                )
                for node in component
            }
            if following == current:
                break
            current = following
        known.update(current)

    # --- absorptive sums and products

    def _summed(self, pairs: Iterable[tuple[Term, int]]) -> Reached:
        parts: defaultdict[Term, list[int]] = defaultdict(list)
        for end, node in pairs:
            parts[end].append(node)
        return {end: self._plus(nodes) for end, nodes in parts.items()}

    def _plus(self, of: Iterable[int]) -> int:
        parts = set(of)
        if len(parts) == 1:
            return parts.pop()
        return self._circuit.one if self._circuit.one in parts else self._circuit.plus(sorted(parts))

    def _times(self, left: int, right: int) -> int:
        return left if left == right else self._circuit.times((left, right))
