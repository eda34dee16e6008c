"""A circuit as a drawing: the row on the left, what it comes from to its right, claims in one column."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kg.provenance.circuit import Circuit, Op
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings.boolean import BOOLEAN
from server.drawing.fitting import fitted

MOST_NODES = 64
"""Circuits of more nodes than this are told in words only."""

LEAF_WIDTH, LEAF_HEIGHT = 420, 26
LEAF_ROOM, LEAF_SIZE = 36, 12
"""What a claim's number and the borders take of its box, and how large its words are written."""

GATE_WIDTH, GATE_HEIGHT = 52, 24
COLUMN, LINE, MARGIN = 92, 36, 6

_WORDS = {
    Op.PLUS: "or",
    Op.FACT: "or",
    Op.TIMES: "and",
    Op.MINUS: "but not",
    Op.ONE: "given",
    Op.ZERO: "never",
}


@dataclass(frozen=True)
class Box:
    """A node as it is drawn: its top left corner and size, whether it holds; ``number`` is a claim's."""

    kind: str
    text: str
    x: float
    y: float
    width: float
    height: float
    holds: bool
    number: int | None = None


@dataclass(frozen=True)
class Line:
    """A line from a node to one that it is made of, as the path of an SVG."""

    path: str
    holds: bool


@dataclass(frozen=True)
class Drawing:
    """A circuit as it is drawn, in pixels."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]

    @property
    def spared(self) -> bool:
        """Whether it shows claims without a number."""
        return any(box.kind == "claim" and box.number is None for box in self.boxes)


def draw(
    circuit: Circuit,
    root: int,
    told: Callable[[str], tuple[int | None, str]],
    believed: Callable[[str], bool] = lambda _: True,
    most: int = MOST_NODES,
) -> Drawing | None:
    """The drawing of a node; ``None`` if it has too many parts.

    ``told`` gives the number and the words of a claim, ``believed`` whether it stands.
    """
    nodes = circuit.reachable((root,))
    if len(nodes) > most:
        return None
    holds = evaluate(circuit, (root,), BOOLEAN, lambda leaf: leaf.op is Op.OUTSIDE or believed(leaf.name))
    depth = _depths(circuit, nodes)
    leaves = [n for n in _in_order(circuit, root) if not circuit.operands[n]]
    row = {leaf: float(place) for place, leaf in enumerate(leaves)}
    row = _rows(circuit, nodes, depth, row)
    deepest = max([depth[n] + 1 for n in nodes if circuit.operands[n]], default=1)
    boxes = {n: _box(circuit, n, depth[n], deepest, row[n], told, holds[n]) for n in nodes}
    start = Box("row", "this row", MARGIN, _top(row[root], GATE_HEIGHT), 66, GATE_HEIGHT, holds[root])
    lines = [_line(start, boxes[root], holds[root])]
    for number in nodes:
        for place, part in enumerate(circuit.operands[number]):
            negative = place == 1 and circuit.operations[number] is Op.MINUS
            lines.append(_line(boxes[number], boxes[part], holds[part] != negative))
    drawn = (start, *boxes.values())
    return Drawing(
        width=max(box.x + box.width for box in drawn) + MARGIN,
        height=max(box.y + box.height for box in drawn) + MARGIN,
        boxes=drawn,
        lines=tuple(lines),
    )


def _depths(circuit: Circuit, nodes: list[int]) -> Mapping[int, int]:
    """The longest way from the root to each node."""
    depth = dict.fromkeys(nodes, 0)
    for number in reversed(nodes):
        for part in circuit.operands[number]:
            depth[part] = max(depth[part], depth[number] + 1)
    return depth


def _in_order(circuit: Circuit, root: int) -> list[int]:
    """The nodes as one comes upon them, from the first part of each to the last."""
    found: dict[int, None] = {}
    todo = [root]
    while todo:
        number = todo.pop()
        if number not in found:
            found[number] = None
            todo += reversed(circuit.operands[number])
    return list(found)


def _rows(
    circuit: Circuit, nodes: list[int], depth: Mapping[int, int], leaves: Mapping[int, float]
) -> dict[int, float]:
    """How far down each node is drawn, in lines: amid its parts, and apart from others of its column."""
    row = dict(leaves)
    taken: dict[int, list[float]] = {}
    for number in nodes:
        if number in row:
            continue
        of = circuit.operands[number]
        wanted = sum(row[part] for part in of) / len(of)
        column = taken.setdefault(depth[number], [])
        while any(abs(wanted - other) < 0.8 for other in column):
            wanted += 0.4
        column.append(wanted)
        row[number] = wanted
    return row


def _top(row: float, height: float) -> float:
    return round(MARGIN + row * LINE + (LINE - height) / 2, 1)


def _box(
    circuit: Circuit,
    number: int,
    depth: int,
    deepest: int,
    row: float,
    told: Callable[[str], tuple[int | None, str]],
    holds: bool,
) -> Box:
    op = circuit.operations[number]
    if circuit.operands[number]:
        x = MARGIN + COLUMN * (depth + 1)
        return Box("gate", _WORDS[op], x, _top(row, GATE_HEIGHT), GATE_WIDTH, GATE_HEIGHT, holds)
    x = MARGIN + COLUMN * (deepest + 1 if deepest > 1 or depth else 1)
    y = _top(row, LEAF_HEIGHT)
    if op is Op.TOKEN:
        place, words = told(circuit.name(number))
        words = fitted(words, LEAF_WIDTH - LEAF_ROOM, LEAF_SIZE)
        return Box("claim", words, x, y, LEAF_WIDTH, LEAF_HEIGHT, holds, place)
    words = f"says {circuit.name(number)}" if op is Op.OUTSIDE else _WORDS[op]
    return Box("given", words, x, y, LEAF_WIDTH if op is Op.OUTSIDE else GATE_WIDTH, LEAF_HEIGHT, holds)


def _line(start: Box, end: Box, holds: bool) -> Line:
    x1, y1 = start.x + start.width, start.y + start.height / 2
    x2, y2 = end.x, end.y + end.height / 2
    middle = round((x1 + x2) / 2, 1)
    return Line(f"M{x1:g} {y1:g}C{middle:g} {y1:g} {middle:g} {y2:g} {x2:g} {y2:g}", holds)
