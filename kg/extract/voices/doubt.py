"""What takes back what a clause tells: "the report that … is false", "without …", "X doubts that …".

A clause that hangs on a word of no list is taken to claim nothing: better miss a claim than make a wrong one.
"""

from dataclasses import dataclass

from spacy.tokens import Token

from kg.extract.events.finding import LICENSING, Event
from kg.extract.grammar import syntax
from kg.extract.grammar.wording import is_telling
from kg.extract.voices.attribution import Attribution

_CONTENT = frozenset({"acl", "relcl", "ccomp", "appos", "dep"})
_PREDICATES = ("acomp", "attr", "oprd", "xcomp", "advmod", "prep", "ccomp", "dobj", "npadvmod")
_PHRASES = ("earlier version", "previous version", "as soon as")
_BACKWARD = frozenset({"this", "that", "it", "these", "those", "the", "both", "which", "such"})
_KNOWN = (
    "verbs",
    "denials",
    "retractions",
    "contests",
    "hedges",
    "expectations",
    "factive",
    "knowing",
    "checks",
)
_REASONS = frozenset({"because", "although", "though", "while", "as", "since", "whereas"})
_PREAMBLES = frozenset({"wish", "like", "let", "hasten", "want"})
""" "I wish to add that …"."""
_CONDITIONS = frozenset({"provided", "providing", "assuming", "supposing", "given"})
_TAKING_UP = frozenset({"after", "since", "by", "on", "upon", "for", "with", "in", "despite", "besides"})


@dataclass
class Doubt:
    """What the words around a clause do to it."""

    void: bool = False
    """Nothing is claimed."""
    denied: bool = False
    """Its contrary is stated; ``carrier`` is the word that says so."""
    hearsay: bool = False
    unknown: bool = False
    carrier: Token | None = None


def doubt_of(event: Event, attribution: Attribution, speech: dict[str, frozenset[str]]) -> Doubt:
    """What the clauses above an event, up to the main clause or to a clause of another matter, do to it."""
    trigger = event.trigger
    doubt = Doubt()
    if event.type in LICENSING:
        doubt.void = any(
            k.dep_ == "advmod" and k.lower_ in speech["approximations"] for k in trigger.children
        )
    told = passed = False
    child: Token | None = None
    for node in (trigger, *syntax.ancestors(trigger)):
        if child is not None and _apart(child, node, speech):
            break
        lemma = node.lemma_.lower()
        doubt.void |= lemma in speech["voids"] or _unreal(node) or _misgiven(node, child, speech)
        if child is not None:
            content = child.dep_ in _CONTENT or child.dep_ == "prep"
            if content and node.pos_ in ("NOUN", "PROPN") and is_telling(node, speech):
                told = True
                _weigh(node, doubt, speech)
                doubt.void |= node.dep_ == "pobj" and (
                    node.head.lower_ == "despite" or node.head.head.lemma_ in ("ask", "question", "comment")
                )
            doubt.void |= not told and _unfamiliar(node, child, speech)
            bears = told or child.dep_ in ("ccomp", "csubj", "csubjpass", "xcomp")
            if _false(node, child, speech):
                refuted = bears and not any(k.dep_ == "neg" for k in node.children)
                doubt.denied |= refuted and not passed
                doubt.void |= not refuted or passed
                doubt.carrier = node
            if bears and lemma in speech["contests"] and node not in attribution.verbs:
                doubt.unknown = True
            if bears and lemma in speech["retractions"] and node not in attribution.verbs:
                doubt.denied |= not passed
                doubt.void |= passed
                doubt.carrier = node
            doubt.void |= bears and lemma in speech["withdrawals"]
            if lemma in speech["retractions"] | speech["denials"] and child.dep_ != "conj":
                doubt.void |= any(k.dep_ == "neg" for k in node.children)
        passed |= node in attribution.verbs
        child = node
    if attribution.denied and attribution.verbs and not _denies(attribution.verbs[0], speech):
        doubt.void = True
    return doubt


def tainted(trigger: Token, speech: dict[str, frozenset[str]]) -> bool:
    """Whether the sentence, or the next where it looks back, speaks of falsehood: no fact is read off it."""
    sentence = trigger.sent
    words = speech["falsities"] | speech["taints"]
    if any((t.lower_ in words or t.lemma_.lower() in words) and not _of_a_thing(t, speech) for t in sentence):
        return True
    if any(t.lower_ == "true" and any(k.dep_ == "neg" for k in t.head.children) for t in sentence):
        return True
    if any(phrase in sentence.text.lower() for phrase in _PHRASES):
        return True
    against = speech["retractions"] | speech["denials"] | speech["withdrawals"]
    tells = (t for t in sentence[:-1] if t.lemma_.lower() in speech["tellings"] | speech["hedges"])
    if any(t.nbor(1).lower_ == "that" for t in tells) and any(t.lemma_.lower() in against for t in sentence):
        return True
    if sentence.end >= len(trigger.doc):
        return False
    after = trigger.doc[sentence.end].sent
    if after[0].lower_ not in _BACKWARD:
        return False
    subjects = [t for t in syntax.raw_subjects(after.root) if t.pos_ == "PRON" or is_telling(t, speech)]
    negated = any(t.dep_ == "neg" for t in after)
    lemmas = {t.lemma_.lower() for t in after} | {t.lower_ for t in after}
    return bool(subjects) and (
        bool(lemmas & (words | speech["retractions"]))
        or (negated and (bool(lemmas & speech["truths"]) or after.root.lemma_ in ("do", "have", "be")))
    )


def _of_a_thing(word: Token, speech: dict[str, frozenset[str]]) -> bool:
    """Whether it calls a thing false that tells nothing of the matter ("false certificates")."""
    return word.dep_ == "amod" and word.head.pos_ == "NOUN" and not is_telling(word.head, speech)


def _apart(child: Token, node: Token, speech: dict[str, frozenset[str]]) -> bool:
    """Whether what stands above is another matter: a clause about a thing, a clause beside."""
    if child.dep_ == "relcl":
        return not is_telling(node, speech)
    if child.dep_ == "conj":
        return any(c.dep_ in syntax.NOUN_SUBJECTS for c in child.children)
    if child.dep_ == "ccomp" and any(t.text in (":", ";") for t in node.doc[child.i : node.i]):
        return True
    before = child.dep_ == "ccomp" and child.right_edge.i < node.i  # "17 were, 25 are …"
    if before and node.lemma_.lower() not in frozenset().union(*(speech[n] for n in _KNOWN)) - {"be"}:
        return not (_on_condition(child) or any(k.dep_ == "mark" for k in child.children))
    return child.dep_ == "parataxis"


def _on_condition(clause: Token) -> bool:
    """ "In case it receives …", "provided it is granted …", parsed as phrases."""
    first = clause.doc[clause.left_edge.i]
    if first.lower_ in _CONDITIONS:
        return True
    return first.lower_ == "in" and first.nbor(1).lower_ in ("case", "event")


def _weigh(noun: Token, doubt: Doubt, speech: dict[str, frozenset[str]]) -> None:
    doubt.hearsay |= noun.lemma_.lower() not in ("news", "fact")
    for kid in noun.children:
        word = kid.lemma_.lower()
        doubt.void |= kid.dep_ == "det" and word == "no"
        doubt.unknown |= word in speech["unknown"]
        if word in speech["falsities"] and kid.dep_ in ("amod", "acl", "relcl"):
            doubt.denied, doubt.carrier = True, noun


def _false(node: Token, child: Token, speech: dict[str, frozenset[str]]) -> bool:
    """Whether the predicate of a clause calls its content false ("is untrue", "turned out to be wrong")."""
    if not syntax.is_verb(node):
        return False
    for kid in node.children:
        if kid == child or kid.dep_ not in _PREDICATES:
            continue
        if kid.lemma_.lower() in speech["falsities"] or kid.lower_ in speech["falsities"]:
            return True
        for inner in kid.children if kid.dep_ in ("xcomp", "prep") else ():
            if inner.lemma_.lower() in speech["falsities"]:
                return True
            if inner.lemma_.lower() in speech["truths"] and any(k.dep_ == "neg" for k in kid.children):
                return True
    return False


def _unfamiliar(node: Token, child: Token, speech: dict[str, frozenset[str]]) -> bool:
    """Whether a clause hangs on a word of which it is not known that it lets the clause stand."""
    known = frozenset().union(*(speech[n] for n in _KNOWN))
    lemma = node.lemma_.lower()
    if child.dep_ == "pcomp" and child.tag_ in ("VBG", "VBN"):
        return lemma not in _TAKING_UP and lemma not in speech["expectations"]
    if child.dep_ == "acl" and node.pos_ == "NOUN" and any(k.dep_ == "mark" for k in child.children):
        return not is_telling(node, speech) and lemma not in known
    if lemma in ("have", "see", "get") and child.tag_ == "VBN":  # "had its permit cancelled"
        return False
    gerund = child.dep_ == "xcomp" and child.tag_ == "VBG"
    if not gerund and not (child.dep_ == "ccomp" and syntax.is_verb(child)):
        return False
    if lemma == "be":
        judged = [k.lemma_.lower() for k in node.children if k.dep_ == "acomp"]
        allowed = known | speech["truths"] | speech["falsities"] | speech["unknown"]
        return any(word not in allowed for word in judged)
    if node.pos_ == "ADJ":
        return lemma not in speech["truths"] | speech["unknown"] | speech["expectations"] | speech["hedges"]
    return lemma not in known and not is_telling(node, speech)


def _misgiven(node: Token, child: Token | None, speech: dict[str, frozenset[str]]) -> bool:
    """ "Wrongly reported", "declined to confirm"."""
    words = {k.lower_ for k in node.children if k.dep_ == "advmod"}
    if words & speech["falsities"]:
        return True
    infinitive = node.dep_ == "xcomp" and any(k.tag_ == "TO" for k in node.children)
    if child is None or not infinitive or node.lemma_ not in speech["verbs"]:
        return False
    head = node.head
    judged = {head.lemma_.lower(), *(k.lemma_.lower() for k in head.children if k.dep_ in ("acomp", "oprd"))}
    allowed = (
        _PREAMBLES | (speech["factive"] - speech["failures"]) | speech["expectations"] | speech["falsities"]
    )
    return not judged & allowed


def _unreal(node: Token) -> bool:
    """ "Had it received …", "before it receives …", "as soon as it receives …"."""
    subjects = [k for k in node.children if k.dep_ in syntax.NOUN_SUBJECTS]
    first = node.doc[node.left_edge.i]
    if (
        subjects
        and first.head == node
        and first.lower_ in ("had", "were", "should")
        and first.i < subjects[0].i
    ):
        return True
    if node.dep_ != "advcl" or any(t.tag_ == "WDT" for k in node.children for t in (k, *k.children)):
        return False  # "…, for which a license is needed"
    if node.tag_ == "VBG" and node.i > 0 and node.nbor(-1).dep_ == "prt":  # "ruled out granting"
        return True
    if _opens(first) and not any(_subordinates(k) for k in node.children):
        return False  # "19 have been approved, eight are pending", read as hanging on each other
    marks = {k.lower_ for k in node.children if k.dep_ in ("mark", "prep", "advmod")}
    if {k.lower_ for k in node.children if k.dep_ == "mark"} & {"before", "lest", "than"}:
        return True
    tags = {k.tag_ for k in node.children if k.dep_ in ("aux", "auxpass")} | {node.tag_}
    present = bool(tags & {"VBZ", "VBP"}) and "VBD" not in tags
    habitual = "as" in marks and not any(k.lower_ in ("has", "have") for k in node.children)
    if present and habitual and node.tag_ == "VBN":  # "as more permits are issued"
        return True
    return present and (node.head.lower_ in ("soon", "long") or not marks & _REASONS) and "TO" not in tags


def _opens(first: Token) -> bool:
    """Whether a word opens a clause of its own ("19 …", "Of 31 applications, 19 …")."""
    return first.pos_ in ("NUM", "DET", "NOUN", "PROPN", "PRON") or first.lower_ == "of"


def _subordinates(word: Token) -> bool:
    """Whether a word makes the clause that it belongs to a condition, a time, a reason, or a participle."""
    return (
        word.dep_ == "mark"
        or word.tag_ in ("WRB", "TO")
        or word.lower_ in ("once", "soon", "as", "until", "till", "after", "before", "provided")
    )


def _denies(verb: Token, speech: dict[str, frozenset[str]]) -> bool:
    return verb.lemma_.lower() in speech["denials"]
