"""Identifiers that others give: the scheme, the normal form, and whether a value can be one."""

import re
from collections.abc import Callable, Iterable, Mapping

from stdnum import casrn, isin, lei
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from ontology.vocab import LS

_WIKIDATA = re.compile(r"(?:https?://(?:www\.)?wikidata\.org/(?:entity|wiki)/)?(Q[1-9][0-9]*)", re.I)
_GEONAMES = re.compile(r"(?:https?://(?:sws|www)\.geonames\.org/)?([1-9][0-9]*)(?:/.*)?")
_OPENCORPORATES = re.compile(
    r"(?:https?://(?:www\.)?opencorporates\.com/(?:id/)?companies/)?([a-z]{2}(?:_[a-z]{2})?/[\w.-]+)/?", re.I
)
_COUNTRY = re.compile(r"[A-Z]{2}")
_SUBDIVISION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_TICKER = re.compile(r"([A-Z0-9]{1,6})[.:]([A-Z]{1,3})")


def _by(pattern: re.Pattern[str], change: Callable[[str], str] = str) -> Callable[[str], str | None]:
    def normal_form(value: str) -> str | None:
        found = pattern.fullmatch(value.strip())
        return change(found.group(1) if pattern.groups else found.group()) if found else None

    return normal_form


def _upper(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    plain = _by(pattern)
    return lambda value: plain(value.upper())


def _checked(validate: Callable[[str], str]) -> Callable[[str], str | None]:
    def normal_form(value: str) -> str | None:
        try:
            return validate(value)
        except ValidationError:
            return None

    return normal_form


def _ticker(value: str) -> str | None:
    found = _TICKER.fullmatch(value.strip().upper())
    return ".".join(found.groups()) if found else None


SCHEMES: Mapping[str, Callable[[str], str | None]] = {
    "lei": _checked(lei.validate),
    "uscc": _checked(uscc.validate),
    "isin": _checked(isin.validate),
    "cas": _checked(casrn.validate),
    "wikidata": _by(_WIKIDATA, str.upper),
    "geonames": _by(_GEONAMES),
    "opencorporates": _by(_OPENCORPORATES, str.lower),
    "iso3166-1": _upper(_COUNTRY),
    "iso3166-2": _upper(_SUBDIVISION),
    "ticker": _ticker,
}
"""Normal forms by scheme; ``None`` for what cannot be of it (LEI, USCC, ISIN, CAS have check digits)."""

_PREFIXES = (
    ("wikidata", ("http://www.wikidata.org/entity/", "https://www.wikidata.org/entity/")),
    ("geonames", ("https://sws.geonames.org/", "http://sws.geonames.org/")),
    ("opencorporates", ("https://opencorporates.com/", "http://opencorporates.com/")),
)
PROPERTIES: Mapping[str, str] = {
    LS.lei: "lei",
    LS.casNumber: "cas",
    LS.ticker: "ticker",
    LS.isoCode: "iso3166",
}
"""Properties of the ontology whose values are identifiers."""


def normal(scheme: str, value: str) -> str | None:
    """An identifier in normal form; ``None`` if it cannot be one of the scheme, or that is not known."""
    if scheme == "iso3166":
        return normal("iso3166-2", value) or normal("iso3166-1", value)
    form = SCHEMES.get(scheme)
    return form(value) if form is not None else None


def of_iri(iri: str) -> tuple[str, str] | None:
    """Scheme and value of an identifier that is an IRI elsewhere; ``None`` if it is none that is known."""
    for scheme, starts in _PREFIXES:
        if iri.startswith(starts) and (value := normal(scheme, iri)) is not None:
            return scheme, value
    return None


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Values by scheme, of (scheme, value) pairs in any form; what cannot be an identifier is left out."""
    found: dict[str, set[str]] = {}
    for scheme, value in pairs:
        kept = normal(scheme, value)
        if kept is not None:
            name = ("iso3166-2" if "-" in kept else "iso3166-1") if scheme == "iso3166" else scheme
            found.setdefault(name, set()).add(kept)
    return {scheme: frozenset(values) for scheme, values in found.items()}
