"""Sub-SELECTs that are grouped or cut: they are worked out before the query around them.

What they give hangs on how many solutions there are, or on their values together, so no
pattern has their solutions in every part of the data. In the derivation query stands the
table of all solutions that they may have (``Given``), each with an annotation of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kg.query.algebra import Given, Item, Pattern, Select, Var
from kg.query.deriving.conditions import existences, rewritten
from kg.query.deriving.derivation import Inner, NotAnnotated, Tree, Worked
from kg.query.deriving.hull import Hull
from kg.query.deriving.standing import Scope
from kg.query.grouping.gathering import gathering_of, is_simple
from kg.query.grouping.groups import aggregates_of
from kg.query.scope import certain, has_aggregate, projected


class Deriver(Hull):
    """Goes down the pattern of one tree, sub-SELECTs of every kind included."""

    def apart(self, what: Select, scope: Scope) -> Pattern:
        """A sub-SELECT that is worked out beforehand."""
        sliced = what.limit is not None or what.offset > 0
        indexed = self.indexed and not sliced  # what the order leaves open is taken as the dataset has it
        other = Deriver(self.fresh, self.base, indexed=indexed, counts=True)
        around = replace(scope, guard=(), witness=None)
        inner = (other.group if has_aggregate(what) else other.cut)(what, around)
        token = self.fresh("row")
        self.leaves.append(Worked(token, inner, scope.guard, scope.witness))
        sure = certain(inner.tree.pattern)
        return Given(inner.shown, frozenset(v for v in inner.shown if v in sure), token, inner)

    def cut(self, what: Select, scope: Scope) -> Inner:
        """A sub-SELECT of which only some solutions are taken, or each once."""
        sliced = what.limit is not None or what.offset > 0
        if any(existences(one.expression) for one in what.order):
            raise NotAnnotated(
                "EXISTS in ORDER BY of a sub-SELECT with LIMIT, OFFSET or DISTINCT is not annotated"
            )
        inside = self.inside(what, scope)
        pattern = scope.wrapped(self.selected(what, inside))
        shown = inside.renamed(projected(what))
        order = tuple(
            replace(one, expression=rewritten(one.expression, inside.names, {})) for one in what.order
        )
        if isinstance(scope.graph, Var):
            if sliced:
                raise NotAnnotated("LIMIT or OFFSET within GRAPH with a variable is not annotated")
            shown = shown if scope.graph in shown else (*shown, scope.graph)
        return Inner(self.tree(pattern, shown), what, shown, order=order)

    def group(self, what: Select, scope: Scope) -> Inner:
        """A grouped SELECT: its members, by the keys and the arguments of its aggregates."""
        if isinstance(scope.graph, Var):
            raise NotAnnotated("an aggregate within GRAPH with a variable is not annotated")
        keys = [Item(key.variable or self.fresh("key"), key.expression) for key in what.group or ()]
        aggregates = aggregates_of(what)
        arguments = [None if a.of is None else Item(self.fresh("argument"), a.of) for a in aggregates]
        items = (*keys, *(item for item in arguments if item is not None))
        tree, own = self.members(what.of, items, scope)
        names = tuple(key.variable for key in keys if key.variable is not None)
        given = tuple(
            None if item is None or item.variable is None else own[item.variable] for item in arguments
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
