"""A timeline: what is said to have happened, by kind, each from its earliest to its latest day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from server.drawing.fitting import fitted
from server.naming import Link

WIDTH, LEFT, ROW, TOP = 860, 170, 15, 34
_LEAST, _PART = 7.0, 5
_MOST_TICKS = 9


@dataclass(frozen=True)
class Happening:
    """Something with a time. ``confidence`` is from 0 to 1."""

    what: Link
    kind: str
    earliest: str
    latest: str
    confidence: float
    contested: bool
    denied: bool


@dataclass(frozen=True)
class Mark:
    """A happening where it is drawn."""

    x: float
    y: float
    width: float
    href: str | None
    title: str
    classes: str
    opacity: float


@dataclass(frozen=True)
class Tick:
    """A month, a year or a day on the axis."""

    x: float
    label: str


@dataclass(frozen=True)
class Band:
    """The rows of one kind."""

    y: float
    height: float
    label: str


@dataclass(frozen=True)
class Timeline:
    """All of it."""

    width: float
    height: float
    bands: tuple[Band, ...]
    ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]


def draw_timeline(happenings: Sequence[Happening]) -> Timeline | None:
    """Draw what has a time; ``None`` if nothing has."""
    dated = [(date.fromisoformat(h.earliest), date.fromisoformat(h.latest), h) for h in happenings]
    if not dated:
        return None
    first, last = min(d[0] for d in dated), max(d[1] for d in dated)
    days = max(14, (last - first).days)
    scale = (WIDTH - LEFT - 24) / days

    def place(day: date) -> float:
        return round(LEFT + 8 + (day - first).days * scale, 1)

    bands, marks = [], []
    y = float(TOP)
    for kind in dict.fromkeys(h.kind for _, _, h in dated):
        ends: list[float] = []
        rows = sorted((d for d in dated if d[2].kind == kind), key=lambda d: (d[0], d[1]))
        for earliest, latest, happening in rows:
            x, end = place(earliest), max(place(latest), place(earliest) + _LEAST)
            row = next((i for i, taken in enumerate(ends) if taken < x), len(ends))
            ends[row : row + 1] = [end + 2]
            marks.append(_mark(happening, x, y + _PART + row * ROW, end - x))
        height = _PART * 2 + ROW * len(ends)
        bands.append(Band(y, height, fitted(kind, LEFT - 14, 12)))
        y += height
    ticks = tuple(Tick(place(day), label) for day, label in _ticks(first, last))
    return Timeline(WIDTH, y + 4, tuple(bands), ticks, tuple(marks))


def _mark(happening: Happening, x: float, y: float, width: float) -> Mark:
    span = happening.earliest
    span += f" to {happening.latest}" if happening.latest != happening.earliest else ""
    classes = " ".join(
        name for name, wanted in (("contested", happening.contested), ("denied", happening.denied)) if wanted
    )
    title = f"{happening.what.text}, {span}, {happening.confidence * 100:.0f} %"
    return Mark(
        x,
        y,
        round(width, 1),
        happening.what.href,
        title,
        classes,
        round(0.35 + 0.65 * happening.confidence, 2),
    )


def _ticks(first: date, last: date) -> list[tuple[date, str]]:
    """The first days of months, thinned out; years are named where they begin."""
    months: list[date] = []
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month) and len(months) < 2400:
        months.append(date(year, month, 1))
        year, month = (year + month // 12, month % 12 + 1)
    step = next((s for s in (1, 2, 3, 6, 12, 24, 60, 120, 600) if len(months) / s <= _MOST_TICKS), 1200)
    shown = [m for m in months if ((m.year * 12 + m.month - 1) % step) == 0 and m >= first]
    if not shown:
        return [(first, first.isoformat())]
    return [(m, f"{m:%Y}" if step >= 12 else f"{m:%b %Y}") for m in shown]
