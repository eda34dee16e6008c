"""Choosing a format by ``Accept`` (RFC 9110, section 12.5.1)."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class MediaRange:
    """One element of an ``Accept`` header: ``text/*;q=0.5``."""

    main: str
    sub: str
    quality: float

    def specificity(self, media_type: str) -> int | None:
        """0 to 2 if the range holds the media type, the more exact the higher; else ``None``."""
        main, _, sub = media_type.partition("/")
        match (self.main, self.sub):
            case ("*", "*"):
                return 0
            case (m, "*") if m == main:
                return 1
            case (m, s) if (m, s) == (main, sub):
                return 2
            case _:
                return None


@dataclass(frozen=True)
class Offer:
    """A format that can be sent, under one of its media types."""

    media_type: str
    name: str


def parse_accept(header: str | None) -> tuple[MediaRange, ...]:
    """The ranges of an ``Accept`` header; what cannot be read is passed over. No header accepts all."""
    if header is None or not header.strip():
        return (MediaRange("*", "*", 1.0),)
    ranges = []
    for element in header.split(","):
        name, *parameters = (part.strip().lower() for part in element.split(";"))
        main, slash, sub = name.partition("/")
        if not (slash and main and sub):
            continue
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                quality = _quality(value)
        ranges.append(MediaRange(main, sub, quality))
    return tuple(ranges)


def _quality(text: str) -> float:
    """The weight, 0 for one that is none (``nan`` too)."""
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0 <= value <= 1 else 0.0


def quality(ranges: Sequence[MediaRange], media_type: str) -> float:
    """The weight of a media type: that of the most exact range that holds it, 0 if none does."""
    best: tuple[int, float] = (-1, 0.0)
    for accepted in ranges:
        specificity = accepted.specificity(media_type)
        if specificity is not None:
            best = max(best, (specificity, accepted.quality))
    return best[1]


def choose(header: str | None, offers: Sequence[Offer]) -> Offer | None:
    """The offer that the client likes best, the first of equals; ``None`` if it accepts none."""
    ranges = parse_accept(header)
    weighed = [(quality(ranges, offer.media_type), -place) for place, offer in enumerate(offers)]
    if not weighed:
        return None
    weight, place = max(weighed)
    return offers[-place] if weight > 0 else None


def accepts_html(header: str | None) -> bool:
    """Whether the client names HTML itself, as browsers do and programs do not."""
    ranges = parse_accept(header)
    return any(r.main == "text" and r.sub == "html" and r.quality > 0 for r in ranges)
