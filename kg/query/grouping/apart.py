"""Sub-SELECTs that are grouped or cut: they are worked out before the query around them.

What they give hangs on how many solutions there are, or on their values together, so no
pattern has their solutions in every part of the data. In the derivation query stands the
table of all solutions that they may have (``Given``), each with an annotation of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kg.query.algebra import Extend, Given, Graph, Item, Lateral, Pattern, Select, Var
from kg.query.deriving.conditions import existences
from kg.query.deriving.derivation import Inner, NotAnnotated, Tree, Worked
from kg.query.deriving.hull import Hull
from kg.query.deriving.standing import Scope
from kg.query.grouping.gathering import gathering_of, is_simple
from kg.query.grouping.groups import aggregates_of
from kg.query.grouping.parting import asks_beside, parted
from kg.query.scope import certain, has_aggregate, projected, visible


class Deriver(Hull):
    """Goes down the pattern of one tree, sub-SELECTs of every kind included."""

    def apart(self, what: Select, scope: Scope) -> Pattern:
        """A sub-SELECT that is worked out beforehand."""
        if has_aggregate(what) and asks_beside(what):
            outer = parted(what, self.fresh)
            return self.apart(outer, scope) if self.is_apart(outer) else self.select(outer, scope)
        return self._worked(what, scope)

    def cut_in_each(self, what: Lateral, scope: Scope) -> Pattern:
        """A sub-SELECT that is cut in each graph by itself."""
        graph, select = what.left, what.right
        if (
            not (isinstance(graph, Graph) and isinstance(graph.name, Var) and isinstance(select, Select))
            or scope.in_exists
            or (has_aggregate(select) and asks_beside(select))
        ):
            raise NotAnnotated("LIMIT or OFFSET within GRAPH with a variable is not annotated in EXISTS")
        return self._worked(select, scope, scope.names.get(graph.name, graph.name))

    def _worked(self, what: Select, scope: Scope, each: Var | None = None) -> Pattern:
        sliced = what.limit is not None or what.offset > 0
        indexed = self.indexed and not sliced  # what the order leaves open is taken as the dataset has it
        other = Deriver(self.fresh, self.base, indexed=indexed, counts=True)
        around = replace(scope, guard=(), witness=None)
        inner = (other.group if has_aggregate(what) else other.cut)(what, around)
        inner = replace(inner, each=each)
        token = self.fresh("row")
        self.leaves.append(Worked(token, inner, scope.guard, scope.witness))
        sure = certain(inner.tree.pattern)
        return Given(inner.shown, frozenset(v for v in inner.shown if v in sure), token, inner)

    def cut(self, what: Select, scope: Scope) -> Inner:
        """A sub-SELECT of which only some solutions are taken, or each once."""
        sliced = what.limit is not None or what.offset > 0
        inside = self.inside(what, scope)
        pattern = self.selected(what, inside)
        shown = inside.renamed(projected(what))
        order = []
        for one in what.order if sliced else ():
            here = tuple(dict.fromkeys((*inside.outer, *visible(pattern))))
            pattern, value = self.decided(one.expression, pattern, here, inside)
            if existences(one.expression):
                pattern = Extend(pattern, self.fresh("order"), value)
                value = pattern.variable
            order.append(replace(one, expression=value))
        pattern = scope.wrapped(pattern)
        if isinstance(scope.graph, Var):
            if sliced:
                raise NotAnnotated("LIMIT or OFFSET within GRAPH with a variable is not annotated")
            shown = shown if scope.graph in shown else (*shown, scope.graph)
        return Inner(self.tree(pattern, shown), what, shown, order=tuple(order))

    def group(self, what: Select, scope: Scope) -> Inner:
        """A grouped SELECT: its members, by the keys and the arguments of its aggregates."""
        if isinstance(scope.graph, Var):
            raise NotAnnotated("an aggregate within GRAPH with a variable is not annotated")
        keys = [Item(key.variable or self.fresh("key"), key.expression) for key in what.group or ()]
        aggregates = aggregates_of(what)
        arguments: list[tuple[Item, ...]] = []
        for one in aggregates:
            alike = (
                visible(what.of) if one.distinct else ()
            )  # COUNT(DISTINCT *) tells solutions by all of these
            taken = alike if one.of is None else (one.of,)
            arguments.append(tuple(Item(self.fresh("argument"), value) for value in taken))
        items = (*keys, *(item for of in arguments for item in of))
        tree, own = self.members(what.of, items, scope)
        names = tuple(key.variable for key in keys if key.variable is not None)
        given = tuple(
            tuple(own[item.variable] for item in of if item.variable is not None)
            if one.of is not None or one.distinct
            else None
            for one, of in zip(aggregates, arguments, strict=True)
        )
        gathering = None
        if self.indexed and not scope.layers and is_simple(what.of):
            other = Deriver(self.fresh, self.base, indexed=True, counts=True)
            gathering = gathering_of(what, *other.members(what.of, keys, scope), keys)
        return Inner(tree, what, scope.renamed(projected(what)), names, given, gathering=gathering)

    def members(self, of: Pattern, items: Sequence[Item], scope: Scope) -> tuple[Tree, Mapping[Var, Var]]:
        """The solutions of a pattern, keyed by some columns; and the names that its variables have there."""
        members = Select(of, tuple(items))
        inside = self.inside(members, replace(scope, names={}))
        own = {item.variable: self.fresh("own") for item in items if item.variable is not None}
        inside = replace(inside, names={**inside.names, **own})
        pattern = scope.wrapped(self.selected(members, inside))
        return self.tree(pattern, tuple(own.values())), inside.names
