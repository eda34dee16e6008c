"""How many origins must fall for a node to be false: every set of a few origins is tried, all at once."""

from collections.abc import Sequence
from itertools import pairwise

from kg.provenance.circuit import Node
from kg.provenance.evaluate import evaluate
from kg.provenance.sampling import Worlds
from kg.provenance.trusted import Trusted


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
        return self._standing[self._trusted.origin(node)]
