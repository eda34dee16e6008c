"""Trusty URIs: names of RDF content that hold its hash (Kuhn and Dumontier 2014, module RA).

A nanopublication's name ends in ``RA`` and 43 characters, and everything named under it starts with that
name. The hash is taken over all quads in order, with a space where the code goes.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, Store

from kg.dataset.terms import BlankNode, DefaultGraph, Literal, Triple, node
from kg.errors import LodestoneError
from ontology.vocab import NP

_CODED = re.compile(r"(.+[^A-Za-z0-9_-])RA[A-Za-z0-9_-]{43}")
_PARTS = tuple(NP + part for part in ("hasAssertion", "hasProvenance", "hasPublicationInfo"))

Line = tuple[str, str, str, int, str, str, str]
"""Graph, subject, predicate, whether the object is a literal, its value, datatype, language."""


@dataclass(frozen=True)
class FalseName:
    """A nanopublication whose content is not what its name says, and the graphs it is made of."""

    iri: str
    graphs: tuple[str, ...]
    reason: str


def _term(term: object, name: str, stem: str) -> str:
    match term:
        case NamedNode(value=value):
            return stem + value[len(name) :] if value == name or value.startswith(f"{name}#") else value
        case BlankNode():
            raise LodestoneError("a blank node has no part in a trusty URI: give the node an IRI")
        case Triple():
            raise LodestoneError("a triple term has no part in a trusty URI, which is of RDF 1.1")
        case DefaultGraph():
            raise LodestoneError("a triple outside of any graph has no part in a trusty URI")
    raise TypeError(term)  # pragma: no cover - the engine has no other terms


def _lines(quads: Iterable[Quad], name: str) -> Iterator[Line]:
    stem = f"{name[: name.rindex('/') + 1]} "
    for quad in quads:
        place = (
            _term(quad.graph_name, name, stem),
            _term(quad.subject, name, stem),
            _term(quad.predicate, name, stem),
        )
        match quad.object:
            case Literal(value=value, language=None, datatype=datatype):
                yield (*place, 1, value, datatype.value, "")
            case Literal(value=value, language=str() as language):
                yield (*place, 1, value, "", language.lower())
            case other:
                yield (*place, 0, _term(other, name, stem), "", "")


def normalized(quads: Iterable[Quad], name: str) -> str:
    """The text that is hashed, and signed, for quads about the nanopublication of that name.

    Raises ``LodestoneError`` if they hold what the definition has no place for.
    """
    parts: list[str] = []
    for graph, subject, predicate, literal, value, datatype, language in sorted(set(_lines(quads, name))):
        parts += (graph, "\n", subject, "\n", predicate, "\n")
        if literal:
            escaped = value.replace("\\", "\\\\").replace("\n", "\\n")
            parts += (f"@{language} " if language else f"^{datatype} ", escaped, "\n")
        else:
            parts += (value, "\n")
    return "".join(parts)


def trusty_code(quads: Iterable[Quad], name: str) -> str:
    """``RA`` and the hash, in base64 for URLs, of quads about the nanopublication of that name."""
    digest = hashlib.sha256(normalized(quads, name).encode()).digest()
    return "RA" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def renamed(quads: Iterable[Quad], name: str, code: str) -> Iterator[Quad]:
    """The quads with the code in place of the last part of the name."""
    trusty = name[: name.rindex("/") + 1] + code

    def given(term: NamedNode) -> NamedNode:
        mine = term.value == name or term.value.startswith(f"{name}#")
        return node(trusty + term.value[len(name) :]) if mine else term

    for q in quads:
        s = given(q.subject) if isinstance(q.subject, NamedNode) else q.subject
        o = given(q.object) if isinstance(q.object, NamedNode) else q.object
        g = given(q.graph_name) if isinstance(q.graph_name, NamedNode) else q.graph_name
        yield Quad(s, q.predicate, o, g)


def is_coded(name: str) -> bool:
    """Whether a name ends in a hash of content."""
    return _CODED.fullmatch(name) is not None


def false_names(store: Store) -> Iterator[FalseName]:
    """The nanopublications of a store whose name holds the hash of other content than theirs."""
    for head in store.quads_for_pattern(None, node(_PARTS[0]), None, None):
        name = head.subject.value if isinstance(head.subject, NamedNode) else ""
        if not is_coded(name):
            continue
        parts = {head.graph_name}
        for part in _PARTS:
            for quad in store.quads_for_pattern(head.subject, node(part), None, head.graph_name):
                if isinstance(quad.object, NamedNode):
                    parts.add(quad.object)
        quads = [quad for part in parts for quad in store.quads_for_pattern(None, None, None, part)]
        graphs = tuple(sorted(part.value for part in parts if isinstance(part, NamedNode)))
        try:
            found = trusty_code(quads, name)
        except LodestoneError as error:
            yield FalseName(name, graphs, f"the name {name} cannot be held against the content: {error}")
            continue
        if not name.endswith(found):
            yield FalseName(
                name,
                graphs,
                f"the name {name} is the hash of other content (this has {found}): it was changed after it "
                "was published",
            )
