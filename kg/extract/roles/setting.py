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
_SITES = frozenset("plant factory works line mill mine smelter refinery workshop site foundry".split())
_QUOTED_AT = frozenset({"in", "at", "delivered", "cif", "fob", "ex"})
_OF_GOODS = LICENSING | {
    T.LICENSE_SCOPE,
    T.RESTRICTION_IMPOSED,
    T.RESTRICTION_EASED,
    T.SUPPLY_IMPACT,
    T.PRICE_CHANGE,
}
_OF_PLANS = frozenset({T.REQUEST, T.STATEMENT_OF_POLICY})
_PLANS = "restriction|list|license|instrument|talks"
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
        if place is None and event.type is T.PRICE_CHANGE:
            place = next(_markets(event.trigger), None)
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
    if event.type is T.PRODUCTION_HALT and R.AFFECTED in roles:
        roles[R.AFFECTED] = _holder(roles[R.AFFECTED], finder)
    if event.type in _OF_PLANS and R.MEASURE not in roles:
        taken = {t.i for t in roles.values()}
        plan = next((t for t in _planned(event) if t.i not in taken and finder.is_a(t, _PLANS)), None)
        if plan is not None:
            roles[R.MEASURE] = plan
    if event.type is T.REQUEST and R.AFFECTED not in roles:
        taken = {t.i for t in roles.values()}
        whom = (t for t in _concerned(event) if t.i not in taken and finder.is_a(t, "maker|firm|user"))
        found = next(whom, None)
        if found is not None:
            roles[R.AFFECTED] = found
    return roles


def _holder(site: Token, finder: Finder) -> Token:
    """Whose a plant is ("the Celje plant of X", "X's mill"), or the noun itself."""
    noun = syntax.through(site)
    if noun.lemma_.lower() not in finder.lexicon.classes["production"]:
        return site
    whose = (t for t in (*syntax.prepositional(noun, "of"), *syntax.owners(noun)) if t.pos_ != "PRON")
    return next((t for t in whose if finder.is_a(t, "party")), site)


def _planned(event: Event) -> Iterator[Token]:
    """What somebody asks for or plans: "wants Y", "asked X for Y", "… to introduce Y"."""
    if not syntax.is_verb(event.trigger):
        return
    for verb in _goals(event.trigger):
        yield from syntax.prepositional(verb, "for")
        yield from syntax.objects(verb)
        if verb != event.trigger:
            yield from syntax.prepositional(verb, "on")


def _goals(trigger: Token) -> Iterator[Token]:
    """A verb and those that complete it, two deep."""
    yield trigger
    for verb in syntax.complements(trigger):
        yield verb
        yield from syntax.complements(verb)


def _concerned(event: Event) -> Iterator[Token]:
    """For whom something is asked: "… to put small firms on a list", "an exemption for small firms"."""
    if not syntax.is_verb(event.trigger):
        return
    for verb in _goals(event.trigger):
        if verb != event.trigger:
            yield from syntax.objects(verb)
            yield from syntax.raw_subjects(verb)
            yield from syntax.prepositional(verb, "to")
        for thing in (*syntax.objects(verb), *syntax.prepositional(verb, "for")):
            yield from syntax.prepositional(thing, "for")
            yield from syntax.prepositional(thing, "on")


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


def _markets(trigger: Token) -> Iterator[Token]:
    """Where a price is quoted ("delivered Rotterdam")."""
    for token in trigger.sent:
        before = token.nbor(-1) if token.i > trigger.sent.start else token
        if token.ent_type_ in _LANDS and token.pos_ == "PROPN" and before.lower_ in _QUOTED_AT:
            yield token


def _places(noun: Token, finder: Finder) -> Iterator[Token]:
    """Where it is, from or to: "in Drammen", "at its Chenzhou refinery"."""
    if noun.ent_type_ in _LANDS and noun.dep_ == "pobj" and noun.head.lower_ in _WHERE:
        yield noun
    private = finder.is_a(noun, "maker|firm|user") or noun.pos_ == "PROPN"
    if (
        private and not finder.is_power(noun) and noun.ent_type_ not in _LANDS
    ):  # "Hunan producers", "Austria's X"
        yield from (t for t in noun.children if t.dep_ in _BEFORE and t.ent_type_ in _LANDS)
    for word in noun.children:
        if word.lower_.removeprefix("-") == "based":  # "a Zhuzhou-based refiner"
            yield from (t for t in word.children if t.pos_ == "PROPN" and t.i < word.i)
    if noun.lemma_.lower() in finder.lexicon.classes["production"]:
        pointed = any(t.dep_ == "poss" or t.lower_ == "the" for t in noun.children)
        theirs = pointed and noun.lemma_.lower() in _SITES
        for word in noun.children:
            if word.dep_ == "compound" and word.pos_ == "PROPN" and (theirs or finder.is_a(word, "site")):
                yield word
