"""The stretch of a sentence that states an event, and what hangs on it."""

from spacy.tokens import Span, Token

from kg.extract.events.finding import Event
from kg.extract.grammar import syntax, wording
from kg.extract.values.times import TimeRef
from kg.extract.voices.modality import Mode

_PHRASES = frozenset({"advcl", "prep", "relcl", "acl", "appos", "npadvmod", "dep", "nsubj"})
_CONTRASTS = frozenset({"while", "whereas", "although", "though"})
_CAUSES = frozenset({"because", "if", "unless", "until", "that"})
_STOPS = frozenset({",", ";", "–", "—", "("})  # noqa: RUF001


def clause(event: Event, mode: Mode, examples: list[Token], others: frozenset[int] = frozenset()) -> Span:
    """The stretch that states the event, without attribution and neighbouring clauses.

    ``others`` are the places of further events' triggers in the sentence: a clause set off by a
    comma that holds one of them is left to it.
    """
    trigger = event.trigger
    base = trigger
    if mode.carrier is not None:
        base = mode.carrier if syntax.is_verb(mode.carrier) else _verb_above(mode.carrier)
    while base.dep_ == "xcomp" and syntax.is_verb(base.head):
        base = base.head
    if base.dep_ in ("acomp", "attr") and syntax.is_verb(base.head):
        base = base.head
    own_subject = any(c.dep_ in syntax.NOUN_SUBJECTS for c in base.children)
    if base.dep_ in ("acl", "relcl", "amod") and (not own_subject or base.dep_ == "relcl"):
        head = base.head
        kept = {t.i for t in wording.phrase(head, clauses=False, numbers=True)} | {t.i for t in base.subtree}
        tokens = [t for t in head.subtree if t.i in kept]
    else:
        tokens = list(base.subtree)
    keep = {trigger.i, base.i, *(p.i for p in event.parts)}
    dropped: set[int] = set()
    for token in tokens:
        if token.i not in dropped:
            dropped |= {t.i for t in _apart(token, keep, base, others, joined=event.frame.each is not None)}
    dropped |= {t.i for example in examples for t in example.head.subtree}
    found = syntax.covering([t for t in tokens if t.i not in dropped], trigger)
    return _after_colon(found, trigger) if found is not None else trigger.doc[trigger.i : trigger.i + 1]


def _after_colon(span: Span, trigger: Token) -> Span:
    """Without a heading at its front ("Main results: …")."""
    subjects = syntax.raw_subjects(trigger) if syntax.is_verb(trigger) else []
    first = min((t.i for t in (trigger, *subjects) if t.i >= span.start), default=trigger.i)
    colons = [t.i for t in span.doc[span.start : first] if t.text in (":", ";")]
    return span.doc[colons[-1] + 1 : span.end] if colons else span


def _verb_above(token: Token) -> Token:
    return next((a for a in syntax.ancestors(token) if syntax.is_verb(a)), token)


def _apart(token: Token, keep: set[int], base: Token, others: frozenset[int], *, joined: bool) -> list[Token]:
    """The subtree of a clause that is not part of the statement: a neighbour, an attribution, a remark.

    ``joined`` keeps clauses beside it ("neither confirmed nor denied").
    """
    subtree = [token]
    if token.i in keep or token == base:
        return []
    apart = token.lower_ in ("citing", "according") or token.dep_ == "parataxis"
    apart = apart or (token.dep_ == "conj" and syntax.is_verb(token) and not joined)
    apart = apart or (token.dep_ == "advcl" and _beside(token))
    apart = apart or (
        token.dep_ in _PHRASES and _set_off(token) and any(t.i in others for t in token.subtree)
    )
    ahead = token.dep_ == "ccomp" and token.right_edge.i < token.head.i
    apart = apart or (ahead and not syntax.fronted(token.head))
    apart = apart or (token.dep_ == "advcl" and token.tag_ == "VBG" and token.i > token.head.i)
    if apart:
        subtree = list(token.subtree)
        if any(t.i in keep for t in subtree):
            return []
        before = token.left_edge.i - 1
        if before >= 0 and token.doc[before].dep_ == "cc":
            subtree.append(token.doc[before])
        return subtree
    return []


def _beside(clause: Token) -> bool:
    """Whether an adverbial clause tells of another matter: "while …", ", after …", "If …, "."""
    marks = {c.lower_ for c in clause.children if c.dep_ in ("mark", "advmod")}
    if marks & _CONTRASTS:
        return True
    if clause.i > clause.head.i and marks & _CAUSES:
        return False
    return _set_off(clause) and any(c.dep_ in syntax.NOUN_SUBJECTS for c in clause.children)


def _set_off(token: Token) -> bool:
    """Whether a comma stands between a phrase and the word that governs it."""
    doc, left, right = token.doc, token.left_edge.i, token.right_edge.i
    if token.i > token.head.i:
        return left > 0 and doc[left - 1].text in _STOPS
    return right + 1 < len(doc) and (doc[right + 1].text in _STOPS or doc[right].text in _STOPS)


def clause_of(ref: TimeRef, sentence: Span, event: Event) -> Token | None:
    """The verb or trigger that a time hangs on."""
    at = sentence.start_char + ref.end - 1
    token = next((t for t in sentence if t.idx <= at < t.idx + len(t.text)), None)
    if token is None:
        return None
    if (
        token.dep_ in ("compound", "nmod", "poss")
        and token.head != event.trigger
        and not token.head.ent_type_
    ):
        return None  # "China's October measures"
    for node in (token, *syntax.ancestors(token)):
        if node.lower_ in ("against", "than", "compared"):
            return None
        if node.lemma_ in ("start", "begin") and node.tag_ == "VBG" and node.dep_ in ("advcl", "prep"):
            continue  # "starting from November 10, …"
        if node == event.trigger or syntax.is_verb(node):
            return node
        if node.pos_ == "NOUN" and node == event.theme:
            return event.trigger
    return None


def is_above(owner: Token, event: Event) -> bool:
    """Whether the time hangs on the clause that the trigger completes ("expects to idle … in June")."""
    node = event.trigger
    while node.dep_ in ("xcomp", "acl", "acomp") or (node.dep_ == "amod" and node.pos_ == "ADJ"):
        node = node.head
        if node == owner:
            return True
    return False
