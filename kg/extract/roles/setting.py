"""The good, place, customer and authority that a clause names where no frame says which word they are."""

from collections.abc import Iterator

from spacy.tokens import Token

from kg.claims.claim import ClaimType, RoleName
from kg.extract.events.finding import LICENSING, Event, Finder
from kg.extract.grammar import syntax

R = RoleName
T = ClaimType
_ARGUMENTS = frozenset(
    "nsubj nsubjpass dobj pobj prep attr agent dative acomp oprd xcomp conj appos pcomp npadvmod acl".split()
)
_WHERE = frozenset({"in", "at", "from", "to", "into", "near", "of", "across", "outside"})
_OF_LICENSES = LICENSING | {T.LICENSE_SCOPE}
_OF_CONTROLS = frozenset({T.RESTRICTION_IMPOSED, T.RESTRICTION_EASED})
_BEFORE = frozenset({"compound", "poss", "nmod"})
_LANDS = frozenset({"GPE", "LOC"})
_OF_GOODS = LICENSING | {
    T.LICENSE_SCOPE,
    T.RESTRICTION_IMPOSED,
    T.RESTRICTION_EASED,
    T.SUPPLY_IMPACT,
    T.PRICE_CHANGE,
}
_OF_PLACES = LICENSING | {
    T.RESTRICTION_IMPOSED,
    T.RESTRICTION_EASED,
    T.SUPPLY_IMPACT,
    T.PRICE_CHANGE,
    T.PRODUCTION_HALT,
}


def completed(event: Event, finder: Finder) -> dict[RoleName, Token]:
    """The roles of an event, with the good and the place that its clause names beside them."""
    roles = dict(event.roles)
    words = list(_named(event.trigger))
    taken = {t.i for t in roles.values()}
    if event.type in _OF_GOODS and R.PRODUCT not in roles:
        good = next((t for t in words if t.i not in taken and is_good(t, finder)), None)
        if good is not None:
            roles[R.PRODUCT] = good
    if event.type in _OF_PLACES and R.PLACE not in roles:
        place = next((p for t in words for p in _places(t, finder) if p.i not in taken), None)
        if place is not None:
            roles[R.PLACE] = place
    if event.type in _OF_LICENSES and R.CUSTOMER not in roles:
        user = next((t for t in words if t.i not in taken and _is_user(t, finder)), None)
        if user is not None:
            roles[R.CUSTOMER] = user
    if event.type in _OF_LICENSES | _OF_CONTROLS and R.AUTHORITY not in roles:
        power = next((t for t in _acting(event, words) if t.i not in taken and finder.is_a(t, "power")), None)
        if power is not None:
            roles[R.AUTHORITY] = power
    return roles


def _is_user(noun: Token, finder: Finder) -> bool:
    return noun.dep_ in ("pobj", "dobj") and noun.pos_ == "NOUN" and finder.is_a(noun, "user")


def _acting(event: Event, words: list[Token]) -> Iterator[Token]:
    """Who may decide: the agent, the body applied to, whose decision it is, who announces it."""
    for noun in words:
        after = noun.head.lower_ if noun.dep_ == "pobj" else ""
        if after in ("by", "with") or (after in ("to", "from") and noun.ent_type_ not in _LANDS):
            yield noun
        yield from (o for o in syntax.owners(noun) if o.pos_ != "PRON")
    verb = event.trigger
    if verb.pos_ == "NOUN" and verb.dep_ in ("dobj", "pobj"):  # "announced a six-month *ban*"
        verb = next((a for a in syntax.ancestors(verb) if syntax.is_verb(a)), verb)
    if syntax.is_verb(verb):
        yield from syntax.subjects(verb)


def _named(trigger: Token) -> Iterator[Token]:
    """The nouns of a clause, those nearest to its trigger in the tree first."""
    top = trigger
    while top.dep_ in ("xcomp", "acomp", "attr", "oprd") and syntax.is_verb(top.head):
        top = top.head
    here = [trigger, top] if top != trigger else [trigger]
    if trigger.pos_ == "NOUN":
        here += [a for a in [trigger.head] if syntax.is_verb(a)]
    seen = {t.i for t in here}
    while here:
        below = []
        for token in here:
            for child in token.children:
                if (
                    child.i in seen
                    or child.dep_ not in _ARGUMENTS
                    or (child.dep_ == "conj" and syntax.is_verb(child))
                ):
                    continue
                seen.add(child.i)
                below.append(child)
                if child.pos_ in ("NOUN", "PROPN"):
                    yield child
        here = below


def is_good(noun: Token, finder: Finder) -> bool:
    """Whether a noun is a good of the field, and no name."""
    return (
        noun.ent_type_ not in ("ORG", "PERSON", "GPE")
        and noun.lemma_.lower() in finder.lexicon.classes["product"]
        and finder.is_a(noun, "product")
    )


def _places(noun: Token, finder: Finder) -> Iterator[Token]:
    """Where it is, from or to: "in Drammen", "at its Chenzhou refinery"."""
    if noun.ent_type_ in _LANDS and noun.dep_ == "pobj" and noun.head.lower_ in _WHERE:
        yield noun
    private = finder.is_a(noun, "maker|firm|user") or noun.pos_ == "PROPN"
    if private and not finder.is_power(noun):  # "Hunan producers", "Austria's X"
        yield from (t for t in noun.children if t.dep_ in _BEFORE and t.ent_type_ in _LANDS)
    if noun.lemma_.lower() in finder.lexicon.classes["production"]:
        for word in noun.children:
            if word.dep_ == "compound" and word.pos_ == "PROPN" and finder.is_a(word, "site"):
                yield word
