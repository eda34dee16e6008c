"""Who in a text is a person, and for which firm or body a person works.

The parser takes many a firm of one word for a person and many a person for a firm. A name is a person's
where the text gives it with a given name, an office or an honorific, or goes on with "she" or "he".
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from spacy.tokens import Span, Token

from kg.extract.grammar import syntax, wording
from kg.extract.lexicon.frames import Lexicon
from kg.extract.lexicon.outlets import outlets
from kg.extract.mentions.kinds import PLACES
from kg.extract.mentions.referents import Passage, Referent, speaks

OFFICES = frozenset(
    "president secretary head chief director manager minister chairman chairwoman chair ceo officer "
    "adviser advisor commissioner analyst founder boss owner lawyer professor researcher ambassador "
    "executive economist".split()
)
"""What only persons are."""
_HONORIFICS = frozenset(
    {"mr", "mrs", "ms", "dr", "mr.", "mrs.", "ms.", "dr.", "frau", "herr", "mme", "monsieur"}
)
_OF_PERSONS = frozenset({"he", "she"})
_BESIDE = frozenset({"compound", "appos", "amod", "nmod"})
_NO_BODIES = PLACES | {"DATE", "TIME", "NORP", "MONEY", "PERCENT", "CARDINAL"}
_LEADING = 2
"""So often a text names the firm that it is about, at least."""


@dataclass(frozen=True)
class Persons:
    """The persons of a text."""

    passages: tuple[Passage, ...]
    lexicon: Lexicon
    referents: Sequence[Referent]
    ignored: frozenset[str]
    """Names of outlets and of the publisher, in lower case."""

    def is_person(self, noun: Token) -> bool:
        """Whether a name is a person's."""
        if noun.pos_ != "PROPN":
            return False
        words = str(wording.phrase(noun, clauses=False).text)
        if noun.ent_type_ == "PERSON" and self.is_given(words):
            return True
        return noun.lower_ in self._last_names

    def is_given(self, name: str) -> bool:
        """Whether a name begins with a given name."""
        first, _, rest = name.lower().partition(" ")
        return bool(rest) and first in self.lexicon.classes["given_names"]

    def body_of(self, person: str) -> str | None:
        """The firm or body for which somebody is told to work, or the one that the text is about."""
        last = person.rpartition(" ")[2]
        return self._told(last) or (self.leading if last.lower() in self._last_names else None)

    def firm_of(self, person: str) -> str | None:
        """As ``body_of``, but no public body: those hold no licenses and make nothing."""
        body = self.body_of(person)
        public = self.lexicon.classes["authority"] | self.lexicon.classes["power"]
        return None if body is None or public & set(body.lower().split()) else body

    def _told(self, last: str) -> str | None:
        """The body that stands beside a person where the text first names both."""
        named = (p for p in self.passages if last and last in p.doc.text)
        found = (
            self._body_in(sentence, last) for p in named for sentence in p.doc.sents if last in sentence.text
        )
        return next((body for body in found if body is not None), None)

    def _body_in(self, sentence: Span, last: str) -> str | None:
        entities = [e for e in sentence.ents if e.label_ == "ORG" and last not in e.text]
        bodies = [str(e.text) for e in entities if not outlets().find(e.text)]
        bodies += [
            _name(t)
            for t in sentence
            if t.dep_ == "pobj" and t.head.lower_ in ("at", "of") and self._may_employ(t)
        ]
        return bodies[-1].removeprefix("the ") if bodies else None

    def _may_employ(self, noun: Token) -> bool:
        """Whether a name may be a firm's."""
        known = self.lexicon.classes["power"] | self.lexicon.classes["product"]
        return (
            noun.pos_ == "PROPN"
            and noun.ent_type_ not in _NO_BODIES
            and noun.lower_ not in known | self._last_names
            and noun.lower_ not in self.ignored
            and not outlets().find(noun.text)
        )

    @cached_property
    def leading(self) -> str | None:
        """The firm that a text names most often, where it does so more than once."""
        names = Counter(
            r.token.text
            for r in self.referents
            if r.named
            and len(r.token.text) > 1
            and self._may_employ(r.token)
            and not self._is_public(r.token)
        )
        best = names.most_common(2)
        if not best or best[0][1] < _LEADING or (len(best) > 1 and best[1][1] == best[0][1]):
            return None
        return best[0][0]

    def _is_public(self, noun: Token) -> bool:
        classes = self.lexicon.classes
        return noun.lemma_.lower() in classes["authority"] | classes["body"] | classes["restriction"]

    @cached_property
    def _last_names(self) -> frozenset[str]:
        """Last names, in lower case, of all whom the text shows to be persons."""
        return frozenset((*self._shown(), *self._taken_up()))

    def _shown(self) -> Iterator[str]:
        """Those with a given name, an honorific or an office, or who speak under two names."""
        for referent in self.referents:
            noun = referent.token
            if not referent.named:
                continue
            words = str(wording.phrase(noun, clauses=False).text)
            if noun.ent_type_ == "PERSON" and (self.is_given(words) or (speaks(noun) and " " in words)):
                yield noun.lower_
            beside = [c for c in noun.children if c.dep_ in _BESIDE]
            above = [noun.head] if noun.dep_ == "appos" else []
            titled = any(t.lower_ in _HONORIFICS or t.lemma_.lower() in OFFICES for t in (*beside, *above))
            if titled and noun.ent_type_ not in PLACES:
                yield noun.lower_

    def _taken_up(self) -> Iterator[str]:
        """Those of whom the text goes on with "she" or "he"."""
        for passage in self.passages:
            last: Token | None = None
            for token in passage.doc:
                if token.dep_ not in syntax.NOUN_SUBJECTS:
                    continue
                if token.pos_ == "PROPN" and token.ent_type_ not in PLACES:
                    last = token
                elif token.lower_ in _OF_PERSONS and last is not None and last.sent != token.sent:
                    if not self._is_firm(last):
                        yield last.lower_
                    last = None

    def _is_firm(self, noun: Token) -> bool:
        """Whether a name is made, or gone on with, as a firm's: "Xiamen Torq, which makes …"."""
        words = [t.lower_ for t in wording.phrase(noun, clauses=False)]
        if set(words[:-1]) & self.lexicon.classes["firm_places"]:
            return True
        return any(t.lower_ == "which" for c in noun.children if c.dep_ == "relcl" for t in c.children)


def _name(noun: Token) -> str:
    """The capitalized words that end with a noun: "Swedish truck maker *Norda*"."""
    start = noun.i
    while start > noun.sent.start and noun.doc[start - 1].pos_ == "PROPN":
        start -= 1
    return str(noun.doc[start : noun.i + 1].text)
