"""Reading RDF files: formats, lines that cannot be read, names for blank nodes."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Triple, parse

from kg.claims.names import Names
from kg.dataset.terms import Text, ntriples
from kg.errors import UnreadableInput

FORMATS: dict[str, RdfFormat] = {
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
    ".jsonld": RdfFormat.JSON_LD,
    ".rdf": RdfFormat.RDF_XML,
}
"""File name endings of RDF, and what is in such a file."""

LINE_FORMATS = (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)
"""Formats of which one line can be broken and the next one sound."""

_BOUNDED = (RdfFormat.RDF_XML, RdfFormat.JSON_LD)

ENTITY_AT_MOST = 256
"""Characters that an XML entity may stand for: enough for a namespace."""

DEEPEST = 256
"""How deep JSON and triple terms may be nested: beyond thousands the parser ends its process."""

_GRAPH_AT_END = re.compile(r"<([^<>\s]+)>\s*\.\s*$")
_PLACE = re.compile(r"(?: at line \d+ (?:column \d+|between columns \d+ and (?:column )?\d+))|\(line \d+\)")
_TEXT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BRACKET = re.compile(rb"[\[{\]}]")
_TURTLE_TEXT = re.compile(
    rb'"""(?:[^"\\]|\\.|"(?!""))*"""|"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
    rb"|'''(?:[^'\\]|\\.|'(?!''))*'''|'[^'\\\n]*(?:\\.[^'\\\n]*)*'|<[^<>\s]*>|#[^\n]*",
    re.DOTALL,
)
_ANGLES = re.compile(rb"<<|>>")
_ENTITY = re.compile(rb"<!ENTITY\s+(%\s+)?\S+\s+(?:\"([^\"]*)\"|'([^']*)'|\S)")


@dataclass(frozen=True)
class Rejected:
    """Part of a file that was not taken in: a line, a graph, or all of it (neither)."""

    reason: str
    line: int | None = None
    graph: str | None = None
    raw: str = ""


def read_quads(path: Path, form: RdfFormat, digest: str) -> Iterator[Quad]:
    """The quads of a file; relative IRIs are relative to the file, known by the hash of its content.

    Raises ``SyntaxError`` at what is not of that format, ``UnreadableInput`` as ``check_bounds``.
    """
    if form in _BOUNDED:
        check_bounds(path.read_bytes(), form, str(path))
    base = f"http://{digest[:32]}.invalid/{quote(path.name)}"
    return iter(parse(path=str(path), format=form, base_iri=base))


def check_bounds(content: bytes, form: RdfFormat, name: str) -> None:
    """Raise ``UnreadableInput`` for what, called ``name``, the parser of its format would not survive.

    That is XML whose entities could grow beyond measure, and what is nested deeper than ``DEEPEST``.
    """
    if form is RdfFormat.RDF_XML:
        _check_entities(content, name)
    elif form is RdfFormat.JSON_LD:
        if content.count(b"{") + content.count(b"[") > DEEPEST:
            _check_nesting(_BRACKET.finditer(_TEXT.sub(b"", content)), name)
    elif content.count(b"<<") > DEEPEST:
        _check_nesting(_ANGLES.finditer(_TURTLE_TEXT.sub(b" ", content)), name)


def _check_nesting(brackets: Iterable[re.Match[bytes]], name: str) -> None:
    depth = 0
    for found in brackets:
        depth += 1 if found[0] in (b"{", b"[", b"<<") else -1
        if depth > DEEPEST:
            raise UnreadableInput(f"{name} is nested more than {DEEPEST} deep: write it flatter", path=name)


def _check_entities(xml: bytes, name: str) -> None:
    for found in _ENTITY.finditer(xml):
        value = found[2] if found[2] is not None else found[3]
        if found[1] or value is None or b"&" in value or b"%" in value or len(value) > ENTITY_AT_MOST:
            raise UnreadableInput(
                f"{name} defines an XML entity that is external, or made of others, or longer than "
                f"{ENTITY_AT_MOST} characters: write out what it stands for",
                path=name,
            )


def sound_quads(path: Path, form: RdfFormat, rejected: list[Rejected]) -> Iterator[Quad]:
    """The lines of a line-based file that can be read; the others are rejected, with their graphs.

    A broken line that does not show its graph may belong to that of the line before it or
    after it: both are named as rejected too.
    """
    before = ""
    orphans: list[int] = []
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                quads = list(parse(line, format=form))
            except (SyntaxError, ValueError) as error:
                text = line.decode("utf-8", "replace").rstrip("\n")
                found = _GRAPH_AT_END.search(text) if form is RdfFormat.N_QUADS else None
                rejected.append(
                    Rejected(
                        _PLACE.sub("", str(error)).strip(),
                        number,
                        found[1] if found else before or None,
                        text,
                    )
                )
                if found is None:
                    orphans.append(number)
                continue
            for quad in quads:
                before = quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""
                rejected += (
                    Rejected("a line that may belong to this graph cannot be read", number, before)
                    for number in orphans
                    if before
                )
                orphans = []
                yield quad


class BlankNames:
    """IRIs for the blank nodes of one file, in the order in which they come.

    So a file taken in again gives the same names, and no two files, and no two nodes of one
    file, share any: what has no name is never merged by its description.
    """

    def __init__(self, names: Names, digest: str) -> None:
        self._names = names
        self._digest = digest
        self._found: dict[str, NamedNode] = {}

    def text(self, term: object) -> Text:
        """A term in N-Triples, with IRIs for blank nodes."""
        match term:
            case BlankNode():
                return str(self._named(term))
            case Triple():
                return ntriples(self._inside(term))
            case _:
                return str(term)

    def _named(self, blank: BlankNode) -> NamedNode:
        found = self._found.get(blank.value)
        if found is None:
            found = NamedNode(self._names.skolem(self._digest, str(len(self._found))))
            self._found[blank.value] = found
        return found

    def _inside(self, triple: Triple) -> Triple:
        subject = self._named(triple.subject) if isinstance(triple.subject, BlankNode) else triple.subject
        match triple.object:
            case BlankNode():
                return Triple(subject, triple.predicate, self._named(triple.object))
            case Triple():
                return Triple(subject, triple.predicate, self._inside(triple.object))
        return Triple(subject, triple.predicate, triple.object)
