"""Parts of speech from tags by table: what spaCy's attribute ruler finds, at a fraction of its time.

The ruler runs a matcher of some 180 patterns over every text. Nearly all of its patterns look at one
token's tag, word and dependency alone, so what they make of a token can be looked up. A text that a
longer pattern matches, or whose tags the ruler itself would change, goes to the ruler as before.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from spacy.attrs import DEP, IS_SPACE, LEMMA, LOWER, MORPH, POS, TAG  # type: ignore[import-not-found]  # compiled, without types
from spacy.language import Language
from spacy.matcher import Matcher
from spacy.pipeline import AttributeRuler
from spacy.tokens import Doc

NAME = "lodestone_ruler"
_READ, _SET, _WRITTEN = [TAG, LOWER, DEP, IS_SPACE], [TAG, DEP], [POS, MORPH, LEMMA]
_KNOWN = frozenset({"TAG", "LOWER", "DEP", "IS_SPACE"})
_PLAIN = "plain"
_MOST = 100_000

Row = tuple[int, int, int]


@dataclass
class TableRuler:
    """Stands for an attribute ruler; ``longer`` finds the texts that no table can speak for."""

    ruler: AttributeRuler
    longer: Matcher
    is_special: Callable[[str], bool]
    """Whether a word, in lower case, is named by a pattern."""
    _rows: dict[tuple[int, int, int, int], Row | None] = field(default_factory=dict)
    _words: dict[int, int] = field(default_factory=dict)

    def __call__(self, doc: Doc) -> Doc:
        """The text with its parts of speech, and the lemmas and features that the ruler gives."""
        rows = None if len(doc) == 0 or self.longer(doc) else self._looked_up(doc)
        if rows is None:
            return self.ruler(doc)
        ruled: Doc = _with(doc, _WRITTEN, rows)
        return ruled

    def _looked_up(self, doc: Doc) -> list[Row] | None:
        rows = []
        for tag, word, dep, space in doc.to_array(_READ).tolist():
            key = (tag, self._word(doc, word), dep, space)
            if key not in self._rows:
                self._rows[key] = self._ruled(doc, key)
            row = self._rows[key]
            if row is None:
                return None
            rows.append(row)
        return rows

    def _word(self, doc: Doc, word: int) -> int:
        """The word itself if a pattern names it, else one that stands for all others."""
        if word not in self._words:
            if len(self._words) > _MOST:
                self._words.clear()
            strings = doc.vocab.strings
            self._words[word] = word if self.is_special(strings[word]) else strings.add(_PLAIN)
        return self._words[word]

    def _ruled(self, doc: Doc, key: tuple[int, int, int, int]) -> Row | None:
        """What the ruler makes of one token; ``None`` where it changes what the table goes by."""
        tag, word, dep, space = key
        if space:
            return None
        alone = Doc(doc.vocab, words=[doc.vocab.strings[word]])
        alone = _with(alone, _SET, [(tag, dep)])
        self.ruler(alone)
        if alone.to_array(_SET).tolist() != [[tag, dep]]:
            return None
        pos, morph, lemma = alone.to_array(_WRITTEN)[0].tolist()
        return pos, morph, lemma


def _with(doc: Any, attributes: list[int], rows: Sequence[tuple[int, ...]]) -> Any:
    """The text with a row of attributes for each token."""
    return doc.from_array(attributes, np.array(rows, dtype=np.uint64))


@Language.factory(NAME)
def table_ruler(nlp: Language, name: str) -> TableRuler:  # noqa: ARG001
    """A table in front of the model's attribute ruler."""
    ruler = nlp.get_pipe("attribute_ruler")
    if not isinstance(ruler, AttributeRuler):
        raise TypeError("the model's attribute ruler is of another kind")
    longer = Matcher(nlp.vocab)
    words: set[str] = set()
    shapes: list[str] = []
    rules: Any = ruler.patterns
    for number, rule in enumerate(rules):
        alternatives = rule["patterns"]
        single = all(len(tokens) == 1 and set(tokens[0]) <= _KNOWN for tokens in alternatives)
        if not single or rule["index"] not in (0, -1):
            longer.add(str(number), alternatives)
        for tokens in alternatives:
            for token in tokens:
                named, regular = _words_of(token.get("LOWER"))
                words |= set(named)
                shapes += regular
    pattern = re.compile("|".join(shapes)) if shapes else None
    return TableRuler(ruler, longer, lambda word: word in words or bool(pattern and pattern.search(word)))


def _words_of(test: object) -> tuple[Iterable[str], list[str]]:
    """The words, and the regular expressions, by which a pattern tests a word."""
    match test:
        case None:
            return (), []
        case str():
            return (test,), []
        case {"IN": words} | {"NOT_IN": words}:
            return words, []
        case {"REGEX": regular}:
            return (), [regular]
        case _:
            return (), [""]  # matches every word: each is looked up by itself
