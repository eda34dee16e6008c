"""What stands beside a SERVICE: which values its variables may take, before anybody outside is asked.

A SERVICE joins with the patterns around it, so only values that these give can matter.
They tell which endpoints a variable stands for, and what is worth asking them about.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce

from kg.query.algebra import (
    Bgp,
    Call,
    Exists,
    Expression,
    Extend,
    Filter,
    Given,
    Graph,
    Iri,
    Join,
    LeftJoin,
    Minus,
    PathPattern,
    Pattern,
    Select,
    Service,
    Table,
    Union,
    Var,
)
from kg.query.deriving.conditions import VOLATILE, existences
from kg.query.scope import (
    certain,
    expressions_of,
    has_aggregate,
    mentioned_in,
    patterns_of,
    subexpressions,
    visible,
)


@dataclass(frozen=True)
class Beside:
    """Patterns whose solutions one must agree with, each in its graph, and conditions that they must meet."""

    parts: tuple[Pattern, ...] = ()
    conditions: tuple[Expression, ...] = ()
    graph: Var | Iri | None = None

    def also(self, pattern: Pattern) -> "Beside":
        """With what of another pattern calls nobody."""
        found = _local(pattern)
        if found is None:
            return self
        part = found if self.graph is None else Graph(self.graph, found)
        return replace(self, parts=(*self.parts, part))

    def meeting(self, condition: Expression) -> "Beside":
        """With a condition, where it asks about nothing but the solution."""
        if existences(condition):
            return self
        return replace(self, conditions=(*self.conditions, condition))

    def alone(self) -> "Beside":
        """Nothing, in the same graph.

        What is optional, taken away, or a query of its own counts by all its solutions: also by those
        that what stands further out would not join with.
        """
        return Beside(graph=self.graph)

    def within(self, name: Var | Iri) -> "Beside":
        """Where what is added stands in a graph of that name."""
        return replace(self, graph=name)

    @property
    def sure(self) -> frozenset[Var]:
        """Variables that every solution binds."""
        return frozenset[Var]().union(*map(certain, self.parts))

    def binding(self, variables: Iterable[Var]) -> Pattern | None:
        """A pattern that gives variables all values that they may take here; ``None`` if nothing gives any.

        What does not bear on them is left out.
        """
        wanted = set(variables)
        left = list(self.parts)
        taken: list[Pattern] = []
        near = set(wanted)
        while found := [part for part in left if not near.isdisjoint(visible(part))]:
            taken += found
            left = [part for part in left if part not in found]
            near = near.union(*map(visible, found))
        if not taken:
            return None
        pattern = reduce(Join, taken)
        known = certain(pattern) | wanted
        for condition in self.conditions:
            if mentioned_in(condition) <= known:
                pattern = Filter(condition, pattern)
        return pattern


def _local(pattern: Pattern) -> Pattern | None:
    """A pattern less what calls other endpoints: it has no fewer solutions. ``None`` if nothing is left."""
    if not has_service(pattern):
        return pattern
    match pattern:
        case Join(left, right):
            parts = [part for part in map(_local, (left, right)) if part is not None]
            return reduce(Join, parts) if parts else None
        case LeftJoin() | Minus():
            return _local(pattern.left)
        case Filter():
            return _local(pattern.of)
        case Graph(name, of):
            found = _local(of)
            return None if found is None else Graph(name, found)
    return None


def has_service(pattern: Pattern) -> bool:
    """Whether SERVICE occurs in a pattern, EXISTS included."""
    if isinstance(pattern, Service) or any(map(has_service, patterns_of(pattern))):
        return True
    return any(
        has_service(one.pattern) for expression in expressions_of(pattern) for one in existences(expression)
    )


def is_volatile(pattern: Pattern) -> bool:
    """Whether a pattern gives other solutions each time it is asked."""
    for expression in expressions_of(pattern):
        for part in subexpressions(expression):
            if isinstance(part, Call) and part.name in VOLATILE:
                return True
            if isinstance(part, Exists) and is_volatile(part.pattern):
                return True
    return any(map(is_volatile, patterns_of(pattern)))


def grown(pattern: Pattern) -> Pattern | None:
    """A pattern with every solution that this one has in any part of the data; ``None`` if none is known."""
    match pattern:
        case Bgp() | PathPattern() | Table() | Given():
            return pattern
        case Join(left, right) | Union(left, right):
            one, other = grown(left), grown(right)
            return None if one is None or other is None else replace(pattern, left=one, right=other)
        case LeftJoin(left, right, condition):
            one, other = grown(left), grown(right)
            if one is None or other is None:
                return None
            both: Pattern = Join(one, other)
            if condition is not None and not existences(condition):
                both = Filter(condition, both)
            return Union(both, one)
        case Minus(left):
            return grown(left)
        case Filter(condition, of):
            found = grown(of)
            return found if found is None or existences(condition) else Filter(condition, found)
        case Extend() | Graph():
            found = grown(pattern.of)
            is_open = any(map(existences, expressions_of(pattern)))
            return None if found is None or is_open else replace(pattern, of=found)
        case Select():
            found = grown(pattern.of)
            is_open = has_aggregate(pattern) or any(map(existences, expressions_of(pattern)))
            if found is None or is_open:
                return None
            return replace(pattern, of=found, order=(), limit=None, offset=0)
    return None
