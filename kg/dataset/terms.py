"""RDF terms: the engine's own, under one name for the whole project; and N-Triples text.

Where many statements are written, a term is its N-Triples string (``Text``), which the
engine parses faster than Python builds objects. Where terms are read, they are the
engine's objects.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from pyoxigraph import (
    BaseDirection,
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolution,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    Variable,
    parse,
    parse_query_results,
    serialize,
)

from kg.claims.names import is_iri
from kg.errors import InvalidClaim
from ontology.vocab import XSD

__all__ = [
    "BaseDirection",
    "BlankNode",
    "DefaultGraph",
    "Literal",
    "NamedNode",
    "Quad",
    "QueryBoolean",
    "QueryResultsFormat",
    "QuerySolution",
    "QuerySolutions",
    "QueryTriples",
    "RdfFormat",
    "Statement",
    "Store",
    "Text",
    "Triple",
    "Variable",
    "distinct",
    "iri",
    "is_node",
    "literal",
    "node",
    "nquads",
    "ntriples",
    "parse",
    "parse_query_results",
    "serialize",
    "statement",
    "stored_form",
    "stored_text",
    "terms_of",
    "typed",
]

Text = str
"""A term in N-Triples: ``<http://…>``, ``"words"@en``, ``"4"^^<…integer>``."""


class Statement(NamedTuple):
    """One triple, each term in N-Triples."""

    subject: Text
    predicate: Text
    object: Text


_ESCAPES = {i: f"\\u{i:04X}" for i in range(0x20)} | {
    0x08: "\\b",
    0x09: "\\t",
    0x0A: "\\n",
    0x0C: "\\f",
    0x0D: "\\r",
    0x22: '\\"',
    0x5C: "\\\\",
    0x7F: "\\u007F",
}
_CANONICALIZED = frozenset(
    XSD + name
    for name in (
        "boolean integer decimal double float long int short byte nonNegativeInteger positiveInteger "
        "negativeInteger nonPositiveInteger unsignedLong unsignedInt unsignedShort unsignedByte "
        "dateTime date time gYear gYearMonth gMonth gMonthDay gDay duration dayTimeDuration yearMonthDuration"
    ).split()
)


_AS_STORED = re.compile(
    rf'"(?:(?:0|-?[1-9][0-9]{{0,17}})"\^\^<{re.escape(XSD)}integer>'
    rf'|[1-9][0-9]{{3}}-[01][0-9]-[0-3][0-9]"\^\^<{re.escape(XSD)}date>'
    rf'|[1-9][0-9]{{3}}-[01][0-9]-[0-3][0-9]T[01][0-9](?::[0-5][0-9]){{2}}Z?"\^\^<{re.escape(XSD)}dateTime>)'
)
"""The commonest literals that are in canonical form already: they need not be asked for."""


def iri(name: str) -> Text:
    """An IRI as N-Triples."""
    return "<" + name + ">"  # quicker than formatting an enum member


def literal(text: str) -> Text:
    """A plain string as N-Triples."""
    return f'"{text.translate(_ESCAPES)}"'


def typed(text: str, datatype: str) -> Text:
    """A literal of an XML Schema datatype, by its local name, as N-Triples."""
    return f'"{text.translate(_ESCAPES)}"^^<{XSD}{datatype}>'


@lru_cache(maxsize=65536)
def node(name: str) -> NamedNode:
    """An IRI as the engine's term."""
    return NamedNode(name)


def names_node(text: Text) -> bool:
    """Whether a term in N-Triples is an IRI; a triple term begins with a bracket, too."""
    return text.startswith("<") and not text.startswith("<<")


def is_node(text: str) -> bool:
    """Whether the text is an absolute IRI that the engine takes too (it is stricter about them)."""
    if not is_iri(text):
        return False
    try:
        node(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=65536)
def _as_stored(value: str, datatype: str) -> Literal:
    store = Store()
    subject = NamedNode("urn:x")
    store.add(Quad(subject, subject, Literal(value, datatype=NamedNode(datatype))))
    stored = next(iter(store)).object
    if not isinstance(stored, Literal):  # pragma: no cover - the engine keeps the kind of a term
        raise TypeError(stored)
    return stored


def stored_form(term: NamedNode | BlankNode | Literal | Triple) -> NamedNode | BlankNode | Literal | Triple:
    """The term as the engine gives it back: numbers, booleans and dates in canonical form."""
    if isinstance(term, Literal) and term.datatype.value in _CANONICALIZED:
        return _as_stored(term.value, term.datatype.value)
    return term


def distinct(quads: Iterable[Quad]) -> list[Quad]:
    """The quads that the engine tells apart, each once and as it keeps it: ``1`` and ``01`` are one."""
    found = dict.fromkeys(quads)
    odd = [q for q in found if isinstance(q.object, Triple) or _may_change(q.object)]
    if not odd:
        return list(found)
    store = Store()
    store.extend(odd)
    for quad in odd:
        del found[quad]
    return [*found, *store]


def _may_change(term: object) -> bool:
    return isinstance(term, Literal) and term.datatype.value in _CANONICALIZED


def ntriples(term: NamedNode | BlankNode | Literal | Triple) -> Text:
    """A term in N-Triples; the engine's own text of a triple term lacks its brackets."""
    if isinstance(term, Triple):
        return f"<<( {ntriples(term.subject)} {term.predicate} {ntriples(term.object)} )>>"
    return str(term)


@lru_cache(maxsize=65536)
def stored_text(text: Text) -> Text:
    """``stored_form`` for an object in N-Triples."""
    if not text.startswith('"') or not text.endswith(">") or _AS_STORED.fullmatch(text):
        return text
    quad = next(iter(parse(f"<urn:x> <urn:x> {text} .".encode(), format=RdfFormat.N_TRIPLES)))
    return ntriples(stored_form(quad.object))


def statement(text: str) -> Statement:
    """Read one triple in N-Triples, as the store will keep it. Raises ``InvalidClaim``."""
    source = text if text.rstrip().endswith(".") else f"{text} ."
    try:
        quads = list(parse(source.encode(), format=RdfFormat.N_TRIPLES))
    except (SyntaxError, ValueError) as error:
        raise InvalidClaim(f"not a triple in N-Triples: {text!r} ({error})") from error
    if len(quads) != 1:
        raise InvalidClaim(f"expected exactly one triple in N-Triples, found {len(quads)}: {text!r}")
    terms = (quads[0].subject, quads[0].predicate, quads[0].object)
    if any(isinstance(term, BlankNode) for term in terms):
        raise InvalidClaim(f"a blank node cannot be part of a claim, name the node: {text!r}")
    return Statement(*(ntriples(stored_form(term)) for term in terms))


def terms_of(triple: Statement | tuple[Text, Text, Text]) -> tuple[NamedNode, NamedNode, NamedNode | Literal]:
    """The engine's terms of a triple in N-Triples, as the store keeps them (no blank nodes)."""
    quad = next(iter(parse(f"{triple[0]} {triple[1]} {triple[2]} .".encode(), format=RdfFormat.N_TRIPLES)))
    if not isinstance(quad.subject, NamedNode) or isinstance(quad.object, BlankNode | Triple):
        raise InvalidClaim(f"a claim's triple needs IRIs and literals: {triple}")
    stored = stored_form(quad.object)
    return quad.subject, quad.predicate, stored  # type: ignore[return-value]  # the kind of a term is kept


def nquads(statements: Iterable[tuple[Text, Text, Text]], graph: str | None = None) -> str:
    """Statements as lines of N-Quads, in one graph or (``None``) the default graph."""
    end = f" <{graph}> .\n" if graph is not None else " .\n"
    return "".join(f"{s} {p} {o}{end}" for s, p, o in statements)
