"""Sub-SELECTs whose solutions are worked out, with their annotations, before the query around them."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from kg.provenance.circuit import Circuit
from kg.query.algebra import Table
from kg.query.answer import Row, Term
from kg.query.builder import Builder, picker
from kg.query.deriving.derivation import Inner, NotAnnotated
from kg.query.grouping.counting import one_more
from kg.query.grouping.gathering import gathered
from kg.query.grouping.groups import Member, aggregates_of, counts_alike, finished, number
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
    if inner.each is None:
        found = _taken(builder.circuit, inner, found)
    else:
        place = inner.shown.index(inner.each)
        parts: dict[Term | None, list[tuple[Row, int]]] = defaultdict(list)
        for one in found:
            parts[one[0][place]].append(one)
        found = [one for part in parts.values() for one in _taken(builder.circuit, inner, part)]
    if len(found) > MOST_ROWS:
        raise NotAnnotated(
            f"a sub-SELECT that groups, or is cut by LIMIT, is annotated up to {MOST_ROWS} solutions, "
            f"and here is one of {len(found)}"
        )
    return found


def _taken(circuit: Circuit, inner: Inner, found: list[tuple[Row, int]]) -> list[tuple[Row, int]]:
    """Those of some solutions that are left of them, each with the node that it is."""
    select = inner.select
    sliced, distinct = select.limit is not None or select.offset > 0, select.duplicates != "ALL"
    if sliced and distinct:
        found = _firsts(circuit, found)
    if sliced and not inner.shown and select.limit == 1:
        found = _any_after(circuit, found, select.offset)
    elif sliced:
        found = cut(circuit, found, select.limit, select.offset)
    if distinct:
        found = _summed(circuit, found)
    return found


def members_of(
    builder: Builder, inner: Inner, table: Table | None = None, *, limit: int | None = None
) -> dict[Row, list[Member]]:
    """The members of each group, at most ``limit`` in all; with a table of groups that agree with it."""
    solved = builder.solved(inner.tree, table, limit=limit)
    width = len(inner.keys)
    places = {variable: place for place, variable in enumerate(inner.tree.key)}
    taken = [places[of[0]] if of else None for of in inner.arguments]
    whole = _whole(inner)
    tell = picker(
        [places[variable] for variable in inner.arguments[whole] or ()] if whole is not None else []
    )
    numbers: dict[Row, Term] = {}
    key_of = picker(range(width))
    groups: defaultdict[Row, list[Member]] = defaultdict(list)
    for row, node in zip(solved.keys, solved.nodes, strict=True):
        if node:
            arguments = tuple(None if place is None else row[place] for place in taken)
            if whole is not None:
                told = numbers.setdefault(tell(row), number(len(numbers)))
                arguments = (*arguments[:whole], told, *arguments[whole + 1 :])
            groups[key_of(row)].append(Member(arguments, node))
    return groups


def _whole(inner: Inner) -> int | None:
    """The place of a ``COUNT(DISTINCT *)``, which takes in of a member which solution it is, by a number."""
    places = (n for n, one in enumerate(aggregates_of(inner.select)) if one.of is None and one.distinct)
    return next(places, None)


def grouped(builder: Builder, inner: Inner) -> list[tuple[Row, int]]:
    """The rows that a grouped SELECT has in any part of the data."""
    found = None
    if inner.gathering is not None and not counts_alike(inner.select):
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


def _any_after(circuit: Circuit, rows: Sequence[tuple[Row, int]], offset: int) -> list[tuple[Row, int]]:
    """Whether there are more solutions than ``offset``, whatever they are: one row."""
    if len(rows) * (offset + 1) > MOST_CUT:
        raise NotAnnotated(f"OFFSET {offset} of {len(rows)} solutions is not annotated")
    return [((), circuit.at_least(offset + 1, [node for _, node in rows]))]


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
