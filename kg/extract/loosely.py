"""Events of sentences that the lexicon does not fit: their type is told by the words alone.

Such an event says how likely it is, and its claims are rated as doubtful.
"""

from spacy.tokens import Span, Token

from kg.claims.claim import ClaimType
from kg.extract import syntax
from kg.extract.events import Event, Finder
from kg.extract.telling import features, telling

LEAST = 0.4
"""The probability from which on a sentence that fits no frame tells of a type, and (``ALSO``) of a second one,
and (``BESIDE``) one that fits a frame of another type: by the figures on articles held out."""
ALSO = 0.5
BESIDE = 0.7
_SHORTEST = 4


def told_loosely(sentence: Span, events: list[Event], finder: Finder) -> list[Event]:
    """What a sentence tells of by its words beside the events that frames found in it."""
    counts = features(sentence)
    if len(sentence) < _SHORTEST:
        return []
    types = {event.type for event in events}
    least = (BESIDE, 1.0) if types else (LEAST, ALSO)
    likely = [pair for pair in telling().likely(counts) if pair[0] not in types]
    reporting = finder.lexicon.speech["verbs"]
    return [
        finder.loosely(kind, _core(sentence, kind, reporting), probability)
        for (kind, probability), enough in zip(likely, least, strict=False)
        if probability >= enough
    ]


def _core(sentence: Span, kind: ClaimType, reporting: frozenset[str]) -> Token:
    """The word that the statement hangs on: below who says so, but where it tells of silence."""
    core = sentence.root
    while kind is not ClaimType.NO_COMMENT and core.lemma_.lower() in reporting:
        below = [c for c in core.children if c.dep_ == "ccomp" and syntax.is_verb(c)]
        if not below:
            break
        core = below[0]
    return core
