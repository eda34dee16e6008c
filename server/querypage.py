"""The page of an answer: a table in which each row says how sure it is, and why."""

import json
from dataclasses import dataclass
from typing import Any

from kg.claims.names import Names
from kg.dataset.snapshots import Snapshot
from kg.provenance.circuit import Circuit
from kg.provenance.witnesses import rests_on
from server.description import Example
from server.jobs import Reply
from server.naming import Link, Namer, TermView, compact, page_address, shortened

MOST_ROWS = 500
MOST_REASONS = 25
LONGEST_GRAPH = 200_000


@dataclass(frozen=True)
class Reason:
    """A claim that a row rests on."""

    claim: Link
    quote: str | None
    source: str
    document: Link
    probability: float


@dataclass(frozen=True)
class Row:
    """A row of the table. ``origins`` is ``None`` for a row that rests on no claim."""

    cells: tuple[TermView | None, ...]
    annotated: bool
    confidence: float | None
    error: float | None
    origins: int | None
    contested: tuple[Link, ...]
    why: tuple[Reason, ...]
    more_reasons: int


@dataclass(frozen=True)
class Answer:
    """The answer to a query: a table, a boolean, or RDF as text."""

    kind: str
    version: str
    variables: tuple[str, ...]
    rows: tuple[Row, ...]
    total: int
    boolean: bool | None
    text: str | None
    provenance: bool
    reason: str | None


@dataclass(frozen=True)
class Download:
    """The same answer in another format."""

    label: str
    href: str


@dataclass(frozen=True)
class QueryPage:
    """The query page, with or without an answer."""

    query: str
    examples: tuple[Example, ...]
    answer: Answer | None = None
    downloads: tuple[Download, ...] = ()


def read_answer(reply: Reply, snapshot: Snapshot) -> Answer:
    """The answer as the page shows it."""
    if reply.kind in ("construct", "describe"):
        text = reply.body.decode("utf-8")
        return Answer(
            reply.kind,
            reply.version,
            (),
            (),
            0,
            None,
            shortened(text, LONGEST_GRAPH),
            provenance=False,
            reason=None,
        )
    document: dict[str, Any] = json.loads(reply.body)
    provenance = document.get("provenance") or {}
    variables = tuple(document["head"].get("vars", ()))
    bindings = document["results"]["bindings"] if reply.kind == "select" else [{}]
    notes = provenance.get("rows") or [{}] * len(bindings)
    table = _Table(Namer(snapshot), provenance)
    rows = [
        table.row(tuple(binding.get(v) for v in variables), note)
        for binding, note in list(zip(bindings, notes, strict=False))[:MOST_ROWS]
    ]
    return Answer(
        kind=reply.kind,
        version=reply.version,
        variables=variables,
        rows=tuple(rows),
        total=len(bindings),
        boolean=document.get("boolean"),
        text=None,
        provenance=bool(provenance),
        reason=None if provenance.get("complete", True) else provenance.get("reason"),
    )


class _Table:
    """Rows of one answer."""

    def __init__(self, namer: Namer, provenance: dict[str, Any]) -> None:
        self.namer, self.names = namer, namer.names
        self.circuit, self.numbers = Circuit.from_json(provenance.get("circuit", []))
        self.claims: dict[str, dict[str, Any]] = provenance.get("claims", {})

    def row(self, binding: tuple[dict[str, Any] | None, ...], note: dict[str, Any]) -> Row:
        number = note.get("node")
        claims = [] if number is None else self.supporting(number)
        return Row(
            cells=tuple(None if term is None else self.term(term) for term in binding),
            annotated=number is not None,
            confidence=note.get("confidence"),
            error=note.get("confidenceError"),
            origins=note.get("origins"),
            contested=tuple(self.claim_link(iri) for iri in note.get("contested", ())),
            why=tuple(self.reason(iri) for iri in claims[:MOST_REASONS]),
            more_reasons=max(0, len(claims) - MOST_REASONS),
        )

    def supporting(self, place: int) -> list[str]:
        """The claims that a node rests on, the likeliest first."""
        found = rests_on(self.circuit, self.numbers[place])
        return sorted(found, key=lambda iri: (-self.claims.get(iri, {}).get("probability", 0.0), iri))

    def claim_link(self, iri: str) -> Link:
        text = self.claims.get(iri, {}).get("label") or self.namer.label(iri)
        return Link(shortened(text, 160), page_address("claim", iri, self.names), iri)

    def reason(self, iri: str) -> Reason:
        known = self.claims.get(iri, {})
        quote = known.get("quote")
        return Reason(
            claim=self.claim_link(iri),
            quote=shortened(quote, 320) if quote else None,
            source=known.get("source", ""),
            document=self.namer.document(known["document"]) if "document" in known else Link(""),
            probability=known.get("probability", 0.0),
        )

    def term(self, term: dict[str, Any]) -> TermView:
        match term["type"]:
            case "uri":
                return self.namer.iri_view(term["value"])
            case "literal" | "typed-literal":
                datatype = term.get("datatype")
                note = term.get("xml:lang") or (compact(datatype) if datatype else None)
                return TermView("literal", shortened(term["value"]), note=note)
            case "bnode":
                return TermView("bnode", f"_:{term['value']}")
            case _:
                return TermView("triple", shortened(_triple_text(term["value"], self.names)))


def _triple_text(value: dict[str, Any], names: Names) -> str:
    parts = (value["subject"], value["predicate"], value["object"])
    texts = (
        _triple_text(part["value"], names) if part["type"] == "triple" else str(part["value"])
        for part in parts
    )
    return f"<< {' '.join(compact(text) for text in texts)} >>"
