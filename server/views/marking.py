"""Words that were searched, marked where they stand in what is shown."""

from dataclasses import dataclass

from kg.dataset.text.asked import asked_words
from kg.dataset.text.words import allowed_typos, is_solitary, places, resembles

_SHORTEST_BEGINNING = 2


@dataclass(frozen=True)
class MarkedText:
    """A piece of text; ``found`` if it is what was searched."""

    text: str
    found: bool = False


class Marker:
    """Marks the words of one search."""

    def __init__(self, search: str) -> None:
        self._words = tuple(dict.fromkeys(asked_words(search)))
        self._known: dict[str, bool] = {}

    def __bool__(self) -> bool:
        return bool(self._words)

    def pieces(self, text: str) -> tuple[MarkedText, ...]:
        """The text, cut where a word that was searched begins or ends; the pieces joined are the text."""
        pieces: list[MarkedText] = []
        end = 0
        for place in places(text) if self._words else ():
            if not self._fits(place.word):
                continue
            if place.start > end or not pieces:
                pieces += [MarkedText(text[end : place.start])] if place.start > end else []
                pieces.append(MarkedText(text[place.start : place.end], found=True))
            else:  # side by side, as characters that are words
                pieces[-1] = MarkedText(pieces[-1].text + text[place.start : place.end], found=True)
            end = place.end
        if end < len(text):
            pieces.append(MarkedText(text[end:]))
        return tuple(pieces)

    def around(self, text: str, longest: int) -> str:
        """A part of a long text in which something is found, or its beginning."""
        if len(text) <= longest:
            return text
        first = next((p.start for p in places(text) if self._fits(p.word)), 0) if self._words else 0
        start = max(0, min(first - longest // 3, len(text) - longest))
        before, after = "… " if start else "", " …" if start + longest < len(text) else ""
        return f"{before}{text[start : start + longest].strip()}{after}"

    def _fits(self, word: str) -> bool:
        found = self._known.get(word)
        if found is None:
            found = self._known[word] = any(_fits(word, asked) for asked in self._words)
        return found


def _fits(word: str, asked: str) -> bool:
    if word == asked or is_solitary(asked):
        return word == asked
    if len(asked) >= _SHORTEST_BEGINNING and word.startswith(asked):
        return True
    return resembles(word, asked, allowed_typos(asked))
