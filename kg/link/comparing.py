"""How two names compare: one of the classes of ``scoring.yaml``, and the similarity of their spellings."""

import re
from dataclasses import dataclass

from rapidfuzz.distance import OSA, Indel

from kg.link.lexicon import Sort
from kg.link.names import Name, Word

SAME_SYLLABLES = 3
"""Mandarin syllables of its own from which on a name that sounds the same is taken to be the same."""
_DIGITS = re.compile(r"[0-9]+")
_NEAR = 0.86
_MOST_INITIALS = 6
_LEFT: tuple[tuple[Sort, str], ...] = (
    ("number", "number differs"),
    ("own", "own word added"),
    ("level", "level added"),
    ("area", "area added"),
    ("place", "place added"),
    ("industry", "industry added"),
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two names compare.

    ``similarity`` of the spellings is in [0, 1]; ``form`` says how the legal forms do.
    """

    kind: str
    similarity: float
    form: str


def compare(a: Name, b: Name) -> Comparison:
    """Compare two names; the order does not matter."""
    similarity = Indel.normalized_similarity(a.joined, b.joined)
    form = _form(a, b)
    return Comparison(_kind(a, b, form), similarity, form)


def _form(a: Name, b: Name) -> str:
    if not a.forms and not b.forms:
        return "none"
    if not a.forms or not b.forms:
        return "one only"
    if a.forms & b.forms:
        return "same"
    return "one only" if _is_loose(a.forms, b.forms) or _is_loose(b.forms, a.forms) else "other"


def _is_loose(form: frozenset[str], other: frozenset[str]) -> bool:
    """Whether a form says so little that the other one may be meant."""
    return form == {"company"} or (form == {"ltd"} and bool(other & {"limited", "stock"}))


def _kind(a: Name, b: Name, form: str) -> str:
    if _same_letters(a, b):
        if a.han is not None and b.han is not None and a.han != b.han:
            return "homophones"
        if (a.han is None) == (b.han is None):
            return _with_form("same", form)
        return _sounds(a, b, form)
    if _unit(a) != _unit(b):
        return "unit added" if _overlap(a, b) else "unlike"
    if a.keys and a.keys == b.keys:
        return _same_meaning(a, b, form)
    return _different_words(a, b, form)


def _same_letters(a: Name, b: Name) -> bool:
    left = {a.joined, a.written_out} - {None}
    return bool(left & {b.joined, b.written_out}) and bool(a.joined) and _numbers(a) == _numbers(b)


def _numbers(name: Name) -> list[str]:
    return _DIGITS.findall(" ".join(word.latin for word in name.core))


def _with_form(kind: str, form: str) -> str:
    match form:
        case "one only":
            return f"{kind}, form added"
        case "other":
            return f"{kind}, other form"
        case _:
            return kind


def _sounds(a: Name, b: Name, form: str) -> str:
    """A Chinese name and one in Latin letters that are pronounced alike."""
    own = max(a.syllables, b.syllables)
    return (
        "sounds same, short" if own < SAME_SYLLABLES and form != "other" else _with_form("sounds same", form)
    )


def _same_meaning(a: Name, b: Name, form: str) -> str:
    if (a.han is None) != (b.han is None) and form == "same" and _tells_enough(a if a.han else b):
        return "sounds same, translated"
    if form == "other":
        return "translated, other form"
    if sorted(_plain(a)) == sorted(_plain(b)):
        return "reordered"
    return "plural" if _singular(a) == _singular(b) else "translated"


def _tells_enough(chinese: Name) -> bool:
    """Whether a Chinese name that sounds the same leaves little room for a homophone."""
    sorts = {word.sort for word in chinese.core}
    return chinese.syllables >= SAME_SYLLABLES or (
        chinese.syllables >= SAME_SYLLABLES - 1 and {"place", "industry"} <= sorts
    )


def _plain(name: Name) -> list[str]:
    return [word.latin for word in name.core if word.sort != "filler"]


def _singular(name: Name) -> list[str]:
    return [word.removesuffix("s") for word in _plain(name)]


def _unit(name: Name) -> bool:
    return any(word.key == "unit" for word in name.core)


def _overlap(a: Name, b: Name) -> bool:
    own = {word.key for word in a.core if word.sort == "own"}
    return bool(own & {word.key for word in b.core})


def _different_words(a: Name, b: Name, form: str) -> str:
    left, right = _left_over(a, b), _left_over(b, a)
    if _initials(a, b) or _initials(b, a):
        return "initials"
    if not left and not right:
        return "translated" if a.keys and b.keys else "unlike"
    if left and right:
        return _both_left_over(left, right, a, b, form)
    fuller, barer = (a, b) if left else (b, a)
    if not barer.own:
        return "own word differs" if len(fuller.keys) > len(left or right) else "unlike"
    sorts = {word.sort for word in (left or right)}
    kind = next(kind for sort, kind in _LEFT if sort in sorts)
    return f"{kind}, both legal" if kind == "industry added" and form in ("same", "other") else kind


def _left_over(of: Name, other: Name) -> list[Word]:
    """Words that the other name lacks; own words also count as there where the other has them joined."""
    there = list(other.keys)
    same_own = bool(of.own) and of.own == other.own
    left: list[Word] = []
    for word in of.core:
        if word.sort == "filler" or (same_own and word.sort == "own"):
            continue
        if word.key in there:
            there.remove(word.key)
        else:
            left.append(word)
    return left


def _both_left_over(left: list[Word], right: list[Word], a: Name, b: Name, form: str) -> str:
    own_left = "".join(word.latin for word in left if word.sort == "own")
    own_right = "".join(word.latin for word in right if word.sort == "own")
    sorts = {word.sort for word in left} & {word.sort for word in right}
    if "number" in {word.sort for word in (*left, *right)}:
        return "number differs"
    if own_left and own_right:
        alone = all(word.sort == "own" for word in (*left, *right)) and form != "other"
        return "spelling" if alone and _near(own_left, own_right) else "own word differs"
    if own_left or own_right or not (a.own and b.own):
        return "own word differs"
    return "place differs" if sorts & {"place", "area"} else "industry differs"


def _near(a: str, b: str) -> bool:
    """Whether a slip of the pen may lie between: one letter in five and more, or few in many."""
    shorter = min(len(a), len(b))
    return shorter >= 5 and (OSA.distance(a, b) == 1 or OSA.normalized_similarity(a, b) >= _NEAR)


def _initials(short: Name, full: Name) -> bool:
    """Whether one name is made of the first letters of the other's words."""
    letters = "".join(word.latin for word in short.core if word.sort != "filler")
    return len(letters) <= _MOST_INITIALS and short.han is None and letters == full.initials
