"""A name taken apart: what it says of its bearer, and in how many ways it may be written."""

from dataclasses import dataclass
from functools import lru_cache

from kg.claims.names import is_name
from kg.link.folding import german, has_han, latin, syllables, visible, words
from kg.link.lexicon import (
    MOST_FORM_WORDS,
    Sort,
    han_legal_forms,
    legal_forms,
    longest_han_word,
    name_words,
    role_nouns,
)

_DETERMINERS = frozenset(
    """
    a an its our their his her some any all these those this that other another many most several both
    one two three four five six seven eight nine ten eleven twelve dozens dozen hundreds few
    """.split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word (or set phrase) of a name in Latin letters, and what it is.

    ``key`` is its meaning, where Chinese has it too; ``syllables`` counts those of a Chinese word.
    """

    latin: str
    sort: Sort
    key: str
    syllables: int = 0


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is compared.

    ``core`` is the name without its legal form, ``joined`` the core without gaps; ``written_out`` the same
    with umlauts as ae, oe, ue. ``forms`` are the classes of its legal form, empty if it has none. ``han`` is
    the core in simplified Chinese, ``syllables`` how many Mandarin syllables the words of its own have.
    ``is_name`` is false for a description. ``initials`` are the first letters of its words, if there are
    three and more, ``keys`` the meanings of the words in order of the alphabet, ``own`` the words of its
    own without gaps.
    """

    text: str
    core: tuple[Word, ...]
    joined: str
    forms: frozenset[str]
    written_out: str | None = None
    han: str | None = None
    syllables: int = 0
    is_name: bool = True
    initials: str | None = None
    keys: tuple[str, ...] = ()
    own: str = ""


@lru_cache(maxsize=131072)
def name_of(text: str) -> Name:
    """Take a name apart."""
    found = words(text)
    core, forms = _without_form(found)
    if not core:
        core, forms = found, frozenset()
    parts = _parts(core)
    own_syllables = sum(part.syllables for part in parts if part.sort == "own")
    telling = [part.latin for part in parts if part.sort != "filler" and part.latin]
    han = "".join(core) if core and all(map(has_han, core)) else None
    written_out = [german(word) for word in core]
    return Name(
        text=visible(text),
        core=parts,
        joined="".join(part.latin for part in parts),
        forms=forms,
        initials="".join(word[0] for word in telling) if len(telling) >= 3 else None,
        keys=tuple(sorted(part.key for part in parts if part.sort != "filler")),
        own="".join(part.latin for part in parts if part.sort == "own"),
        written_out="".join(w or latin(c) for w, c in zip(written_out, core, strict=True))
        if any(written_out)
        else None,
        han=han,
        syllables=own_syllables,
        is_name=han is not None or _is_name(text) or (bool(forms) and is_name(" ".join(core).title())),
    )


def _is_name(text: str) -> bool:
    """Whether the wording is a name, however its letters are cased."""
    if is_name(text):
        return True
    found = words(text)
    telling = [w for w in found if w not in role_nouns() and name_words().sort_of((w,)) in (None, "own")]
    described = not telling or found[0] in _DETERMINERS
    return text.islower() and not described and is_name(text.title())


def _parts(core: tuple[str, ...]) -> tuple[Word, ...]:
    """The words of a name, set phrases as one."""
    pieces = [piece for word in core for piece in (_pieces(word) if has_han(word) else (word,))]
    parts: list[Word] = []
    start = 0
    while start < len(pieces):
        for length in (4, 3, 2, 1):
            phrase = tuple(pieces[start : start + length])
            if len(phrase) == length and ((part := _known(phrase)) is not None or length == 1):
                parts.append(part or _own(phrase[0]))
                start += length
                break
    return tuple(parts)


def _known(phrase: tuple[str, ...]) -> Word | None:
    known = name_words()
    spelled = tuple(map(latin, phrase))
    sort = known.sort_of(phrase) or (known.sort_of(spelled) if spelled != phrase else None)
    if sort is None:
        return None
    joined = "".join(spelled)
    return Word(joined, sort, known.meaning.get(phrase) or known.meaning.get(spelled, joined))


def _own(piece: str) -> Word:
    spelled = latin(piece)
    return Word(spelled, "own", spelled, len(syllables(piece)) if has_han(piece) else 0)


def _without_form(found: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[str]]:
    """The words of a name without its legal form, and the form's classes."""
    core, forms = _strip_latin(found)
    if forms or not core:
        return core, forms
    last = core[-1]
    for ending in han_legal_forms() if has_han(last) else ():
        if last.endswith(ending):
            rest = (last.removesuffix(ending),) if last != ending else ()
            return (*core[:-1], *rest), legal_forms()[ending,].classes
    return core, frozenset()


def _strip_latin(found: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[str]]:
    table = legal_forms()
    for length in range(min(MOST_FORM_WORDS, len(found)), 0, -1):
        form = table.get(found[-length:])
        if form is not None and form.at_end:
            return found[:-length], form.classes
    for length in range(min(MOST_FORM_WORDS, len(found)), 0, -1):
        form = table.get(found[:length])
        if form is not None and form.at_start:
            return found[length:], form.classes
    return found, frozenset()


@lru_cache(maxsize=65536)
def _pieces(word: str) -> tuple[str, ...]:
    """A Chinese word cut into a place before, words that tell little behind, and what is between."""
    known = name_words().sorts
    longest = range(min(longest_han_word(), len(word) - 1), 0, -1)
    before: list[str] = []
    behind: list[str] = []
    rest = word
    place = next((word[:n] for n in longest if known.get((word[:n],)) in ("place", "area")), None)
    if place is not None:
        before.append(place)
        rest = rest.removeprefix(place)
        rest = rest.removeprefix("市").removeprefix("省") or rest
    while rest:
        ending = next((rest[-n:] for n in longest if known.get((rest[-n:],)) in ("industry", "level")), None)
        if ending is None:
            break
        behind.append(ending)
        rest = rest.removesuffix(ending)
    return (*before, *((rest,) if rest else ()), *reversed(behind))
