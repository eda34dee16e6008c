"""Paths as SPARQLcirc makes them: reach(k+1) = reach(k) ⊕ reach(k) ⊗ edge, the round in the gate's name.

The engine finds the edges and the pairs of ends; the rounds are followed here, which
costs less than a query for each. A round goes on only from what the one before changed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import md5
from typing import Any

from pyoxigraph import Literal, NamedNode, Store, Triple

from kg.query.algebra import (
    Alternative,
    Bgp,
    Inverse,
    Join,
    Path,
    Pattern,
    Sequence,
    Step,
    TriplePattern,
    Union,
    Var,
)
from tests.benchmarks.baselines import NotCovered

PLUS, TIMES = NamedNode("urn:gate:plus"), NamedNode("urn:gate:times")
ONE = NamedNode("urn:gate:one")
MOST = 2_000_000
"""Triples of gates; beyond, the path counts as not covered."""


@dataclass(frozen=True)
class Rounds:
    """A path with ``?``, ``*`` or ``+``.

    ``edges`` asks for the pairs that one pass of the path joins, ``pairs`` for the ends
    that the query needs. The names of the edges' sums and of the path's own begin with
    ``edge`` and ``reach``; ``keyed`` says which ends the latter are told by.
    """

    edges: str
    pairs: str
    sign: str
    edge: str
    reach: str
    keyed: tuple[bool, bool]

    def gates(self, store: Store) -> list[Triple]:
        """The gates of all rounds. Raises ``NotCovered`` where they are too many."""
        follow: defaultdict[str, list[str]] = defaultdict(list)
        for x, y in self._asked(store, self.edges):
            follow[x].append(y)
        wanted: defaultdict[str, list[str]] = defaultdict(list)
        for x, y in self._asked(store, self.pairs):
            wanted[x].append(y)
        found: list[Triple] = []
        for start, ends in wanted.items():
            known = self._rounds(start, follow, found.append)
            for end in ends:
                key = [text for text, keyed in zip((start, end), self.keyed, strict=True) if keyed]
                name = _gate(self.reach, *key)
                if self.sign != "+" and start == end:
                    found.append(Triple(name, PLUS, ONE))
                if end in known:
                    found.append(Triple(name, PLUS, known[end]))
            if len(found) > MOST:
                raise NotCovered(f"a path with more than {MOST} gates")
        return found

    def _asked(self, store: Store, text: str) -> Iterable[tuple[str, str]]:
        found: Any = store.query(text, use_default_graph_as_union=True)
        return ((_text(x), _text(y)) for x, y in found)

    def _rounds(
        self, start: str, follow: dict[str, list[str]], add: Callable[[Triple], None]
    ) -> dict[str, NamedNode]:
        """The last round's gate of each node that the start reaches."""
        known = {y: _gate(self.edge, start, y) for y in follow.get(start, ())}
        if self.sign == "?":
            return known
        changed, level = set(known), 1
        while changed and level <= len(known):
            level += 1
            fed: defaultdict[str, list[NamedNode]] = defaultdict(list)
            for y in changed - {start}:
                for z in follow.get(y, ()):
                    product = _gate("urn:times:", known[y].value, z)
                    add(Triple(product, TIMES, known[y]))
                    add(Triple(product, TIMES, _gate(self.edge, y, z)))
                    fed[z].append(product)
            for z, products in fed.items():
                total = _gate(f"{self.reach}{level}:", start, z)
                before = [known[z]] if z in known else []
                for child in (*before, *products):
                    add(Triple(total, PLUS, child))
                known[z] = total
            changed = set(fed)
        return known


def _text(term: NamedNode | Literal) -> str:
    """As the keys of sums have it."""
    if isinstance(term, NamedNode):
        return term.value
    return f"{term.value}^^{term.datatype.value}@{term.language or ''}"


def _gate(prefix: str, *key: str) -> NamedNode:
    return NamedNode(prefix + md5("|".join(key).encode(), usedforsecurity=False).hexdigest())


def one_pass(path: Path, x: Var, y: Var, fresh: Callable[[], Var]) -> Pattern:
    """One pass of a path as a pattern. Raises ``NotCovered``."""
    match path:
        case Step(iri):
            return Bgp((TriplePattern(x, iri, y),))
        case Inverse(inner):
            return one_pass(inner, y, x, fresh)
        case Sequence(left, right):
            middle = fresh()
            parts = one_pass(left, x, middle, fresh), one_pass(right, middle, y, fresh)
            if isinstance(parts[0], Bgp) and isinstance(parts[1], Bgp):
                return Bgp((*parts[0].triples, *parts[1].triples))
            return Join(*parts)
        case Alternative(left, right):
            return Union(one_pass(left, x, y, fresh), one_pass(right, x, y, fresh))
    raise NotCovered("a path within a path that repeats")
