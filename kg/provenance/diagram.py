"""Binary decision diagrams, read as a semiring: what a circuit says of all worlds at once.

Bryant, "Graph-based algorithms for Boolean function manipulation", 1986; the diagrams
themselves are those of ``dd``.
"""

from collections.abc import Hashable, Mapping, Sequence

from dd.bdd import BDD

from kg.provenance.semirings.protocol import Semiring


class TooLarge(Exception):
    """A diagram grew beyond its size."""


class Diagram(Semiring[int]):
    """Boolean functions of the given variables, each a number. Raises ``TooLarge`` beyond ``size`` nodes."""

    idempotent = True
    absorptive = True

    def __init__(self, variables: Sequence[Hashable], size: int) -> None:
        self._names = list(variables)
        levels = {str(level): level for level in range(len(self._names))}
        self._bdd = BDD(levels)  # type: ignore[abstract]  # its __eq__ is declared abstract, wrongly
        self._size = size
        self._variable: dict[Hashable, int] = {
            name: self._bdd.var(str(level)) for level, name in enumerate(self._names)
        }
        self.zero = int(self._bdd.false)
        self.one = int(self._bdd.true)

    def __len__(self) -> int:
        return len(self._bdd)

    def variable(self, name: Hashable) -> int:
        """The function that is true where a variable is."""
        return self._variable[name]

    def plus(self, left: int, right: int) -> int:
        """Or."""
        return self._ite(left, self.one, right)

    def times(self, left: int, right: int) -> int:
        """And."""
        return self._ite(left, right, self.zero)

    def minus(self, left: int, right: int) -> int:
        """And not: in each world a semiring's minus is this."""
        return self._ite(right, self.zero, left)

    def _ite(self, condition: int, then: int, otherwise: int) -> int:
        if len(self._bdd) > self._size:
            raise TooLarge
        found: int = self._bdd.ite(condition, then, otherwise)
        return found

    def _below(self, function: int) -> list[tuple[int, int, int, int]]:
        """(node, level, low, high) of all decisions under a function, deepest first."""
        found: dict[int, tuple[int, int, int, int]] = {}
        waiting = [abs(function)]
        while waiting:
            node = waiting.pop()
            if node == abs(self.one) or node in found:
                continue
            level, low, high = self._bdd.succ(node)
            if low is None or high is None:  # only the terminal has none
                continue
            found[node] = (node, level, low, high)
            waiting += [abs(low), abs(high)]
        return sorted(found.values(), key=lambda decision: -decision[1])

    def probability(self, function: int, of: Mapping[Hashable, float]) -> float:
        """P(the function is true) where the variables are independent with these probabilities."""
        true = {abs(self.one): 1.0}

        def value(edge: int) -> float:
            return true[edge] if edge > 0 else 1.0 - true[-edge]

        for node, level, low, high in self._below(function):
            p = of[self._names[level]]
            true[node] = (1.0 - p) * value(low) + p * value(high)
        return value(function)

    def fewest_false(self, function: int) -> int | None:
        """The fewest variables to set false, the others true, so that the function is false.

        ``None`` if the function is true everywhere.
        """
        never = len(self._names) + 1
        cost = {abs(self.one): (0, never)}

        def value(edge: int) -> tuple[int, int]:
            to_true, to_false = cost[abs(edge)]
            return (to_true, to_false) if edge > 0 else (to_false, to_true)

        for node, _, low, high in self._below(function):
            low_true, low_false = value(low)
            high_true, high_false = value(high)
            cost[node] = (min(1 + low_true, high_true), min(1 + low_false, high_false))
        fewest = value(function)[1]
        return fewest if fewest < never else None
