"""The lexicon ``frames.yaml`` as frozen types."""

import re
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Any

import yaml

from kg.claims.claim import ClaimType, Polarity, RoleName


@dataclass(frozen=True)
class Path:
    """How to get from a trigger to a participant; ``test`` is a class of nouns that it must be in."""

    steps: tuple[str, ...]
    test: str | None = None
    way: str = field(default="", compare=False)
    """The steps as they are written."""

    @classmethod
    @cache
    def parse(cls, text: str) -> "Path":
        """Reads ``FUNCTION(.FUNCTION)*(/CLASS)``; the same text gives the same object."""
        steps, _, test = text.partition("/")
        return cls(tuple(steps.split(".")), test or None, steps)


@dataclass(frozen=True)
class Variant:
    """Another type of claim, under a condition."""

    type: ClaimType
    adverbs: frozenset[str] = frozenset()
    preposition: str | None = None
    noun_class: str | None = None
    role: RoleName | None = None
    determiners: frozenset[str] = frozenset()
    tense: str | None = None
    """``ahead``: in the present or future ("lapses on Friday"); ``habit``: what "we" do ("we approve …")."""


@dataclass(frozen=True)
class Frame:
    """One way of telling one type of event."""

    type: ClaimType
    pos: str
    where: tuple[Path, ...]
    roles: tuple[tuple[RoleName, tuple[Path, ...]], ...]
    variants: tuple[Variant, ...] = ()
    each: RoleName | None = None
    polarity: Polarity = Polarity.POSITIVE
    negated: bool = False
    progressive: bool = False
    duty: bool = False
    refusing: bool = False
    able: bool = False
    passive: bool = False
    bare: bool = False
    predicate: bool = False


@dataclass(frozen=True)
class Lexicon:
    """All frames by (part of speech, lemma, particle or ""), and the classes of nouns."""

    frames: dict[tuple[str, str, str], tuple[Frame, ...]]
    classes: dict[str, frozenset[str]]
    around: dict[str, tuple[tuple[RoleName, tuple[Path, ...]], ...]] = field(default_factory=dict)
    speech: dict[str, frozenset[str]] = field(default_factory=dict)
    demonyms: dict[str, str] = field(default_factory=dict)
    triggers: frozenset[tuple[str, str]] = frozenset()
    """Part of speech and lemma of each trigger, whatever its particle."""
    loose: dict[ClaimType, Frame] = field(default_factory=dict)
    """Who plays which part in an event of a type, whatever the trigger."""
    stems: re.Pattern[str] = field(default=re.compile(""))
    """Finds the beginnings of triggers and of words of reporting: a line without any has no claim."""

    @cached_property
    def compounds(self) -> dict[str, frozenset[str]]:
        """By class: the last words of its members of two words ("certificate" of "export certificate")."""
        return {
            name: frozenset(word.rpartition(" ")[2] for word in members if " " in word)
            for name, members in self.classes.items()
        }


_SHORT = 3
_IRREGULAR = (
    "gave given won got sought sent lost came rose fell went had has was were are is sank paid said "
    "told wrote began begun shown slid shrank held took taken shut hurt stood stuck ran met kept "
    "withdrew forbade struck fed led written left made put set bade spoke spoken sold brought froze "
    "frozen "
).split()
_POS = {"verbs": "VERB", "nouns": "NOUN", "adjectives": "ADJ"}
_SETS = (
    "given_names",
    "known_persons",
    "firm_places",
    "issuance",
    "revoking",
    "strong_materials",
    "weak_materials",
    "trade_words",
    "license_words",
    "export_license",
    "other_goods",
    "makers_land",
    "supply_words",
    "weak",
    "context",
    "foreign_modifiers",
    "licence_words",
    "silence",
    "make",
)


def _roles(given: dict[str, Any] | None) -> tuple[tuple[RoleName, tuple[Path, ...]], ...]:
    return tuple(
        (RoleName(role), tuple(Path.parse(path) for path in paths)) for role, paths in (given or {}).items()
    )


def _variant(given: dict[str, Any]) -> Variant:
    return Variant(
        type=ClaimType(given["type"]),
        adverbs=frozenset(given.get("adverb", ())),
        preposition=given.get("preposition"),
        noun_class=given.get("class"),
        role=RoleName(given["role"]) if "role" in given else None,
        determiners=frozenset(given.get("determiner", ())),
        tense=given.get("tense"),
    )


def _frame(given: dict[str, Any], pos: str) -> Frame:
    return Frame(
        type=ClaimType(given["type"]),
        pos=pos,
        where=tuple(Path.parse(f"{path}/{test}") for path, test in given.get("where", {}).items()),
        roles=_roles(given.get("roles")),
        variants=tuple(_variant(v) for v in given.get("variants", ())),
        each=RoleName(given["each"]) if "each" in given else None,
        polarity=Polarity(given.get("polarity", "positive")),
        negated=given.get("negated") == "true",
        progressive=given.get("progressive") == "true",
        duty=given.get("duty") == "true",
        refusing=given.get("refusing") == "true",
        able=given.get("able") == "true",
        passive=given.get("passive") == "true",
        bare=given.get("bare") == "true",
        predicate=given.get("predicate") == "true",
    )


def _each(kind: ClaimType) -> dict[str, str]:
    """Of several who stay silent each has a claim of its own."""
    return {"each": "speaker"} if kind is ClaimType.NO_COMMENT else {}


def parse_lexicon(source: str) -> Lexicon:
    """Reads a lexicon from YAML. Raises ``ValueError`` or ``KeyError`` where it is not one."""
    data = yaml.load(source, Loader=yaml.BaseLoader)  # noqa: S506  strings only: "on" is a preposition
    frames: dict[tuple[str, str, str], tuple[Frame, ...]] = {}
    for given in data["frames"]:
        for member, pos in _POS.items():
            for trigger in given.get(member, ()):
                lemma, _, particle = str(trigger).partition(" ")
                key = (pos, lemma, particle)
                frames[key] = (*frames.get(key, ()), _frame(given, pos))
    for key, found in frames.items():
        frames[key] = tuple(
            sorted(found, key=lambda f: not (f.duty or f.progressive or f.refusing or f.negated))
        )
    classes = {name: frozenset(map(str, members)) for name, members in data["classes"].items()}
    classes |= {name: frozenset(map(str, data.get(name, ()))) for name in _SETS}
    around = {name: _roles(roles) for name, roles in data.get("around", {}).items()}
    speech = {name: frozenset(map(str, words)) for name, words in data.get("speech", {}).items()}
    loose = {
        ClaimType(kind): _frame({"type": kind, "roles": roles} | _each(ClaimType(kind)), "VERB")
        for kind, roles in data.get("loose", {}).items()
    }
    stems = _stems(frames, speech)
    triggers = frozenset((pos, lemma) for pos, lemma, _ in frames)
    return Lexicon(frames, classes, around, speech, data.get("demonyms", {}), triggers, loose, stems)


def _stems(
    frames: dict[tuple[str, str, str], tuple[Frame, ...]], speech: dict[str, frozenset[str]]
) -> re.Pattern[str]:
    words = {lemma for _, lemma, _ in frames} | speech.get("verbs", frozenset()) | set(_IRREGULAR)
    stems = {word[:-1] if word[-1:] in "ey" and len(word) > _SHORT else word for word in words}
    return re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, stems)))})", re.IGNORECASE)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The shipped lexicon."""
    return parse_lexicon(files("kg.extract.lexicon").joinpath("frames.yaml").read_text(encoding="utf-8"))
