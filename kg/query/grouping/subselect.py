"""Sub-SELECTs whose solutions are worked out, with their annotations, before the query around them."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from kg.provenance.circuit import Circuit
from kg.query.algebra import Table
from kg.query.answer import Row
from kg.query.builder import Builder, picker
from kg.query.deriving.derivation import Inner, NotAnnotated
from kg.query.grouping.counting import one_more
from kg.query.grouping.gathering import gathered
from kg.query.grouping.groups import Member, aggregates_of, finished
from kg.query.grouping.outcomes import outcomes
from kg.query.scope import has_aggregate

MOST_ROWS = 5_000
"""A sub-SELECT that is worked out beforehand has at most so many solutions."""
MOST_CUT = 100_000
"""Of solutions that are cut, their number times the number of those up to the cut."""


def work_out(builder: Builder, inner: Inner) -> list[tuple[Row, int]]:
    """The solutions that the sub-SELECT has in any part of the data, each with its node."""
    select = inner.select
    if has_aggregate(select):
        found = grouped(builder, inner)
    else:
        solved = builder.solved(inner.tree, order=inner.order)
        found = [(key, node) for key, node in zip(solved.keys, solved.nodes, strict=True) if node]
    sliced, distinct = select.limit is not None or select.offset > 0, select.duplicates != "ALL"
    if sliced and distinct:
        found = _firsts(builder.circuit, found)
    if sliced:
        found = cut(builder.circuit, found, select.limit, select.offset)
    if distinct:
        found = _summed(builder.circuit, found)
    if len(found) > MOST_ROWS:
        raise NotAnnotated(
            f"a sub-SELECT that groups, or is cut by LIMIT, is annotated up to {MOST_ROWS} solutions, "
            f"and here is one of {len(found)}"
        )
    return found


def members_of(
    builder: Builder, inner: Inner, table: Table | None = None, *, limit: int | None = None
) -> dict[Row, list[Member]]:
    """The members of each group, at most ``limit`` in all; with a table of groups that agree with it."""
    solved = builder.solved(inner.tree, table, limit=limit)
    width = len(inner.keys)
    places = {variable: place for place, variable in enumerate(inner.tree.key)}
    taken = [None if argument is None else places[argument] for argument in inner.arguments]
    key_of = picker(range(width))
    groups: defaultdict[Row, list[Member]] = defaultdict(list)
    for row, node in zip(solved.keys, solved.nodes, strict=True):
        if node:
            arguments = tuple(None if place is None else row[place] for place in taken)
            groups[key_of(row)].append(Member(arguments, node))
    return groups


def grouped(builder: Builder, inner: Inner) -> list[tuple[Row, int]]:
    """The rows that a grouped SELECT has in any part of the data."""
    found = None
    if inner.gathering is not None:
        found = gathered(builder, inner.gathering, rows=False, taken=range(len(inner.arguments)))
    if found is None:
        groups = members_of(builder, inner)
    else:
        groups = {key: group.members for key, group in found.groups.items()}
    implicit = inner.select.group is None
    if implicit:
        groups.setdefault((), [])
    aggregates = aggregates_of(inner.select)
    become = outcomes(builder, aggregates, groups, implicit=implicit)
    return finished(builder, inner.select, inner.keys, aggregates, become, inner.tree.base)


def _summed(circuit: Circuit, rows: Sequence[tuple[Row, int]]) -> list[tuple[Row, int]]:
    """Each row once, with the sum of its nodes, where it first stood."""
    sums: dict[Row, list[int]] = {}
    for row, node in rows:
        sums.setdefault(row, []).append(node)
    return [(row, circuit.plus(nodes)) for row, nodes in sums.items()]


def _firsts(circuit: Circuit, rows: Sequence[tuple[Row, int]]) -> list[tuple[Row, int]]:
    """Rows in order, each annotated with being the first of all that are like it.

    Which of them is first hangs on what is there, so a row may stand in several places.
    """
    before: dict[Row, list[int]] = {}
    found = []
    for row, alike in groupby(rows, itemgetter(0)):
        node = circuit.plus(node for _, node in alike)
        earlier = before.setdefault(row, [])
        found.append((row, circuit.minus(node, circuit.plus(earlier)) if earlier else node))
        earlier.append(node)
    return [(row, node) for row, node in found if node != circuit.zero]


def cut(
    circuit: Circuit, rows: Sequence[tuple[Row, int]], limit: int | None, offset: int
) -> list[tuple[Row, int]]:
    """Rows in order, each annotated with being there, and in place ``offset`` up to ``offset + limit``."""
    end = len(rows) if limit is None else min(offset + limit, len(rows))
    if len(rows) * end > MOST_CUT:
        raise NotAnnotated(f"LIMIT or OFFSET in a sub-SELECT of {len(rows)} solutions is not annotated")
    exactly = [circuit.one]
    found = []
    for row, node in rows:
        place = circuit.plus(exactly[offset:end])
        if (held := circuit.times((node, place))) != circuit.zero:
            found.append((row, held))
        exactly = one_more(circuit, exactly, node, end)
    return found
