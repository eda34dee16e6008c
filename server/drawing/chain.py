"""The attribution chain: from what happened, through the voices, to the document."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.drawing.fitting import fitted, wrapped
from server.naming import Link
from server.views.claim import VoiceView

BOX, GAP, HEIGHT = 178, 66, 134
_START, _PAD = 46, 12
_BOLD = 16
"""The font size that bold letters of 14 pixels take as much room as."""


@dataclass(frozen=True)
class Box:
    """A voice, or the document at the end."""

    x: float
    href: str | None
    title: str
    lines: tuple[str, ...]
    small: tuple[str, ...]
    kind: str


@dataclass(frozen=True)
class Arrow:
    """From one box to the next; ``label`` is the verb."""

    x1: float
    x2: float
    label: str
    handed_on: bool


@dataclass(frozen=True)
class ChainDrawing:
    """All of it. The first arrow starts at the event."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def draw_chain(chain: Sequence[VoiceView], document: Link) -> ChainDrawing:
    """Draw a chain, from left to right."""
    boxes, arrows = [], []
    x = float(_START + GAP)
    for voice in chain:
        arrows.append(Arrow(x - GAP, x, fitted(voice.verb or "", GAP + 24, 11), voice.handed_on))
        small = [voice.kind + (f" for {voice.speaks_for}" if voice.speaks_for else "")]
        small += [f"“{voice.wording}”"] if voice.wording else []
        boxes.append(
            Box(
                x,
                voice.source.href,
                voice.source.text,
                wrapped(voice.source.text, BOX - 2 * _PAD, _BOLD, 2),
                tuple(fitted(line, BOX - 2 * _PAD, 12) for line in small),
                "root" if voice.root else "passed" if voice.handed_on else "near",
            )
        )
        x += BOX + GAP
    arrows.append(Arrow(x - GAP, x, "", True))
    boxes.append(
        Box(
            x,
            document.href,
            document.text,
            wrapped(document.text, BOX - 2 * _PAD, _BOLD, 3),
            ("the document",),
            "paper",
        )
    )
    return ChainDrawing(x + BOX + 2, HEIGHT, tuple(boxes), tuple(arrows))
