"""Answers as text: SPARQL 1.1 results in JSON (with provenance), XML, CSV and TSV.

The standard members are exactly those of the standards (with the terms of RDF 1.2 as the
engine writes them); provenance is one more member of the JSON, and more columns of CSV
and TSV where they are asked for.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from operator import itemgetter
from typing import Any

from kg.dataset.annotated.view import ClaimInfo
from kg.dataset.terms import BlankNode, Literal, NamedNode, Triple
from kg.errors import LodestoneError
from kg.provenance.circuit import Circuit, Op
from kg.provenance.witnesses import rests_on
from kg.query.answer import Answer, Contribution, Provenance, Row, RowProvenance, Term
from kg.query.formats.xml_results import write_xml
from ontology.vocab import XSD

COLUMNS = ("_confidence", "_origins", "_claims")
"""What ``columns`` adds: the confidence, the number of origins, the claims with spaces between."""

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Unwritable(LodestoneError):
    """An answer holds what a format cannot express; another format can."""


# --- JSON


def to_json(answer: Answer) -> str:
    """The SPARQL results document of DESIGN section 6. Raises ``Unwritable`` for an RDF answer."""
    members: list[str]
    if answer.boolean is not None:
        members = ['"head":{}', f'"boolean":{json.dumps(answer.boolean)}']
    elif answer.kind == "select":
        members = [
            f'"head":{{"vars":{_dump(list(answer.variables))}}}',
            f'"results":{{"bindings":[{",".join(_bindings(answer))}]}}',
        ]
    else:
        raise Unwritable(f"the answer to a {answer.kind.upper()} is RDF: ask for an RDF format")
    if answer.provenance is not None:
        # Before the results: readers that stream (Oxigraph's among them) take nothing after them.
        members.insert(1, f'"provenance":{provenance_text(answer.provenance)}')
    return "{" + ",".join(members) + "}"


_LISTS = ("circuit", "rows", "claims")
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False)


def _dump(value: object) -> str:
    return _ENCODER.encode(value)


def _bindings(answer: Answer) -> Iterable[str]:
    columns = []
    for place, name in enumerate(answer.variables):
        column = list(map(itemgetter(place), answer.rows))
        before = f"{_dump(name)}:"
        written = {t: None if t is None else before + _term_text(t) for t in dict.fromkeys(column)}
        columns.append(map(written.__getitem__, column))
    if not columns:
        return ["{}"] * len(answer.rows)
    return [f"{{{','.join(filter(None, cells))}}}" for cells in zip(*columns, strict=True)]


def _term_text(term: Term) -> str:
    """``term_json`` as text; that of an IRI, the most frequent, in the least time."""
    if isinstance(term, NamedNode):
        return f'{{"type":"uri","value":{quoted(term.value)}}}'
    return _dump(term_json(term))


def term_json(term: Term) -> dict[str, Any]:
    """A term as SPARQL results in JSON write it."""
    match term:
        case NamedNode():
            return {"type": "uri", "value": term.value}
        case BlankNode():
            return {"type": "bnode", "value": term.value}
        case Triple():
            parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
            return {"type": "triple", "value": {name: term_json(part) for name, part in parts.items()}}
    written: dict[str, Any] = {"type": "literal", "value": term.value}
    if term.language is not None:
        written["xml:lang"] = term.language
        if term.direction is not None:
            written["its:dir"] = term.direction.value
    elif term.datatype.value != XSD + "string":
        written["datatype"] = term.datatype.value
    return written


def provenance_json(provenance: Provenance) -> dict[str, Any]:
    """The ``provenance`` member."""
    roots = [row.node for row in provenance.rows if row.node is not None]
    roots += [node for row in provenance.rows for one in row.aggregates for node, _ in one.members]
    circuit, place = provenance.circuit.to_json(list(dict.fromkeys(roots)))
    written = {id(row): row for row in provenance.rows}
    rows = {key: row_json(row, place) for key, row in written.items()}
    member: dict[str, Any] = {"version": provenance.version, "complete": provenance.complete}
    if provenance.reason is not None:
        member["reason"] = provenance.reason
    if provenance.notes:
        member["notes"] = list(provenance.notes)
    if provenance.undated:
        member["undated"] = list(provenance.undated)
    member["circuit"] = circuit
    member["rows"] = [rows[id(row)] for row in provenance.rows]
    member["claims"] = claims_json(provenance)
    return member


def provenance_text(provenance: Provenance) -> str:
    """``provenance_json`` as text, in a fraction of the time: what is told of claims is kept."""
    if any(row.aggregates for row in provenance.rows):
        return _dump(provenance_json(provenance))
    head = provenance_json(replace(provenance, circuit=Circuit(), rows=(), claims={}))
    members = [f"{_dump(name)}:{_dump(head[name])}" for name in head if name not in _LISTS]
    roots = [row.node for row in provenance.rows if row.node is not None]
    circuit = provenance.circuit
    numbers, place = circuit.placed(list(dict.fromkeys(roots)))
    rows = (
        '{"node":null}' if row.node is None else f'{{"node":{place[row.node]},{_row_text(row[1:])}}}'
        for row in provenance.rows
    )
    claims = (f"{quoted(iri)}:{_info_text(info)}" for iri, info in provenance.claims.items())
    members += [
        f'"circuit":[{",".join(_node_text(circuit, number, place) for number in numbers)}]',
        f'"rows":[{",".join(rows)}]',
        f'"claims":{{{",".join(claims)}}}',
    ]
    return "{" + ",".join(members) + "}"


def _node_text(circuit: Circuit, number: int, place: Mapping[int, int]) -> str:
    if circuit.operations[number] is Op.TOKEN:
        return f'{{"op":"token","claim":{quoted(circuit.name(number))}}}'
    return _dump(circuit.node_json(number, place))


@lru_cache(maxsize=4096)
def _row_text(told: tuple[Any, ...]) -> str:
    """What is told of a row but its node."""
    return _dump(row_json(RowProvenance(0, *told), {0: 0})).removeprefix('{"node":0,').removesuffix("}")


@lru_cache(maxsize=20_000)
def _info_text(info: ClaimInfo) -> str:
    return _dump(info_json(info))


def claims_json(provenance: Provenance, nodes: Iterable[int] | None = None) -> dict[str, Any]:
    """What is told of the claims: of all, or of those that some nodes rest on."""
    named = None if nodes is None else set(provenance.circuit.names(list(nodes)))
    return {iri: info_json(info) for iri, info in provenance.claims.items() if named is None or iri in named}


def info_json(info: ClaimInfo) -> dict[str, Any]:
    """What is told of a claim."""
    return {
        "label": info.label,
        "quote": info.quote,
        "document": info.document,
        "source": info.source,
        "probability": _rounded(info.probability),
    }


def _rounded(probability: float) -> float:
    """Without the noise of floating point: twelve digits are far more than a prior is worth."""
    return round(probability, 12)


def row_json(row: RowProvenance, place: Mapping[int, int]) -> dict[str, Any]:
    """What is told of a row; ``place`` has the places of nodes in the circuit as it is listed."""
    if row.node is None:
        return {"node": None}
    member: dict[str, Any] = {"node": place[row.node]}
    if row.confidence is not None:
        member["confidence"] = _rounded(row.confidence)
        if row.confidence_error is not None:
            member["confidenceError"] = _rounded(row.confidence_error)
        member["weakest"] = None if row.weakest is None else _rounded(row.weakest)
        member["origins"] = row.origins
    member["contested"] = list(row.contested)
    if row.aggregates:
        member["aggregates"] = aggregates_json(row.aggregates, place)
    return member


def aggregates_json(of: Sequence[Contribution], place: Mapping[int, int]) -> dict[str, Any]:
    """How the values of a row are made up, by column; which aggregate it is, where a column has several."""
    columns = Counter(one.column for one in of)
    found: dict[str, list[dict[str, Any]]] = {}
    for one in of:
        of_which = {"of": one.aggregate} if columns[one.column] > 1 else {}
        entries = ({"node": place[node], "value": plain(value), **of_which} for node, value in one.members)
        found.setdefault(one.column, []).extend(entries)
    return found


# --- XML


def to_xml(answer: Answer) -> str:
    """SPARQL results in XML, without provenance. Raises ``Unwritable``."""
    if answer.boolean is None and answer.kind != "select":
        raise Unwritable(f"the answer to a {answer.kind.upper()} is RDF: ask for an RDF format")
    text = write_xml(answer)
    if NOT_XML.search(text):
        raise Unwritable("the answer holds control characters, which XML cannot express: ask for JSON")
    return text


# --- CSV and TSV


def to_csv(answer: Answer, *, columns: bool = False) -> str:
    """SPARQL results in CSV: values without their kinds."""
    if answer.boolean is not None and not columns:
        return "true" if answer.boolean else "false"
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_header(answer, columns))
    writer.writerows(_lines(answer, columns, plain, str))
    return out.getvalue()


def to_tsv(answer: Answer, *, columns: bool = False) -> str:
    """SPARQL results in TSV: terms in Turtle's syntax."""
    if answer.boolean is not None and not columns:
        return "true" if answer.boolean else "false"
    lines = [[f"?{name}" for name in _header(answer, columns)]]
    lines.extend(_lines(answer, columns, _turtle, lambda value: str(Literal(value)) if value else ""))
    return "".join("\t".join(line) + "\n" for line in lines)


def _header(answer: Answer, columns: bool) -> list[str]:
    names = ["_answer"] if answer.boolean is not None else list(answer.variables)
    if answer.boolean is None and answer.kind != "select":
        raise Unwritable(f"the answer to a {answer.kind.upper()} is RDF: ask for an RDF format")
    return names + (list(COLUMNS) if columns else [])


def _lines(
    answer: Answer, columns: bool, write: Callable[[Term], str], quote: Callable[[str], str]
) -> Iterable[list[str]]:
    rows: Iterable[Row] = answer.rows
    if answer.boolean is not None:
        rows = [(Literal(answer.boolean),)]
    told = answer.provenance.rows if answer.provenance is not None else ()
    claims: dict[int, str] = {}
    for number, row in enumerate(rows):
        line = ["" if term is None else write(term) for term in row]
        if columns:
            about = told[number] if number < len(told) else RowProvenance()
            line += _columns(answer.provenance, about, claims, quote)
        yield line


def _columns(
    provenance: Provenance | None, row: RowProvenance, claims: dict[int, str], quote: Callable[[str], str]
) -> list[str]:
    if provenance is None or row.node is None:
        return [""] * len(COLUMNS)
    if row.node not in claims:
        claims[row.node] = quote(" ".join(sorted(rests_on(provenance.circuit, row.node))))
    confidence = "" if row.confidence is None else str(_rounded(row.confidence))
    return [confidence, "" if row.origins is None else str(row.origins), claims[row.node]]


def plain(term: Term) -> str:
    """A term without its kind, as in CSV."""
    match term:
        case BlankNode():
            return f"_:{term.value}"
        case Triple():
            return f"{plain(term.subject)} {plain(term.predicate)} {plain(term.object)}"
    return term.value


def _turtle(term: Term) -> str:
    text = f"<<( {term} )>>" if isinstance(term, Triple) else str(term)
    return text.replace("\t", "\\t")
