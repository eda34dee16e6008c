"""Words that tell little in a name: legal forms, what firms do, levels, areas, places.

The first four are files in ``kg/link/reference/``; places come from the packages that hold them.
"""

import gettext
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import pycountry
import yaml

from kg.link.folding import has_han, latin, words
from kg.link.reference.gazetteer import chinese_parts, cities

Sort = Literal["own", "industry", "level", "area", "place", "number", "filler"]
"""What a word of a name is; ``own`` tells one bearer of the name from another."""

Phrase = tuple[str, ...]
MOST_FORM_WORDS = 6
_ADMINISTRATIVE = ("sheng", "shi", "zizhiqu", "zhuangzu", "huizu", "uygur", "sar")


@dataclass(frozen=True)
class LegalForm:
    """A legal form as a name states it: the classes that it may stand for, and where it stands."""

    classes: frozenset[str]
    at_start: bool
    at_end: bool


def _data(name: str) -> object:
    return yaml.safe_load(files("kg.link.reference").joinpath(name).read_text(encoding="utf-8"))


@cache
def legal_forms() -> dict[Phrase, LegalForm]:
    """Legal forms by their folded words; a Chinese one is one word."""
    found: dict[Phrase, LegalForm] = {}
    for entry in _data("legal_forms.yaml"):  # type: ignore[attr-defined]  # a list, by the file's own head
        at = entry.get("at", "end")
        form = LegalForm(frozenset(entry["classes"]), at in ("start", "both"), at in ("end", "both"))
        found.update((words(text), form) for text in entry["words"])
    return found


@cache
def han_legal_forms() -> tuple[str, ...]:
    """Chinese legal forms, which are written on to the name, longest first."""
    found = (phrase[0] for phrase in legal_forms() if len(phrase) == 1 and has_han(phrase[0]))
    return tuple(sorted(found, key=lambda word: (-len(word), word)))


@cache
def role_nouns() -> frozenset[str]:
    """What descriptions end in: "suppliers", "the ministry"."""
    return frozenset(_data("name_words.yaml")["roles"])  # type: ignore[index]  # by the file's own head


@dataclass(frozen=True)
class Words:
    """Words and phrases by sort; ``meaning`` is an English key that Chinese equivalents share."""

    sorts: dict[Phrase, Sort]
    meaning: dict[Phrase, str]

    def sort_of(self, phrase: Phrase) -> Sort | None:
        """What folded words are, in Latin letters or Chinese; ``None`` if they are no known phrase."""
        if len(phrase) == 1 and phrase[0].isdigit():
            return "number"
        return self.sorts.get(phrase)


@cache
def name_words() -> Words:
    """The words of ``name_words.yaml``, and the names of places."""
    data = _data("name_words.yaml")
    sorts: dict[Phrase, Sort] = {(word,): "place" for word in place_words()}
    meaning: dict[Phrase, str] = {}
    kinds: tuple[Sort, ...] = ("industry", "level", "area", "own")
    for sort in kinds:
        for key, spelled in data[sort].items():  # type: ignore[index]  # a mapping, by the file's own head
            for text in spelled:
                sorts[words(text)] = sort
                meaning[words(text)] = key
    sorts.update({(word,): "filler" for word in data["filler"]})  # type: ignore[index]  # as above
    return Words(sorts, meaning)


@cache
def longest_han_word() -> int:
    """Characters of the longest Chinese word that tells little."""
    return max(len(phrase[0]) for phrase in name_words().sorts if len(phrase) == 1 and has_han(phrase[0]))


@cache
def place_words() -> frozenset[str]:
    """Single words that are places: cities and provinces of China, countries, large cities."""
    return frozenset(_place_words())


def _place_words() -> Iterator[str]:
    chinese = gettext.translation("iso3166-2", pycountry.LOCALES_DIR, languages=["zh_CN"])
    for code_name in chinese_parts().values():
        yield from (w for w in words(code_name) if w not in _ADMINISTRATIVE)
        han = chinese.gettext(code_name)
        if has_han(han):
            yield han[:3] if han.startswith(("内蒙古", "黑龙江")) else han[:2]
    for country in pycountry.countries:
        found = words(getattr(country, "common_name", country.name).partition(",")[0])
        if len(found) == 1:
            yield found[0]
    for city in cities():
        chinese_city = city.country == "CN"
        if chinese_city or city.population >= 1_000_000:
            found = words(city.name)
            yield from ((latin(found[0]),) if len(found) == 1 else ())
        if chinese_city:
            yield from (n.removesuffix("市") for n in city.names if has_han(n) and 2 <= len(n) <= 4)
