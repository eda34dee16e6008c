"""Whether a text is about trade in critical minerals: what is not has no claims."""

import re
from dataclasses import dataclass
from functools import lru_cache

from kg.extract.frames import Lexicon

_ENOUGH = 4


@dataclass(frozen=True)
class Domain:
    """The words of the field, as patterns made from the lexicon's lists."""

    strong: re.Pattern[str]
    weak: re.Pattern[str]
    trade: re.Pattern[str]
    license: re.Pattern[str]
    export_license: re.Pattern[str]
    other_goods: re.Pattern[str]

    def covers(self, text: str) -> bool:
        """Whether the text names materials of the field beside trade or licenses.

        A magnet alone may be one for goals, a license alone one to drive: a strong word
        ("gallium"), or several weak ones, must stand beside words of control.
        """
        lowered = text.lower()
        strong = self.strong.search(lowered) is not None
        weak = len(self.weak.findall(lowered))
        if (strong or weak) and self.trade.search(lowered):
            return True
        if (strong or weak >= _ENOUGH) and self.license.search(lowered):
            return True
        return bool(self.export_license.search(lowered)) and not self.other_goods.search(lowered)


@lru_cache(maxsize=4)
def domain_of(lexicon_sets: tuple[frozenset[str], ...]) -> Domain:
    """The patterns of the lists, in the order of ``Domain``'s members."""
    return Domain(*(re.compile(rf"\b(?:{'|'.join(sorted(words))})") for words in lexicon_sets))


def in_domain(text: str, lexicon: Lexicon) -> bool:
    """Whether the text is about what the lexicon covers."""
    names = (
        "strong_materials",
        "weak_materials",
        "trade_words",
        "license_words",
        "export_license",
        "other_goods",
    )
    return domain_of(tuple(lexicon.classes[name] for name in names)).covers(text)
