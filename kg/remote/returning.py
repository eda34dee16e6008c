"""Paths with ``?``, ``*`` and ``+`` for engines that close no cycles, give rows twice or want a start.

Section 9.3 of SPARQL 1.1 Query says what such a path means: each pair of nodes once, a
node that a cycle leads back to among them, and every node by itself for ``*`` and ``?``.
"""

from dataclasses import replace
from functools import reduce
from itertools import count
from typing import Any, cast

from kg.errors import QueryRefused
from kg.query.algebra import (
    Alternative,
    Bgp,
    Constant,
    Extend,
    Graph,
    Inverse,
    Item,
    Join,
    Negated,
    Path,
    PathPattern,
    Pattern,
    Query,
    Repeat,
    Select,
    Sequence,
    Step,
    Table,
    TriplePattern,
    Union,
    Var,
)
from kg.remote.placing import changed


def with_returning_paths(query: Query) -> Query:
    """The query with ``p/p*`` for ``p+``, a start for each path, and each pair of nodes once.

    Raises ``QueryRefused`` for such a path within GRAPH, and of longer ways than a predicate
    or a choice of them: no wording was found that Virtuoso answers in full.
    """
    numbers = count()

    def change(what: Any) -> Any:
        match what:
            case Graph(_, of):
                changed(of, _refuse)
            case PathPattern(_, Repeat(inner)) if _is_a_choice(inner):
                return _once(what, f"{query.hidden}way{next(numbers)}_")
            case PathPattern(_, path):
                changed(path, _refuse)
        return None

    return replace(query, body=changed(query.body, change))


def _refuse(what: Any) -> Any:
    if isinstance(what, Repeat):
        raise QueryRefused(
            "this engine leaves out rows of paths with ?, * and + within GRAPH, and around more than a "
            "predicate or a choice of predicates: ask a store in a folder, or another engine"
        )


def _is_a_choice(path: Path) -> bool:
    match path:
        case Step() | Negated() | Inverse(Step()):
            return True
        case Alternative(left, right):
            return _is_a_choice(left) and _is_a_choice(right)
    return False


def _once(pattern: PathPattern, name: str) -> Pattern:
    """Each solution of a path once. ``name`` begins the names of variables that are used nowhere else."""
    start, end = pattern.subject, pattern.object
    if not isinstance(start, Var) and not isinstance(end, Var):
        there = Var(f"{name}end", hidden=True)
        return Join(Table((there,), ((cast(Constant, end),),)), _once(replace(pattern, object=there), name))
    variables = [node for node in dict.fromkeys((start, end)) if isinstance(node, Var)]
    opened = _branches(pattern)
    if len(variables) == 2 and cast(Repeat, pattern.path).sign != "+":
        along, other = Var(f"{name}along", hidden=True), Var(f"{name}other", hidden=True)
        nodes = Union(Bgp((TriplePattern(start, along, other),)), Bgp((TriplePattern(other, along, start),)))
        itself = Extend(nodes, variables[1], variables[0])
        opened = Union(itself, Join(Select(nodes, (Item(variables[0]),), "DISTINCT"), opened))
    return Select(opened, tuple(map(Item, variables)), "DISTINCT")


def _branches(pattern: PathPattern) -> Pattern:
    """``p+`` as a union of ``a/p*`` for each choice: elsewhere Virtuoso drops values of alternatives."""
    repeat = cast(Repeat, pattern.path)
    if repeat.sign != "+":
        return pattern
    onward = Repeat(repeat.path, "*")
    first, *others = (replace(pattern, path=Sequence(step, onward)) for step in _choices(repeat.path))
    return reduce(Union, others, cast(Pattern, first))


def _choices(path: Path) -> list[Path]:
    if isinstance(path, Alternative):
        return _choices(path.left) + _choices(path.right)
    return [path]
