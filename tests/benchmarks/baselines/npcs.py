"""NPCS (Asma et al., WWW 2024): the query rewritten so that the engine itself writes each row's polynomial.

Sub-SELECTs make a string for each solution: ⊗ of the tokens of a basic graph pattern, ⊕
by GROUP_CONCAT over the solutions that are equal, ⊖ for what MINUS takes away; OPTIONAL is
AND and DIFF together. What is wrong in the published queries is put right here: the DIFF branch is
keyed by the left side alone, a subtrahend without solutions is left out, tokens are apart
from each other. Rows that the query itself does not have come too, with a polynomial
that nothing supports. A token is the graph of a claim, so a triple with several claims
matches once for each.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count
from typing import Any

from pyoxigraph import Store

from kg.provenance.circuit import Circuit
from kg.query.algebra import (
    Bgp,
    Exists,
    Expression,
    Filter,
    Join,
    LeftJoin,
    Minus,
    Pattern,
    Select,
    Union,
    Var,
)
from kg.query.parse import parse
from kg.query.scope import certain, projected, subexpressions, visible
from kg.query.shaping.render import expression, node
from tests.benchmarks.baselines import NotCovered


def answer(store: Store, text: str) -> list[tuple[object, ...]]:
    """The rows, the polynomial of each last. Raises ``NotCovered``."""
    rows: Any = store.query(rewritten(text))
    return list(map(tuple, rows))


@lru_cache(maxsize=512)
def rewritten(text: str) -> str:
    """The rewriting of a SELECT. Raises ``NotCovered``."""
    query = parse(text)
    if query.form != "select":
        raise NotCovered(query.form.upper())
    check_plain_select(query.body)
    if query.default_graphs or query.named_graphs:
        raise NotCovered("FROM")
    part = _Rewriter().part(query.body.of)
    keys = " ".join(map(node, projected(query.body)))
    if not keys:
        raise NotCovered("a SELECT without variables")
    return f"SELECT {keys} {_SUM.format(part.polynomial)} WHERE {{ {part.text} }} GROUP BY {keys}"


def check_plain_select(body: Select) -> None:
    """Let pass a projection of variables, DISTINCT or not. Raises ``NotCovered``."""
    if body.limit is not None or body.offset or body.order:
        raise NotCovered("LIMIT, OFFSET, ORDER BY")
    if body.group is not None or body.having or any(item.expression for item in body.items or ()):
        raise NotCovered("aggregates and expressions in SELECT")
    if body.values is not None:
        raise NotCovered("VALUES")


_WORD = re.compile(r"<[^>]*>|\([⊗⊕⊖]|\)")
_SUM = '(CONCAT("(⊕ ", GROUP_CONCAT(?{} ; SEPARATOR = " "), ")") AS ?polynomial)'


@dataclass(frozen=True)
class _Part:
    """Patterns in braces that bind the variables of a pattern, and its polynomial."""

    text: str
    polynomial: str


class _Rewriter:
    def __init__(self) -> None:
        self._numbers = count(1)

    def _fresh(self, kind: str) -> str:
        return f"_npcs_{kind}{next(self._numbers)}"

    def part(self, what: Pattern) -> _Part:
        match what:
            case Bgp():
                return self._bgp(what)
            case Join(left, right):
                return self._product(self.part(left), self.part(right))
            case Filter(condition, of):
                check_condition(condition)
                inner = self.part(of)
                return _Part(f"{inner.text} FILTER({expression(condition)})", inner.polynomial)
            case Union(left, right):
                return self._union(self.part(left), self.part(right))
            case Minus(left, right):
                if not shared(left, right):
                    return self.part(left)
                return self._difference(left, self.part(right))
            case LeftJoin(left, right, condition):
                check_condition(condition)
                shared(left, right)
                return self._optional(left, right, condition)
        raise NotCovered(type(what).__name__)

    def _bgp(self, what: Bgp) -> _Part:
        if not what.triples:
            raise NotCovered("an empty group")
        tokens = [self._fresh("t") for _ in what.triples]
        leaves = " ".join(
            f"GRAPH ?{token} {{ {node(t.subject)} {node(t.predicate)} {node(t.object)} }}"
            for token, t in zip(tokens, what.triples, strict=True)
        )
        return self._bound(leaves, _written("⊗", tokens))

    def _bound(self, text: str, value: str) -> _Part:
        polynomial = self._fresh("p")
        return _Part(f"{text} BIND({value} AS ?{polynomial})", polynomial)

    def _product(self, left: _Part, right: _Part) -> _Part:
        text = f"{{ {left.text} }} {{ {right.text} }}"
        return self._bound(text, f'CONCAT("(⊗ ", ?{left.polynomial}, " ", ?{right.polynomial}, ")")')

    def _union(self, *branches: _Part) -> _Part:
        """The branches, each of which names its polynomial alike."""
        polynomial = self._fresh("p")
        groups = (f"{{ {branch.text} BIND(?{branch.polynomial} AS ?{polynomial}) }}" for branch in branches)
        return _Part(" UNION ".join(groups), polynomial)

    def _difference(self, left: Pattern, right: _Part) -> _Part:
        """The left, each solution of it with the sum of what it is compatible with taken away."""
        minuend, keys = self.part(left), " ".join(map(node, visible(left)))
        polynomial = self._fresh("p")
        taken = f'GROUP_CONCAT(?{right.polynomial} ; SEPARATOR = " ")'
        value = (
            f"(IF(COUNT(?{right.polynomial}) = 0, ?{minuend.polynomial}, "
            f'CONCAT("(⊖ ", ?{minuend.polynomial}, " (⊕ ", {taken}, "))")) AS ?{polynomial})'
        )
        return _Part(
            f"{{ SELECT {keys} {value} WHERE {{ {{ {minuend.text} }} OPTIONAL {{ {right.text} }} }} "
            f"GROUP BY {keys} ?{minuend.polynomial} }}",
            polynomial,
        )

    def _optional(self, left: Pattern, right: Pattern, condition: Expression | None) -> _Part:
        test = "" if condition is None else f" FILTER({expression(condition)})"
        both = self._product(self.part(left), self.part(right))
        other = self.part(right)
        alone = self._difference(left, replace(other, text=other.text + test))
        return self._union(replace(both, text=both.text + test), alone)


def _written(sign: str, tokens: Sequence[str]) -> str:
    names = ', " <", '.join(f'STR(?{token}), ">"' for token in tokens)
    return f'CONCAT("({sign} <", {names}, ")")'


def shared(left: Pattern, right: Pattern) -> tuple[Var, ...]:
    """The variables that two patterns share, if always bound. Raises ``NotCovered``."""
    common = tuple(v for v in visible(left) if v in visible(right))
    if not certain(left) & certain(right) >= set(common):
        raise NotCovered("a shared variable that may be unbound")
    return common


def check_condition(condition: Expression | None) -> None:
    """Let a condition without EXISTS pass. Raises ``NotCovered``."""
    if condition is not None and any(isinstance(part, Exists) for part in subexpressions(condition)):
        raise NotCovered("EXISTS")


def circuit_of(polynomial: str, circuit: Circuit) -> int:
    """The node of a polynomial as it is written in a row."""
    waiting: list[list[object]] = [[]]
    for word in _WORD.findall(polynomial):
        if word[0] == "(":
            waiting.append([word[1:]])
        elif word == ")":
            sign, *of = waiting.pop()
            nodes = [number for number in of if isinstance(number, int)]
            match sign:
                case "⊗":
                    waiting[-1].append(circuit.times(nodes))
                case "⊕":
                    waiting[-1].append(circuit.plus(nodes))
                case "⊖":
                    waiting[-1].append(circuit.minus(nodes[0], nodes[1]))
                case _:
                    raise ValueError(f"{sign} is no operator")
        else:
            waiting[-1].append(circuit.token(word[1:-1]))
    (root,) = waiting[0]
    if not isinstance(root, int):
        raise ValueError(f"{polynomial} is no polynomial")
    return root
