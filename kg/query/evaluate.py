"""The rows of an answer with their annotations: in one query where that gives both, else in two."""

from collections.abc import Container, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import compress

from kg.errors import QuerySyntaxError
from kg.provenance.circuit import Circuit
from kg.provenance.evaluate import held_in_all
from kg.query.answer import Row
from kg.query.builder import Builder, Solved, picker
from kg.query.deriving.derivation import Derivation, NotAnnotated
from kg.query.leaves import Unaccounted
from kg.query.planning import planning_of
from kg.query.shaping.page import has_given, table_of

MAX_DERIVATIONS = 1_000_000
"""An answer with more derivations than this is given without annotations."""
_LOOKED_AT_FIRST = 1_000
"""Derivations that are looked at first where a few rows are asked for, and at most, before all are."""
_LOOKED_AT_MOST = 100_000
_OPEN = (
    "a LIMIT or OFFSET in a sub-SELECT, a SAMPLE or a GROUP_CONCAT leaves open which of several "
    "answers is given; for LIMIT and OFFSET, order by what tells all solutions apart"
)


@dataclass(frozen=True)
class Annotated:
    """Rows with the nodes of their annotations in a circuit."""

    rows: Sequence[Row]
    circuit: Circuit
    nodes: Sequence[int]


def answered(builder: Builder, derivation: Derivation) -> Annotated:
    """The rows of a query and their annotations, by its derivation query alone (``is_single``).

    Raises ``NotAnnotated`` and ``Unaccounted``.
    """
    solved = builder.solved(
        derivation, order=derivation.order, limit=derivation.limit, offset=derivation.offset
    )
    if derivation.is_unique:
        return Annotated(solved.keys, builder.circuit, solved.nodes)
    every, nodes = solved.keys, _summed(builder, solved.keys, solved.nodes)
    if derivation.is_supposed:
        every, nodes = _true_rows(builder, solved, nodes)
    if derivation.duplicates == "DISTINCT":
        distinct = dict(zip(every, nodes, strict=True))
        every, nodes = list(distinct), list(distinct.values())
    return Annotated(every, builder.circuit, nodes)


def _true_rows(builder: Builder, solved: Solved, nodes: Sequence[int]) -> tuple[Sequence[Row], Sequence[int]]:
    """The rows whose own derivation is true in the whole data, with the sums of all derivations."""
    held = held_in_all(builder.circuit, set(solved.nodes))
    there = [held[node] for node in solved.nodes]
    return list(compress(solved.keys, there)), list(compress(nodes, there))


def standing(builder: Builder, derivation: Derivation) -> Annotated:
    """The rows of a query over what its source believes, from whole derivations.

    Of a query with LIMIT no more are looked at than it takes.
    """
    end = None if derivation.limit is None else derivation.offset + derivation.limit
    if end is not None:
        found = _first_standing(builder, derivation, end)
        if found is not None:
            return found
    solved = builder.solved(derivation, order=derivation.order)
    nodes = _summed(builder, solved.keys, solved.nodes)
    rows, nodes = _true_rows(builder, solved, nodes)
    if derivation.duplicates != "ALL":
        distinct = dict(zip(rows, nodes, strict=True))
        rows, nodes = list(distinct), list(distinct.values())
    return Annotated(rows[derivation.offset : end], builder.circuit, nodes[derivation.offset : end])


def _first_standing(builder: Builder, derivation: Derivation, end: int) -> Annotated | None:
    """The same, where the first derivations have as many rows that stand; ``None`` where not."""
    size = max(_LOOKED_AT_FIRST, 2 * end)
    while size <= _LOOKED_AT_MOST:
        solved = builder.solved(derivation, order=derivation.order, limit=size)
        if len(solved.keys) < size:
            return None
        rows, _ = _true_rows(builder, solved, solved.nodes)
        if derivation.duplicates != "ALL":
            rows = list(dict.fromkeys(rows))
        if len(rows) >= end:
            rows = rows[derivation.offset : end]
            return Annotated(rows, builder.circuit, supported(builder, derivation, rows))
        size *= 4
    return None


def _summed(builder: Builder, rows: Sequence[Row], nodes: Sequence[int]) -> Sequence[int]:
    """The nodes of rows, equal rows with one node: the sum."""
    sums: dict[Row, list[int]] = {}
    for row, node in zip(rows, nodes, strict=True):
        sums.setdefault(row, []).append(node)
    if len(sums) == len(rows):
        return nodes
    summed = {row: builder.circuit.sum(of) for row, of in sums.items()}
    return [summed[row] for row in rows]


def supported(builder: Builder, derivation: Derivation, rows: Sequence[Row]) -> list[int]:
    """The nodes of rows, whether or not they are rows of the answer; zero where nothing derives one.

    Raises ``NotAnnotated``.
    """
    try:
        sums = None
        if derivation.is_paged(len(rows)):
            with suppress(Unaccounted, QuerySyntaxError):
                sums = _page_sums(builder, derivation, rows)
        if sums is None:
            sums = builder.sums(derivation)
    except Unaccounted as error:
        raise NotAnnotated(f"{error}: please report this") from error
    return [builder.circuit.sum(sums.get(row, ())) for row in rows]


def _page_sums(builder: Builder, derivation: Derivation, rows: Sequence[Row]) -> dict[Row, list[int]] | None:
    """The products of rows alone; ``None`` where they cannot be told from others."""
    places = [derivation.key.index(variable) for variable in derivation.restricting]
    pages = planning_of(builder.source).pages_of(derivation)
    page = tuple(map(picker(places), rows))
    text = pages.get(page)
    if text is None:
        table = table_of(derivation.restricting, page)
        if table is None:
            return None
        text = builder.text_held(derivation, table)
        if not (builder.source.repeats or has_given(derivation.pattern)):
            pages[page] = text
    return builder.summed(builder.solved_by(derivation, text))


def annotate(builder: Builder, derivation: Derivation, rows: Sequence[Row]) -> Annotated:
    """The annotations of rows that are known; equal rows have one.

    Of a page of many rows only the derivations of these are asked for. Raises
    ``NotAnnotated`` where there are too many derivations, or where they do not account for a row.
    """
    known = rows
    if derivation.places is not None:
        known = list(map(picker(derivation.places), rows))
    found = None
    if derivation.is_paged(len(rows)):
        with suppress(Unaccounted, QuerySyntaxError):  # a value that equals nothing, or is of RDF 1.2
            sums = _page_sums(builder, derivation, known)
            if sums is not None:
                found = _nodes(builder, derivation, known, sums, set(known))
    if found is None:
        try:
            found = _nodes(builder, derivation, known, builder.sums(derivation), None)
        except Unaccounted as error:
            raise NotAnnotated(_OPEN if derivation.is_open else f"{error}: please report this") from error
    return Annotated(rows, builder.circuit, found)


def _nodes(
    builder: Builder,
    derivation: Derivation,
    rows: Sequence[Row],
    sums: dict[Row, list[int]],
    wanted: Container[Row] | None,
) -> list[int]:
    circuit = builder.circuit
    nodes = {key: circuit.sum(products) for key, products in sums.items() if wanted is None or key in wanted}
    try:
        found = [nodes[row] for row in rows]
    except KeyError as error:
        raise Unaccounted(f"no derivation was found of the row {error.args[0]}") from None
    if derivation.is_supposed:
        held = held_in_all(circuit, set(found))
        if not all(held[node] for node in found):
            raise Unaccounted("a row of the answer has an annotation that is false")
    return found
