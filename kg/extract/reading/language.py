"""Which language a text is in, as far as that can be told from its letters."""

from functools import lru_cache
from typing import Any

ENOUGH = 120
"""Letters that a text must have before its language is guessed."""
_SAMPLE = 6000


@lru_cache(maxsize=1)
def _identifier() -> Any:
    import py3langid  # noqa: PLC0415  slow to import

    return py3langid


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of the text's main language; ``None`` if it is too short to tell."""
    sample = text[:_SAMPLE]
    wide = sum(1 for c in sample if "\u3040" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7a3")
    if sum(c.isalpha() for c in sample) + 3 * wide < ENOUGH:
        return None
    code, _ = _identifier().classify(sample)
    return str(code)
