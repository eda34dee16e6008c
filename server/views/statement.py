"""What a claim says in triples: those that tell it, each in words, and the first of them as a sentence."""

from collections.abc import Iterable
from dataclasses import dataclass

from kg.claims.claim import Modality, Polarity
from kg.claims.types import TYPE_INFO
from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import Quad
from ontology.vocab import PREFIXES, RDF, RDFS
from server.naming import Namer, TermView, term_words
from server.rdf import read_triples
from server.views.words import MODE

MOST_STATEMENTS = 6
"""Triples of one claim that are told."""

_SKOS = PREFIXES["skos"]
MAPPINGS = {
    f"{_SKOS}exactMatch": "is the same as",
    f"{_SKOS}closeMatch": "is nearly the same as",
    f"{_SKOS}broadMatch": "is narrower than",
    f"{_SKOS}narrowMatch": "is broader than",
    f"{_SKOS}relatedMatch": "is related to",
}
"""How links to what others publish are said (SKOS reference, section 10)."""

_DIRECT_FORMS = {form.predicate.value for info in TYPE_INFO.values() for form in info.direct}
_SAYS_NOTHING = {RDF + "type", RDFS + "label"}


@dataclass(frozen=True)
class TripleView:
    """A triple as it is shown."""

    subject: TermView
    predicate: TermView
    object: TermView


def assertion(snapshot: Snapshot, iri: str) -> list[Quad]:
    """All that a claim says."""
    return list(read_triples("\n".join(snapshot.assertion(iri))))


def telling(said: Iterable[Quad]) -> list[Quad]:
    """The first triples that a claim says in its direct form (or at all, if it has none)."""
    every = list(said)
    direct = [q for q in every if q.predicate.value in _DIRECT_FORMS]
    return (direct or [q for q in every if q.predicate.value not in _SAYS_NOTHING])[:MOST_STATEMENTS]


def in_words(namer: Namer, quad: Quad) -> TripleView:
    """A triple with its property in words."""
    name = quad.predicate.value
    predicate = TermView("iri", MAPPINGS.get(name) or term_words(name), None, name)
    return TripleView(namer.term(quad.subject), predicate, namer.term(quad.object))


def kind_of(triples: Iterable[Quad]) -> str:
    """What to call a claim that is not about an event."""
    return "link" if any(q.predicate.value in MAPPINGS for q in triples) else "statement"


def first_said(namer: Namer, iri: str, modality: Modality, polarity: Polarity) -> str:
    """The first triple of a claim as a sentence; empty if it says none."""
    told = telling(assertion(namer.snapshot, iri))
    if not told:
        return ""
    view = in_words(namer, told[0])
    said = [view.subject.text, view.predicate.text, view.object.text]
    before = [MODE[modality]] if modality in MODE else []
    return " ".join([*before, *(["Denied:"] if polarity is Polarity.NEGATIVE else []), *said])
