"""Pairs of descriptions with the label that a person gave them, and why they are hard."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.link.matcher import described_by, wanted_by
from kg.link.scoring import Score, score

FOLDER = Path(__file__).parent / "pairs"


@dataclass(frozen=True)
class Pair:
    """Two descriptions, and whether they are of one thing. ``reason`` says what is hard about them."""

    left: str
    right: str
    same: bool
    reason: str
    kind: str
    left_more: tuple[tuple[str, str], ...]
    right_more: tuple[tuple[str, str], ...]

    def score(self) -> Score:
        """How likely they are one thing, by the table."""
        kind = wanted_by(self.kind).kind
        return score(
            described_by(self.left, kind, self.left_more), described_by(self.right, kind, self.right_more)
        )


def pairs(name: str) -> Iterator[Pair]:
    """The pairs of a file."""
    lines = (FOLDER / f"{name}.psv").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if not line.startswith("#")]
    for line in rows[1:]:
        left, right, label, reason, kind, left_more, right_more = (part.strip() for part in line.split("|"))
        assert label in ("same", "different"), line
        yield Pair(left, right, label == "same", reason, kind, _more(left_more), _more(right_more))


def _more(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((k, v) for k, _, v in (part.partition("=") for part in text.split(";") if part))
