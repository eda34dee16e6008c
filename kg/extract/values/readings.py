"""How time expressions are read against a day: each takes the match of a rule of ``times``.

A reading is EDTF, or ``None`` where the words name no day there is.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

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


@dataclass(frozen=True)
class Context:
    """What a time is read against: the article's day, and whether the talk is of things to come."""

    anchor: date
    future: bool


def _month_number(name: str) -> int:
    return MONTHS.get(name.lower()) or _SHORT[name.rstrip(".").lower()]


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year_for(month: int, ctx: Context) -> int:
    """The year that a bare month is meant in: the last one, or in talk of the future the next."""
    here = ctx.anchor
    if ctx.future:
        return here.year + (month < here.month)
    return here.year - (month > here.month)


def _day_of(match: re.Match[str], ctx: Context) -> date | None:
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


def part_of_month(match: re.Match[str], ctx: Context) -> str | None:
    """Early, mid and late in a month: days 1-10, 11-20, 21 to its end."""
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


def month(match: re.Match[str], ctx: Context) -> str | None:
    """A month."""
    month = _month_number(match["month"])
    year = int(match["year"]) if match["year"] else _year_for(month, ctx)
    return f"{year:04d}-{month:02d}"


def whole_day(match: re.Match[str], ctx: Context) -> str | None:
    """A day."""
    found = _day_of(match, ctx)
    return found.isoformat() if found else None


def week_of(match: re.Match[str], ctx: Context) -> str | None:
    """The week, Monday to Sunday, that a day lies in."""
    found = _day_of(match, ctx)
    if found is None:
        return None
    monday = found - timedelta(days=found.weekday())
    return _span(monday, monday + timedelta(days=6))


def weekday(match: re.Match[str], ctx: Context) -> str | None:
    """A day of the week: the last one up to the article's, or the next."""
    back = (ctx.anchor.weekday() - WEEKDAYS[match["weekday"].lower()]) % 7
    which = (match["which"] or "").lower().strip()
    if which == "next" or (ctx.future and not which):
        return (ctx.anchor + timedelta(days=7 - back)).isoformat()
    if which == "last" and back == 0:
        back = 7
    return (ctx.anchor - timedelta(days=back)).isoformat()


def relative(match: re.Match[str], ctx: Context) -> str | None:
    """The week, month, quarter or year before, at or after the article's."""
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


def near_day(match: re.Match[str], ctx: Context) -> str | None:
    """Yesterday, today, tomorrow."""
    word = match["near"].lower()
    shift = -1 if word == "yesterday" else 1 if word == "tomorrow" else 0
    return (ctx.anchor + timedelta(days=shift)).isoformat()


def quarter(match: re.Match[str], ctx: Context) -> str | None:
    """A quarter of a year: its first and last month."""
    number = {"first": 1, "second": 2, "third": 3, "fourth": 4}.get((match["nth"] or "").lower()) or int(
        match["q"]
    )
    year = int(match["year"]) if match["year"] else _last_quarter(number * 3 - 2, ctx)
    return f"{year:04d}-{number * 3 - 2:02d}/{year:04d}-{number * 3:02d}"


def half(match: re.Match[str], ctx: Context) -> str | None:
    """The first or second half of a year, or the whole of it up to a month ("the year to September")."""
    year = int(match["year"]) if match["year"] else ctx.anchor.year
    return (
        f"{year:04d}-01/{year:04d}-06" if match["nth"].lower() == "first" else f"{year:04d}-07/{year:04d}-12"
    )


def that_month(match: re.Match[str], ctx: Context) -> str | None:
    """ "Last October", "next March": never the month that the article is of."""
    month, here = _month_number(match["month"]), ctx.anchor
    past = match["which"].lower() in ("last", "previous")
    year = here.year - (month >= here.month) if past else here.year + (month <= here.month)
    return f"{year:04d}-{month:02d}"


def _last_quarter(first: int, ctx: Context) -> int:
    """The year of a quarter by its first month: one not begun is last year's, unless it is to come."""
    return ctx.anchor.year - (first > ctx.anchor.month and not ctx.future)


def week_of_month(match: re.Match[str], ctx: Context) -> str | None:
    """The first week of a month is its days 1-7, the last its last seven days."""
    month = _month_number(match["month"])
    year = int(match["year"]) if match["year"] else _year_for(month, ctx)
    end = _last_day(year, month)
    last = end if match["nth"].lower() in ("last", "final") else 7 * _ordinal(match["nth"])
    return _span(date(year, month, last - 6), date(year, month, last))


def weekday_of_month(match: re.Match[str], ctx: Context) -> str | None:
    """ "The second Monday of August"."""
    month = _month_number(match["month"])
    year = int(match["year"]) if match["year"] else _year_for(month, ctx)
    wanted, nth = WEEKDAYS[match["weekday"].lower()], match["nth"].lower()
    days = [
        day
        for number in range(1, _last_day(year, month) + 1)
        if (day := date(year, month, number)).weekday() == wanted
    ]
    return days[-1 if nth in ("last", "final") else _ordinal(nth) - 1].isoformat()


def _ordinal(word: str) -> int:
    return ("first", "second", "third", "fourth").index(word.lower()) + 1


def day_to_day(match: re.Match[str], ctx: Context) -> str | None:
    """ "Between March 2 and April 6": the first day lies before the last one, whichever year."""
    last = _day_of(match, ctx)
    if last is None:
        return None
    month, day = match["fmonth"] or match["fmonth2"], int(match["fday"] or match["fday2"])
    number = _month_number(month)
    first = _make(last.year - ((number, day) > (last.month, last.day)), number, day)
    return f"{first}/{last}" if first is not None else None


def year_to(match: re.Match[str], ctx: Context) -> str | None:
    """The twelve months that end with one."""
    month = _month_number(match["month"])
    year = int(match["year"]) if match["year"] else _year_for(month, ctx)
    return f"{_shift_month(date(year, month, 1), -11)}/{year:04d}-{month:02d}"


def year_end(match: re.Match[str], ctx: Context) -> str | None:
    """The last day of a year."""
    year = int(match["year"]) if match["year"] else ctx.anchor.year
    return f"{year:04d}-12-31"


def two_months(match: re.Match[str], ctx: Context) -> str | None:
    """Two months, the first before the second."""
    first, last = _month_number(match["month"]), _month_number(match["month2"])
    year = int(match["year"]) if match["year"] else _year_for(last, ctx)
    return f"{year - (first > last):04d}-{first:02d}/{year:04d}-{last:02d}"


def two_days(match: re.Match[str], ctx: Context) -> str | None:
    """Two days of one month."""
    last = _day_of(match, ctx)
    first = int(match["first"])
    found = _make(last.year, last.month, first) if last is not None and first < last.day else None
    return f"{found}/{last}" if found is not None else None


def ago(match: re.Match[str], ctx: Context) -> str | None:
    """So many days, weeks, months or years before the article's day."""
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


def year(match: re.Match[str], ctx: Context) -> str | None:  # noqa: ARG001
    """A year."""
    return match["year"]


def month_end(_: re.Match[str], ctx: Context) -> str | None:
    """The last day of the article's month."""
    here = ctx.anchor
    return here.replace(day=_last_day(here.year, here.month)).isoformat()


_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}


def season(match: re.Match[str], ctx: Context) -> str | None:
    """The three months of a season: the last one begun, or in talk of the future the next."""
    first, here = _SEASONS[match["season"].lower()], ctx.anchor
    which = (match["which"] or "the").lower()
    year = here.year - (first > here.month)
    if which == "last" and year == here.year and here.month < first + 3:
        year -= 1
    if which == "next" or (ctx.future and which == "the" and here.month >= first):
        year += 1
    return f"{_shift_month(date(year, first, 1), 0)}/{_shift_month(date(year, first, 1), 2)}"


_FEASTS = {"new year": (1, 1), "christmas": (12, 25), "independence day": (7, 4)}


def feast(match: re.Match[str], ctx: Context) -> str | None:
    """A day that bears a name: the last one, or in talk of the future the next."""
    month, day = _FEASTS[match["feast"].lower()]
    here = ctx.anchor
    past = (month, day) <= (here.month, here.day)
    year = here.year + past if ctx.future else here.year - (not past)
    return date(year, month, day).isoformat()


def quarter_to(match: re.Match[str], ctx: Context) -> str | None:
    """The three months that end with one, as firms count them ("the September quarter")."""
    number = _month_number(match["month"])
    year = _year_for(number, ctx)
    return f"{_shift_month(date(year, number, 1), -2)}/{year:04d}-{number:02d}"


Reader = Callable[[re.Match[str], Context], str | None]
