"""How cost grows, fitted to what was measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from tests.benchmarks.results import Measure


def exponent(points: Sequence[tuple[float, float]]) -> float | None:
    """The slope between the logarithms: 1 is in proportion, 0 not at all. Nothing of less than two points."""
    found = [(x, y) for x, y in points if x > 0 and y > 0]
    if len({x for x, _ in found}) < 2:
        return None
    x, y = np.log(np.array(found)).T
    return float(np.polyfit(x, y, 1)[0])


@dataclass(frozen=True)
class Cost:
    """What provenance adds to a query: seconds once, for each row, for each node of the circuit.

    ``off`` is by how much half of the queries at most are missed, as a share of their whole time.
    """

    once: float
    row: float
    node: float
    queries: int
    off: float


def added(queries: Sequence[Measure]) -> Cost | None:
    """The cost of provenance beyond the plain query, by least squares of shares of the whole time.

    A coefficient that came out below zero is taken as zero and the others are fitted again.
    Nothing of fewer than eight queries.
    """
    found = [m for m in queries if m.base and m.rows is not None and m.nodes is not None]
    if len(found) < 8:
        return None
    whole = np.array([m.value for m in found])
    more = np.array([m.value - (m.base or 0.0) for m in found])
    terms = np.array([[1.0, m.rows or 0, m.nodes or 0] for m in found])
    kept = [0, 1, 2]
    solved = np.zeros(3)
    while kept:
        part, *_ = np.linalg.lstsq(terms[:, kept] / whole[:, None], more / whole, rcond=None)
        if (part >= 0).all():
            solved[kept] = part
            break
        kept.pop(int(part.argmin()))
    off = np.abs(terms @ solved - more) / whole
    once, row, node = map(float, solved)
    return Cost(once, row, node, len(found), float(median(off)))
