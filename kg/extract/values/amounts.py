"""By how much, for how long: amounts read off the words of a quote, where no noun of the event is counted."""

import re

from kg.claims.claim import ClaimType, Qualifier, Quantity
from kg.extract.grammar.wording import QUALIFIERS, SHARES, number

_CHANGES = frozenset(
    {
        ClaimType.SUPPLY_IMPACT,
        ClaimType.PRICE_CHANGE,
        ClaimType.PRODUCTION_HALT,
        ClaimType.STATEMENT_OF_POLICY,
    }
)
_TERMS = frozenset({ClaimType.LICENSE_SCOPE})
_N = r"(?P<n>\d[\d,]*(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|eighteen)"
_PERCENT = re.compile(rf"\b{_N} ?(?:%|percent\b|per cent\b)", re.IGNORECASE)
_TIMES = re.compile(
    r"\b(?P<n>doubl|tripl|trebl|quadrupl)(?:e|es|ed|ing)\b|\b(?P<fold>\w+)-?fold\b", re.IGNORECASE
)
_TIMES_OF = {"doubl": 2.0, "tripl": 3.0, "trebl": 3.0, "quadrupl": 4.0}
_SHARE = re.compile(
    r"\bby (?:(?P<q>[a-z ]{1,12}?) )?(?:an? )?(?:whopping )?"
    r"(?P<share>two-thirds|three-quarters|half|third|quarter)\b",
    re.IGNORECASE,
)
_MONEY = re.compile(r"(?P<cur>US\$|\$|€|£)(?P<n>\d[\d,]*(?:\.\d+)?)(?! ?[-–]\d)", re.IGNORECASE)  # noqa: RUF001
_TERM = re.compile(
    rf"\b{_N}[- ](?P<unit>day|week|month|year)s?\b"
    rf"|\b{_N.replace('<n>', '<m>')} (?P<unit2>working days|tonnes|tons|kilograms)\b",
    re.IGNORECASE,
)
_CURRENCY = {"$": "USD", "us$": "USD", "€": "EUR", "£": "GBP"}


def amount_in(kind: ClaimType, words: str) -> Quantity | None:
    """The amount that a quote gives for a claim of that type, or ``None``."""
    if kind in _TERMS:
        return _term(words)
    if kind not in _CHANGES:
        return None
    for match in _PERCENT.finditer(words):
        value = number(match["n"])
        if value is not None:
            return Quantity(value=value, qualifier=_qualifier(words[: match.start()]), unit="percent")
    if kind is ClaimType.STATEMENT_OF_POLICY:
        return None
    times = _TIMES.search(words)
    if times is not None:
        value = _TIMES_OF.get((times["n"] or "").lower()) or number(times["fold"] or "")
        if value:
            return Quantity(value=value, qualifier=_qualifier(words[: times.start()]), unit="times")
    share = _SHARE.search(words)
    if share is not None:
        before = words[: share.start("share")].removesuffix(" a ").removesuffix(" a whopping ")
        return Quantity(
            value=round(SHARES[share["share"].lower()], 4), qualifier=_qualifier(before), unit="share"
        )
    if kind is ClaimType.PRICE_CHANGE:
        return _money(words)
    return _term(words) if kind in (ClaimType.PRODUCTION_HALT, ClaimType.SUPPLY_IMPACT) else None


def _term(words: str) -> Quantity | None:
    match = _TERM.search(words)
    value = number(match["n"] or match["m"]) if match else None
    if match is None or value is None:
        return None
    unit = match["unit2"] or match["unit"] + ("s" if value != 1 else "")
    return Quantity(value=value, qualifier=_qualifier(words[: match.start()]), unit=unit.lower())


def _money(words: str) -> Quantity | None:
    found = list(_MONEY.finditer(words))
    match = next((m for m in found if re.search(r"\b(?:up|down|by|to) $", words[: m.start()])), None)
    value = number(match["n"]) if match else None
    if match is None or value is None:
        return None
    return Quantity(
        value=value, qualifier=_qualifier(words[: match.start()]), unit=_CURRENCY[match["cur"].lower()]
    )


def _qualifier(before: str) -> Qualifier:
    spaced = " " + before.lower().rstrip()
    for words, qualifier in QUALIFIERS:
        if spaced.endswith(" " + words):
            return qualifier
    return Qualifier.EXACT
