"""The planner's way through a pattern: what is put in which order, and in which form.

Every rewrite gives the same solutions, as often, in another order perhaps. A pattern that
the planner does not know for sure to be the same stays as it is.
"""

from dataclasses import dataclass, field, replace
from functools import reduce

from kg.query.algebra import (
    Call,
    Exists,
    Expression,
    Extend,
    Filter,
    Function,
    Item,
    Join,
    Lateral,
    LeftJoin,
    Minus,
    Operation,
    Pattern,
    Select,
    Table,
    Union,
    Var,
)
from kg.query.parse.patterns import UNIT
from kg.query.plan.engine import engine_order, in_exists
from kg.query.plan.estimate import Estimator, Part, State, known_parts
from kg.query.plan.explain import Decision, steps_of
from kg.query.plan.filters import as_tables, conditions_of
from kg.query.plan.order import CAUTIOUS, HASHED, LOOKUP, Caution, Ordering, best_order
from kg.query.scope import certain, has_aggregate, visible

_EXISTS = 7.0
"""Asking one EXISTS of one triple pattern, in microseconds: much dearer than a lookup."""

_DOUBT = 1.4
"""How much more an EXISTS for each solution must be worth, for their number is only an estimate."""

_TRIED = 4
"""An EXISTS ends at the first solution: so many are taken to be tried of each part, at most."""

_MOST_PARTS = 30
_NOTHING_BOUND = frozenset[Var]()


@dataclass
class Planner:
    """Plans patterns of one query; ``decisions`` says what was done.

    ``annotated`` patterns are those of derivation queries over annotated facts, in which each
    triple pattern stands in a ``GRAPH ?k``. ``limit`` is the number of solutions after which
    the engine stops.
    """

    estimator: Estimator
    annotated: bool = False
    limit: int | None = None
    caution: Caution = CAUTIOUS
    decisions: list[Decision] = field(default_factory=list)

    def pattern(self, what: Pattern, outer: State) -> tuple[Pattern, State]:
        """The pattern as planned, and its solutions.

        ``outer`` is what is bound before, where the engine is sure to evaluate the pattern
        for each solution of another, as LATERAL says.
        """
        parts = known_parts(what, annotated=self.annotated)
        if parts is not None:
            return self._join(what, parts, outer, frozenset(outer.nodes))
        match what:
            case Filter():
                return self._filter(what, outer)
            case Extend(of, variable, value):
                inner, state = self.pattern(of, outer)
                return Extend(inner, variable, self._condition(value, state)), state
            case Union(left, right):
                one, first = self.pattern(left, outer)
                other, second = self.pattern(right, outer)
                both = {v: k for v, k in first.nodes.items() if v in second.nodes}
                return Union(one, other), State(first.rows + second.rows, both)
            case Lateral(left, right):
                one, state = self.pattern(left, outer)
                other, after = self.pattern(right, state)
                return Lateral(one, other), after
            case LeftJoin():
                return self._optional(what, outer)
            case Minus() if not outer.nodes:
                return self._minus(what)
            case Select() if not outer.nodes:
                return self.select(what)
            case Join() if not outer.nodes:
                return self._mixed(what)
        return what, self._guess(what, outer)

    def _guess(self, what: Pattern, outer: State) -> State:
        """The solutions of a pattern that is not looked into."""
        found = self.estimator.bound(certain(what), max(1000.0, outer.rows))
        return State(found.rows, {**found.nodes, **outer.nodes})

    # --- joins

    def _join(
        self, what: Pattern, parts: list[Part], outer: State, seen: frozenset[Var]
    ) -> tuple[Pattern, State]:
        if not parts or len(parts) > _MOST_PARTS:
            return what, outer if not parts else self._guess(what, outer)
        written = engine_order(self.estimator, outer, parts, seen)
        if len(parts) == 1:
            return what, written.state
        if outer.nodes and any(isinstance(part.pattern, Table) for part in parts):
            return what, written.state  # LATERAL must bind nothing anew
        hashing = self.caution if not outer.nodes and self.limit is None else None
        best = best_order(self.estimator, outer, parts, hashing)
        return self._chosen("join", what, written, best), best.state

    def _chosen(self, name: str, what: Pattern, written: Ordering, best: Ordering) -> Pattern:
        read = 1.0 if self.limit is None else min(1.0, self.limit / max(1.0, best.state.rows))
        changed = self.caution.takes(best.cost, written.cost, read)
        if not changed and best.parts == written.parts:
            why = "the engine's own order is as good as any found"
        else:
            why = f"estimated {best.cost / 1000:.2f} ms against {written.cost / 1000:.2f} ms as written"
            if not changed:
                why += ", no clear gain"
        shown = best if changed else written
        self.decisions.append(Decision(name, why, changed, written.cost, best.cost, steps_of(shown)))
        return self.chained(best) if changed else what

    def chained(self, ordering: Ordering) -> Pattern:
        """The parts in a form that the engine evaluates in just this order."""
        whole: Pattern = UNIT
        for move in ordering.moves:
            pattern = move.part.pattern
            if isinstance(pattern, Union):
                pattern, _ = self.pattern(pattern, move.before)
            if whole == UNIT:
                whole = pattern
            elif move.how == "hash join":
                whole = Join(_closed(whole), _closed(pattern))
            elif isinstance(pattern, Table):
                whole = Join(_closed(whole), pattern)
            else:
                whole = Lateral(whole, pattern)
        return whole

    def _mixed(self, what: Join) -> tuple[Pattern, State]:
        """A join with members that are evaluated by themselves: only they are looked into."""
        members = [self._member(member) for member in _members(what)]
        whole = reduce(Join, members)
        return whole, self._guess(what, State())

    def _member(self, member: Pattern) -> Pattern:
        return self.pattern(member, State())[0] if isinstance(member, Select | Minus) else member

    def select(self, what: Select) -> tuple[Pattern, State]:
        """A sub-SELECT, which the engine evaluates by itself."""
        of, state = replace(self, limit=stops_at(what)).pattern(what.of, State())
        shown = certain(what)
        return replace(what, of=of), State(state.rows, {v: k for v, k in state.nodes.items() if v in shown})

    # --- filters

    def _filter(self, what: Filter, outer: State) -> tuple[Pattern, State]:
        conditions, of = conditions_of(what)
        found = None if outer.nodes else self._with_values(conditions, of)
        if found is None:
            inner, state = self.pattern(of, outer)
        else:
            inner, state, conditions = found
        for condition in conditions:
            inner = Filter(self._condition(condition, state), inner)
        return inner, state

    def _with_values(
        self, conditions: list[Expression], of: Pattern
    ) -> tuple[Pattern, State, list[Expression]] | None:
        """A join that begins with the IRIs that filters hold a variable to, if that is clearly better."""
        parts = known_parts(of, annotated=self.annotated)
        tables, rest = as_tables(conditions, certain(of))
        if not parts or not tables or len(parts) > _MOST_PARTS:
            return None
        written = engine_order(self.estimator, State(), parts)
        ordered = best_order(self.estimator, State(), [*map(Part.of, tables), *parts])
        planned = self._chosen("join with the values of a filter", of, written, ordered)
        if planned is not of:
            return planned, ordered.state, rest
        self.decisions.pop()
        return None

    def _condition(self, condition: Expression, state: State) -> Expression:
        """The expression with the joins of its EXISTS in order; the engine orders nothing there."""
        match condition:
            case Exists(pattern, negated):
                return Exists(self._exists(pattern, state), negated)
            case Operation() | Call() | Function():
                return replace(condition, of=tuple(self._condition(part, state) for part in condition.of))
        return condition

    def _exists(self, pattern: Pattern, state: State) -> Pattern:
        parts = known_parts(pattern, annotated=self.annotated)
        if parts is None or not 1 < len(parts) <= _MOST_PARTS:
            return pattern
        written = in_exists(self.estimator, state, parts)
        best = best_order(self.estimator, state, parts)
        return self._chosen("EXISTS", pattern, written, best)

    # --- OPTIONAL and MINUS

    def _optional(self, what: LeftJoin, outer: State) -> tuple[Pattern, State]:
        left, state = self.pattern(what.left, outer)
        right, rows = what.right, state.rows
        parts = known_parts(right, annotated=self.annotated)
        if parts is not None and certain(what.left) & certain(right):
            bound = State(state.rows, {v: k for v, k in state.nodes.items() if v in certain(what.left)})
            found = None if outer.nodes or self.limit is not None else self._hashed(what, bound, parts)
            if found is None:
                right, after = self._join(right, parts, bound, _NOTHING_BOUND)
                rows = max(state.rows, after.rows)
            else:
                right = found
        condition = None if what.condition is None else self._condition(what.condition, state)
        return LeftJoin(left, right, condition), State(rows, state.nodes)

    def _hashed(self, what: LeftJoin, bound: State, parts: list[Part]) -> Pattern | None:
        """The right side of an OPTIONAL to be read once, where it would be looked up too often."""
        shared = frozenset(visible(what.left)) & frozenset(visible(what.right))
        if not shared <= certain(what.left) & certain(what.right) or len(parts) > _MOST_PARTS:
            return None
        looked_up = best_order(self.estimator, bound, parts)
        alone = best_order(self.estimator, State(), parts, self.caution)
        cost = alone.cost + (bound.rows + alone.state.rows) * HASHED
        if not self.caution.hashes(bound.rows, cost, looked_up.cost, alone.state.rows):
            return None
        why = (
            f"looked up for each of {bound.rows:,.0f} solutions it would cost {looked_up.cost / 1000:.2f} ms"
        )
        self.decisions.append(
            Decision("OPTIONAL, read once", why, True, looked_up.cost, cost, steps_of(alone))
        )
        return _closed(self.chained(alone))

    def _minus(self, what: Minus) -> tuple[Pattern, State]:
        left, state = self.pattern(what.left, State())
        right, other = self.pattern(what.right, State())
        parts = known_parts(what.right, annotated=self.annotated)
        shared = frozenset(visible(what.left)) & frozenset(visible(what.right))
        if parts and shared and shared <= certain(what.left) & certain(what.right):
            written = engine_order(self.estimator, State(), parts)
            bound = State(state.rows, {v: k for v, k in state.nodes.items() if v in shared})
            asked = best_order(self.estimator, bound, parts)
            cost = sum(min(move.before.rows, _TRIED * state.rows) * LOOKUP for move in asked.moves[1:])
            cost += state.rows * _EXISTS
            before = written.cost + (other.rows + state.rows) * HASHED
            changed = self.caution.takes(_DOUBT * cost, before)
            why = (
                f"asked for each of {state.rows:,.0f} solutions {cost / 1000:.2f} ms, "
                f"in full {before / 1000:.2f} ms"
            )
            self.decisions.append(Decision("MINUS", why, changed, before, cost, steps_of(asked)))
            if changed:
                return Filter(Exists(self.chained(asked), negated=True), left), state
        return Minus(left, right), state


def stops_at(what: Select) -> int | None:
    """The number of solutions after which the engine stops, if LIMIT makes it."""
    if what.limit is None or what.order or has_aggregate(what):
        return None
    return what.limit + what.offset


def _closed(pattern: Pattern) -> Pattern:
    """A pattern that the engine evaluates by itself, and joins by hash."""
    return Select(pattern, tuple(Item(variable) for variable in visible(pattern)))


def _members(what: Pattern) -> list[Pattern]:
    if isinstance(what, Join):
        return [*_members(what.left), *_members(what.right)]
    return [what]
