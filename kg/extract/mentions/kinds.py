"""What kind of thing a noun stands for: the classes of the lexicon, and those built in."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from spacy.tokens import Token

from kg.extract.grammar import syntax
from kg.extract.lexicon.frames import Lexicon
from kg.extract.mentions.aliases import chinese

PLACES = frozenset({"GPE", "LOC", "FAC"})
_MIN_WORD = 2
_GLUED = re.compile(r"(?:\d[\d,.]*)?(?:t|mt|kg|g|lb|tonnes?|tons?|pieces)")
""" "20t", and what is left of it where the parser cuts it."""
_PRONOUNS = frozenset({"it", "they", "we", "them", "us", "its", "their", "our", "his", "her", "he", "she"})
_OF_VERBS = frozenset(
    {
        "silence",
        "making",
        "revoking",
        "exporting",
        "granting",
        "idling",
        "stopping",
        "interview",
        "buying",
        "working",
    }
)
"""Classes that hold verbs."""
_NO_GOODS = tuple(
    "license application file export traffic stock restriction hindrance shortage price maker user firm "
    "authority official body production making review people amount industry share gain quota issue chain "
    "queue act list talks".split()
)
"""Classes of nouns that a material before them makes no good of ("gallium exports")."""
_VAGUE = frozenset({"side", "office", "agency", "state", "council", "authority"})
_REGIONS = frozenset({"province", "city", "region", "county"})
_COMPANY_WORDS = frozenset({"company", "firm", "corporate", "bank", "club", "union", "association", "vice"})
_ALSO_PRIVATE = frozenset({"president", "secretary", "deputy"})


@dataclass(frozen=True)
class Kinds:
    """Tells kinds of nouns apart. ``resolve`` gives the noun that an elliptical head stands for."""

    lexicon: Lexicon
    resolve: Callable[[Token], Token] = field(default=lambda token: token)
    referent: Callable[[Token], Token] = field(default=lambda token: token)
    """Gives the noun that a pronoun stands for."""
    officials: frozenset[str] = frozenset()
    """Last names, in lower case, of persons whom the text calls ministers and the like."""
    _nouns: dict[tuple[int, int], tuple[Token, str]] = field(default_factory=dict, repr=False)
    _tests: dict[tuple[int, int, str], bool] = field(default_factory=dict, repr=False)

    def is_a(self, token: Token, test: str) -> bool:
        """Whether a noun is in one of the classes (``a|b``) of the lexicon, or in one of those built in."""
        key = (id(token.doc), token.i, test)
        if key not in self._tests:
            self._tests[key] = self._is_a(token, test)
        return self._tests[key]

    def _noun(self, token: Token) -> tuple[Token, str]:
        """The noun that a phrase is about, elliptic ones resolved, and its lemma."""
        key = (id(token.doc), token.i)
        if key not in self._nouns:
            noun = self.resolve(syntax.through(token))
            self._nouns[key] = (noun, noun.lemma_.lower())
        return self._nouns[key]

    def _is_a(self, token: Token, test: str) -> bool:
        if "|" in test:
            return any(self.is_a(token, one) for one in test.split("|"))
        noun, lemma = self._noun(token)
        match test:
            case "power":
                return self.is_power(noun)
            case "party":
                return self._is_party(noun) or _some_of_them(token)
            case "site":  # "its Tampere line"
                return _is_site(token)
            case "number":
                return token.tag_ == "CD"
        if test in _OF_NOUNS:
            return _OF_NOUNS[test](noun)
        if test == "product" and noun.ent_type_ in ("ORG", "PERSON") and _compounded(noun):
            return False  # "Kestrel Semiconductor"
        if test == "product" and self._made_of_one(noun):
            return True
        if test == "amount" and _GLUED.fullmatch(lemma):
            return True
        members = self.lexicon.classes[test]
        compound = lemma in self.lexicon.compounds[test] and any(
            f"{t.lower_} {lemma}" in members for t in syntax.nominal_modifiers(noun)
        )
        return (lemma in members or compound) and (
            noun.pos_ != "VERB"
            or noun.dep_ in syntax.NOMINAL
            or (test in _OF_VERBS and not (test == "silence" and syntax.is_passive(noun)))
        )

    def _made_of_one(self, noun: Token) -> bool:
        """ "Germanium blanks": a thing of no other class that is named after a material."""
        lemma = noun.lemma_.lower()
        if noun.pos_ != "NOUN" or any(lemma in self.lexicon.classes[name] for name in _NO_GOODS):
            return False
        materials = self.lexicon.classes["strong_materials"] | self.lexicon.classes["weak_materials"]
        return any(t.lemma_.lower() in materials for t in syntax.nominal_modifiers(noun))

    def is_power(self, noun: Token) -> bool:
        """Whether a noun is a state, a body of one, or somebody who speaks for one."""
        classes = self.lexicon.classes
        if noun.pos_ == "PRON" and noun.lower_ in ("it", "they", "he", "she"):
            found = _who_says(noun) or self.referent(noun)
            return found.pos_ != "PRON" and self.is_power(found)
        lemma = noun.lemma_.lower()
        if lemma in classes["power"] or noun.lower_ in classes["power"]:
            return noun.pos_ in ("PROPN", "NOUN") and noun.dep_ != "compound"
        modifiers = [t.lower_ for t in syntax.nominal_modifiers(noun)]
        if lemma == "side" and any(c.lower_ in ("two", "both") for c in noun.children):
            return True
        if lemma in _VAGUE:
            around = (*syntax.nominal_modifiers(noun), *syntax.owners(noun))
            named = any(t.ent_type_ in ("NORP", "GPE") for t in around)
            return named or (lemma == "side" and any(t.lower_ in classes["power"] for t in around))
        if lemma in classes["authority"] | classes["official"] and noun.pos_ in ("NOUN", "PROPN"):
            return not set(modifiers) & _COMPANY_WORDS
        if any(f"{t} {lemma}" in classes["power"] for t in modifiers):
            return True
        titles = [*syntax.nominal_modifiers(noun), *(c for c in noun.children if c.dep_ == "appos")]
        if noun.pos_ == "PROPN" and any(
            t.lemma_.lower() in classes["official"] - _ALSO_PRIVATE for t in titles
        ):
            return True
        return noun.pos_ == "PROPN" and noun.lower_ in self.officials

    def _is_party(self, noun: Token) -> bool:
        classes = self.lexicon.classes
        if chinese(noun.text):
            return True
        if noun.lemma_.lower() in classes["maker"] | classes["user"] | classes["firm"] | classes["body"]:
            return True
        return (
            noun.pos_ == "PROPN"
            and noun.ent_type_ not in PLACES | {"DATE", "TIME"}
            and noun.lemma_.lower() not in classes["act"]
            and (
                noun.lemma_.lower() not in classes["product"]
                or any(c.dep_ == "compound" for c in noun.children)
            )
        ) or (noun.pos_ == "PRON" and noun.lower_ in _PRONOUNS)

    def names_product(self, token: Token) -> bool:
        """Whether a word before a noun names a product, not a kind of license or a place."""
        word = token.lower_
        return (
            token.ent_type_ not in ("NORP", "DATE", "ORDINAL", "CARDINAL", "GPE", "ORG")
            and token.tag_ not in ("CD", "VBN")
            and word not in self.lexicon.classes["licence_words"]
            and token.lemma_.lower() in self.lexicon.classes["product"]
            and len(word) > _MIN_WORD
        )


def _compounded(noun: Token) -> bool:
    return any(c.dep_ == "compound" and c.pos_ == "PROPN" for c in noun.children)


def _is_name(noun: Token) -> bool:
    return noun.pos_ == "PROPN" and noun.ent_type_ not in PLACES


def _is_known(noun: Token) -> bool:
    return noun.lower_ in _PRONOUNS or _is_name(noun)


def _is_place(noun: Token) -> bool:
    if noun.ent_type_ in ("GPE", "LOC"):
        return True
    return noun.lemma_.lower() in _REGIONS and noun.pos_ in ("NOUN", "PROPN")


def _is_site(token: Token) -> bool:
    return token.pos_ == "PROPN" and token.ent_type_ not in ("ORG", "PERSON", "PRODUCT", "DATE", "NORP")


_OF_NOUNS: dict[str, Callable[[Token], bool]] = {
    "any": lambda _: True,
    "name": _is_name,
    "known": _is_known,
    "we": lambda noun: noun.lower_ == "we",
    "place": _is_place,
}
"""Classes that the lexicon needs no list for."""


def _some_of_them(token: Token) -> bool:
    """ "30 await a decision", "38 percent report delays": some of those spoken of."""
    if token.dep_ not in syntax.NOUN_SUBJECTS or syntax.through(token) != token:
        return False
    words = {token.lower_, token.lemma_.lower()}
    return token.tag_ == "CD" or bool(
        words & {"percent", "%", "others", "most", "many", "some", "several", "both", "other"}
    )


def _who_says(pronoun: Token) -> Token | None:
    """ "Washington hinted that it may retaliate": whoever speaks of itself."""
    clause = pronoun.head
    if pronoun.dep_ not in syntax.NOUN_SUBJECTS or clause.dep_ != "ccomp":
        return None
    subjects = [s for s in syntax.raw_subjects(clause.head) if s.pos_ in ("PROPN", "NOUN")]
    same = subjects and (subjects[0].tag_ in ("NNS", "NNPS")) == (pronoun.lower_ == "they")
    return (
        subjects[0] if same and pronoun.lower_ in ("it", "they") and subjects[0].ent_type_ == "GPE" else None
    )
