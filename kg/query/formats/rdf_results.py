"""Answers that are RDF: in formats with graphs one graph for each annotation, described beside them."""

import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from hashlib import sha256

from kg.claims.names import part_of
from kg.dataset.terms import Literal, NamedNode, Quad, RdfFormat, Triple, serialize
from kg.provenance.witnesses import rests_on
from kg.query.answer import Answer, Provenance, RowProvenance
from kg.query.formats.results import NOT_XML, Unwritable, plain
from ontology.vocab import LS, PREFIXES, PROV, RDF, RDFS, XSD

RDF_FORMATS: dict[str, RdfFormat] = {
    "turtle": RdfFormat.TURTLE,
    "trig": RdfFormat.TRIG,
    "nt": RdfFormat.N_TRIPLES,
    "nq": RdfFormat.N_QUADS,
    "json-ld": RdfFormat.JSON_LD,
    "rdf-xml": RdfFormat.RDF_XML,
}
_ELEMENT = re.compile(r"[^\W\d][\w.\-]*$")


def to_rdf(answer: Answer, form: str, about: str | None = None) -> bytes:
    """The triples of a CONSTRUCT or DESCRIBE in one of ``RDF_FORMATS``. Raises ``Unwritable``.

    With ``about``, the name of a graph, and a format that has graphs, the triples of one
    annotation are a graph, and the graph ``about`` says of each of these what it rests on;
    or of the answer's version why its provenance is not complete.
    """
    if answer.kind not in ("construct", "describe"):
        raise Unwritable(f"the answer to {answer.kind.upper()} is no RDF: ask for SPARQL results")
    if form == "rdf-xml":
        _check_rdf_xml(answer)
    prefixes = PREFIXES if form in ("turtle", "trig") else None
    written: Iterable[Triple] | list[Quad] = answer.triples
    if about is not None and answer.provenance is not None:
        written = list(_annotated(answer, answer.provenance, about))
    try:
        return serialize(written, format=RDF_FORMATS[form], prefixes=prefixes) or b""
    except (OSError, ValueError) as error:
        raise Unwritable(f"the answer cannot be written as {form}: {error}") from error


def _annotated(answer: Answer, told: Provenance, about: str) -> Iterator[Quad]:
    """The triples in the graphs of their annotations, and what is said of those."""
    if told.reason is not None:
        reason = Literal(f"The provenance of this answer is not complete: {told.reason}")
        yield Quad(NamedNode(told.version), NamedNode(RDFS + "comment"), reason, NamedNode(about))
        yield from (Quad(t.subject, t.predicate, t.object) for t in answer.triples)
        return
    graphs: dict[RowProvenance, NamedNode] = {}
    for triple, row in zip(answer.triples, told.rows, strict=True):
        if row not in graphs:
            written = _circuit(told, row)
            name = NamedNode(part_of(about, sha256(written.encode()).hexdigest()[:32]))
            graphs[row] = name
            yield from _described(told, row, name, written, NamedNode(about))
        yield Quad(triple.subject, triple.predicate, triple.object, graphs[row])


def _circuit(told: Provenance, row: RowProvenance) -> str:
    listed, _ = told.circuit.to_json([] if row.node is None else [row.node])
    return json.dumps(listed, separators=(",", ":"))


def _described(
    told: Provenance, row: RowProvenance, name: NamedNode, circuit: str, about: NamedNode
) -> Iterator[Quad]:
    def said(predicate: str, value: NamedNode | Literal) -> Quad:
        return Quad(name, NamedNode(predicate), value, about)

    yield said(RDF + "type", NamedNode(LS.Annotation))
    yield said(PROV + "wasDerivedFrom", NamedNode(told.version))
    yield said(LS.circuit, Literal(circuit))
    if row.node is not None:
        for claim in sorted(rests_on(told.circuit, row.node)):
            yield said(PROV + "wasDerivedFrom", NamedNode(claim))
    if row.confidence is not None:
        yield said(LS.confidence, _decimal(row.confidence))
    if row.confidence_error is not None:
        yield said(LS.confidenceError, _decimal(row.confidence_error))
    if row.origins is not None:
        yield said(LS.independentOrigins, Literal(row.origins))
    for claim in row.contested:
        yield said(LS.contestedBy, NamedNode(claim))


def _decimal(value: float) -> Literal:
    return Literal(f"{Decimal(str(round(value, 12))):f}", datatype=NamedNode(f"{XSD}decimal"))


def _check_rdf_xml(answer: Answer) -> None:
    """The engine writes what is no XML where a predicate has no name, or a literal has control characters."""
    for predicate in {triple.predicate.value for triple in answer.triples}:
        if _ELEMENT.search(predicate) is None:
            raise Unwritable(f"RDF/XML cannot express the predicate {predicate}: ask for Turtle")
    if any(NOT_XML.search(plain(triple.object)) for triple in answer.triples):
        raise Unwritable("RDF/XML cannot express control characters: ask for Turtle")
