"""Text as it is compared: one form for what differs in encoding, case, width, direction or script only.

Invisible characters (zero-width, direction marks, soft hyphens) go; so do accents and
punctuation. Traditional Chinese becomes simplified (OpenCC). What is written in another script
than Latin has a second, Latin form: Chinese as Mandarin syllables (pypinyin), others
letter by letter (AnyAscii).
"""

import re
import unicodedata
from functools import cache, lru_cache

import opencc
from anyascii import anyascii
from pypinyin import lazy_pinyin

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_HAN_RUN = re.compile(f"{_HAN.pattern}+")
_KANA_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_APOSTROPHE = "['`\u2019\u02bc\u00b4]"
_POSSESSIVE = re.compile(_APOSTROPHE + r"s\b")
_NO_GAP = re.compile(_APOSTROPHE)
_INITIALS = re.compile(r"(?<!\w)(?:(?:[a-z]\.){2,}[a-z]?|(?:[a-z]\.)+[a-z])(?!\w)")
_NOT_WORD = re.compile(r"[^\w]+|_+")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def visible(text: str) -> str:
    """The text in NFKC, without characters that cannot be seen, with single spaces."""
    kept = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) not in _HIDDEN)
    return " ".join(kept.split())


_HIDDEN = frozenset({"Cf", "Cs", "Co", "Cn"})


def has_han(text: str) -> bool:
    """Whether there are Chinese characters in the text."""
    return not text.isascii() and _HAN.search(text) is not None


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=65536)
def simplified(text: str) -> str:
    """The text with traditional Chinese characters replaced by simplified ones."""
    return str(_converter().convert(text)) if has_han(text) else text


@lru_cache(maxsize=65536)
def words(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared, in its own script; a run of Chinese is one word.

    >>> words("J.L. MAG Rare\\u2011Earth Co., Ltd.")
    ('jl', 'mag', 'rare', 'earth', 'co', 'ltd')
    """
    if text.isascii():
        folded = text.lower()
    else:
        folded = visible(text).casefold()
        if has_han(folded):
            folded = _HAN_RUN.sub(lambda run: f" {simplified(run.group())} ", folded)
    folded = _POSSESSIVE.sub("", folded)
    folded = _INITIALS.sub(lambda dotted: dotted.group().replace(".", ""), folded)
    folded = _NO_GAP.sub("", folded).replace("&", " and ").replace("+", " plus ")
    return tuple(_NOT_WORD.sub(" ", folded).split())


@lru_cache(maxsize=65536)
def latin(word: str) -> str:
    """A folded word in unaccented Latin letters and digits; Chinese as Mandarin syllables without gaps."""
    if word.isascii():
        return word
    if has_han(word) and not _KANA_HANGUL.search(word):
        word = "".join(syllables(word))
    return _NOT_WORD.sub("", anyascii(word).lower())


@lru_cache(maxsize=65536)
def syllables(word: str) -> tuple[str, ...]:
    """The Mandarin syllables of a folded Chinese word, without tones; other characters stay as they are.

    >>> syllables("韵升")
    ('yun', 'sheng')
    """
    return tuple(s.replace("ü", "u").replace("v", "u") for s in lazy_pinyin(word, v_to_u=True))


def german(word: str) -> str | None:
    """A folded word in Latin letters, umlauts written out (``müller``, ``mueller``); ``None`` if without."""
    spelled = word.translate(_GERMAN)
    return None if spelled == word else latin(spelled)
