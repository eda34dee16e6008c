"""A difference between two answers as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from kg.provenance.witnesses import rests_on
from kg.query.answer import Answer, Row, RowProvenance
from kg.query.difference import Changed, Difference
from kg.query.formats.results import claims_json, row_json, term_json
from kg.query.trust.policy import TrustPolicy


def difference_json(found: Difference, before: TrustPolicy, after: TrustPolicy) -> dict[str, Any]:
    """The document of ``/sparql/diff``.

    ``appeared``, ``vanished`` and ``changed`` list rows, each with what it rests on before
    and after (``null`` where it is no row); a row's ``node`` is one of the circuit of its side.
    """
    told: dict[str, Any] = {
        "head": {"vars": list(_columns(found.before))},
        "complete": found.complete,
        **({} if found.reason is None else {"reason": found.reason}),
        "same": found.same,
    }
    sides = {"before": (found.before, before), "after": (found.after, after)}
    changes = (*found.appeared, *found.vanished, *found.changed)
    places: dict[str, Mapping[int, int]] = {}
    claims: dict[str, Any] = {}
    for name, (answer, policy) in sides.items():
        rows = [row for change in changes if (row := getattr(change, name)) is not None]
        told[name], places[name] = _side(answer, policy, rows)
        if answer.provenance is not None:
            claims |= claims_json(answer.provenance, _nodes(rows))
    for name, listed in (
        ("appeared", found.appeared),
        ("vanished", found.vanished),
        ("changed", found.changed),
    ):
        told[name] = [_change(found, change, places) for change in listed]
    told["claims"] = claims
    return told


def _columns(answer: Answer) -> Sequence[str]:
    if answer.kind in ("select", "ask"):
        return answer.variables
    return ("subject", "predicate", "object")


def _side(
    answer: Answer, policy: TrustPolicy, rows: Sequence[RowProvenance]
) -> tuple[dict[str, Any], Mapping[int, int]]:
    written: dict[str, list[str]] = {}
    for name, value in policy.written():
        written.setdefault(name, []).append(value)
    side: dict[str, Any] = {"version": answer.version, "policy": written}
    if answer.boolean is not None:
        side["boolean"] = answer.boolean
    if answer.provenance is None:
        return side, {}
    side["circuit"], place = answer.provenance.circuit.to_json(_nodes(rows))
    return side, place


def _nodes(rows: Sequence[RowProvenance]) -> list[int]:
    """The nodes that are told of rows: their own, and those of what makes up their values."""
    own = [row.node for row in rows if row.node is not None]
    of_values = [node for row in rows for one in row.aggregates for node, _ in one.members]
    return list(dict.fromkeys([*own, *of_values]))


def _change(found: Difference, change: Changed, places: Mapping[str, Mapping[int, int]]) -> dict[str, Any]:
    told: dict[str, Any] = {"binding": _binding(found.before, change.row)}
    for name, row, answer in (
        ("before", change.before, found.before),
        ("after", change.after, found.after),
    ):
        if row is None:
            told[name] = None
            continue
        told[name] = row_json(row, places[name])
        if row.node is not None and answer.provenance is not None:
            told[name]["claims"] = sorted(rests_on(answer.provenance.circuit, row.node))
    return told


def _binding(answer: Answer, row: Row) -> dict[str, Any]:
    pairs = zip(_columns(answer), row, strict=False)
    return {name: term_json(term) for name, term in pairs if term is not None}
