"""Answers that are RDF as tables: their triples, each with its annotation, as SPARQL JSON has rows."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from kg.dataset.terms import Literal, NamedNode, Quad, Triple
from kg.query.answer import Answer, Term
from kg.query.formats.results import provenance_json, term_json
from ontology.vocab import LS, PROV, RDFS

_COLUMNS = ("subject", "predicate", "object")


def table_of_answer(answer: Answer) -> dict[str, Any]:
    """The document of an answer that was had here."""
    told = None if answer.provenance is None else provenance_json(answer.provenance)
    return _document(answer.triples, told)


def table_of_quads(quads: Iterable[Quad], *, annotated: bool) -> dict[str, Any]:
    """The document of an answer whose annotations are graphs (``kg.query.formats.rdf_results``)."""
    triples: list[Triple] = []
    names: list[str] = []
    said: defaultdict[str, list[tuple[str, Term]]] = defaultdict(list)
    for quad in quads:
        if isinstance(quad.graph_name, NamedNode) and quad.graph_name.value.endswith("provenance"):
            said[getattr(quad.subject, "value", "")].append((quad.predicate.value, quad.object))
        else:
            triples.append(quad.triple)
            names.append(getattr(quad.graph_name, "value", ""))
    return _document(triples, _provenance(names, said) if annotated else None)


def _provenance(names: list[str], said: dict[str, list[tuple[str, Term]]]) -> dict[str, Any]:
    """What is said of annotations, as the JSON of answers has it; claims have their names alone."""
    circuit: list[dict[str, Any]] = []
    rows: dict[str, dict[str, Any]] = {"": {"node": None}}
    told: dict[str, Any] = {"version": "", "complete": True, "circuit": circuit, "claims": {}}
    for name, pairs in said.items():
        values = {predicate: value.value for predicate, value in pairs if isinstance(value, Literal)}
        if RDFS + "comment" in values:
            told |= {"complete": False, "reason": values[RDFS + "comment"].partition(": ")[2]}
        if LS.circuit.value not in values:
            continue
        start = len(circuit)
        listed = json.loads(values[LS.circuit.value])
        circuit += [{**node, "of": [start + place for place in node.get("of", ())]} for node in listed]
        row: dict[str, Any] = {"node": len(circuit) - 1}
        for key, term in (("confidence", LS.confidence), ("confidenceError", LS.confidenceError)):
            if term.value in values:
                row[key] = float(values[term.value])
        if LS.independentOrigins.value in values:
            row["origins"] = int(values[LS.independentOrigins.value])
        row["contested"] = [
            v.value for p, v in pairs if p == LS.contestedBy.value and isinstance(v, NamedNode)
        ]
        derived = [v.value for p, v in pairs if p == PROV + "wasDerivedFrom" and isinstance(v, NamedNode)]
        told["version"] = next((one for one in derived if "snapshot/" in one), told["version"])
        rows[name] = row
    return told | {"rows": [rows.get(name, rows[""]) for name in names]}


def _document(triples: Iterable[Triple], provenance: dict[str, Any] | None) -> dict[str, Any]:
    bindings = [
        {name: term_json(term) for name, term in zip(_COLUMNS, tuple(triple), strict=True)}
        for triple in triples
    ]
    told = {} if provenance is None else {"provenance": provenance}
    return {"head": {"vars": list(_COLUMNS)}, "results": {"bindings": bindings}, **told}
