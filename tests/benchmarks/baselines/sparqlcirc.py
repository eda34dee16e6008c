"""SPARQLcirc (Wu, 2026): CONSTRUCT queries write a circuit as RDF, gate by gate.

A gate's name is a hash of what it is made of, that of a sum a hash of the bindings it
belongs to; so solutions that are equal, and both branches of a UNION, feed one ⊕. MINUS and
the unmatched branch of OPTIONAL are ⊖ gates between the sums of either side; a sum that
nothing feeds is zero. Paths are followed round by round, the round in the gate's name.
The gates of an answer carry its bindings. Children of ⊗ are hashed in the order of the
patterns, which costs the engine less than to sort them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import Any

from pyoxigraph import Store, Triple

from kg.provenance.circuit import Circuit
from kg.query.algebra import (
    Bgp,
    Expression,
    Filter,
    Join,
    LeftJoin,
    Minus,
    PathPattern,
    Pattern,
    Repeat,
    Union,
    Var,
)
from kg.query.parse import parse
from kg.query.scope import certain, mentioned_in, patterns_of, projected, visible
from kg.query.shaping.render import expression, node, path
from tests.benchmarks.baselines import NotCovered
from tests.benchmarks.baselines.npcs import check_condition, check_plain_select, shared
from tests.benchmarks.baselines.rounds import ONE, Rounds, one_pass

PLUS, TIMES, LEFT, RIGHT, BOUND = (
    f"urn:gate:{name}" for name in ("plus", "times", "left", "right", "bound:")
)


def answer(store: Store, text: str) -> list[Triple]:
    """The gates, as triples. Raises ``NotCovered``."""
    found: list[Triple] = []
    for step in steps(text):
        if isinstance(step, Rounds):
            found.extend(step.gates(store))
        else:
            gates: Any = store.query(step, use_default_graph_as_union=True)
            found.extend(gates)
    return found


@lru_cache(maxsize=512)
def steps(text: str) -> tuple[str | Rounds, ...]:
    """The CONSTRUCT queries of a SELECT, and the paths to follow. Raises ``NotCovered``."""
    query = parse(text)
    if query.form != "select":
        raise NotCovered(query.form.upper())
    check_plain_select(query.body)
    if query.default_graphs or query.named_graphs:
        raise NotCovered("FROM")
    literals = may_be_literals(query.body.of)
    maker = _Maker(literals)
    maker.emit(query.body.of, _Sum("a", projected(query.body), literals, is_answer=True))
    return tuple(maker.steps)


def may_be_literals(what: Pattern) -> frozenset[Var]:
    """Variables that are objects somewhere, not subjects too: datatype and language tell values apart."""
    match what:
        case Bgp(triples):
            subjects = {t.subject for t in triples}
            return frozenset(t.object for t in triples if isinstance(t.object, Var)) - subjects
        case PathPattern(subject, _, item):
            return frozenset(end for end in (subject, item) if isinstance(end, Var))
    return frozenset[Var]().union(*map(may_be_literals, patterns_of(what)))


@dataclass(frozen=True)
class _Sum:
    """A ⊕ gate for each binding of some variables."""

    name: str
    key: tuple[Var, ...]
    literals: frozenset[Var]
    is_answer: bool = False

    @property
    def prefix(self) -> str:
        """What the names of its gates begin with."""
        return f"urn:sum:{self.name}:"

    def iri(self) -> str:
        """The expression of its name."""
        values = ', "|", '.join(map(self._value, self.key)) or '""'
        return f'IRI(CONCAT("{self.prefix}", MD5(CONCAT({values}))))'

    def _value(self, variable: Var) -> str:
        name = node(variable)
        if variable not in self.literals:
            return f'COALESCE(STR({name}), "")'
        literal = f'CONCAT(STR({name}), "^^", STR(DATATYPE({name})), "@", LANG({name}))'
        return f'COALESCE({literal}, STR({name}), "")'

    def fed_by(self, gate: str) -> tuple[str, str]:
        """What is constructed when a gate feeds it, and the binding of its name."""
        bound = " ".join(f"?_s <{BOUND}{v.name}> {node(v)} ." for v in self.key) if self.is_answer else ""
        return f"?_s <{PLUS}> {gate} . {bound}", f"BIND({self.iri()} AS ?_s)"


@dataclass
class _Maker:
    """Collects the CONSTRUCT queries, operands first."""

    literals: frozenset[Var]
    steps: list[str | Rounds] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def _sum(self, key: Sequence[Var]) -> _Sum:
        return _Sum(f"s{next(self._numbers)}", tuple(key), self.literals | {_X, _Y})

    def emit(self, what: Pattern, into: _Sum, conditions: tuple[Expression, ...] = ()) -> None:
        """The queries that feed a sum with the solutions of a pattern under conditions."""
        match what:
            case Filter(condition, of):
                check_condition(condition)
                self.emit(of, into, (*conditions, condition))
            case Union(left, right):
                self.emit(left, into, conditions)
                self.emit(right, into, conditions)
            case Bgp():
                self._bgp(what, into, conditions)
            case Join(left, right):
                self._product(left, right, into, conditions)
            case Minus(left, right):
                common = shared(left, right)
                if common:
                    self._difference(left, right, common, into, conditions)
                else:
                    self.emit(left, into, conditions)
            case LeftJoin(left, right, condition):
                self._optional(left, right, condition, into, conditions)
            case PathPattern():
                self._path(what, into, conditions)
            case _:
                raise NotCovered(type(what).__name__)

    def _bgp(self, what: Bgp, into: _Sum, conditions: tuple[Expression, ...]) -> None:
        if not what.triples:
            raise NotCovered("an empty group")
        tokens = [f"?_t{number}" for number in range(len(what.triples))]
        leaves = " ".join(
            f"GRAPH {token} {{ {node(t.subject)} {node(t.predicate)} {node(t.object)} }}"
            for token, t in zip(tokens, what.triples, strict=True)
        )
        if len(tokens) == 1:
            self._construct("", tokens[0], leaves, into, conditions)
            return
        names = ', "|", '.join(f"STR({token})" for token in tokens)
        made = f'{leaves} BIND(IRI(CONCAT("urn:times:", MD5(CONCAT({names})))) AS ?_g)'
        self._construct(f"?_g <{TIMES}> {', '.join(tokens)} .", "?_g", made, into, conditions)

    def _construct(
        self, gates: str, feeding: str, pattern: str, into: _Sum, conditions: tuple[Expression, ...] = ()
    ) -> None:
        fed, name = into.fed_by(feeding)
        tests = " ".join(f"FILTER({expression(condition)})" for condition in conditions)
        self.steps.append(f"CONSTRUCT {{ {gates} {fed} }} WHERE {{ {pattern} {tests} {name} }}")

    def _product(self, left: Pattern, right: Pattern, into: _Sum, conditions: tuple[Expression, ...]) -> None:
        sums = self._sum(visible(left)), self._sum(visible(right))
        for side, other, total in zip((left, right), (right, left), sums, strict=True):
            if isinstance(side, PathPattern):
                self._path(side, total, beside=other)
            else:
                self.emit(side, total)
        self._gate(TIMES, TIMES, sums, f"{hull(left)} {hull(right)}", into, conditions)

    def _gate(
        self,
        first: str,
        second: str,
        sums: tuple[_Sum, _Sum],
        pattern: str,
        into: _Sum,
        conditions: tuple[Expression, ...],
    ) -> None:
        """A gate of two sums for each solution of a pattern, feeding a third."""
        left, right = sums
        pattern += f" BIND({left.iri()} AS ?_l) BIND({right.iri()} AS ?_r)"
        kind = second.rpartition(":")[2]
        pattern += f' BIND(IRI(CONCAT("urn:{kind}:", MD5(CONCAT(STR(?_l), STR(?_r))))) AS ?_g)'
        self._construct(f"?_g <{first}> ?_l ; <{second}> ?_r .", "?_g", pattern, into, conditions)

    def _difference(
        self,
        left: Pattern,
        right: Pattern,
        common: tuple[Var, ...],
        into: _Sum,
        conditions: tuple[Expression, ...],
    ) -> None:
        sums = self._sum(visible(left)), self._sum(common)
        self.emit(left, sums[0])
        self.emit(right, sums[1])
        self._gate(LEFT, RIGHT, sums, hull(left), into, conditions)

    def _optional(
        self,
        left: Pattern,
        right: Pattern,
        condition: Expression | None,
        into: _Sum,
        conditions: tuple[Expression, ...],
    ) -> None:
        common = shared(left, right)
        within: Pattern = right
        if condition is not None:
            check_condition(condition)
            if not mentioned_in(condition) <= set(visible(right)):
                raise NotCovered("a condition of OPTIONAL over the left side")
            within = Filter(condition, right)
        if isinstance(left, Bgp) and isinstance(right, Bgp):
            both: Pattern = Bgp((*left.triples, *right.triples))
            self.emit(both if condition is None else Filter(condition, both), into, conditions)
        else:
            self._product(left, within, into, conditions)
        self._difference(left, within, common, into, conditions)

    def _path(
        self,
        what: PathPattern,
        into: _Sum,
        conditions: tuple[Expression, ...] = (),
        beside: Pattern | None = None,
    ) -> None:
        """A sum for each pair of ends, made in rounds, feeds another. ``beside`` is joined to it."""
        ends = (what.subject, what.object)
        key = [end for end in ends if isinstance(end, Var)]
        if not isinstance(what.path, Repeat) or len(set(key)) != len(key) or not key:
            raise NotCovered("a path that is no ?, * or + from node to node")
        held = beside is not None and certain(beside) & set(key)
        if what.path.sign != "+" and len(key) == 2 and not held:
            raise NotCovered("a path of length zero between nodes that nothing else holds")
        edge, reach = self._sum((_X, _Y)), self._sum(key)
        inner = one_pass(what.path.path, _X, _Y, lambda: Var(f"_z{next(self._numbers)}", hidden=True))
        self.emit(inner, edge)
        context = hull(what) if beside is None else f"{hull(beside)} {hull(what)}"
        bound = " ".join(f"BIND({node(end)} AS {node(v)})" for end, v in zip(ends, (_X, _Y), strict=True))
        self.steps.append(
            Rounds(
                edges=f"SELECT DISTINCT ?_x ?_y WHERE {hull(inner)}",
                pairs=f"SELECT DISTINCT ?_x ?_y WHERE {{ {context} {bound} }}",
                sign=what.path.sign,
                edge=edge.prefix,
                reach=reach.prefix,
                keyed=(ends[0] in key, ends[1] in key),
            )
        )
        self._construct("", "?_g", f"{hull(what)} BIND({reach.iri()} AS ?_g)", into, conditions)


_X, _Y = Var("_x"), Var("_y")


def hull(what: Pattern) -> str:
    """Patterns for all that a pattern's solutions could be, whatever falls: nothing is taken away."""
    match what:
        case Bgp(triples):
            inner = " ".join(f"{node(t.subject)} {node(t.predicate)} {node(t.object)} ." for t in triples)
        case PathPattern(subject, along, item):
            inner = f"{node(subject)} {path(along)} {node(item)}"
        case Join(left, right):
            inner = f"{hull(left)} {hull(right)}"
        case Filter(condition, of):
            inner = f"{hull(of)} FILTER({expression(condition)})"
        case Union(left, right):
            inner = f"{hull(left)} UNION {hull(right)}"
        case Minus(left, _):
            inner = hull(left)
        case LeftJoin(left, right, condition):
            test = "" if condition is None else f"FILTER({expression(condition)})"
            inner = f"{{ {hull(left)} {hull(right)} {test} }} UNION {hull(left)}"
        case _:
            raise NotCovered(type(what).__name__)
    return f"{{ {inner} }}"


def circuits_of(gates: Iterable[Triple], circuit: Circuit) -> list[tuple[Mapping[str, object], int]]:
    """The bindings of each answer gate, and its node."""
    children: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    answers: defaultdict[str, dict[str, object]] = defaultdict(dict)
    for gate in gates:
        name, kind = str(gate.subject), gate.predicate.value
        if kind.startswith(BOUND):
            answers[name][kind.removeprefix(BOUND)] = gate.object
        else:
            children[name][kind].add(str(gate.object))
        if name.startswith("<urn:sum:a:"):
            answers.setdefault(name, {})
    known = {str(ONE): circuit.one}

    def number(name: str) -> int:
        if name not in known:
            known[name] = made(name)
        return known[name]

    def made(name: str) -> int:
        if not name.startswith("<urn:"):
            return circuit.token(name[1:-1])
        of = children[name]
        if LEFT in of:
            (left,), (right,) = of[LEFT], of[RIGHT]
            return circuit.minus(number(left), number(right))
        if TIMES in of:
            return circuit.times(number(child) for child in sorted(of[TIMES]))
        return circuit.plus(number(child) for child in sorted(of[PLUS]))

    return [(bindings, number(name)) for name, bindings in answers.items()]
