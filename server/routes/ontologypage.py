"""The ontology as a page: every term with its label, definition and place."""

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

import ontology
from kg.claims.names import Names
from kg.dataset.terms import Literal, NamedNode
from ontology.vocab import LS, OWL, RDF, RDFS, SKOS
from server.naming import TermView, address, compact
from server.rdf import read_turtle


@dataclass(frozen=True)
class Term:
    """One term. ``about`` are its superclasses, domain, range and the like, each with its name."""

    id: str
    kind: str
    label: str
    definition: str
    note: str | None
    about: tuple[tuple[str, TermView], ...]


@dataclass(frozen=True)
class Section:
    """The terms of one Turtle file."""

    name: str
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class OntologyPage:
    """The whole ontology."""

    iri: str
    sections: tuple[Section, ...]


_ABOUT = {
    RDFS + "subClassOf": "kind of",
    RDFS + "subPropertyOf": "refines",
    RDFS + "domain": "of",
    RDFS + "range": "is",
    OWL + "inverseOf": "inverse of",
    SKOS + "inScheme": "in",
    SKOS + "exactMatch": "same as",
    SKOS + "closeMatch": "like",
    OWL + "equivalentClass": "same as",
    OWL + "equivalentProperty": "same as",
}
_KINDS = {OWL + "Class": "class", OWL + "ObjectProperty": "property", OWL + "DatatypeProperty": "property"}


@lru_cache(maxsize=1)
def ontology_page() -> OntologyPage:
    """The page, read off the Turtle files once."""
    return OntologyPage(ontology.vocab.ONTOLOGY, tuple(_section(name) for name in ontology.MODULES))


def _section(name: str) -> Section:
    said: defaultdict[str, defaultdict[str, list[NamedNode | Literal]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for quad in read_turtle(ontology.turtle(name)):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            said[quad.subject.value][quad.predicate.value].append(quad.object)
    terms = [_term(term, said[term.value]) for term in LS if RDFS + "label" in said[term.value]]
    return Section(name, tuple(terms))


def _term(term: LS, said: dict[str, list[NamedNode | Literal]]) -> Term:
    def text(predicate: str) -> str | None:
        return next((o.value for o in said.get(predicate, ()) if isinstance(o, Literal)), None)

    kinds = [_KINDS[o.value] for o in said.get(RDF + "type", ()) if o.value in _KINDS]
    about = [
        (name, TermView("iri", compact(o.value), address(o.value, Names()), o.value))
        for predicate, name in _ABOUT.items()
        for o in said.get(predicate, ())
        if isinstance(o, NamedNode)
    ]
    return Term(
        id=term.local,
        kind=kinds[0] if kinds else "concept",
        label=text(RDFS + "label") or term.local,
        definition=text(SKOS + "definition") or "",
        note=text(SKOS + "scopeNote"),
        about=tuple(about),
    )
