"""Whether a text is about trade in critical minerals: what is not has no claims."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from kg.extract.lexicon.frames import Lexicon

_ENOUGH = 3
_MANY = 3
_COVERED = 6
_MOST_WEAK = 4
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n")


@dataclass(frozen=True)
class Domain:
    """The words of the field, as patterns made from the lexicon's lists."""

    strong: re.Pattern[str]
    weak: re.Pattern[str]
    trade: re.Pattern[str]
    license: re.Pattern[str]
    export_license: re.Pattern[str]
    other_goods: re.Pattern[str]
    makers_land: re.Pattern[str]
    supply: re.Pattern[str]

    def covers(self, text: str, title: str = "") -> bool:
        """Whether the text names materials of the field beside trade or licenses.

        A magnet alone may be one for goals, a license alone one to drive, a band may be called
        Gallium: a material must stand in one sentence with words of control, or the text be full of
        such words, or speak of export licenses and of no other goods.
        """
        lowered = text.lower()
        weak = len(self.weak.findall(lowered))
        sentences = (*_SENTENCE_END.split(lowered), title.lower())
        if any(self._beside(sentence, weak) for sentence in sentences):
            return True
        if self._of_maker(sentences):
            return True
        if len(self.strong.findall(lowered)) >= _MANY and (
            self.trade.search(lowered) or self.license.search(lowered)
        ):
            return True
        if self._weight(lowered, title.lower()) >= _COVERED:
            return True
        exports = self.export_license.search(lowered) or self.export_license.search(title.lower())
        return bool(exports) and not self.other_goods.search(lowered)

    def _of_maker(self, sentences: Sequence[str]) -> bool:
        """Whether a weak material is licensed in one sentence, a strong one named, and a land that makes it.

        Who speaks to those who know ("the licence of our magnet partner") need not say "export".
        """
        return (
            any(self.weak.search(s) and self.license.search(s) for s in sentences)
            and any(self.strong.search(s) for s in sentences)
            and any(self.makers_land.search(s) for s in sentences)
        )

    def _weight(self, text: str, title: str) -> int:
        """How much speaks for the field where no sentence says it all; 0 without a material and a land.

        A feature may call its goods magnets, its license an application, and name China once.
        """
        whole = f"{title}\n{text}"
        materials = 2 * min(len(self.strong.findall(whole)), 2) + min(
            len(self.weak.findall(whole)), _MOST_WEAK
        )
        if not self.makers_land.search(whole) or materials <= len(self.other_goods.findall(whole)):
            return 0
        words = sum(
            1 for kind in (self.trade, self.license, self.export_license) if kind.search(whole) is not None
        )
        return materials + words + min(len(set(self.supply.findall(whole))), 2)

    def _beside(self, sentence: str, weak: int) -> bool:
        """Whether a sentence names a material and a control; ``weak``: how often the text names weak ones."""
        strong = self.strong.search(sentence) is not None
        if not strong and not self.weak.search(sentence):
            return False
        if self.trade.search(sentence):
            return True
        return (strong or weak >= _ENOUGH) and self.license.search(sentence) is not None


@lru_cache(maxsize=4)
def domain_of(lexicon_sets: tuple[frozenset[str], ...]) -> Domain:
    """The patterns of the lists, in the order of ``Domain``'s members."""
    return Domain(*(re.compile(rf"\b(?:{'|'.join(sorted(words))})") for words in lexicon_sets))


def in_domain(text: str, lexicon: Lexicon, title: str = "") -> bool:
    """Whether the text, under its title, is about what the lexicon covers."""
    names = (
        "strong_materials",
        "weak_materials",
        "trade_words",
        "license_words",
        "export_license",
        "other_goods",
        "makers_land",
        "supply_words",
    )
    return domain_of(tuple(lexicon.classes[name] for name in names)).covers(text, title)
