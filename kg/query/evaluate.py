"""The rows of an answer with their annotations: in one query where that gives both, else in two."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from kg.errors import QuerySyntaxError
from kg.provenance.circuit import Circuit
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings import BOOLEAN
from kg.query.answer import Row
from kg.query.builder import Builder, picker
from kg.query.derivation import Derivation, NotAnnotated
from kg.query.leaves import Unaccounted
from kg.query.page import table_of

MAX_DERIVATIONS = 1_000_000
"""An answer with more derivations than this is given without annotations."""


@dataclass(frozen=True)
class Annotated:
    """Rows with the nodes of their annotations in a circuit."""

    rows: Sequence[Row]
    circuit: Circuit
    nodes: list[int]


def answered(builder: Builder, derivation: Derivation) -> Annotated:
    """The rows of a query and their annotations, by its derivation query alone (``is_single``).

    Raises ``NotAnnotated`` and ``Unaccounted``.
    """
    circuit = builder.circuit
    solved = builder.solved(
        derivation, order=derivation.order, limit=derivation.limit, offset=derivation.offset
    )
    rows, nodes = solved.keys, list(solved.nodes)
    if derivation.is_supposed:
        held = evaluate(circuit, set(nodes), BOOLEAN, lambda _: True)
        standing = [held[node] for node in nodes]
    elif Circuit.zero in nodes:
        standing = [node != Circuit.zero for node in nodes]
    else:
        standing = []
    if not derivation.is_unique:
        sums: dict[Row, list[int]] = {}
        for row, node in zip(rows, nodes, strict=True):
            sums.setdefault(row, []).append(node)
        if len(sums) < len(rows):
            summed = {row: circuit.plus(of) for row, of in sums.items()}
            nodes = [summed[row] for row in rows]
    if not all(standing):
        rows = [row for row, stands in zip(rows, standing, strict=True) if stands]
        nodes = [node for node, stands in zip(nodes, standing, strict=True) if stands]
    if derivation.duplicates == "DISTINCT" and not derivation.is_unique:
        distinct = dict(zip(rows, nodes, strict=True))
        rows, nodes = list(distinct), list(distinct.values())
    return Annotated(rows, circuit, nodes)


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
        places = [derivation.key.index(variable) for variable in derivation.restricting]
        table = table_of(derivation.restricting, map(picker(places), known))
        if table is not None:
            try:
                found = _nodes(builder, derivation, known, builder.sums(derivation, table), set(known))
            except (Unaccounted, QuerySyntaxError):  # a value that equals nothing (NaN), or is of RDF 1.2
                pass
    if found is None:
        try:
            found = _nodes(builder, derivation, known, builder.sums(derivation), None)
        except Unaccounted as error:
            raise NotAnnotated(f"{error}: please report this") from error
    return Annotated(rows, builder.circuit, found)


def _nodes(
    builder: Builder,
    derivation: Derivation,
    rows: Sequence[Row],
    sums: dict[Row, list[int]],
    wanted: Container[Row] | None,
) -> list[int]:
    circuit = builder.circuit
    nodes = {key: circuit.plus(products) for key, products in sums.items() if wanted is None or key in wanted}
    try:
        found = [nodes[row] for row in rows]
    except KeyError as error:
        raise Unaccounted(f"no derivation was found of the row {error.args[0]}") from None
    if derivation.is_supposed:
        held = evaluate(circuit, set(found), BOOLEAN, lambda _: True)
        if not all(held[node] for node in found):
            raise Unaccounted("a row of the answer has an annotation that is false")
    return found
