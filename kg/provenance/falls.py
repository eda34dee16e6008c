"""How many origins must fall for a node to be false: every set of a few origins is tried, all at once."""

from collections.abc import Hashable, Sequence
from itertools import pairwise

from kg.provenance.circuit import Circuit, Node, Op
from kg.provenance.diagram import Diagram, TooLarge
from kg.provenance.effort import Intractable
from kg.provenance.evaluate import evaluate
from kg.provenance.sampling import Worlds
from kg.provenance.trusted import MAX_VISITS, Model, Trusted

MAX_FALLING = 12
MAX_VARIABLES = 256
MAX_DIAGRAM = 10_000
MAX_EFFORT = 60_000
_DEEP = 50
_MOST_KEPT = 256
_EACH = Worlds()


class Falls:
    """The nodes of a circuit in every world in which some of these origins have fallen, and no others.

    Each node is worked out once.
    """

    def __init__(self, trusted: Trusted, origins: Sequence[str]) -> None:
        self._trusted = trusted
        self._worlds = Worlds(1 << len(origins))
        self._by_count = [1]  # for each number of origins the worlds in which so many have fallen
        fallen: list[int] = []
        for place in range(len(origins)):
            half = 1 << place
            self._by_count = [more | fewer << half for fewer, more in pairwise((0, *self._by_count, 0))]
            fallen = [worlds | worlds << half for worlds in fallen]
            fallen.append(((1 << half) - 1) << half)
        self._standing = {
            origin: self._worlds.one & ~worlds for origin, worlds in zip(origins, fallen, strict=True)
        }
        self._values: dict[int, int] = {}

    def fewest(self, root: int) -> int | None:
        """The fewest of the origins whose fall makes the node false; ``None`` if no fall does."""
        true = evaluate(self._trusted.circuit, (root,), self._worlds, self._leaf, self._values)[root]
        false = self._worlds.one & ~true
        return next((count for count, worlds in enumerate(self._by_count) if false & worlds), None)

    def _leaf(self, node: Node) -> int:
        return self._standing.get(self._trusted.origin(node), self._worlds.one)


class Fallible(Trusted):
    """How many origins the nodes of a circuit rest on; each node is worked out once."""

    def __init__(
        self,
        circuit: Circuit,
        model: Model,
        max_falling: int = MAX_FALLING,
        max_variables: int = MAX_VARIABLES,
        max_diagram: int = MAX_DIAGRAM,
        max_visits: int = MAX_VISITS,
    ) -> None:
        super().__init__(circuit, model, max_visits)
        self.max_falling = max_falling
        self.max_variables = max_variables
        self.max_diagram = max_diagram
        self._effort = MAX_EFFORT
        self._fallen: frozenset[str] = frozenset()
        self._fallings: dict[frozenset[str], Falls] = {}
        self._origins: dict[int, int | None] = {}
        self._alone: dict[str, int] = {}
        self._felled: dict[int, int] = {}

    def _diagram(self, names: list[Hashable]) -> Diagram | None:
        """An empty diagram, if there may be one of so many variables."""
        if len(names) > self.max_variables or self._effort <= 0:
            return None
        return Diagram(names, self.max_diagram)

    def origins(self, root: int) -> int | None:
        """The fewest origins whose fall makes the node false; ``None`` if no fall does. Judgments never fall.

        Exact for up to ``MAX_FALLING`` origins, and while a diagram of at most ``max_variables``
        origins and ``max_diagram`` nodes tells, within the effort for all rows together; beyond
        that a lower bound: 1 if one origin alone fells it, otherwise 2.
        """
        if root not in self._origins:
            self._origins[root] = self._few(root, 0)
        return self._origins[root]

    def _few(self, root: int, depth: int) -> int | None:
        op, of = self.circuit.operations[root], tuple(dict.fromkeys(self.circuit.operands[root]))
        match op:
            case Op.ZERO | Op.ONE:
                return 0 if op is Op.ZERO else None
            case Op.TOKEN | Op.OUTSIDE:
                return None if op is Op.TOKEN and self.trust(self.circuit.name(root)).is_judgment else 1
            case Op.FACT | Op.PLUS if Circuit.one in of:
                return None
            case Op.FACT | Op.PLUS if all(self.circuit.operations[n] is Op.TOKEN for n in of):
                origins = {self.trust(self.circuit.name(n)).origin for n in of}
                return len(origins) if origins.isdisjoint(self.lasting) else None
            case Op.TIMES if all(self.circuit.operations[n] in (Op.TOKEN, Op.FACT) for n in of):
                return self._least(of, depth)
        falls = self._falls(root)
        if falls is not None:
            return falls.fewest(root)
        if depth <= _DEEP and op in (Op.FACT, Op.PLUS) and self.independent(of):
            counts = [self._few(n, depth + 1) for n in of]
            return None if None in counts else sum(count or 0 for count in counts)
        if depth <= _DEEP and op is Op.TIMES:
            return self._least(of, depth)
        return self._fewest(root)

    def _least(self, of: tuple[int, ...], depth: int) -> int | None:
        """A product falls with any one of its parts."""
        counts = [self._few(n, depth + 1) for n in of]
        return min((count for count in counts if count is not None), default=None)

    def _falls(self, root: int) -> Falls | None:
        """Every set of a few origins, those under a node among them; ``None`` where they are many."""
        support = self.support(root)
        if support is None:
            return None
        support -= self.lasting
        if len(self._fallen | support) <= self.max_falling:
            self._fallen |= support
            support = self._fallen
        elif len(support) > self.max_falling:
            return None
        found = self._fallings.get(support)
        if found is None:
            if len(self._fallings) >= _MOST_KEPT:
                self._fallings.clear()
            found = self._fallings[support] = Falls(self, sorted(support))
        return found

    def _fewest(self, root: int) -> int | None:
        try:
            met = dict.fromkeys(map(self.origin, self.leaves(root)))
        except Intractable:
            return self._at_least(root)
        names = [name for name in met if name not in self.lasting]
        diagram = self._diagram(list(names))
        if diagram is not None:
            try:
                leaf = dict.fromkeys(met, diagram.one) | {name: diagram.variable(name) for name in names}
                function = evaluate(self.circuit, (root,), diagram, lambda node: leaf[self.origin(node)])[
                    root
                ]
                return diagram.fewest_false(function)
            except TooLarge:
                pass
            finally:
                self._effort -= len(diagram)
        return self._at_least(root)

    def _at_least(self, root: int) -> int:
        """1 if one origin alone fells a node, otherwise 2: in world i the i-th origin falls."""
        true = evaluate(self.circuit, (root,), _EACH, self._standing_alone, self._felled)[root]
        return 2 if true == _EACH.one else 1

    def _standing_alone(self, node: Node) -> int:
        origin = self.origin(node)
        if origin in self.lasting:
            return _EACH.one
        return ~(1 << self._alone.setdefault(origin, len(self._alone)))
