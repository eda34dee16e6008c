"""Events of clauses that the lexicon does not fit: their type is told by the words alone.

A clause tells of a type as likely as the geometric mean of what its own words and those of its whole
sentence say. Such an event says how likely it is, and its claims are rated as doubtful.
"""

from collections.abc import Iterable, Sequence
from math import sqrt

from spacy.tokens import Span, Token

from kg.claims.claim import ClaimType
from kg.extract.events.finding import LICENSING, Event, Finder
from kg.extract.events.telling import features, telling
from kg.extract.grammar import syntax
from kg.extract.grammar.segments import Segment, segments

LEAST = 0.4
"""From which likelihood on a clause tells of a type: by the figures of sets left out of learning."""
SURE = 0.5
"""From which likelihood on it tells what befell a license although frames know its words; of no grant."""
_STATES = frozenset({"state", "republic", "kingdom", "country", "bloc", "bureau", "department", "union"})
_SHORTEST = 3
_SPOKEN = frozenset({ClaimType.NO_COMMENT, ClaimType.REQUEST})


def told_loosely(sentence: Span, found: Sequence[Event], finder: Finder) -> list[Event]:
    """What the clauses of a sentence tell of by their words, where ``found`` has no event in them."""
    model = telling()
    whole = features(sentence)
    if not model.reads(whole):
        return []
    taken = {
        t.i for event in found if event.type is not ClaimType.OTHER for t in (event.trigger, *event.parts)
    }
    of_sentence = model.likelihoods(whole)
    known = {event.type for event in found}
    events: list[Event] = []
    clauses = segments(sentence)
    for clause in clauses:
        if taken & {t.i for t in clause.tokens} or sum(t.is_alpha for t in clause.tokens) < _SHORTEST:
            continue
        if _frames_another(clause.head, taken):
            continue
        of_clause = of_sentence if len(clauses) == 1 else model.likelihoods(features(clause.tokens))
        kind, likely = max(
            (
                (kind, own if kind in known else sqrt(own * around))
                for kind, own, around in zip(model.types, of_clause, of_sentence, strict=True)
                if kind not in known & LICENSING  # "reports that it was licensed were untrue"
            ),
            key=lambda one: one[1],
        )
        if likely >= LEAST and _can_tell(kind, likely, clause, finder):
            events.append(finder.loosely(kind, clause.head, likely))
    return events


def _can_tell(kind: ClaimType, likely: float, clause: Segment, finder: Finder) -> bool:
    """Whether a clause is made so that it can tell of a type at all."""
    if kind is ClaimType.LICENSE_GRANTED and _declined(clause.head.sent, finder):
        return False  # "a license that was said to be granted does not exist"
    if kind in LICENSING and likely < SURE and _declined(clause.tokens, finder):
        return False
    if kind not in _SPOKEN and _only_reports(clause.head, finder):
        return False
    if kind is ClaimType.STATEMENT_OF_POLICY:
        subjects = syntax.raw_subjects(clause.head) if syntax.is_verb(clause.head) else []
        acts = any(
            s.pos_ == "PRON"
            or s.ent_type_ == "GPE"
            or s.lemma_.lower() in _STATES
            or finder.is_power(syntax.through(s))
            for s in subjects
        )
        return acts and clause.head.dep_ not in ("relcl", "acl", "advcl")
    return True


def _frames_another(head: Token, taken: set[int]) -> bool:
    """Whether a clause but says something of another that is told already ("it is unclear whether …")."""
    below = (c for c in head.children if c.dep_ in ("ccomp", "csubj"))
    return any(t.i in taken for clause in below for t in clause.subtree)


def _only_reports(head: Token, finder: Finder) -> bool:
    """Whether a clause but says who says something: what is said stands in another clause."""
    if head.lemma_.lower() not in finder.lexicon.speech["verbs"] or not syntax.is_verb(head):
        return False
    return any(c.dep_ in ("ccomp", "parataxis") for c in head.children) or head.dep_ in ("parataxis", "conj")


def _declined(words: Iterable[Token], finder: Finder) -> bool:
    """Whether frames know words for what befalls a license, and found no such event in them."""
    tokens = list(words)
    return any(finder.is_a(token, "license|application") for token in tokens if token.pos_ == "NOUN") and any(
        frame.type in LICENSING
        for token in tokens
        if syntax.is_verb(token)
        for frame in finder.lexicon.frames.get(("VERB", token.lemma_.lower(), ""), ())
    )
