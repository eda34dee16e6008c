"""Annotations written out as expressions, and what they mean by definition: the oracle of these tests."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from hypothesis import strategies as st

from kg.provenance.circuit import Circuit
from kg.provenance.semirings.protocol import Semiring
from kg.provenance.trusted import Trust

K = TypeVar("K")
CLAIMS = ("a1", "a2", "b1", "b2", "c1")
"""The letter is the origin."""


@dataclass(frozen=True)
class Expr:
    """``op`` is zero, one, token, outside, fact, plus, times or minus."""

    op: str
    of: tuple["Expr", ...] = ()
    name: str = ""


def token(name: str) -> Expr:
    return Expr("token", (), name)


def build(circuit: Circuit, expr: Expr) -> int:
    operands = [build(circuit, part) for part in expr.of]
    match expr.op:
        case "zero" | "one":
            return circuit.zero if expr.op == "zero" else circuit.one
        case "token":
            return circuit.token(expr.name)
        case "outside":
            return circuit.outside(expr.name, "2025-05-13T00:00:00Z")
        case "minus":
            return circuit.minus(operands[0], operands[1])
        case "fact":
            return circuit.fact(operands)
        case "plus":
            return circuit.plus(operands)
    return circuit.times(operands)


def means(expr: Expr, semiring: Semiring[K], values: dict[str, K]) -> K:
    """The value of an expression, straight from the definition."""
    parts = [means(part, semiring, values) for part in expr.of]
    match expr.op:
        case "zero" | "one":
            return semiring.zero if expr.op == "zero" else semiring.one
        case "token" | "outside":
            return values[expr.name]
        case "minus":
            return semiring.minus(parts[0], parts[1])
        case "times":
            total = semiring.one
            for part in parts:
                total = semiring.times(total, part)
            return total
    total = semiring.zero
    for part in parts:
        total = semiring.plus(total, part)
    return total


def _claim(statement: Expr) -> str:
    """The claim that makes a statement: alone, or times ``c1``, which stands for a judgment then."""
    return statement.name or statement.of[0].name


def positives(facts: bool = True) -> st.SearchStrategy[Expr]:
    """Expressions without minus."""
    leaves = st.one_of(st.sampled_from([Expr("zero"), Expr("one")]), *[st.just(token(c)) for c in CLAIMS] * 2)
    statements = [*map(token, CLAIMS), *(Expr("times", (token(c), token("c1"))) for c in CLAIMS if c != "c1")]
    fact = st.lists(st.sampled_from(statements), min_size=1, max_size=4, unique_by=_claim).map(
        lambda members: Expr("fact", tuple(members))
    )
    return st.recursive(
        st.one_of(leaves, fact) if facts else leaves,
        lambda inner: st.builds(
            Expr, st.sampled_from(("plus", "times")), st.lists(inner, max_size=3).map(tuple)
        ),
        max_leaves=8,
    )


def anything() -> st.SearchStrategy[Expr]:
    """Expressions with minus and an outside token."""
    return st.recursive(
        st.one_of(positives(), st.just(Expr("outside", (), "service"))),
        lambda inner: st.one_of(
            st.builds(Expr, st.sampled_from(("plus", "times")), st.lists(inner, max_size=3).map(tuple)),
            st.builds(Expr, st.just("minus"), st.tuples(inner, inner)),
        ),
        max_leaves=6,
    )


def is_zero(expr: Expr) -> bool:
    """Whether an expression is false by its shape, so that it is no part of a circuit."""
    match expr.op:
        case "times":
            return any(map(is_zero, expr.of))
        case "plus" | "fact":
            return all(map(is_zero, expr.of))
        case "minus":
            return is_zero(expr.of[0])
    return expr.op == "zero"


def copies(expr: Expr) -> list[set[str]]:
    """The claims, those together that are of one origin and assert one triple, or are copies of one."""
    groups = [{name} for name in CLAIMS]
    todo = [expr]
    while todo:
        node = todo.pop()
        if is_zero(node):
            continue
        todo.extend(node.of)
        for origin in "abc" if node.op == "fact" else "":
            named = {leaf.name for part in node.of for leaf in (part.of or (part,))}
            members = {name for name in named if name.startswith(origin)}
            touched = [group for group in groups if group & members]
            groups = [group for group in groups if not group & members]
            if touched:
                groups.append(set().union(*touched))
    return groups


@dataclass(frozen=True)
class Ratings:
    """P(reliable) of the origins a, b, c; P(credible) of the claims; P(service)."""

    reliability: dict[str, float]
    credibility: dict[str, float]
    service: float = 0.5

    def trust(self, claim: str) -> Trust:
        return Trust(claim[0], self.reliability[claim[0]], self.credibility[claim])

    def outside(self, service: str) -> float:
        assert service == "service"
        return self.service

    def worlds(self, expr: Expr) -> list[tuple[float, dict[str, bool]]]:
        """Every world of an expression with its probability: which origins, claims and services are good.

        Copies share one draw, a number between 0 and 1: those are credible that are more
        credible than it.
        """
        found = [(1.0, {})]
        for chances in self._draws(copies(expr)):
            found = [(w * p, {**world, **drawn}) for w, world in found for p, drawn in chances]
        return found

    def _draws(self, groups: list[set[str]]) -> Iterator[list[tuple[float, dict[str, bool]]]]:
        for name, chance in {**self.reliability, "service": self.service}.items():
            yield [(chance, {name: True}), (1 - chance, {name: False})]
        for group in groups:
            steps = sorted({0.0, 1.0, *(self.credibility[name] for name in group)})
            yield [
                (above - below, {name: self.credibility[name] >= above for name in group})
                for below, above in pairwise(steps)
            ]

    def holds(self, expr: Expr, world: dict[str, bool]) -> bool:
        """Whether an expression is true in a world."""
        match expr.op:
            case "zero" | "one":
                return expr.op == "one"
            case "outside":
                return world["service"]
            case "token":
                return world[expr.name[0]] and world[expr.name]
            case "fact" | "plus":
                return any(self.holds(part, world) for part in expr.of)
            case "times":
                return all(self.holds(part, world) for part in expr.of)
        return self.holds(expr.of[0], world) and not self.holds(expr.of[1], world)


CHANCES = st.sampled_from((0.0, 0.2, 0.5, 0.8, 0.95, 1.0))


def ratings() -> st.SearchStrategy[Ratings]:
    return st.builds(
        Ratings,
        st.fixed_dictionaries(dict.fromkeys("abc", CHANCES)),
        st.fixed_dictionaries(dict.fromkeys(CLAIMS, CHANCES)),
        CHANCES,
    )
