"""Who makes goods, and who is supplied with them: a holder of licenses may be either."""

from collections.abc import Iterator

from spacy.tokens import Doc, Token

from kg.extract.grammar import syntax
from kg.extract.lexicon.frames import Lexicon
from kg.extract.mentions.kinds import PLACES, Kinds

_NO_MAKERS = frozenset(
    {"exporter", "shipper", "member", "applicant", "dealer", "distributor", "trader", "carrier", "operator"}
)


def makes(noun: Token, kinds: Kinds) -> bool:
    """Whether a common noun stands for a maker of goods of the field.

    "A company in Baotou" may be one, "companies" are not known to be, "a maker of optical fibre" is none.
    """
    classes = kinds.lexicon.classes
    lemma = noun.lemma_.lower()
    if lemma in classes["maker"] - _NO_MAKERS:
        made = syntax.prepositional(noun, "of")
        return not made or any(kinds.is_a(t, "product") or t.pos_ == "PROPN" for t in made)
    if lemma not in classes["firm"] - _NO_MAKERS:
        return False
    if any(c.lower_ in ("trading", "buying") for c in noun.children):
        return False
    settled = [p for where in ("in", "from") for p in syntax.prepositional(noun, where)]
    working = classes["make"] | {"base", "locate"}
    return any(t.ent_type_ in PLACES for t in settled) or any(
        c.dep_ in ("relcl", "acl") and c.lemma_ in working for c in noun.children
    )


def supplied(doc: Doc, lexicon: Lexicon) -> Iterator[Token]:
    """Who is said to have suppliers, to be supplied, or to be a user of goods."""
    makers, users = lexicon.classes["maker"], lexicon.classes["user"]
    for token in doc:
        lemma = token.lemma_.lower()
        if lemma in makers and token.pos_ == "NOUN":
            yield from syntax.owners(token)
            for preposition in ("to", "for", "of"):
                yield from syntax.prepositional(token, preposition)
        elif lemma == "supply" and syntax.is_verb(token):
            yield from syntax.objects(token)
            yield from syntax.prepositional(token, "to")
        elif lemma in users and token.pos_ == "NOUN":
            yield from (t for t in (token.head, *token.children) if "appos" in (t.dep_, token.dep_))
            if token.dep_ == "compound":
                yield token.head
