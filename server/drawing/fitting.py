"""Fitting words into a width that nobody has measured: fonts differ, so widths are estimated, generously."""

import unicodedata

_NARROW = frozenset("iljtfrI.,:;'|!()[] ")
_WIDE = frozenset("mwMW@%—")


def width(text: str, size: float) -> float:
    """About how wide a text is at a font size, both in pixels."""
    return sum(_em(character) for character in text) * size


def _em(character: str) -> float:
    if character in _NARROW:
        return 0.33
    if character in _WIDE:
        return 0.9
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    return 0.66 if character.isupper() else 0.0 if unicodedata.combining(character) else 0.56


def fitted(text: str, room: float, size: float) -> str:
    """The text on one line, cut where it is wider than the room."""
    flat = " ".join(text.split())
    if width(flat[:500], size) <= room and len(flat) <= 500:
        return flat
    kept, left = [], room - width("…", size)
    for character in flat[:500]:
        left -= _em(character) * size
        if left < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"


def wrapped(text: str, room: float, size: float, lines: int) -> tuple[str, ...]:
    """The text on so many lines at most, cut between words where that can be."""
    found: list[str] = []
    rest = " ".join(text.split())
    while rest and len(found) < lines - 1:
        line = fitted(rest, room, size)
        if line == rest:
            break
        taken = line.removesuffix("…")
        cut = taken.rfind(" ")
        taken = taken[:cut] if cut > len(taken) // 2 else taken
        found.append(taken.rstrip())
        rest = rest[len(taken) :].lstrip()
    if rest:
        found.append(fitted(rest, room, size))
    return tuple(found)
