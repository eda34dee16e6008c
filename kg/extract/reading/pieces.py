"""The stretches of a text that are read as running prose, and how each is put to the parser."""

import re
from collections.abc import Iterator

MAX_PASSAGE = 5000
"""Code points of one parsed passage: longer lines are cut at a space."""

_MARKER = re.compile(
    r"\s*(?:(?:[-*•>]|\d{1,2}[.)])\s+|\d{1,2}[:.]\d{2}\s+)*"
    r"(?:[A-Z][A-Z .,/]+(?:, [A-Z][a-z]{2,8}\.? \d{1,2})?(?:, \d{4})? ?(?:\([^)\n]{2,40}\) ?)?[-–—]{1,2} )?"  # noqa: RUF001
    r"(?:(?:[A-Z][a-z]+|[A-Z]{2,3}|A|Q \([^)\n]{2,40}\)"
    r"|(?:The )?(?:Mr|Mrs|Ms|Dr|Sir|Lord|Lady|Minister|Secretary)[^:\n]{2,60}"
    r"|Question, [^:\n]{2,60}"
    r"|(?:Spokes(?:person|man|woman) )?[A-Z][\w\u2019'-]+ [A-Z][\w\u2019'-]+"
    r"(?: \([^)\n]{2,40}\)|, [a-z][^:.\n]{2,60})?"
    r"): (?=[A-Z]))?(?:\*\*[^*\n]{1,40}\*\*\s*)?"
)
_MID = re.compile(r"\b([Mm]id)-(?=[A-Z])")
_NO_PROSE = re.compile(
    r"\s*(?:#|(?:Question|Q) ?[:.]|!?\[[^\]\n]*\]\(|https?://|Original article|Disclaimer|\|)"
)


def pieces(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Lines of the body, long ones cut at a space, without list marks, times and datelines before them."""
    for line in re.finditer(r"[^\r\n\f\v\x1c-\x1e\x85\u2028\u2029]+", text[start:]):
        begin, end = start + line.start(), start + line.end()
        if _NO_PROSE.match(text, begin, end):
            continue
        marker = _MARKER.match(text, begin, end)
        begin = marker.end() if marker else begin
        while end - begin > MAX_PASSAGE:
            cut = text.rfind(" ", begin + 1, begin + MAX_PASSAGE)
            cut = cut if cut > begin else begin + MAX_PASSAGE
            yield begin, cut
            begin = cut
        if text[begin:end].strip():
            yield begin, end


def readable(text: str) -> str:
    """The text as the parser reads it best; the same number of code points."""
    return _MID.sub(lambda m: m[1] + " ", text.replace("\u00a0", " ").replace("\u202f", " "))
