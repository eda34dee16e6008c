"""How a data set writes names, classes, identifiers and places: Wikidata's own model, and plain RDF."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kg.link.entity import Kind
from ontology.vocab import RDF, RDFS, SCHEMA, SKOS

LANGUAGES = ("en", "de", "zh", "zh-hans", "zh-cn", "mul", "fr", "ja")
"""Languages in which names are asked for. ``mul`` is Wikidata's for names that are the same everywhere."""


@dataclass(frozen=True)
class Model:
    """A way of writing a data set in RDF.

    ``items`` matches the IRIs of what is linked to. Each of ``identifiers``, by scheme, is a
    pattern that binds ``?value`` for ``?item``. In ``roots`` classes stand for kinds; the first
    that fits decides. ``plain`` says that names may lack a language.
    """

    name: str
    dataset: str
    home: str
    publisher: str
    items: re.Pattern[str]
    labels: tuple[str, ...]
    descriptions: tuple[str, ...]
    types: str
    broader: str
    places: tuple[str, ...]
    identifiers: Mapping[str, str]
    roots: tuple[tuple[str, Kind], ...]
    plain: bool = False

    def scheme(self, iri: str) -> tuple[str, str] | None:
        """The identifier that an item's IRI is itself, if it is one that is known."""
        found = self.items.fullmatch(iri)
        return ("wikidata", found.group(1)) if found and self.name == "wikidata" else None


_ENTITY = "http://www.wikidata.org/entity/"
_PROP = "http://www.wikidata.org/prop/"


def _statement(number: str) -> str:
    """Values of a property that are neither deprecated nor over (P582 is the end time)."""
    return (
        f"?item <{_PROP}{number}> ?s . ?s <{_PROP}statement/{number}> ?value ; "
        "<http://wikiba.se/ontology#rank> ?rank "
        "FILTER(?rank != <http://wikiba.se/ontology#DeprecatedRank>) "
        f"FILTER NOT EXISTS {{ ?s <{_PROP}qualifier/P582> ?over }}"
    )


def _direct(number: str) -> str:
    return f"{_PROP}direct/{number}"


WIKIDATA = Model(
    name="wikidata",
    dataset="Wikidata",
    home="https://www.wikidata.org/",
    publisher="Wikimedia Foundation",
    items=re.compile(re.escape(_ENTITY) + "(Q[1-9][0-9]{0,11})"),
    labels=(f"{RDFS}label", f"{SKOS}altLabel"),
    descriptions=("http://schema.org/description",),
    types=_direct("P31"),
    broader=_direct("P279"),
    places=(_direct("P159"), _direct("P17")),
    identifiers={
        "lei": _statement("P1278"),
        "geonames": _statement("P1566"),
        "iso3166-1": _statement("P297"),
        "iso3166-2": _statement("P300"),
        "isin": _statement("P946"),
        "opencorporates": _statement("P1320"),
    },
    roots=(
        (f"{_ENTITY}Q6256", "place"),  # country
        (f"{_ENTITY}Q515", "place"),  # city
        (f"{_ENTITY}Q56061", "place"),  # administrative territorial entity
        (f"{_ENTITY}Q486972", "place"),  # human settlement
        (f"{_ENTITY}Q43229", "party"),  # organization
        (f"{_ENTITY}Q5", "party"),  # human
        (f"{_ENTITY}Q431289", "other"),  # brand
    ),
)
"""Wikidata (https://www.mediawiki.org/wiki/Wikibase/Indexing/RDF_Dump_Format), without its label service.

A brand that is no organization is another kind of thing than a firm.
"""


def plain_model(endpoint: str) -> Model:
    """Data that keep to RDFS, SKOS and schema.org, at an endpoint."""
    return Model(
        name="rdf",
        dataset=endpoint,
        home=endpoint,
        publisher=endpoint,
        items=re.compile(r"https?://\S+"),
        labels=(f"{RDFS}label", f"{SKOS}prefLabel", f"{SCHEMA}name", f"{SKOS}altLabel"),
        descriptions=(f"{RDFS}comment", f"{SKOS}definition", f"{SCHEMA}description"),
        types=f"{RDF}type",
        broader=f"{RDFS}subClassOf",
        places=(f"{SCHEMA}location",),
        identifiers={"lei": f"?item <{SCHEMA}leiCode> ?value"},
        roots=(
            (f"{SCHEMA}Place", "place"),
            (f"{SCHEMA}Organization", "party"),
            (f"{SCHEMA}Person", "party"),
            (f"{SCHEMA}Brand", "other"),
        ),
        plain=True,
    )
