"""The clauses of a sentence, each with its own words: every word belongs to the clause nearest above it."""

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Span, Token

from kg.extract.grammar import syntax

_CLAUSES = frozenset({"conj", "ccomp", "parataxis", "relcl", "advcl", "acl", "pcomp", "dep", "appos"})
_PARTICIPLES = frozenset({"acl", "advcl"})
_SHORTEST = 4


@dataclass(frozen=True)
class Segment:
    """A clause: the word that it hangs on, and its words without those of clauses below it."""

    head: Token
    tokens: tuple[Token, ...]


def segments(sentence: Span) -> list[Segment]:
    """The clauses of a sentence in the order of their heads."""
    heads = [token.i for token in sentence if token == sentence.root or _heads(token)]
    own: dict[int, list[Token]] = {head: [] for head in heads}
    for token in sentence:
        node = token
        while node.i not in own and node.head != node:
            node = node.head
        if node.i in own:
            own[node.i].append(token)
    return [Segment(sentence.doc[head], tuple(tokens)) for head, tokens in own.items()]


def _heads(token: Token) -> bool:
    if token.dep_ not in _CLAUSES or not syntax.is_verb(token):
        return False
    if token.dep_ == "conj" and token.head.dep_ == "xcomp" and not _is_finite(token):
        return False  # "plans to halt and sell"
    return token.dep_ not in _PARTICIPLES or _is_long(token.subtree)


def _is_long(tokens: Iterator[Token]) -> bool:
    return sum(1 for _ in tokens) >= _SHORTEST


def _is_finite(verb: Token) -> bool:
    return verb.tag_ in ("VBD", "VBZ", "VBP", "MD") or any(
        c.dep_ in syntax.NOUN_SUBJECTS or (c.dep_ in ("aux", "auxpass") and c.tag_ != "TO")
        for c in verb.children
    )
