"""Text as the words that are searched: folded, in any script.

Words are lower-cased and lose their accents. Chinese and Japanese characters, which nothing
separates, are a word each; a phrase of them is then any passage, found exactly.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

LONGEST_WORD = 60
"""Characters of the longest word that is searched; longer ones are identifiers and noise."""

_SOLITARY = "\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_EACH = re.compile(f"([{_SOLITARY}])")
_WORD = re.compile(rf"[{_SOLITARY}]|[^\W_{_SOLITARY}]+")


def analyzer() -> TextAnalyzer:
    """What makes words of a text."""
    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(LONGEST_WORD))
    return builder.filter(Filter.lowercase()).filter(Filter.ascii_fold()).build()


_ANALYZER = analyzer()


def spaced(text: str) -> str:
    """The text with a space on both sides of each character that is a word by itself."""
    return text if text.isascii() else _EACH.sub(r" \1 ", text)


def words(text: str) -> list[str]:
    """The words of a text, as they are searched."""
    return list(_ANALYZER.analyze(spaced(text)))


def is_solitary(word: str) -> bool:
    """Whether a word is a single character of a script without spaces."""
    return _EACH.fullmatch(word) is not None


@dataclass(frozen=True)
class Place:
    """A word where it stands in a text."""

    start: int
    end: int
    word: str


def places(text: str) -> Iterator[Place]:
    """The words of a text with their places."""
    for match in _WORD.finditer(text):
        for word in _ANALYZER.analyze(match[0])[:1]:
            yield Place(match.start(), match.end(), word)


def allowed_typos(word: str) -> int:
    """How many letters of a word may be wrong: none of a short one, nor of a number."""
    if len(word) < 4 or word.isdigit() or is_solitary(word):
        return 0
    return 1 if len(word) < 7 else 2


def resembles(word: str, other: str, typos: int) -> bool:
    """Whether so few changes lead from one word to the other: letters put in, left out, changed, swapped.

    This is the restricted Damerau-Levenshtein distance, which the index counts too.
    """
    if word == other:
        return True
    if typos == 0 or abs(len(word) - len(other)) > typos:
        return False
    older: list[int] = []
    before = list(range(len(other) + 1))
    for i, letter in enumerate(word, start=1):
        row = [i]
        for j, its in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != its))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == its:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > typos:
            return False
        older, before = before, row
    return before[-1] <= typos
