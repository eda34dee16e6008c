"""A text with passages marked in it, as a sequence of pieces."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Passage:
    """A stretch of a text, in code points, and what it is marked with."""

    start: int
    end: int
    mark: str


@dataclass(frozen=True)
class Segment:
    """A piece of the text with every mark that lies on it."""

    text: str
    marks: tuple[str, ...] = ()


def segments(text: str, passages: Iterable[Passage]) -> tuple[Segment, ...]:
    """The text cut at the ends of its passages, which may overlap; the pieces joined are the text.

    What lies outside the text is passed over.
    """
    marked = sorted((p for p in passages if 0 <= p.start < p.end <= len(text)), key=lambda p: p.start)
    cuts = sorted({0, len(text), *(p.start for p in marked), *(p.end for p in marked)})
    pieces: list[Segment] = []
    here: list[Passage] = []
    coming = iter([*marked, None])
    following = next(coming)
    for start, end in pairwise(cuts):
        here = [p for p in here if p.end > start]
        while following is not None and following.start <= start:
            here.append(following)
            following = next(coming)
        pieces.append(Segment(text[start:end], tuple(dict.fromkeys(p.mark for p in here))))
    return tuple(pieces)


def context(text: str, start: int, end: int, around: int) -> tuple[str, str]:
    """What stands before and after a passage, about so many characters of it, cut between words."""
    before, after = text[max(0, start - around) : start], text[end : end + around]
    if start > around and " " in before:
        before = "… " + before.split(" ", 1)[1]
    if end + around < len(text) and " " in after:
        after = after.rsplit(" ", 1)[0] + " …"
    return before, after
