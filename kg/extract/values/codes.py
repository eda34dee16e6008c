"""Codes of goods that a text gives: the Harmonized System's and those of lists of dual-use items.

HS codes have four digits or more, in pairs ("HS 8505.11", "customs code 8505111000"). Control
codes are built alike in the lists of the Wassenaar Arrangement's members, the American ECCN, and
in China's: category, group A to E, three digits ("3A001", "2B904.a").
"""

import re

_HS = re.compile(
    r"\b(?:HS|HTS|HTSUS|CN|[Cc]ustoms|[Tt]ariff|[Cc]ommodity)(?: (?:tariff|commodity))?"
    r"(?: (?:codes?|headings?|subheadings?|lines?|items?|numbers?|nos?\.))?:? ?"
    r"(?P<codes>\d{4}(?:[. ]?\d{2}){0,3}(?:(?:,| and| or|, and) \d{4}(?:\.?\d{2}){0,3})*)\b"
)
_ONE_HS = re.compile(r"\d{4}(?:[. ]?\d{2}){0,3}")
_CONTROL = re.compile(r"(?<![\w.])\d[A-E]\d{3}(?:\.[a-z\d]{1,2}){0,4}(?![\w])")
_YEAR = re.compile(r"(?:19|20)\d\d")


def hs_codes(words: str) -> tuple[str, ...]:
    """The HS codes in some words, as digits without points, in order, each once."""
    found: dict[str, None] = {}
    for match in _HS.finditer(words):
        named = match.group().startswith(("HS", "HTS"))
        for one in _ONE_HS.finditer(match["codes"]):
            if named or not _YEAR.fullmatch(one.group()):
                found.setdefault(re.sub(r"\D", "", one.group()))
    return tuple(found)


def control_codes(words: str) -> tuple[str, ...]:
    """The control codes of dual-use items in some words, in order, each once."""
    return tuple(dict.fromkeys(match.group() for match in _CONTROL.finditer(words)))


def first_code(words: str) -> str | None:
    """The words of the first code, for a good that has no other name there."""
    found = _HS.search(words) or _CONTROL.search(words)
    return found.group() if found else None
