"""An entity among its neighbours: to the left what points at it, to the right what it points at."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.drawing.fitting import fitted
from server.drawing.fitting import width as text_width
from server.naming import Link

STEP, LABEL = 27, 232
_BOX, _LEAST_BOX, _MOST, _ROOM = 196.0, 90.0, 14, 76.0


@dataclass(frozen=True)
class Neighbour:
    """Something that a fact connects with the entity; ``inward`` if the fact points at the entity."""

    what: Link
    how: str
    inward: bool
    confidence: float
    contested: bool


@dataclass(frozen=True)
class Edge:
    """A neighbour, where it is drawn, and the line to it."""

    x: float
    y: float
    anchor: str
    label: str
    href: str | None
    title: str
    path: str
    weight: float
    contested: bool


@dataclass(frozen=True)
class Relation:
    """The words on the lines of one property."""

    x: float
    y: float
    anchor: str
    label: str


@dataclass(frozen=True)
class Neighbourhood:
    """All of it. The entity's box is centred on ``x`` and ``y``."""

    width: float
    height: float
    x: float
    y: float
    box: float
    label: str
    edges: tuple[Edge, ...]
    relations: tuple[Relation, ...]


def draw_neighbours(label: str, neighbours: Sequence[Neighbour]) -> Neighbourhood | None:
    """Draw the surest neighbours; ``None`` if there are none."""
    if not neighbours:
        return None
    sides = [[n for n in neighbours if n.inward][:_MOST], [n for n in neighbours if not n.inward][:_MOST]]
    rows = [_rows(side) for side in sides]
    height = max(len(side) for side in rows) * STEP + 24
    named = fitted(label, _BOX - 24, 15)
    box = round(max(_LEAST_BOX, min(_BOX, text_width(named, 15) + 28)))
    edges, relations = [], []
    left = LABEL + _ROOM if rows[0] else 8.0
    x = left + box / 2
    right = left + box + _ROOM
    for side, placed in enumerate(rows):
        top = (height - len(placed) * STEP) / 2 + STEP / 2
        for number, (words, neighbour) in enumerate(placed):
            y = round(top + number * STEP, 1)
            if neighbour is None:
                relations.append(
                    Relation(right, y + 7, "start", words)
                    if side
                    else Relation(float(LABEL), y + 7, "end", words)
                )
            elif side:
                edges.append(_edge(neighbour, right, left + box, y, height / 2))
            else:
                edges.append(_edge(neighbour, float(LABEL), left, y, height / 2))
    width = right + (LABEL if rows[1] else -_ROOM + 8)
    return Neighbourhood(width, height, x, height / 2, box, named, tuple(edges), tuple(relations))


def _rows(side: list[Neighbour]) -> list[tuple[str, Neighbour | None]]:
    """The neighbours by property, each property with its words before."""
    found: list[tuple[str, Neighbour | None]] = []
    for how in dict.fromkeys(n.how for n in side):
        found.append((how, None))
        found += [(how, n) for n in side if n.how == how]
    return found


def _edge(neighbour: Neighbour, x: float, far: float, y: float, middle: float) -> Edge:
    """A line from a label at ``x`` to the side of the box that is at ``far``."""
    near = x + 10 if x < far else x - 10
    bend = (near + far) / 2
    return Edge(
        x=x,
        y=y + 4.5,
        anchor="end" if x < far else "start",
        label=fitted(neighbour.what.text, LABEL - 8, 13),
        href=neighbour.what.href,
        title=f"{neighbour.what.text}: {neighbour.how}, {neighbour.confidence * 100:.0f} %",
        path=f"M{near:g} {y:g}C{bend:g} {y:g} {bend:g} {middle:g} {far:g} {middle:g}",
        weight=round(1 + 2.5 * neighbour.confidence, 2),
        contested=neighbour.contested,
    )
