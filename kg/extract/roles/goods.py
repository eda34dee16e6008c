"""The words for a good: what licenses are for, and what is made, priced or short."""

from spacy.tokens import Token

from kg.extract.grammar import syntax, wording
from kg.extract.mentions.kinds import PLACES, Kinds

_NO_GOODS = (
    "license application restriction traffic export maker user firm price stock production shortage list "
    "authority"
).split()


def good(noun: Token, kinds: Kinds) -> str | None:
    """The words for a good; ``None`` where it only tells makers from others ("magnet makers")."""
    listed = any(c.dep_ == "conj" for c in noun.children)
    classes = kinds.lexicon.classes
    if (noun.dep_ in syntax.MODIFIERS or noun.dep_ == "nsubj") and not listed:
        if noun.dep_ == "compound" and not _governs(noun.head, kinds):
            return good(noun.head, kinds)
        words = str(wording.compound_up_to(noun, classes["licence_words"]).text)
        of_maker = noun.dep_ in syntax.MODIFIERS and noun.head.lemma_.lower() in classes["maker"]
        plain = " " not in words and words.lower() not in classes["strong_materials"]
        return None if of_maker and plain else words
    aside = {t.i for c in noun.children if _is_beside(c, kinds) for t in c.subtree}
    aside |= {t.i for t in noun.children if t.dep_ == "det"}
    span = syntax.covering((t for t in wording.phrase(noun, lists=True) if t.i not in aside), noun)
    return str(span.text if span is not None else noun.text).removeprefix("its ")


def _is_beside(child: Token, kinds: Kinds) -> bool:
    """What is said of a good beyond its kind: for whom it is, from where, what came to pass with it."""
    below = [t for t in child.children if t.dep_ == "pobj"]
    if child.dep_ == "prep" and child.lower_ == "for":
        return any(t.pos_ == "PROPN" or kinds.is_a(t, "user|maker|time_to_decide") for t in below)
    if child.dep_ == "prep":
        return child.lower_ in ("from", "to", "in") and any(t.ent_type_ in PLACES for t in below)
    return child.dep_ in ("relcl", "appos") or (
        child.dep_ == "acl" and child.tag_ == "VBN" and _is_dated(child)
    )


def _governs(head: Token, kinds: Kinds) -> bool:
    """Whether a noun after a good is no good itself ("gallium *permits*", "magnet *prices*")."""
    lemma = head.lemma_.lower()
    return any(lemma in kinds.lexicon.classes[name] for name in _NO_GOODS)


def _is_dated(clause: Token) -> bool:
    """Whether a clause tells of a day ("announced on November 10")."""
    return any(t.ent_type_ in ("DATE", "TIME") for t in clause.subtree)
