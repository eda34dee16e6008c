"""How many solutions the parts of a basic graph pattern have, alone and joined.

A node that several triple patterns share is known by the sampled nodes that all of them
fit, so that the chance of fitting one more is read off the sample. Where the sample is too
thin, the nodes of the rarer kind are taken to be among those of the more frequent one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from kg.dataset.statistics import PredicateStatistics, Statistics
from kg.query.algebra import (
    Bgp,
    Graph,
    Inverse,
    Iri,
    Join,
    Negated,
    Node,
    Path,
    PathPattern,
    Pattern,
    Repeat,
    Step,
    Table,
    TriplePattern,
    Union,
    Var,
)
from kg.query.scope import certain, patterns_of
from kg.query.shaping.render import node as written
from kg.query.walks.paths import is_nullable

Count = Callable[[TriplePattern, int], int]
"""The number of triples that fit a pattern in the default graph, told exactly up to a limit."""

COUNT_LIMIT = 200
_ALWAYS_COUNTED = 20
"""Where the average for a constant is more, the constant is counted."""

_SUPPORT = 8
"""Fewer sampled nodes say nothing: then a node is taken to be like those that fit a little less."""

_UNKNOWN = PredicateStatistics(1, 1, 1)
_CLOSURE = 8.0
"""How many times more pairs a repeated path has than its step has triples: a guess."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One member of a join that can be looked up under the values of others; equal only to itself."""

    pattern: Pattern
    variables: frozenset[Var]
    """Those that it always binds."""
    triple: TriplePattern | None = None

    @classmethod
    def of(cls, pattern: Pattern) -> "Part":
        """The part that a pattern is; a triple is found within its ``GRAPH ?k``."""
        inner = pattern.of if isinstance(pattern, Graph) else pattern
        triple = inner.triples[0] if isinstance(inner, Bgp) else None
        return cls(pattern, certain(pattern), triple)


def known_parts(pattern: Pattern, *, annotated: bool) -> list[Part] | None:
    """The parts of a join all of which can be looked up in any order; ``None`` where another is among them.

    In ``annotated`` patterns a triple pattern stands in ``GRAPH ?k``. A path that may have
    length zero is left out, for it may match a term by itself, and so is VALUES with UNDEF.
    """
    match pattern:
        case Bgp(triples):
            return [Part.of(Bgp((triple,))) for triple in triples]
        case Join(left, right):
            before, after = known_parts(left, annotated=annotated), known_parts(right, annotated=annotated)
            return None if before is None or after is None else before + after
        case PathPattern(_, path, _) if not is_nullable(path):
            return [Part.of(pattern)]
        case Table(_, rows) if rows and not any(None in row for row in rows):
            return [Part.of(pattern)]
        case Graph(Var(), Bgp((_,))) if annotated:
            return [Part.of(pattern)]
        case Union(left, right):
            branches = (known_parts(left, annotated=annotated), known_parts(right, annotated=annotated))
            fit = all(branches) and not any(_binds_anew(branch) for branch in (left, right))
            return [Part.of(pattern)] if fit else None
    return None


def _binds_anew(pattern: Pattern) -> bool:
    """Whether it holds a VALUES, which must not stand under LATERAL with a variable bound before."""
    return isinstance(pattern, Table) or any(map(_binds_anew, patterns_of(pattern)))


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the nodes that a variable is bound to.

    ``bits`` are the sampled nodes that fit so far; ``domain`` is how many nodes there may be at most.
    """

    bits: int
    domain: float


@dataclass(frozen=True, slots=True)
class State:
    """The solutions of the parts joined so far: how many, and what their variables are bound to."""

    rows: float = 1.0
    nodes: Mapping[Var, Known] = field(default_factory=dict)


@dataclass(frozen=True)
class Estimator:
    """Estimates by the statistics of one snapshot."""

    statistics: Statistics
    count: Count | None = None

    @cached_property
    def everything(self) -> Known:
        """A node of which nothing is known."""
        return Known((1 << self.statistics.nodes) - 1, max(1.0, self.statistics.triples))

    def bound(self, variables: frozenset[Var], rows: float = 1.0) -> State:
        """Solutions of something unknown that binds these variables."""
        return State(rows, dict.fromkeys(variables, self.everything))

    def fanout(self, state: State, part: Part) -> float:
        """Solutions of a part for each solution so far."""
        if part.triple is not None:
            return self._triple(state, part.triple)
        pattern = part.pattern
        if isinstance(pattern, Table):
            shared = sum(variable in state.nodes for variable in pattern.variables)
            size = float(len(pattern.rows))
            return size if not shared else max(size, 1.0) / self._domain(state, pattern.variables)
        if isinstance(pattern, PathPattern):
            return self._path(state, pattern)
        if isinstance(pattern, Union):
            return sum(self._branch(state, branch) for branch in (pattern.left, pattern.right))
        return 1.0

    def _branch(self, state: State, branch: Pattern) -> float:
        rows = 1.0
        for part in known_parts(branch, annotated=True) or ():
            fanout = self.fanout(state, part)
            state, rows = self.joined(state, part, fanout), rows * fanout
        return rows

    def joined(self, state: State, part: Part, fanout: float) -> State:
        """The solutions with one more part."""
        nodes = dict(state.nodes)
        rows = state.rows * fanout
        if part.triple is not None and isinstance(part.triple.predicate, Iri):
            triple, predicate = part.triple, part.triple.predicate.value
            counts = self._counts(predicate)
            if isinstance(triple.subject, Var):
                bits = self.statistics.leaving.get(predicate, 0)
                kind = self.statistics.kinds.get((predicate, _term(triple.object)))
                self._narrow(nodes, triple.subject, bits if kind is None else kind, counts.subjects)
            if isinstance(triple.object, Var):
                bits = self.statistics.entering.get(predicate, 0)
                self._narrow(nodes, triple.object, bits, counts.objects)
        if isinstance(part.pattern, Table):
            for variable, values in zip(
                part.pattern.variables, zip(*part.pattern.rows, strict=True), strict=True
            ):
                before = nodes.get(variable, self.everything)
                nodes[variable] = Known(before.bits, min(before.domain, float(len(set(values)))))
        for variable in part.variables:
            if variable not in state.nodes:
                found = nodes.get(variable, self.everything)
                nodes[variable] = Known(found.bits, max(1.0, min(found.domain, rows)))
        return State(rows, nodes)

    def _narrow(self, nodes: dict[Var, Known], variable: Var, bits: int, size: int) -> None:
        before = nodes.get(variable, self.everything)
        narrowed = before.bits & bits
        if narrowed.bit_count() < _SUPPORT:
            narrowed = before.bits
        nodes[variable] = Known(narrowed, min(before.domain, max(1.0, size)))

    def _counts(self, predicate: str) -> PredicateStatistics:
        return self.statistics.predicates.get(predicate, _UNKNOWN)

    def _domain(self, state: State, variables: tuple[Var, ...]) -> float:
        known = [state.nodes[v].domain for v in variables if v in state.nodes]
        return max(1.0, *known)

    def _chance(self, known: Known, bits: int, size: int) -> float:
        """That a node of which this is known is among ``size`` nodes too, in the sample ``bits``."""
        if known.bits != self.everything.bits and bits.bit_count() >= _SUPPORT:
            return ((known.bits & bits).bit_count() + 0.1) / (known.bits.bit_count() + 0.1)
        return min(1.0, size / max(1.0, known.domain))

    def _triple(self, state: State, triple: TriplePattern) -> float:
        subject, item = triple.subject, triple.object
        known_subject = state.nodes.get(subject) if isinstance(subject, Var) else None
        known_item = state.nodes.get(item) if isinstance(item, Var) else None
        if not isinstance(triple.predicate, Iri):
            return self._any_predicate(subject, item, known_subject, known_item)
        predicate = triple.predicate.value
        counts = self._counts(predicate)
        constant_subject, constant_item = not isinstance(subject, Var), not isinstance(item, Var)
        if constant_subject or constant_item:
            size = self._with_constant(triple, counts)
        else:
            size = float(counts.triples)
        if subject == item:
            size /= max(1, counts.subjects)
        if known_subject is not None:
            kind = self.statistics.kinds.get((predicate, _term(item)))
            if kind is not None and known_subject.bits != self.everything.bits:
                return self._chance(known_subject, kind, 0)
            bits = self.statistics.leaving.get(predicate, 0)
            size *= self._chance(known_subject, bits, counts.subjects) / max(1, counts.subjects)
        if known_item is not None:
            bits = self.statistics.entering.get(predicate, 0)
            size *= self._chance(known_item, bits, counts.objects) / max(1, counts.objects)
        return size

    def _any_predicate(
        self, subject: Node, item: Node, known_subject: Known | None, known_item: Known | None
    ) -> float:
        size = float(max(1, self.statistics.triples))
        nodes = max(1.0, sum(n.subjects for n in self.statistics.predicates.values()) / 4)
        if known_subject is not None or not isinstance(subject, Var):
            size /= nodes
        if known_item is not None or not isinstance(item, Var):
            size /= nodes
        return size

    def _with_constant(self, triple: TriplePattern, counts: PredicateStatistics) -> float:
        """How many triples fit a pattern with a constant end, by itself."""
        if not isinstance(triple.subject, Var):
            average = counts.triples / max(1, counts.subjects)
            if not isinstance(triple.object, Var):
                return min(1.0, average)
        else:
            average = counts.triples / max(1, counts.objects)
            kind = self.statistics.kinds.get((_iri(triple.predicate), _term(triple.object)))
            if kind is not None:
                share = kind.bit_count() / max(1, self.statistics.leaving[_iri(triple.predicate)].bit_count())
                return share * counts.subjects
        if self.count is None or (not isinstance(triple.subject, Var) and average <= _ALWAYS_COUNTED):
            return average
        found = self.count(triple, COUNT_LIMIT)
        return float(found) if found < COUNT_LIMIT else max(COUNT_LIMIT, average)

    def _path(self, state: State, pattern: PathPattern) -> float:
        size = _CLOSURE * sum(self._counts(step).triples for step in _steps(pattern.path))
        ends = max(1.0, sum(self._counts(step).subjects for step in _steps(pattern.path)))
        for end in (pattern.subject, pattern.object):
            if not isinstance(end, Var) or end in state.nodes:
                size /= ends
        return size


def _steps(path: Path) -> list[str]:
    match path:
        case Step(iri):
            return [iri.value]
        case Inverse(inner) | Repeat(inner, _):
            return _steps(inner)
        case Negated(forward, inverse):
            return [iri.value for iri in (*forward, *inverse)]
    return [*_steps(path.left), *_steps(path.right)]


def _iri(node: Node) -> str:
    return node.value if isinstance(node, Iri) else ""


def _term(node: Node) -> str:
    return "" if isinstance(node, Var) else written(node)
