"""The types and properties that reconciliation speaks of: those of the ontology, and those of a version."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from kg.dataset.snapshots import Snapshot
from ontology.vocab import LS, ONTOLOGY, RDF, RDFS, SKOS
from server.naming import compact, term_words
from server.routes.ontologypage import Term, ontology_page

NAMESPACE = f"{ONTOLOGY}#"
_SCHEME_WORDS: Mapping[str, str] = {
    "lei": "LEI (legal entity identifier)",
    "uscc": "unified social credit code (China)",
    "isin": "ISIN",
    "cas": "CAS registry number",
    "wikidata": "Wikidata item",
    "geonames": "GeoNames id",
    "opencorporates": "OpenCorporates id",
    "iso3166-1": "ISO 3166 code of a country",
    "iso3166-2": "ISO 3166 code of a part of a country",
    "ticker": "ticker",
}
"""The schemes of identifiers (``kg.link.identifiers.SCHEMES``), in words."""
_COMMON: Mapping[str, str] = {
    f"{RDF}type": "type",
    f"{RDFS}label": "name",
    f"{SKOS}altLabel": "other name",
    f"{SKOS}exactMatch": "same as",
    f"{SKOS}closeMatch": "like",
}
_PLACE = "place"


@dataclass(frozen=True)
class Type:
    """A class of entities. ``broader`` are IRIs of classes that are types too."""

    id: str
    name: str
    description: str
    broader: tuple[str, ...]


@dataclass(frozen=True)
class Property:
    """What can be known of an entity: by an IRI, or an identifier by the name of its scheme."""

    id: str
    name: str
    description: str


@cache
def types() -> Mapping[str, Type]:
    """The classes that entities can be of, by IRI: what is below ``ROOTS``."""
    terms = {f"{NAMESPACE}{t.id}": t for t in _terms("class")}
    above = {iri: _values(term, "kind of") for iri, term in terms.items()}
    chosen = set(map(str, ROOTS))
    while more := {iri for iri, broader in above.items() if iri not in chosen and chosen & set(broader)}:
        chosen |= more
    return {
        iri: Type(iri, term.label, term.definition, tuple(b for b in above[iri] if b in chosen))
        for iri, term in terms.items()
        if iri in chosen
    }


def _values(term: Term, name: str) -> tuple[str, ...]:
    return tuple(view.title for about, view in term.about if about == name and view.title)


ROOTS = (LS.Party, LS.Place, LS.Product, LS.Material, LS.Measure)
DEFAULT_TYPES = (LS.Party, LS.Place, LS.Product, LS.Measure)


@cache
def _ontology_properties() -> Mapping[str, Property]:
    return {
        f"{NAMESPACE}{t.id}": Property(f"{NAMESPACE}{t.id}", t.label, t.definition)
        for t in _terms("property")
    }


def _terms(kind: str) -> Iterable[Term]:
    return (t for section in ontology_page().sections for t in section.terms if t.kind == kind)


def identifier_properties() -> tuple[Property, ...]:
    """The identifiers that queries can give, and the place."""
    place = Property(_PLACE, "place", "The country, region or city that it is in, by name.")
    return (
        place,
        *(Property(s, words, "An identifier, as others give it.") for s, words in _SCHEME_WORDS.items()),
    )


def properties(snapshot: Snapshot, of_type: str | None = None) -> tuple[Property, ...]:
    """What can be known of entities (of a type) in a version: identifiers, and what facts state.

    Of a type, it is what a sample of its entities has; where the sample has none of them, what any has.
    """
    used = _predicates(snapshot, of_type)
    ours = _ontology_properties()
    found = [ours.get(iri) or Property(iri, _COMMON.get(iri) or _words(iri), "") for iri in used]
    return (*identifier_properties()[1:], *sorted(found, key=lambda p: (p.name, p.id)))


def property_named(snapshot: Snapshot, iri: str) -> Property | None:
    """A property by its id; ``None`` if neither the ontology nor the version has it."""
    for one in (*identifier_properties(), *properties(snapshot)):
        if one.id == iri:
            return one
    return _ontology_properties().get(iri)


def _words(iri: str) -> str:
    return term_words(iri) if iri.startswith(NAMESPACE) else compact(iri)


def _predicates(snapshot: Snapshot, of_type: str | None) -> list[str]:
    statistics = snapshot.statistics
    if statistics is None:
        return [*_COMMON, *_ontology_properties()]
    every = list(statistics.predicates)
    instances = statistics.kinds.get((f"{RDF}type", f"<{of_type}>"), 0) if of_type else 0
    if not instances:
        return every
    return [iri for iri in every if statistics.leaving.get(iri, 0) & instances]
