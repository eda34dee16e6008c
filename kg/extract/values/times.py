"""Times in running text, read against the article's date, as EDTF.

"On Monday" is the last one up to the date; "last week" the calendar week before, Monday
to Sunday; early, mid and late are days 1-10, 11-20 and 21 to the end of the month.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from kg.extract.values import readings
from kg.extract.values.readings import Context, Reader

_M = (
    r"(?-i:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)(?:\.|(?= \d)))"
)
_Y = r"(?:,? (?P<year>(?:19|20)\d\d))?"
_DAY = (
    rf"(?:(?P<iso>(?:19|20)\d\d-\d\d-\d\d)|(?P<month>{_M}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b{_Y}"
    rf"|(?P<day2>\d{{1,2}})(?:st|nd|rd|th)? (?P<month2>{_M}){_Y.replace('year', 'year2')})"
)
_FIRST_DAY = (
    rf"(?:(?P<fmonth>{_M}) (?P<fday>\d{{1,2}})(?:st|nd|rd|th)?|(?P<fday2>\d{{1,2}})(?:st|nd|rd|th)? "
    rf"(?P<fmonth2>{_M}))"
)
_W = "(?-i:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"


@dataclass(frozen=True)
class TimeRef:
    """A time expression: its offsets in the text, its words, and its reading."""

    start: int
    end: int
    text: str
    edtf: str


def _rule(pattern: str, reader: Reader) -> tuple[re.Pattern[str], Reader]:
    return re.compile(rf"\b{pattern}", re.IGNORECASE), reader


_NTH = r"(?:the )?(?P<nth>first|second|third|fourth|last|final)"
_PARTS = (
    r"(?P<part>early|mid|middle of|late|the end of|end of|beginning of|start of|first half of"
    r"|second half of)[- ]"
)
RULES: tuple[tuple[re.Pattern[str], Reader], ...] = (
    _rule(rf"(?:in )?the year to (?P<month>{_M})\b{_Y}", readings.year_to),
    _rule(rf"(?:between|from) {_FIRST_DAY},? (?:and|to|until|till|through) {_DAY}", readings.day_to_day),
    _rule(rf"(?P<which>last|previous|next) (?P<month>{_M})(?!\w)(?! \d{{1,2}}\b)", readings.that_month),
    _rule(rf"{_NTH} week (?:of|in) (?P<month>{_M})\b{_Y}", readings.week_of_month),
    _rule(rf"{_NTH} (?P<weekday>{_W}) (?:of|in) (?P<month>{_M})\b{_Y}", readings.weekday_of_month),
    _rule(rf"between (?P<first>\d{{1,2}}) and {_DAY}", readings.two_days),
    _rule(rf"(?:from )?(?P<first>\d{{1,2}})(?: to |-|–){_DAY}", readings.two_days),  # noqa: RUF001
    _rule(rf"(?P<month>{_M}) and (?P<month2>{_M})(?! \d{{1,2}}\b){_Y}", readings.two_months),
    _rule(
        r"(?:the )?(?P<nth>first|second) half of (?:the year|this year|(?P<year>(?:19|20)\d\d))\b",
        readings.half,
    ),
    _rule(
        r"(?:the )?(?:end of (?:the year|this year|(?P<year>(?:19|20)\d\d))|year(?:['\u2019]s)?[ -]end)\b",
        readings.year_end,
    ),
    _rule(rf"(?:in )?the week (?:of|starting|beginning) {_DAY}", readings.week_of),
    _rule(rf"(?:the )?(?P<month>{_M}) quarter\b", readings.quarter_to),
    _rule(_DAY, readings.whole_day),
    _rule(rf"{_PARTS}(?P<month>{_M})\b{_Y}", readings.part_of_month),
    _rule(
        r"(?:earlier |later )?(?P<which>last|this|next|previous|current|coming) "
        r"(?P<unit>week|month|quarter|year)\b",
        readings.relative,
    ),
    _rule(rf"(?:(?P<which>last|next|this) )?(?P<weekday>{_W})\b", readings.weekday),
    _rule(
        r"(?:the )?(?:(?P<nth>first|second|third|fourth) quarter(?: of)?|Q(?P<q>[1-4])\b)"
        r"(?:,? ?(?P<year>(?:19|20)\d\d))?",
        readings.quarter,
    ),
    _rule(r"(?:the )?end of (?:the|this) month\b", readings.month_end),
    _rule(
        r"(?:(?P<which>last|next|this|the) )(?P<season>spring|summer|autumn|fall|winter)\b", readings.season
    ),
    _rule(r"(?P<feast>(?-i:New Year|Christmas|Independence Day))\b(?!['\u2019]s [A-Z])", readings.feast),
    _rule(
        r"(?P<near>today|yesterday|tomorrow|this morning|this afternoon|this evening|tonight)\b",
        readings.near_day,
    ),
    _rule(
        r"(?P<n>an?|one|two|three|four|five|six|\d{1,3}) (?P<unit>day|week|month|year)s? ago\b", readings.ago
    ),
    _rule(rf"(?P<month>{_M})(?<!\bMay)(?!\w)(?! \d{{1,2}}\b){_Y}", readings.month),
    _rule(
        r"(?P<month>(?-i:May))\b(?= (?:19|20)\d\d|[ ,.;]|$)(?:,? (?P<year>(?:19|20)\d\d))?", readings.month
    ),
    _rule(r"(?:in|during|of|since|by|until) (?P<year>(?:19|20)\d\d)\b(?!-)", readings.year),
)
_LEAD = re.compile(
    r"\b(?P<lead>since|until|till|by|before|after|from|starting(?: on| in| from)?|as of|as at|over|through|on"
    r"|in|during|at)"
    r"(?: the)? (?:at least |about |around )?(?:(?P<end>end of) (?:the )?)?$",
    re.IGNORECASE,
)
_JOIN = re.compile(r"\s*(?:to|until|through|and|-|–)\s*$", re.IGNORECASE)  # noqa: RUF001


def find_times(text: str, anchor: date | None, *, future: bool = False) -> list[TimeRef]:
    """Times in the text, in order; none if the article has no date.

    ``future`` says that the talk is of things to come.
    """
    return [] if anchor is None else list(_times_in(text, anchor, future))


@lru_cache(maxsize=1024)
def _times_in(text: str, anchor: date, future: bool) -> tuple[TimeRef, ...]:
    found: list[TimeRef] = []
    for pattern, reader in RULES:
        for match in pattern.finditer(text):
            if any(match.start() < ref.end and ref.start < match.end() for ref in found):
                continue
            lead = _LEAD.search(text[: match.start()])
            word = lead["lead"].lower() if lead else ""
            ahead = future or word.startswith(("from", "until", "till", "by", "starting", "through"))
            try:
                edtf = reader(match, Context(anchor, ahead and not match.group().lower().startswith("last")))
            except (ValueError, OverflowError):
                edtf = None
            if edtf is None:
                continue
            start = lead.start() if lead else match.start()
            status = word in ("as of", "as at") and edtf[:10] <= anchor.isoformat()
            word = "" if status else word
            found.append(TimeRef(start, match.end(), text[start : match.end()], _bounded(edtf, word)))
    return tuple(_joined(sorted(found, key=lambda ref: ref.start), text))


def _bounded(edtf: str, word: str) -> str:
    first, _, last = edtf.partition("/")
    if word == "since" or word.startswith(("from", "starting", "as of", "after")):
        return f"{first}/.."
    if word in ("until", "till", "by", "before", "through"):
        return f"../{last or first}"
    return edtf


def _joined(refs: list[TimeRef], text: str) -> list[TimeRef]:
    """ "from June 16 to June 20" is one time."""
    joined: list[TimeRef] = []
    for ref in refs:
        if joined and joined[-1].edtf.endswith("/..") and _JOIN.match(text[joined[-1].end : ref.start] + " "):
            before = joined.pop()
            first, last = before.edtf.partition("/")[0], ref.edtf.replace("../", "").rpartition("/")[2]
            joined.append(TimeRef(before.start, ref.end, text[before.start : ref.end], f"{first}/{last}"))
        else:
            joined.append(ref)
    return joined
