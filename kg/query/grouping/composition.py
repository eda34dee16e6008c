"""How the values of groups are made up, told when it is asked for."""

from collections.abc import Mapping
from functools import cached_property

from kg.dataset.sweeping import unswept
from kg.query.answer import Row, Term
from kg.query.builder import Builder
from kg.query.deriving.derivation import Inner
from kg.query.grouping.gathering import gathered
from kg.query.grouping.groups import Group, aggregates_of, group_of, number
from kg.query.grouping.subselect import members_of

_ONE = number(1)


class Composition:
    """What the aggregates of the groups of one answer take in.

    ``groups`` are those of which it is known already: all, with every argument of every
    member, unless they were gathered for their annotations alone.
    """

    def __init__(self, builder: Builder, inner: Inner, groups: Mapping[Row, Group]) -> None:
        self._builder = builder
        self._inner = inner
        self._known = groups
        self._aggregates = aggregates_of(inner.select)

    @cached_property
    def _groups(self) -> Mapping[Row, Group]:
        takes = [n for n, one in enumerate(self._aggregates) if one.of is not None]
        first = next(iter(self._known.values()), None)
        if first is not None and all(first.arguments[place] is not None for place in takes):
            return self._known
        self._builder.afresh()
        how = self._inner.gathering
        with unswept():
            if how is not None:
                found = gathered(self._builder, how, rows=how.rows is not None, taken=takes)
                if found is not None:
                    return found.groups
            width = len(self._inner.arguments)
            return {key: group_of(of, width) for key, of in members_of(self._builder, self._inner).items()}

    def taken(self, key: Row, place: int) -> tuple[tuple[int, Term], ...]:
        """What one aggregate of a group takes in, with the nodes that this rests on."""
        group, aggregate = self._groups.get(key), self._aggregates[place]
        if group is None:
            return ()
        values = group.arguments[place]
        if aggregate.of is None or values is None:
            return tuple((node, _ONE) for node in group.nodes) if aggregate.of is None else ()
        found = [(node, value) for node, value in zip(group.nodes, values, strict=True) if value is not None]
        if not aggregate.distinct:
            return tuple(found)
        sums: dict[Term, list[int]] = {}
        for node, value in found:
            sums.setdefault(value, []).append(node)
        return tuple((self._builder.circuit.plus(nodes), value) for value, nodes in sums.items())
