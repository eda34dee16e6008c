"""Times in running text, read against the article's date, as EDTF.

"On Monday" is the last one up to the date; "last week" the calendar week before, Monday
to Sunday; early, mid and late are days 1-10, 11-20 and 21 to the end of the month.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

MONTHS = {
    name: index + 1
    for index, name in enumerate(
        "january february march april may june july august september october november december".split()
    )
}
_SHORT = {name[:3]: number for name, number in MONTHS.items()} | {"sept": 9}
WEEKDAYS = {d: i for i, d in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())}

SOON = timedelta(days=62)
"""A day of the month without a year is meant to lie at most this far ahead of the article."""

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


@dataclass(frozen=True)
class _Context:
    anchor: date
    future: bool


def _month_number(name: str) -> int:
    return MONTHS.get(name.lower()) or _SHORT[name.rstrip(".").lower()]


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year_for(month: int, ctx: _Context) -> int:
    """The year that a bare month is meant in: the last one, or in talk of the future the next."""
    here = ctx.anchor
    if ctx.future:
        return here.year + (month < here.month)
    return here.year - (month > here.month)


def _day_of(match: re.Match[str], ctx: _Context) -> date | None:
    if match["iso"]:
        try:
            return date.fromisoformat(match["iso"])
        except ValueError:
            return None
    name, day, year = (
        (match["month"], match["day"], match["year"])
        if match["month"]
        else (match["month2"], match["day2"], match["year2"])
    )
    month = _month_number(name)
    if year:
        return _make(int(year), month, int(day))
    found = _make(ctx.anchor.year, month, int(day))
    if found and not ctx.future and found - ctx.anchor > SOON:
        return _make(found.year - 1, month, int(day))
    if found and ctx.future and ctx.anchor - found > SOON:
        return _make(found.year + 1, month, int(day))
    return found


def _span(first: date, last: date) -> str:
    return first.isoformat() if first == last else f"{first}/{last}"


def _last_day(year: int, month: int) -> int:
    return monthrange(year, month)[1]


def _shift_month(anchor: date, by: int) -> str:
    index = anchor.year * 12 + anchor.month - 1 + by
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def _part_of_month(match: re.Match[str], ctx: _Context) -> str | None:
    month = _month_number(match["month"])
    year = int(match["year"]) if match["year"] else _year_for(month, ctx)
    match match["part"].lower().rstrip("- "):
        case "early" | "beginning of" | "start of":
            first, last = 1, 10
        case "mid" | "middle of":
            first, last = 11, 20
        case "first half of":
            first, last = 1, 15
        case "second half of":
            first, last = 16, _last_day(year, month)
        case _:
            first, last = 21, _last_day(year, month)
    return _span(date(year, month, first), date(year, month, last))


def _month(match: re.Match[str], ctx: _Context) -> str | None:
    month = _month_number(match["month"])
    year = int(match["year"]) if match["year"] else _year_for(month, ctx)
    return f"{year:04d}-{month:02d}"


def _whole_day(match: re.Match[str], ctx: _Context) -> str | None:
    found = _day_of(match, ctx)
    return found.isoformat() if found else None


def _week_of(match: re.Match[str], ctx: _Context) -> str | None:
    found = _day_of(match, ctx)
    if found is None:
        return None
    monday = found - timedelta(days=found.weekday())
    return _span(monday, monday + timedelta(days=6))


def _weekday(match: re.Match[str], ctx: _Context) -> str | None:
    back = (ctx.anchor.weekday() - WEEKDAYS[match["weekday"].lower()]) % 7
    which = (match["which"] or "").lower().strip()
    if which == "next" or (ctx.future and not which):
        return (ctx.anchor + timedelta(days=7 - back)).isoformat()
    if which == "last" and back == 0:
        back = 7
    return (ctx.anchor - timedelta(days=back)).isoformat()


def _relative(match: re.Match[str], ctx: _Context) -> str | None:
    which = {"last": -1, "previous": -1, "this": 0, "current": 0, "next": 1, "coming": 1}[
        match["which"].lower()
    ]
    match match["unit"].lower():
        case "week":
            monday = ctx.anchor - timedelta(days=ctx.anchor.weekday()) + timedelta(days=7 * which)
            return _span(monday, monday + timedelta(days=6))
        case "month":
            return _shift_month(ctx.anchor, which)
        case "quarter":
            first = (ctx.anchor.month - 1) // 3 * 3 - ctx.anchor.month + 1 + 3 * which
            return f"{_shift_month(ctx.anchor, first)}/{_shift_month(ctx.anchor, first + 2)}"
        case _:
            return f"{ctx.anchor.year + which:04d}"


def _near_day(match: re.Match[str], ctx: _Context) -> str | None:
    word = match["near"].lower()
    shift = -1 if word == "yesterday" else 1 if word == "tomorrow" else 0
    return (ctx.anchor + timedelta(days=shift)).isoformat()


def _quarter(match: re.Match[str], ctx: _Context) -> str | None:
    number = {"first": 1, "second": 2, "third": 3, "fourth": 4}.get((match["nth"] or "").lower()) or int(
        match["q"]
    )
    year = int(match["year"]) if match["year"] else _last_quarter(number * 3 - 2, ctx)
    return f"{year:04d}-{number * 3 - 2:02d}/{year:04d}-{number * 3:02d}"


def _half(match: re.Match[str], ctx: _Context) -> str | None:
    """The first or second half of a year, or the whole of it up to a month ("the year to September")."""
    year = int(match["year"]) if match["year"] else ctx.anchor.year
    return (
        f"{year:04d}-01/{year:04d}-06" if match["nth"].lower() == "first" else f"{year:04d}-07/{year:04d}-12"
    )


def _that_month(match: re.Match[str], ctx: _Context) -> str | None:
    """ "Last October", "next March": never the month that the article is of."""
    month, here = _month_number(match["month"]), ctx.anchor
    past = match["which"].lower() in ("last", "previous")
    year = here.year - (month >= here.month) if past else here.year + (month <= here.month)
    return f"{year:04d}-{month:02d}"


def _last_quarter(first: int, ctx: _Context) -> int:
    """The year of a quarter by its first month: one not begun is last year's, unless it is to come."""
    return ctx.anchor.year - (first > ctx.anchor.month and not ctx.future)


def _week_of_month(match: re.Match[str], ctx: _Context) -> str | None:
    """The first week of a month is its days 1-7, the last its last seven days."""
    month = _month_number(match["month"])
    year = int(match["year"]) if match["year"] else _year_for(month, ctx)
    end = _last_day(year, month)
    last = end if match["nth"].lower() in ("last", "final") else 7 * _nth(match["nth"])
    return _span(date(year, month, last - 6), date(year, month, last))


def _weekday_of_month(match: re.Match[str], ctx: _Context) -> str | None:
    """ "The second Monday of August"."""
    month = _month_number(match["month"])
    year = int(match["year"]) if match["year"] else _year_for(month, ctx)
    wanted, nth = WEEKDAYS[match["weekday"].lower()], match["nth"].lower()
    days = [
        day
        for number in range(1, _last_day(year, month) + 1)
        if (day := date(year, month, number)).weekday() == wanted
    ]
    return days[-1 if nth in ("last", "final") else _nth(nth) - 1].isoformat()


def _nth(word: str) -> int:
    return ("first", "second", "third", "fourth").index(word.lower()) + 1


def _day_to_day(match: re.Match[str], ctx: _Context) -> str | None:
    """ "Between March 2 and April 6": the first day lies before the last one, whichever year."""
    last = _day_of(match, ctx)
    if last is None:
        return None
    month, day = match["fmonth"] or match["fmonth2"], int(match["fday"] or match["fday2"])
    number = _month_number(month)
    first = _make(last.year - ((number, day) > (last.month, last.day)), number, day)
    return f"{first}/{last}" if first is not None else None


def _year_to(match: re.Match[str], ctx: _Context) -> str | None:
    month = _month_number(match["month"])
    year = int(match["year"]) if match["year"] else _year_for(month, ctx)
    return f"{_shift_month(date(year, month, 1), -11)}/{year:04d}-{month:02d}"


def _year_end(match: re.Match[str], ctx: _Context) -> str | None:
    year = int(match["year"]) if match["year"] else ctx.anchor.year
    return f"{year:04d}-12-31"


def _two_months(match: re.Match[str], ctx: _Context) -> str | None:
    first, last = _month_number(match["month"]), _month_number(match["month2"])
    year = int(match["year"]) if match["year"] else _year_for(last, ctx)
    return f"{year - (first > last):04d}-{first:02d}/{year:04d}-{last:02d}"


def _two_days(match: re.Match[str], ctx: _Context) -> str | None:
    last = _day_of(match, ctx)
    first = int(match["first"])
    found = _make(last.year, last.month, first) if last is not None and first < last.day else None
    return f"{found}/{last}" if found is not None else None


def _ago(match: re.Match[str], ctx: _Context) -> str | None:
    small = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
    count = small.get(match["n"].lower()) or int(match["n"])
    match match["unit"].lower():
        case "day":
            return (ctx.anchor - timedelta(days=count)).isoformat() if count < 3650 else None
        case "week":
            monday = ctx.anchor - timedelta(days=ctx.anchor.weekday() + 7 * min(count, 520))
            return _span(monday, monday + timedelta(days=6))
        case "month":
            return _shift_month(ctx.anchor, -min(count, 120))
        case _:
            return f"{ctx.anchor.year - min(count, 100):04d}"


def _year(match: re.Match[str], ctx: _Context) -> str | None:  # noqa: ARG001
    return match["year"]


def _month_end(_match: re.Match[str], ctx: _Context) -> str | None:
    return f"../{_shift_month(ctx.anchor, 0)}"


Reader = Callable[[re.Match[str], _Context], str | None]


def _rule(pattern: str, reader: Reader) -> tuple[re.Pattern[str], Reader]:
    return re.compile(rf"\b{pattern}", re.IGNORECASE), reader


_NTH = r"(?:the )?(?P<nth>first|second|third|fourth|last|final)"
_PARTS = (
    r"(?P<part>early|mid|middle of|late|the end of|end of|beginning of|start of|first half of"
    r"|second half of)[- ]"
)
RULES: tuple[tuple[re.Pattern[str], Reader], ...] = (
    _rule(rf"(?:in )?the year to (?P<month>{_M})\b{_Y}", _year_to),
    _rule(rf"(?:between|from) {_FIRST_DAY},? (?:and|to|until|till|through) {_DAY}", _day_to_day),
    _rule(rf"(?P<which>last|previous|next) (?P<month>{_M})(?!\w)(?! \d{{1,2}}\b)", _that_month),
    _rule(rf"{_NTH} week (?:of|in) (?P<month>{_M})\b{_Y}", _week_of_month),
    _rule(rf"{_NTH} (?P<weekday>{_W}) (?:of|in) (?P<month>{_M})\b{_Y}", _weekday_of_month),
    _rule(rf"between (?P<first>\d{{1,2}}) and {_DAY}", _two_days),
    _rule(rf"(?:from )?(?P<first>\d{{1,2}})(?: to |-|–){_DAY}", _two_days),  # noqa: RUF001
    _rule(rf"(?P<month>{_M}) and (?P<month2>{_M})(?! \d{{1,2}}\b){_Y}", _two_months),
    _rule(r"(?:the )?(?P<nth>first|second) half of (?:the year|this year|(?P<year>(?:19|20)\d\d))\b", _half),
    _rule(r"(?:the )?end of (?:the year|this year|(?P<year>(?:19|20)\d\d))\b", _year_end),
    _rule(rf"(?:in )?the week (?:of|starting|beginning) {_DAY}", _week_of),
    _rule(_DAY, _whole_day),
    _rule(rf"{_PARTS}(?P<month>{_M})\b{_Y}", _part_of_month),
    _rule(
        r"(?:earlier |later )?(?P<which>last|this|next|previous|current|coming) "
        r"(?P<unit>week|month|quarter|year)\b",
        _relative,
    ),
    _rule(rf"(?:(?P<which>last|next|this) )?(?P<weekday>{_W})\b", _weekday),
    _rule(
        r"(?:the )?(?:(?P<nth>first|second|third|fourth) quarter(?: of)?|Q(?P<q>[1-4])\b)"
        r"(?:,? ?(?P<year>(?:19|20)\d\d))?",
        _quarter,
    ),
    _rule(r"by the end of (?:the|this) month\b", _month_end),
    _rule(
        r"(?P<near>today|yesterday|tomorrow|this morning|this afternoon|this evening|tonight)\b", _near_day
    ),
    _rule(r"(?P<n>an?|one|two|three|four|five|six|\d{1,3}) (?P<unit>day|week|month|year)s? ago\b", _ago),
    _rule(rf"(?P<month>{_M})(?<!\bMay)(?!\w)(?! \d{{1,2}}\b){_Y}", _month),
    _rule(r"(?P<month>(?-i:May))\b(?= (?:19|20)\d\d|[ ,.;]|$)(?:,? (?P<year>(?:19|20)\d\d))?", _month),
    _rule(r"(?:in|during|of|since|by|until) (?P<year>(?:19|20)\d\d)\b(?!-)", _year),
)
_LEAD = re.compile(
    r"\b(?P<lead>since|until|till|by|before|after|from|starting(?: on| in| from)?|as of|through|on|in"
    r"|during|at)"
    r"(?: the)? (?:(?P<end>end of) (?:the )?)?$",
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
                edtf = reader(match, _Context(anchor, ahead and not match.group().lower().startswith("last")))
            except (ValueError, OverflowError):
                edtf = None
            if edtf is None:
                continue
            start = lead.start() if lead else match.start()
            word = "" if word == "as of" and match.group().lower() == "today" else word
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
