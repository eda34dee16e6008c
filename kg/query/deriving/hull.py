"""The positive hull of the pattern, with everything exposed that annotations need.

Its solutions are the derivations of the rows. Each exposes the values of all variables
of the triple patterns (``Leaf``) that take part in it; a UNION tells by a tag which
branch a solution came through; the variables that a sub-SELECT hides are renamed apart.
MINUS, EXISTS and the unmatched branch of OPTIONAL filter nothing: they become factors,
sums over the solutions of trees of their own, keyed by the values that the solution had
where they stood. What cannot be annotated yet raises ``NotAnnotated``, naming the construct.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import reduce
from itertools import compress, product
from typing import Self

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
    Lateral,
    LeftJoin,
    Lit,
    Minus,
    Operation,
    PathPattern,
    Pattern,
    Select,
    Service,
    Table,
    Union,
    Var,
)
from kg.query.deriving.collecting import Collecting
from kg.query.deriving.conditions import bound_in_both, cases, existences, or_else, rewritten
from kg.query.deriving.derivation import Existence, Factor, NotAnnotated, Tree
from kg.query.deriving.fitness import (
    asked_about,
    check_bound,
    check_minus,
    check_minus_asked,
    check_select_asked,
    check_within_graph,
    is_simple,
)
from kg.query.deriving.standing import Scope
from kg.query.deriving.tight import witness
from kg.query.parse.patterns import UNIT, joined
from kg.query.scope import certain, has_aggregate, mentioned, mentioned_in, projected, visible

MOST_COPIES = 16
"""An OPTIONAL of more than plain patterns repeats what stands before it: at most so often."""
MOST_UNSURE = 4
"""So many variables that may be unbound make 16 kinds of solutions that EXISTS is asked about."""


class Hull(Collecting):
    """Goes down the pattern of one tree."""

    def pattern(self, what: Pattern, scope: Scope) -> Pattern:  # noqa: PLR0911 - one for each kind of pattern
        """The positive hull of a pattern."""
        match what:
            case Bgp(triples):
                return self.triples(triples, scope)
            case PathPattern():
                return self.path(what, scope)
            case Join(left, right):
                return joined(self.pattern(left, scope), self.pattern(right, scope))
            case Union():
                return self.union(what, scope)
            case Filter(condition, of):
                inner, test = self.decided(condition, self.pattern(of, scope), scope.here(of), scope)
                return Filter(test, inner)
            case Extend(of, variable, value):
                check_bound(scope.renamed((variable,)), scope.outer)
                inner, test = self.decided(value, self.pattern(of, scope), scope.here(of), scope)
                return Extend(inner, scope.names.get(variable, variable), test)
            case Table(variables, rows):
                return self.met(variables, scope, lambda inner: self.table(inner.renamed(variables), rows))
            case LeftJoin():
                return self._optional(what, scope)
            case Minus():
                return self._minus(what, scope)
            case Graph():
                return self._graph(what, scope)
            case Given():
                return self.given(what, scope)
            case Select():
                if scope.in_exists:
                    return self.asked_select(what, scope)
                return self.apart(what, scope) if self.is_apart(what) else self.select(what, scope)
        if isinstance(what, Lateral):
            return self.cut_in_each(what, scope)
        if isinstance(what, Service):
            raise NotAnnotated("SERVICE is planned with what the endpoint says, when the query is asked")
        raise NotAnnotated(f"{type(what).__name__.upper()} is not annotated yet")

    def _graph(self, what: Graph, scope: Scope) -> Pattern:
        name = what.name if isinstance(what.name, Iri) else scope.names.get(what.name, what.name)
        if what.of == UNIT:
            self.leaves.append(Existence(name, scope.guard, scope.witness))
            return Graph(name, UNIT)
        check_within_graph(what)
        layers = (*scope.layers, Graph(name, UNIT))
        return Graph(name, self.pattern(what.of, replace(scope, graph=name, layers=layers)))

    # --- branches

    def union(self, union: Union, scope: Scope) -> Pattern:
        """The branches of a UNION, each with its tag."""
        tag = self.tag("branch")
        tagged: list[Pattern] = []
        for number, branch in enumerate(_branches(union)):
            inner = self.pattern(branch, scope.tagged(tag, str(number)))
            tagged.append(Extend(inner, tag, Lit(str(number))))
        whole = tagged[0]
        for branch in tagged[1:]:
            whole = Union(whole, branch)
        return whole

    def _optional(self, what: LeftJoin, scope: Scope) -> Pattern:
        """Matched solutions, and beside them each solution of the left, less what matches it."""
        condition = what.condition
        if self.native:
            left = self.pattern(what.left, scope)
            right = self.pattern(what.right, replace(scope, witness=witness(what)))
            return LeftJoin(left, right, condition)
        relevant = mentioned(what.right) | (mentioned_in(condition) if condition else frozenset())
        left = self.pattern(what.left, scope)
        left, key = self._kept(left, scope.here(what.left), relevant, scope)
        self._subtract(what, left, key, scope)
        tag = self.tag("optional")
        self.factors[-1] = replace(self.factors[-1], guard=(*scope.guard, (tag, "0")))
        inner = scope.tagged(tag, "1")
        right = self.pattern(what.right, inner)
        if is_simple(what.right) and (condition is None or not existences(condition)):
            if condition is not None:
                right = Filter(rewritten(condition, scope.names, {}), right)
            if any(one is what for one in self.kept):
                self.factors[-1] = replace(self.factors[-1], beside=(tag, "1"))
            return Lateral(left, Union(Extend(right, tag, Lit("1")), Extend(UNIT, tag, Lit("0"))))
        matched = self.matched(what, left, right, inner)
        self.copies *= 2
        if self.copies > MOST_COPIES:
            raise NotAnnotated("so many OPTIONALs of more than plain patterns are not annotated")
        return Union(Extend(matched, tag, Lit("1")), Extend(left, tag, Lit("0")))

    def matched(self, what: LeftJoin, left: Pattern, right: Pattern, scope: Scope) -> Pattern:
        """The solutions of an OPTIONAL that match."""
        both = joined(left, right)
        if what.condition is None:
            return both
        both, test = self.decided(what.condition, both, scope.here(what), scope)
        return Filter(test, both)

    def _subtract(self, what: LeftJoin, left: Pattern, key: tuple[Var, ...], scope: Scope) -> None:
        """A factor for what matches a solution of the left."""
        other, inner = self._other(scope)
        matched = other.matched(what, left, other.pattern(what.right, inner), inner)
        self.factors.append(Factor(other.tree(scope.wrapped(matched), key), negated=True))

    def _minus(self, what: Minus, scope: Scope) -> Pattern:
        """The left, less what is compatible and shares a variable with it."""
        left = self.pattern(what.left, scope)
        if self.native:
            return Minus(left, what.right)
        shared = [v for v in visible(what.left) if v in visible(what.right)]
        if scope.in_exists:
            check_minus_asked(what, scope)
        else:
            check_minus(what, scope.graph)
        if not (shared or scope.shares):
            return left
        left, key = self._kept(left, scope.renamed(visible(what.left)), frozenset(shared), scope)
        other, inner = self._other(scope)
        right = other.pattern(what.right, inner)
        names = scope.renamed(shared)
        both_sure = certain(left) & certain(right)
        kept = dict(zip(names, key, strict=False))
        matches: list[tuple[Var, Var]] = []
        for name in names:
            mine = name
            if name not in certain(right):
                mine = self.fresh("value")
                right = Extend(right, mine, name)
            matches.append((kept[name], mine))
        pattern = joined(left, right)
        if scope.shares:
            outside = scope.renamed(mentioned(what.right))
            key = (*key, *(v for v in scope.outer if v in outside and v not in key))
            if both_sure.isdisjoint(set(names) - set(scope.outer)):
                pattern = asked_about(pattern, scope)
        elif both_sure.isdisjoint(names):
            pattern = Filter(or_else([bound_in_both(a, b) for a, b in matches]), pattern)
        self.factors.append(Factor(other.tree(scope.wrapped(pattern), key), negated=True, guard=scope.guard))
        return left

    # --- conditions

    def decided(
        self, condition: Expression, before: Pattern, here: tuple[Var, ...], scope: Scope
    ) -> tuple[Pattern, Expression]:
        """The pattern with a tag for each EXISTS, true and false in turn; the expression over the tags."""
        asked = existences(condition)
        if not asked or self.native:
            self._suppose(asked, before, here, scope)
            return before, rewritten(condition, scope.names, {one: one for one in asked})
        rows = cases(condition, asked)
        relevant = frozenset[Var]().union(*(mentioned(one.pattern) for one in asked))
        before, key = self._kept(before, here, relevant, scope)
        tags = {}
        for one in asked:
            tag = tags[one] = self.tag("exists")
            tree = self._asked(one, before, key, here, scope)
            for value, negated in (("true", one.negated), ("false", not one.negated)):
                self.factors.append(Factor(tree, negated, (*scope.guard, (tag, value))))
        table = Table(tuple(tags.values()), rows)
        return joined(before, table), rewritten(condition, scope.names, tags)

    def _asked(
        self, one: Exists, before: Pattern, key: tuple[Var, ...], here: tuple[Var, ...], scope: Scope
    ) -> Tree:
        """What an EXISTS finds for the solutions before it, by their key."""
        sure = scope.sure | certain(before)
        other, inner = self._other(scope)
        other.counts = False
        bound = scope.shares or not sure.isdisjoint(here)
        inner = replace(inner, in_exists=True, shares=bound or (None if here else scope.shares))
        if key:  # else it is asked about nothing, and the same for all solutions
            inner = replace(inner, layers=(*scope.layers, Lateral(before, UNIT)), outer=here, sure=sure)
        try:
            return other.tree(inner.wrapped(other.pattern(_uncut(one.pattern), inner)), key)
        except NotAnnotated:
            unsure = tuple(variable for variable in here if variable not in sure)
            if not key or not 0 < len(unsure) <= MOST_UNSURE:
                raise
            return self._asked_of_each(one, before, key, replace(inner, names=scope.names), unsure)

    def _asked_of_each(
        self, one: Exists, before: Pattern, key: tuple[Var, ...], scope: Scope, unsure: tuple[Var, ...]
    ) -> Tree:
        """The same where it hangs on what is bound: of solutions that bind the same, one kind at a time.

        What such solutions leave unbound is another variable within the EXISTS.
        """
        other, _ = self._other(scope)
        other.counts = False
        tag = other.tag("kind")
        kinds: list[Pattern] = []
        for number, bound in enumerate(product((True, False), repeat=len(unsure))):
            of_kind = before
            for variable, is_bound in zip(unsure, bound, strict=True):
                test = Call("BOUND", (variable,))
                of_kind = Filter(test if is_bound else Operation("!", (test,)), of_kind)
            free = {variable for variable in unsure if variable not in compress(unsure, bound)}
            apart = {v: self.fresh("free") for v in mentioned(one.pattern) if scope.names.get(v, v) in free}
            outer = tuple(variable for variable in scope.outer if variable not in free)
            inner = replace(
                scope.tagged(tag, str(number)),
                names={**scope.names, **apart},
                layers=(*scope.layers[:-1], Lateral(of_kind, UNIT)),
                outer=outer,
                sure=frozenset(outer),
                shares=bool(outer),
            )
            other.copies = 1
            found = inner.wrapped(other.pattern(_uncut(one.pattern), inner))
            kinds.append(Extend(found, tag, Lit(str(number))))
        return other.tree(reduce(Union, kinds), key)

    def met(self, variables: Iterable[Var], scope: Scope, build: Callable[[Scope], Pattern]) -> Pattern:
        """A pattern that binds variables by itself; what EXISTS is asked about must have the same values.

        Raises ``NotAnnotated`` where it may hang on the solution whether it has one.
        """
        names = {}
        for variable in variables:
            if scope.names.get(variable, variable) in scope.outer:
                names[variable] = self.fresh("met")
        if not names:
            return build(scope)
        if not scope.sure.issuperset(scope.renamed(names)):
            raise NotAnnotated(
                "VALUES of an outer variable that may be unbound is not annotated within EXISTS"
            )
        pattern = build(replace(scope, names={**scope.names, **names}))
        for variable, name in names.items():
            same = Call("SAMETERM", (scope.names.get(variable, variable), name))
            pattern = Filter(or_else([Operation("!", (Call("BOUND", (name,)),)), same]), pattern)
        return pattern

    def asked_select(self, what: Select, scope: Scope) -> Pattern:
        """A sub-SELECT within EXISTS: of what that is asked about it sees what it shows."""
        through = check_select_asked(what, scope)
        if not has_aggregate(what) and what.limit is None and not what.offset:
            shares = None if through else False
            if not scope.sure.isdisjoint(scope.renamed(through)):
                shares = True
            return self.select(what, replace(scope, shares=shares))

        def alone(inner: Scope) -> Pattern:
            layers = tuple(layer for layer in scope.layers if isinstance(layer, Graph))
            bare = replace(inner, layers=layers, outer=(), sure=frozenset(), in_exists=False, shares=False)
            return self.apart(what, bare)

        return self.met(through, scope, alone)

    def _suppose(self, asked: Iterable[Exists], before: Pattern, here: tuple[Var, ...], scope: Scope) -> None:
        """A factor for each EXISTS that the engine has found to hold."""
        for one in asked:
            if not one.negated:
                before, key = self._kept(before, here, mentioned(one.pattern), scope)
                self.factors.append(Factor(self._asked(one, before, key, here, scope), negated=False))

    def _kept(
        self, pattern: Pattern, here: Iterable[Var], relevant: frozenset[Var], scope: Scope
    ) -> tuple[Pattern, tuple[Var, ...]]:
        """The pattern, with the values that these variables have there under names that keep them.

        What is bound later takes a name that is still free, so what may be unbound is copied.
        """
        wanted = set(scope.renamed(relevant))
        key: list[Var] = []
        sure = scope.sure | certain(pattern)
        for variable in here:
            if variable not in wanted:
                continue
            if variable in sure:
                key.append(variable)
                continue
            key.append(self.fresh("value"))
            pattern = Extend(pattern, key[-1], variable)
        if isinstance(scope.graph, Var) and scope.graph not in key:
            key.append(scope.graph)
        return pattern, tuple(key)

    def _other(self, scope: Scope) -> tuple[Self, Scope]:
        """For a tree of its own."""
        other = type(self)(self.fresh, self.base, indexed=self.indexed, counts=self.counts)
        return other, replace(scope, guard=(), witness=None)

    # --- SELECT

    def select(self, what: Select, scope: Scope) -> Pattern:
        """A SELECT within a pattern, or the whole query: what it hides gets names of its own."""
        return self.selected(what, self.inside(what, scope))

    def inside(self, what: Select, scope: Scope) -> Scope:
        """The scope within a SELECT."""
        shown = set(projected(what))
        inside = (*visible(what.of), *(what.values.variables if what.values else ()))
        hidden = {variable: self.fresh("hidden") for variable in inside if variable not in shown}
        return replace(scope, names={**{v: n for v, n in scope.names.items() if v in shown}, **hidden})

    def selected(self, what: Select, inner: Scope) -> Pattern:
        """The solutions of a SELECT, whatever it counts or cuts."""
        pattern = self.pattern(what.of, inner)
        here = inner.here(what.of)
        if what.values is not None:
            pattern = joined(pattern, self.pattern(what.values, inner))
            here = (*here, *inner.renamed(what.values.variables))
        for item in what.items or ():
            if item.expression is not None and item.variable is not None:
                name = inner.names.get(item.variable, item.variable)
                pattern, value = self.decided(item.expression, pattern, tuple(dict.fromkeys(here)), inner)
                pattern = Extend(pattern, name, value)
                here = (*here, name)
        return pattern

    def is_apart(self, what: Select) -> bool:
        """Whether a sub-SELECT has solutions that no pattern has."""
        sliced = what.limit is not None or what.offset > 0
        return sliced or has_aggregate(what) or (self.counts and what.duplicates != "ALL")

    @abstractmethod
    def apart(self, what: Select, scope: Scope) -> Pattern:
        """A sub-SELECT that is worked out beforehand, from the layer above."""


def _uncut(what: Pattern) -> Pattern:
    """What EXISTS asks for: of a sub-SELECT that is all of it one solution is enough."""
    if isinstance(what, Select) and not has_aggregate(what) and what.limit and not what.offset:
        return replace(what, limit=None, order=())
    return what


def _branches(union: Union) -> list[Pattern]:
    """The branches of a UNION of UNIONs, in order."""
    left: list[Pattern] = _branches(union.left) if isinstance(union.left, Union) else [union.left]
    right: list[Pattern] = _branches(union.right) if isinstance(union.right, Union) else [union.right]
    return left + right
