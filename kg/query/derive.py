"""The derivation query: the same pattern, with everything exposed that a row's annotation needs.

Its solutions are the derivations of the rows. Each exposes the values of all variables
of the triple patterns (``Leaf``) that take part in it; a UNION tells by a tag which
branch a solution came through; the variables that a sub-SELECT hides are renamed apart.
What cannot be annotated yet raises ``NotAnnotated``, naming the construct.

So far: what is monotone. For OPTIONAL, MINUS and EXISTS the positive hull will take the
place of the pattern itself, and a leaf list that of a tree with ``minus``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from kg.query.algebra import (
    Aggregate,
    Bgp,
    Call,
    Exists,
    Expression,
    Extend,
    Filter,
    Function,
    Graph,
    Iri,
    Join,
    LeftJoin,
    Lit,
    Membership,
    Minus,
    Negated,
    Node,
    Operation,
    PathPattern,
    Pattern,
    Query,
    Select,
    Service,
    Table,
    TriplePattern,
    Union,
    Var,
)
from kg.query.parse.patterns import joined
from kg.query.render import group, node, prologue
from kg.query.scope import certain, has_aggregate, projected, subexpressions, visible

VOLATILE = frozenset(("RAND", "NOW", "UUID", "STRUUID", "BNODE"))
"""Built-ins that give another value each time: a row that they decide cannot be annotated."""

Guard = tuple[tuple[Var, str], ...]


class NotAnnotated(Exception):
    """A construct that annotations do not cover; the text names it."""


@dataclass(frozen=True)
class Leaf:
    """A triple pattern of the default graph, in play where each tag of its guard has that value."""

    triple: TriplePattern
    guard: Guard = ()


@dataclass(frozen=True)
class Derivation:
    """How the rows of a query are derived.

    ``key`` are the query's own columns; rows with equal keys are one row. ``restricting``
    are those among them that may be held to a page's values beforehand: bound in every
    solution, and by the pattern, not by an expression.
    """

    pattern: Pattern
    key: tuple[Var, ...]
    leaves: tuple[Leaf, ...]
    tags: tuple[Var, ...]
    restricting: tuple[Var, ...]
    limit: int | None = None
    offset: int = 0
    base: str | None = None

    def is_paged(self, rows: int) -> bool:
        """Whether an answer of so many rows may be part of a larger one."""
        return self.offset > 0 or (self.limit is not None and rows >= self.limit)

    @cached_property
    def columns(self) -> tuple[Var, ...]:
        """What the derivation query gives back: the key, the tags, the variables of the leaves."""
        variables = dict.fromkeys((*self.key, *self.tags))
        for leaf in self.leaves:
            triple = leaf.triple
            nodes = (triple.subject, triple.predicate, triple.object)
            variables.update((node, None) for node in nodes if isinstance(node, Var))
        return tuple(variables)

    def text(self, page: str = "") -> str:
        """The derivation query; with a VALUES clause as ``page`` only of rows that agree with it."""
        columns = " ".join(map(node, self.columns)) or "*"
        return f"{prologue(self.base)}SELECT {columns} WHERE {{ {page} {self._group} }}"

    @cached_property
    def _group(self) -> str:
        return group(self.pattern)


def derive(query: Query, columns: Iterable[str]) -> Derivation:
    """The derivation query of a query whose answer has these columns (none for ASK).

    Raises ``NotAnnotated``.
    """
    if query.form in ("construct", "describe"):
        raise NotAnnotated(f"the triples of {query.form.upper()} are not annotated yet")
    if query.default_graphs or query.named_graphs:
        raise NotAnnotated("FROM is not annotated yet")
    if query.form == "ask" and (query.body.offset or query.body.limit == 0):
        raise NotAnnotated("ASK with OFFSET or LIMIT 0 asks for a number of solutions: it is not annotated")
    deriver = _Deriver(query.hidden)
    body = replace(query.body, limit=None, offset=0)
    pattern = deriver.select(body, {})
    key = tuple(Var(name) for name in columns)
    sure = certain(pattern) - {item.variable for item in body.items or () if item.expression is not None}
    return Derivation(
        pattern,
        key,
        tuple(deriver.leaves),
        tuple(deriver.tags),
        tuple(variable for variable in dict.fromkeys(key) if variable in sure),
        query.body.limit,
        query.body.offset,
        query.base,
    )


_Names = dict[Var, Var]


class _Deriver:
    """Goes down a pattern once, collecting leaves and tags."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self.leaves: list[Leaf] = []
        self.tags: list[Var] = []
        self._fresh = 0

    def fresh(self, kind: str) -> Var:
        """A variable that neither the query nor its hidden ones use."""
        self._fresh += 1
        return Var(f"{self._prefix}_{kind}{self._fresh}", hidden=True)

    def pattern(self, what: Pattern, names: _Names, guard: Guard) -> Pattern:
        """The pattern as it stands in the derivation query."""
        match what:
            case Bgp(triples):
                return self._triples([_renamed_triple(triple, names) for triple in triples], guard)
            case PathPattern():
                return self._path(what, names, guard)
            case Join(left, right):
                return joined(self.pattern(left, names, guard), self.pattern(right, names, guard))
            case Union():
                return self._union(what, names, guard)
            case Filter(condition, of):
                return Filter(_expression(condition, names), self.pattern(of, names, guard))
            case Extend(of, variable, value):
                inner = self.pattern(of, names, guard)
                return Extend(inner, names.get(variable, variable), _expression(value, names))
            case Table(variables, rows):
                return Table(tuple(names.get(v, v) for v in variables), rows)
            case Select():
                return self.select(what, names, guard)
        raise NotAnnotated(f"{_construct(what)} is not annotated yet")

    def _triples(self, triples: list[TriplePattern], guard: Guard) -> Pattern:
        self.leaves.extend(Leaf(triple, guard) for triple in triples)
        return Bgp(tuple(triples))

    def _union(self, union: Union, names: _Names, guard: Guard) -> Pattern:
        branches = _branches(union)
        tag = self.fresh("branch")
        self.tags.append(tag)
        tagged: list[Pattern] = []
        for number, branch in enumerate(branches):
            inner = self.pattern(branch, names, (*guard, (tag, str(number))))
            tagged.append(Extend(inner, tag, Lit(str(number))))
        whole = tagged[0]
        for branch in tagged[1:]:
            whole = Union(whole, branch)
        return whole

    def _path(self, what: PathPattern, names: _Names, guard: Guard) -> Pattern:
        """A negated property set is a triple whose predicate is none of those (section 18.4)."""
        if not isinstance(what.path, Negated):
            raise NotAnnotated("a path with ?, * or + is not annotated yet")
        forward, inverse = what.path.forward, what.path.inverse
        if not inverse:
            return self._any_but(what.subject, forward, what.object, names, guard)
        if not forward:
            return self._any_but(what.object, inverse, what.subject, names, guard)
        ahead = PathPattern(what.subject, Negated(forward, ()), what.object)
        back = PathPattern(what.subject, Negated((), inverse), what.object)
        return self._union(Union(ahead, back), names, guard)

    def _any_but(
        self, subject: Node, excluded: tuple[Iri, ...], item: Node, names: _Names, guard: Guard
    ) -> Pattern:
        predicate = self.fresh("predicate")
        triples = self._triples([_renamed_triple(TriplePattern(subject, predicate, item), names)], guard)
        return Filter(Membership(predicate, excluded, negated=True), triples) if excluded else triples

    def select(self, what: Select, names: _Names, guard: Guard = ()) -> Pattern:
        """A SELECT within a pattern, or the whole query: what it hides gets names of its own."""
        if what.group is not None:
            raise NotAnnotated("GROUP BY is not annotated yet")
        if has_aggregate(what) or what.having:
            raise NotAnnotated("an aggregate is not annotated yet")
        if what.limit is not None or what.offset:
            raise NotAnnotated("LIMIT or OFFSET in a sub-SELECT is not annotated yet")
        shown = set(projected(what))
        inside = (*visible(what.of), *(what.values.variables if what.values else ()))
        hidden = {variable: self.fresh("hidden") for variable in inside if variable not in shown}
        inner = {**{v: n for v, n in names.items() if v in shown}, **hidden}
        pattern = self.pattern(what.of, inner, guard)
        if what.values is not None:
            pattern = joined(pattern, self.pattern(what.values, inner, guard))
        for item in what.items or ():
            if item.expression is not None and item.variable is not None:
                value = _expression(item.expression, inner)
                pattern = Extend(pattern, inner.get(item.variable, item.variable), value)
        return pattern


def _branches(union: Union) -> list[Pattern]:
    """The branches of a UNION of UNIONs, in order."""
    left: list[Pattern] = _branches(union.left) if isinstance(union.left, Union) else [union.left]
    right: list[Pattern] = _branches(union.right) if isinstance(union.right, Union) else [union.right]
    return left + right


def _renamed(node: Node, names: _Names) -> Node:
    return names.get(node, node) if isinstance(node, Var) else node


def _renamed_triple(triple: TriplePattern, names: _Names) -> TriplePattern:
    return TriplePattern(
        _renamed(triple.subject, names), _renamed(triple.predicate, names), _renamed(triple.object, names)
    )


def _expression(what: Expression, names: _Names) -> Expression:
    """An expression under new names. Raises ``NotAnnotated`` where its value may change with time or data."""
    for part in subexpressions(what):
        match part:
            case Exists(negated=negated):
                raise NotAnnotated(f"{'NOT ' if negated else ''}EXISTS is not annotated yet")
            case Aggregate():
                raise NotAnnotated("an aggregate is not annotated yet")
            case Call(name) if name in VOLATILE:
                raise NotAnnotated(f"{name}() gives another value each time: its rows cannot be annotated")
    return _rewritten(what, names) if names else what


def _rewritten(what: Expression, names: _Names) -> Expression:
    match what:
        case Var():
            return names.get(what, what)
        case Operation() | Call() | Function():
            return replace(what, of=tuple(_rewritten(part, names) for part in what.of))
        case Membership(item, among, negated):
            return Membership(
                _rewritten(item, names), tuple(_rewritten(part, names) for part in among), negated
            )
    return what


def _construct(what: Pattern) -> str:
    match what:
        case LeftJoin():
            return "OPTIONAL"
        case Minus():
            return "MINUS"
        case Graph():
            return "GRAPH"
        case Service():
            return "SERVICE"
    return type(what).__name__.upper()
