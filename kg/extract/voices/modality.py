"""In which mode a thing is said, and whether it is affirmed or denied."""

from dataclasses import dataclass

from spacy.tokens import Span, Token

from kg.claims.claim import ClaimType, Modality, Polarity
from kg.claims.source import SourceKind
from kg.extract.events.finding import LICENSING, Event
from kg.extract.grammar import syntax
from kg.extract.grammar.wording import is_telling
from kg.extract.voices.attribution import Attribution
from kg.extract.voices.doubt import doubt_of, tainted

_HEDGING_MODALS = frozenset({"may", "might", "could"})
_FUTURE_MODALS = frozenset({"will", "wo", "'ll", "\u2019ll"})
_IRREALIS_MODALS = frozenset({"must", "should", "would", "ca", "can"})
_SELF = frozenset({"we", "i", "our", "my"})
_OTHERS = frozenset(
    "supplier customer partner vendor buyer client competitor rival government ministry distributor".split()
)
_OWN_WORDS = frozenset({ClaimType.NO_COMMENT, ClaimType.REQUEST, ClaimType.STATEMENT_OF_POLICY})
"""What somebody asks, states or leaves unsaid is so even if they speak of falsehood."""
_TOLD_BY_LACK = frozenset({ClaimType.NO_COMMENT, ClaimType.SUPPLY_IMPACT, ClaimType.LICENSE_PENDING})
"""What words of denial tell of by themselves ("the rotors did not arrive"), where only words tell it."""
_PROMISES = frozenset({"agree", "promise", "pledge", "vow", "decide", "assure", "reply"})
_WEIGHING = frozenset(
    {"weigh", "consider", "mull", "ponder", "contemplate", "eye", "explore", "float", "study"}
)
_EXPECTING = frozenset({"expect", "anticipate", "foresee"})
_PLANNING = frozenset(
    {"plan", "intend", "promise", "pledge", "vow", "prepare", "aim", "propose", "threaten", "commit", "seek"}
)
_EDITIONS = frozenset({"edition", "issue", "newsletter", "bulletin", "report", "version", "article", "story"})
_SETTING_RIGHT = (
    "in fact",
    "this was",
    "that was",
    "it should",
    "the correct",
    "we regret",
    "this is wrong",
    "that is wrong",
)
_FORMER = frozenset({"earlier", "previous", "original", "first"})
_OF_SEVERAL = frozenset({"first", "last", "latest", "only", "second", "third"})
_NONE = frozenset({"no", "neither", "nobody", "none", "nothing"})


@dataclass(frozen=True)
class Mode:
    """Modality and polarity, and the token above the trigger that carries them, where there is one."""

    modality: Modality
    polarity: Polarity
    carrier: Token | None = None


@dataclass
class _Marks:
    hedged: bool = False
    expected: bool = False
    unknown: bool = False
    hearsay: bool = False
    negative: bool = False
    dropped: bool = False
    infinitive: bool = False
    factive: bool = False
    carrier: Token | None = None


def mode_of(event: Event, attribution: Attribution, speech: dict[str, frozenset[str]]) -> Mode | None:
    """The mode of an event; ``None`` where nothing is claimed: a condition, a duty, a wish, a question."""
    marks = _Marks()
    sentence = event.trigger.sent
    if _was_wrong(event.trigger, attribution):
        return Mode(Modality.ASSERTED, Polarity.NEGATIVE)
    if sentence.text.rstrip("\"'\u201d\u2019 ").endswith("?"):
        return None
    child: Token | None = None
    for node in (event.trigger, *syntax.ancestors(event.trigger)):
        if child is not None and not _carries(child, event.trigger, speech):
            break
        _read(node, child, marks, speech, event)
        if node in attribution.verbs:
            break
        child = node
    marks.expected |= event.trigger.lemma_ in _EXPECTING
    if event.type is ClaimType.STATEMENT_OF_POLICY:
        marks.hedged |= event.trigger.lemma_ in _WEIGHING
        marks.expected |= event.trigger.lemma_ in _PLANNING or event.trigger.lemma_ in (
            "threat",
            "promise",
            "pledge",
        )
    if event.frame.negated:
        marks.negative = False
    elif _none_of(event):
        marks.negative = not marks.negative
    if attribution.denied:
        marks.negative = not marks.negative
    if event.likely is not None and event.type in _TOLD_BY_LACK:
        marks.negative = False
    silent = event.frame.each is not None or (event.likely is not None and event.type is ClaimType.NO_COMMENT)
    if not silent:
        doubt = doubt_of(event, attribution, speech)
        marks.dropped |= doubt.void
        marks.negative ^= doubt.denied
        marks.hearsay |= doubt.hearsay and not doubt.denied
        marks.unknown |= doubt.unknown
        marks.carrier = doubt.carrier or marks.carrier
        refuting = doubt.carrier if doubt.denied else attribution.verbs[0] if attribution.denied else None
        if refuting is not None:  # a rumor denied is no longer a rumor
            marks.hedged = any(k.lower_ in _HEDGING_MODALS for k in refuting.children)
    if event.type is ClaimType.LICENSE_APPLIED and any(
        k.lower_ in _HEDGING_MODALS for k in event.trigger.children
    ):
        return None  # "exporters may apply" tells of nobody who did
    uncertain = marks.hedged or marks.expected or marks.unknown
    if not silent and (marks.dropped or (marks.infinitive and not (uncertain or marks.factive))):
        return None
    polarity = Polarity.NEGATIVE if marks.negative else Polarity.POSITIVE
    mode = Mode(_modality(marks, event, attribution, silent=silent), polarity, marks.carrier)
    risky = (
        polarity is Polarity.POSITIVE
        and mode.modality is not Modality.UNKNOWN
        and event.type not in _OWN_WORDS
    )
    return None if risky and tainted(event.trigger, speech) else mode


def _was_wrong(trigger: Token, attribution: Attribution) -> bool:
    """ "An earlier version of this article said that …": what a correction takes back."""
    for verb in attribution.verbs or syntax.ancestors(trigger):
        for subject in syntax.raw_subjects(verb) if syntax.is_verb(verb) else []:
            modifiers = {c.lower_ for c in subject.children}
            if subject.lemma_ in ("version", "article", "item", "story") and modifiers & _FORMER:
                return True
            if subject.lemma_ in _EDITIONS and _set_right(trigger.sent):
                return True
    return False


def _set_right(sentence: Span) -> bool:
    """Whether the next sentence puts right what this one tells ("In fact …")."""
    if sentence.end >= len(sentence.doc):
        return False
    return sentence.doc[sentence.end].sent.text.lower().startswith(_SETTING_RIGHT)


_DECISIONS = LICENSING | {
    ClaimType.RESTRICTION_IMPOSED,
    ClaimType.RESTRICTION_EASED,
    ClaimType.STATEMENT_OF_POLICY,
}
"""What authorities decide."""


def _unchecked(node: Token, child: Token, speech: dict[str, frozenset[str]]) -> bool:
    """ "Could not verify that …", "was not able to establish which …"."""
    if node.lemma_.lower() in speech["checks"]:
        return True
    able = child.lower_ in ("able", "possible")
    return able and any(c.lemma_.lower() in speech["checks"] for c in child.children)


def _modality(marks: _Marks, event: Event, attribution: Attribution, *, silent: bool) -> Modality:
    own = attribution.direct and _is_of_oneself(event.trigger)
    if marks.unknown:
        return Modality.UNKNOWN
    if marks.hedged and not silent:
        return Modality.HEDGED
    if marks.expected and not silent:
        return Modality.EXPECTED
    heard = bool(attribution.voices) and not (own or silent or _decides(event, attribution))
    return Modality.REPORTED if heard or marks.hearsay else Modality.ASSERTED


def _decides(event: Event, attribution: Attribution) -> bool:
    """Whether a spokesperson tells in a transcript what the body does for which it speaks."""
    in_transcript = attribution.direct and not attribution.verbs
    speaker = attribution.voices[0].kind if attribution.voices else None
    return in_transcript and speaker is SourceKind.SPOKESPERSON and event.type in _DECISIONS


def _is_of_oneself(trigger: Token) -> bool:
    """Whether "we" or what is "ours" acts; of "our supplier" somebody else tells."""
    subjects = syntax.raw_subjects(trigger) if syntax.is_verb(trigger) else []
    nouns = [s for s in subjects if s.pos_ in ("NOUN", "PROPN")]
    if nouns:
        mine = any(t.lower_ in _SELF for noun in nouns for t in noun.children)
        others = any(noun.lemma_.lower() in _OTHERS for noun in nouns)
        us = any(t.lower_ in ("us", "we") for t in trigger.subtree)
        return (mine and not others) or us
    return any(t.lower_ in _SELF for t in trigger.subtree)


def _carries(child: Token, trigger: Token, speech: dict[str, frozenset[str]]) -> bool:
    """Whether what is said of the head of a clause bears on the clause."""
    if child.dep_ in syntax.NOUN_SUBJECTS | {"dobj"} and child.pos_ in ("NOUN", "PROPN"):
        return child == trigger or is_telling(child, speech) or child.lemma_.lower() in speech["factive"]
    if child.dep_ == "relcl":
        return is_telling(child.head, speech)
    if child.dep_ == "ccomp" and any(t.text in (":", ";") for t in child.doc[child.i : child.head.i]):
        return False
    if child.dep_ == "conj":
        return not any(c.dep_ in syntax.NOUN_SUBJECTS for c in child.children)
    if child.dep_ == "advcl":
        return any(c.dep_ == "aux" and c.tag_ == "TO" for c in child.children) or child.tag_ == "VBG"
    return child.dep_ in (
        "ccomp",
        "xcomp",
        "acl",
        "pcomp",
        "csubj",
        "csubjpass",
        "dobj",
        "acomp",
        "prep",
        "pobj",
        "nsubj",
        "nsubjpass",
    )


def _read(
    node: Token, child: Token | None, marks: _Marks, speech: dict[str, frozenset[str]], event: Event
) -> None:
    lemma = node.lemma_.lower()
    before, own = (marks.hedged, marks.expected), False
    doubted = lemma == "rule" and any(k.lower_ == "out" for k in node.children)
    duty, controls = event.frame.duty or event.frame.able or _is_of_duty(event), event.type not in LICENSING
    apart = child is not None and _has_own_tense(child)
    for kid in node.children:
        low = kid.lower_
        if apart and kid.dep_ in ("neg", "aux", "auxpass"):
            continue
        if kid.dep_ == "aux" and kid.tag_ == "MD":
            marks.hedged |= low in _HEDGING_MODALS and not event.frame.able
            marks.expected |= low in _FUTURE_MODALS
            ahead = low in ("would", "'d") and _told_before(node, speech)
            marks.expected |= ahead
            marks.dropped |= (
                low in _IRREALIS_MODALS
                and not (low in ("must", "can", "ca") and duty)
                and not ahead
                and not doubted
            )
        elif kid.dep_ == "aux" and kid.tag_ == "TO" and child is None:
            told = controls and _is_told_of(node, speech)
            marks.hearsay |= told
            marks.infinitive = not (told or _is_of_the_first(node))
            if node.dep_ == "xcomp" and node.head.lemma_ == "be" and controls:  # "is to ban"
                marks.expected = True
        elif kid.dep_ == "neg" and doubted:  # "cannot be ruled out"
            marks.hedged = True
        elif kid.dep_ == "neg" and child is not None and _unchecked(node, child, speech):
            own = True
        elif kid.dep_ == "neg":
            marks.dropped |= child is not None and node.lemma_ in speech["verbs"]
            marks.negative = not marks.negative
        elif kid.dep_ == "mark" and low in speech["conditions"] and (low != "until" or child is None):
            marks.dropped |= low != "whether" and not (low == "once" and _past(node))
            marks.unknown |= low == "whether"
        elif kid.dep_ == "advmod" and low == "longer" and any(k.lower_ == "no" for k in kid.children):
            marks.negative = not marks.negative
        elif kid.dep_ == "advmod":
            marks.hedged |= low in speech["hedging_adverbs"]
            marks.hearsay |= low in speech["hearsay"]
            marks.dropped |= (
                low in ("once", "when")
                and child is None
                and node.dep_ == "advcl"
                and node.tag_ in ("VBZ", "VBP", "VBN")
                and not _past(node)
            )
        if kid.dep_ in ("acomp", "oprd", "attr") and kid != child:
            marks.hedged |= kid.dep_ == "acomp" and kid.lemma_.lower() in speech["hedges"]
            own = own or kid.lemma_.lower() in speech["unknown"]
            marks.expected |= kid.lemma_.lower() in speech["expectations"]
    if child is not None:
        own = _read_above(node, child, marks, speech, controls=controls) or own
        if own or (marks.hedged, marks.expected) != before:
            marks.carrier = node
    marks.unknown |= own


def _is_of_duty(event: Event) -> bool:
    """Whether a duty is what is told ("the user must keep records"), where only words tell of it."""
    return event.likely is not None and event.type in (
        ClaimType.LICENSE_SCOPE,
        ClaimType.RESTRICTION_IMPOSED,
    )


def _read_above(
    node: Token, child: Token, marks: _Marks, speech: dict[str, frozenset[str]], *, controls: bool
) -> bool:
    """What a word does to the clause below it; whether it calls that clause unknown."""
    lemma = node.lemma_.lower()
    marks.hedged |= lemma in speech["hedges"]
    marks.expected |= lemma in speech["expectations"] or (lemma == "agree" and controls)
    marks.factive |= lemma in speech["factive"]
    marks.factive |= lemma == "have" and child.dep_ == "xcomp" and node.tag_ in ("VBD", "VBN", "VBZ")
    if lemma in speech["failures"] or (lemma == "have" and any(k.lower_ == "yet" for k in node.children)):
        marks.negative = not marks.negative
        marks.factive = True
    return lemma in speech["unknown"]


def _told_before(node: Token, speech: dict[str, frozenset[str]]) -> bool:
    """ "Said that it would …": the future seen from the past, and no condition."""
    clause = node
    while clause.dep_ == "conj":
        clause = clause.head
    if any(k.lower_ == "have" for k in node.children if k.dep_ == "aux") or clause.dep_ not in (
        "ccomp",
        "parataxis",
    ):
        return False
    if any(
        k.dep_ == "advcl" and any(m.lower_ in ("if", "unless") for m in k.children) for k in node.children
    ):
        return False
    lemma = clause.head.lemma_.lower()
    return lemma in speech["verbs"] | speech["expectations"] | _PROMISES and clause.head.tag_ in (
        "VBD",
        "VBN",
    )


def _is_told_of(node: Token, speech: dict[str, frozenset[str]]) -> bool:
    """ "Is said to have resumed …": told in the past by somebody unnamed."""
    done = node.lemma_ == "be" or any(k.dep_ == "aux" and k.lower_ == "have" for k in node.children)
    told = node.head.lemma_.lower() in speech["verbs"] | {"think", "understand", "know"}
    return done and told and node.dep_ == "xcomp" and syntax.is_passive(node.head)


def _is_of_the_first(verb: Token) -> bool:
    """ "Was among the first to receive …": what somebody did."""
    to = next((k for k in verb.children if k.tag_ == "TO"), None)
    before = to.nbor(-1).lower_ if to is not None and to.i > 0 else ""
    head = verb.head.lower_ if verb.dep_ in ("acl", "relcl", "xcomp") else ""
    return head in ("first", "last", "latest") or before in _OF_SEVERAL


def _has_own_tense(verb: Token) -> bool:
    """Whether a verb beside another has auxiliaries, and so a denial, of its own ("was not X, but is Y")."""
    own = any(k.dep_ in ("aux", "auxpass") for k in verb.children)
    return verb.dep_ == "conj" and (own or verb.tag_ in ("VBD", "VBZ", "VBP"))


def _past(node: Token) -> bool:
    return node.tag_ == "VBD" or any(k.dep_ in ("aux", "auxpass") and k.tag_ == "VBD" for k in node.children)


def _none_of(event: Event) -> bool:
    """ "No license was granted", "neither has been approved": nothing of the kind happened."""
    heads = [*event.roles.values(), *((event.theme,) if event.theme is not None else ())]
    heads += [t for t in syntax.raw_subjects(event.trigger) if syntax.is_verb(event.trigger)]
    for head in heads:
        if head.lower_ in _NONE or any(
            c.dep_ in ("det", "predet", "preconj", "cc") and c.lower_ in _NONE for c in head.children
        ):
            return True
    return False
