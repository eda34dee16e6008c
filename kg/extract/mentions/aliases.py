"""Further names that a text gives to what it names: in brackets, in quotation marks, in Chinese.

"Jiangxi Ruifeng Magnetic Materials Co., Ltd. (江西瑞丰磁材, "Ruifeng" or "the Group")" is known by all
of these from there on; "宁波韵升 (Ningbo Yunsheng)" is one firm with two names.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_HAN = r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
_WORD = r"[A-Z][\w.&'\u2019-]*"
_LATIN = rf"(?:{_WORD}|\d+)(?:,? (?:{_WORD}|of|and|for|&|\d+))*"
_BRACKET = re.compile(
    rf"(?P<full>{_LATIN}|{_HAN}{{2,}}),? ?[(\uff08](?P<inside>[^()\uff08\uff09\n]{{1,160}})[)\uff09]"
)
_QUOTED = re.compile(r"[\"\u201c\u201e](?:[Tt]he )?(?P<name>[^\"\u201c\u201d\n]{2,40})[\"\u201d]")
_ACRONYM = re.compile(r"[A-Z][A-Z&.-]{1,7}")
_HAN_NAME = re.compile(rf"{_HAN}{{2,}}")
_LATIN_NAME = re.compile(rf"{_WORD}(?: {_WORD})*")
_OWNER = re.compile(r"^[A-Z]\w+['\u2019]s ")
_STOPS = frozenset({"The", "In", "On", "At", "By", "And", "For", "A", "An"})


def chinese(words: str) -> str | None:
    """The first name in Chinese characters in some words, or ``None``."""
    found = None if words.isascii() else _HAN_NAME.search(words)
    return found.group() if found else None


@dataclass(frozen=True)
class Aliases:
    """Names by what the text says they stand for; and the other names of each."""

    full: dict[str, str] = field(default_factory=dict)
    """By a short or other name, without its article: the name that it stands for."""
    others: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By a name in Latin letters: what it is called in Chinese."""

    def of(self, name: str) -> str | None:
        """The name that another one stands for, or ``None``."""
        return self.full.get(name.removeprefix("the ").removeprefix("The "))

    def also(self, name: str) -> tuple[str, ...]:
        """The names in Chinese of something, if the text gives any."""
        return self.others.get(name.removeprefix("the ").removeprefix("The "), ())


def aliases_in(texts: Iterable[str]) -> Aliases:
    """The further names that texts give, the first meaning of each."""
    full: dict[str, str] = {}
    others: dict[str, tuple[str, ...]] = {}
    for text in texts:
        if "(" not in text and "\uff08" not in text:
            continue
        for match in _BRACKET.finditer(text):
            name, inside = _name(match["full"]), match["inside"]
            if name is None:
                continue
            han = _HAN_NAME.search(inside)
            if _HAN_NAME.fullmatch(name):
                latin = _LATIN_NAME.match(inside)
                if latin is not None:
                    full.setdefault(name, latin.group())
                    others.setdefault(latin.group(), (name,))
                continue
            if han is not None:
                full.setdefault(han.group(), name)
                others.setdefault(name, (han.group(),))
            for quoted in _QUOTED.finditer(inside):
                if len(name) > len(quoted["name"]):
                    full.setdefault(quoted["name"], name)
            if _ACRONYM.fullmatch(inside) and _initials(_OWNER.sub("", name), inside):
                full.setdefault(inside, name)
    for name, known in list(others.items()):
        longer = full.get(name)
        if longer is not None:
            others.setdefault(longer, known)
    return Aliases(full, others)


def _name(words: str) -> str | None:
    parts = words.split()
    while parts and parts[0] in _STOPS:
        parts = parts[1:]
    return " ".join(parts) or None


def _initials(name: str, short: str) -> bool:
    """Whether an abbreviation is made of the letters that a name's words begin with."""
    letters = iter(c for word in name.split() for c in word.upper())
    return name[0] == short[0] and all(c in letters for c in short if c.isalpha())
