"""Events of sentences that the lexicon does not fit: their type is told by the words alone.

Such an event says how likely it is, and its claims are rated as doubtful.
"""

from spacy.tokens import Span, Token

from kg.claims.claim import ClaimType
from kg.extract.events.finding import LICENSING, Event, Finder
from kg.extract.events.telling import features, telling
from kg.extract.grammar import syntax

LEAST = 0.5
"""From which probability on a sentence tells of a type: by the figures of the sixth and eighth set."""
_SHORTEST = 4


def told_loosely(sentence: Span, finder: Finder) -> list[Event]:
    """What a sentence in which frames found no event tells of by its words: one event, or none."""
    if len(sentence) < _SHORTEST:
        return []
    counts = features(sentence)
    if not telling().reads(counts):
        return []
    kind, likely = telling().likeliest(counts)
    if likely < LEAST or (kind in LICENSING and _declined(sentence, finder)):
        return []
    return [finder.loosely(kind, _core(sentence, kind, finder.lexicon.speech["verbs"]), likely)]


def _declined(sentence: Span, finder: Finder) -> bool:
    """Whether frames know the sentence's words for what befalls a license, and found no such event in it."""
    return any(
        finder.is_a(token, "license|application") for token in sentence if token.pos_ == "NOUN"
    ) and any(
        frame.type in LICENSING
        for token in sentence
        if syntax.is_verb(token)
        for frame in finder.lexicon.frames.get(("VERB", token.lemma_.lower(), ""), ())
    )


def _core(sentence: Span, kind: ClaimType, reporting: frozenset[str]) -> Token:
    """The word that the statement hangs on: below who says so, but where it tells of silence."""
    core = sentence.root
    while kind is not ClaimType.NO_COMMENT and core.lemma_.lower() in reporting:
        below = [c for c in core.children if c.dep_ == "ccomp" and syntax.is_verb(c)]
        if not below:
            break
        core = below[0]
    return core
