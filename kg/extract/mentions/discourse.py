"""What the text has spoken of so far: who "the company", "it" and "17" stand for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from spacy.tokens import Token

from kg.claims.source import Voice
from kg.extract.grammar import syntax, wording
from kg.extract.lexicon.frames import Lexicon
from kg.extract.lexicon.outlets import outlets
from kg.extract.mentions.aliases import Aliases, aliases_in
from kg.extract.mentions.kinds import PLACES
from kg.extract.mentions.persons import Persons
from kg.extract.mentions.referents import (
    Passage,
    Referent,
    among,
    apposed,
    by_sentence,
    introductions,
    names_one,
    speaks,
)

_LONG_NAME = 3
_LONG_WORDING = 10
_REACH = 800
"""How many code points back an antecedent may stand."""
_SKIP = PLACES | {"DATE", "TIME", "CARDINAL", "ORDINAL", "PERCENT", "MONEY", "NORP"}
_DEFINITE = frozenset({"the", "this", "that", "these", "those", "both"})
_ELLIPTIC = frozenset(
    {
        "neither",
        "both",
        "some",
        "others",
        "rest",
        "remainder",
        "none",
        "all",
        "most",
        "one",
        "several",
        "many",
        "few",
        "majority",
        "handful",
        "number",
        "theirs",
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "last",
    }
)
_TIES = frozenset({"supplier", "partner", "vendor", "distributor", "customer", "buyer"})
_POINTING = frozenset({"the", "our", "its", "their", "his", "her", "my", "this", "that"})
_ARGUMENTS = syntax.NOUN_SUBJECTS | {"dobj", "pobj", "dative", "attr", "appos", "conj", "poss"}


@dataclass(frozen=True)
class Discourse:
    """The passages of a text, and the firms and bodies that they introduce."""

    passages: tuple[Passage, ...]
    lexicon: Lexicon
    ignored: frozenset[str] = frozenset()
    """Names that no "the company" stands for: outlets, the publisher."""
    referents: list[Referent] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    bodies: list[tuple[str, int, str]] = field(default_factory=list)
    spokespersons: list[Voice] = field(default_factory=list)
    aliases: Aliases = field(default_factory=Aliases)
    texts: tuple[str, ...] = ()
    """The passages' texts."""

    @classmethod
    def of(cls, passages: tuple[Passage, ...], lexicon: Lexicon, ignored: frozenset[str]) -> "Discourse":
        """Reads what the passages introduce."""
        texts = tuple(passage.doc.text for passage in passages)
        discourse = cls(passages, lexicon, ignored, aliases=aliases_in(texts), texts=texts)
        firms = lexicon.classes["firm"] | lexicon.classes["maker"]
        titles = lexicon.speech["spokespersons"]
        for passage, text in zip(passages, texts, strict=True):
            if names_one(text, titles):
                discourse.spokespersons.extend(introductions(passage.doc, titles))
            for token in passage.doc:
                if token.pos_ not in ("NOUN", "PROPN"):
                    continue
                named = token.pos_ == "PROPN" and token.ent_type_ not in _SKIP and token.dep_ in _ARGUMENTS
                named = named and not (token.head.lower_ == "of" and token.head.head.pos_ == "PROPN")
                determiners = {c.lower_ for c in token.children if c.dep_ in ("det", "nummod")}
                new = (
                    token.lemma_.lower() in firms
                    and token.pos_ == "NOUN"
                    and bool(determiners & {"a", "an", "another", "one"})
                )
                talks = (
                    token.lemma_.lower()
                    in lexicon.speech["anonymous"] | lexicon.classes["maker"] | lexicon.classes["user"]
                    and bool(determiners & {"a", "an", "one"})
                    and speaks(token)
                )
                if named or new or talks:
                    discourse.referents.append(Referent(token, passage.at(token), named))
        return discourse

    def fullest(self, name: str) -> str:
        """The longest wording of a name: "Haotong" → "Ningbo Haotong Magnetics", "NMG" by its initials."""
        known = self.aliases.of(name)
        if known is not None:
            return known
        words = name.removeprefix("the ").removeprefix("The ").split()
        if not words or any(w[0].islower() for w in words) or len(words) > _LONG_NAME:
            return name
        best = name
        for full in self._names():
            parts = full.split()
            if len(parts) <= len(words) or len(full) <= len(best):
                continue
            inside = any(parts[i : i + len(words)] == words for i in range(len(parts) - len(words) + 1))
            initials = len(words) == 1 and "".join(p[0] for p in parts if p[0].isupper()) == words[0]
            if initials or (inside and self._introduced(full, name)):
                best = full
        return best

    def _introduced(self, full: str, name: str) -> bool:
        """Whether the text names somebody in full before it shortens the name."""
        for text in self.texts:
            at = text.find(name)
            if at >= 0:
                return 0 <= text.find(full) <= at
        return False

    def _names(self) -> list[str]:
        if not self.names:
            for referent in self.referents:
                if referent.named:
                    text = wording.phrase(referent.token, clauses=False).text.removeprefix("the ")
                    text = wording.name_alone(referent.token, text)
                    if text[:1].isupper() and all(
                        w[0].isupper() or w in ("of", "and", "&") for w in text.split()
                    ):
                        self.names.append(text)
        return self.names

    def fuller(self, noun: Token, words: str) -> str:
        """The fullest earlier wording of a body or speaker taken up ("the federation"), or the words."""
        first = words.partition(" ")[0].lower()
        if noun.pos_ != "NOUN" or first not in _DEFINITE:
            return words
        if not self.bodies:
            self.bodies.extend(self._bodies())
        known, here, best = set(words.lower().split()) - _DEFINITE, self.passage(noun).at(noun), words
        for lemma, at, text in self.bodies:
            same = at < here and lemma == noun.lemma_.lower() and known <= set(text.lower().split())
            if same and len(text) > len(best):
                best = text
        return best

    def _bodies(self) -> Iterator[tuple[str, int, str]]:
        """Bodies and who speaks for them as the text describes them: lemma, where, words."""
        classes = self.lexicon.classes
        known = classes["authority"] | classes["body"] | self.lexicon.speech["spokespersons"]
        for passage in self.passages:
            for token in passage.doc:
                lemma = token.lemma_.lower()
                if lemma not in known:
                    continue
                name = token.head if token.dep_ == "compound" else None
                if name is not None and name.pos_ == "PROPN" and token.pos_ == "NOUN":
                    yield lemma, passage.at(token), str(name.doc[name.left_edge.i : name.i + 1].text)
                elif token.pos_ == "PROPN" and any(t.pos_ == "PROPN" for t in token.children):
                    yield lemma, passage.at(token), str(wording.phrase(token, clauses=False).text)
                elif token.pos_ == "NOUN" and token.dep_ not in syntax.MODIFIERS:
                    words = str(wording.phrase(token, clauses=False).text)
                    beside = [c for c in token.children if c.dep_ == "appos" and c.pos_ == "PROPN"]
                    if len(words.split()) <= _LONG_WORDING:
                        yield lemma, passage.at(token), f"{words} {beside[0].text}" if beside else words

    def officials(self) -> frozenset[str]:
        """Last names, in lower case, of persons to whom the text gives a public office."""
        titles = self.lexicon.classes["official"] - {"president", "secretary", "deputy", "official"}
        found = set()
        for passage in self.passages:
            for token in passage.doc:
                if token.pos_ == "PROPN" and token.ent_type_ == "PERSON":
                    beside = [c for c in token.children if c.dep_ in ("compound", "appos", "amod", "nmod")]
                    above = [token.head] if token.dep_ == "appos" else []
                    if any(t.lemma_.lower() in titles for t in (*beside, *above)):
                        found |= {
                            t.lower_
                            for t in (*beside, token)
                            if t.pos_ == "PROPN" and t.lemma_.lower() not in titles
                        }
        return frozenset(found)

    def spokesperson(self, name: str) -> Voice | None:
        """The voice of somebody whom the text calls a spokesperson elsewhere ("Spokesperson Gao Wenyuan")."""
        parts = set(name.split())
        return next((v for v in self.spokespersons if v.name and parts <= set(v.name.split())), None)

    def speaks_for_state(self) -> bool:
        """Whether the spokespersons of the text speak for authorities."""
        titles = self.lexicon.speech["spokespersons"]
        bodies = self.lexicon.classes["authority"]
        return any(
            t.lemma_.lower() in titles and any(k.lemma_.lower() in bodies for k in t.subtree if k.i != t.i)
            for passage, text in zip(self.passages, self.texts, strict=True)
            if names_one(text, titles)
            for t in passage.doc
        )

    def passage(self, token: Token) -> Passage:
        """The passage of a token."""
        return next(p for p in self.passages if p.doc is token.doc)

    def counted(self, token: Token) -> Token:
        """For a bare number ("17 have been granted"), the license or application that it counts."""
        bare = (
            self._takes_up(token)
            or (token.lower_ in ("them", "these", "those") and token.head.lower_ == "of")
            or token.tag_ == "CD"
            or token.lower_ in _ELLIPTIC
            or token.lemma_.lower() in ("quarter", "half", "percent")
        )
        if (
            not bare
            or (
                syntax.through(token) != token
                and syntax.through(token).lower_ not in ("them", "these", "those", "which")
            )
            or token.dep_ in ("nummod", "det", "compound", "quantmod", "amod", "advmod")
        ):
            return token
        members = self.lexicon.classes["license"] | self.lexicon.classes["application"]
        for index in range(token.i - 1, -1, -1):
            before = token.doc[index]
            if before.lemma_.lower() in members and before.pos_ == "NOUN" and before.dep_ != "compound":
                return before
        return token

    def _takes_up(self, token: Token) -> bool:
        """Whether "it" stands for the application that the clause before is about."""
        members = self.lexicon.classes["license"] | self.lexicon.classes["application"]
        if token.lower_ in ("it", "them") and token.dep_ == "dobj" and token.sent.start > 0:
            told = [
                t for t in token.doc[token.sent.start - 1].sent if t.dep_ in syntax.NOUN_SUBJECTS | {"dobj"}
            ]
            return bool(told) and told[-1].lemma_.lower() in members
        if token.lower_ not in ("it", "they") or token.dep_ not in syntax.NOUN_SUBJECTS:
            return False
        subjects = [t for t in token.doc[token.sent.start : token.i] if t.dep_ in syntax.NOUN_SUBJECTS]
        return bool(subjects) and subjects[-1].lemma_.lower() in members

    def is_anaphor(self, token: Token) -> bool:
        """Whether a noun phrase ("the company", "the German automaker", "it") takes up an earlier one."""
        if token.pos_ == "PRON":
            return token.lower_ in ("it", "they", "them", "he", "she", "its", "their", "his", "her")
        classes = self.lexicon.classes
        definite = any(c.dep_ == "det" and c.lower_ in _DEFINITE for c in token.children)
        plain = not any(
            c.dep_ in ("prep", "acl", "nummod") or (c.dep_ == "relcl" and token.nbor(1).text != ",")
            for c in token.children
        )
        known = classes["firm"] | classes["maker"] | classes["user"] | classes["authority"]
        return (
            token.pos_ == "NOUN"
            and token.tag_ != "NNS"
            and definite
            and plain
            and token.lemma_.lower() in known
        )

    def antecedent(self, token: Token) -> Token:
        """What an anaphor stands for, or the token itself where nothing fits."""
        if not self.is_anaphor(token):
            return token
        named = next((c for c in token.children if c.dep_ == "appos" and c.pos_ == "PROPN"), None)
        if named is not None:  # "the second buyer, Hanbit Photonics, …"
            return named
        here = self.passage(token).at(token)
        earlier = [r for r in self.referents if r.at < here and self._fits(r, token)]
        same_sentence = [r for r in earlier if r.token.doc is token.doc and r.token.sent == token.sent]
        if token.lemma_.lower() in self.lexicon.classes["authority"]:
            same = [r for r in self.referents if r.token.lemma_.lower() == token.lemma_.lower()]
            before = [r for r in same if r.at < here]
            return (before[-1:] or same[:1] or [Referent(token, here, named=False)])[0].token
        if same_sentence and token.pos_ != "PRON":
            acting, given = (
                among(same_sentence, *syntax.NOUN_SUBJECTS),
                among(same_sentence, "dobj", "dative"),
            )
            return (acting or given or same_sentence)[-1].token
        for referents in by_sentence(earlier, here - _REACH):
            if (subjects := among(referents, *syntax.NOUN_SUBJECTS)) or token.pos_ != "PRON":
                return (subjects or referents)[-1].token
        return token

    def named_beside(self, noun: Token) -> Token | None:
        """The name of a firm known by what it is to another ("our supplier", "the supplier, X, …")."""
        classes = self.lexicon.classes
        if noun.pos_ != "NOUN" or noun.tag_ == "NNS" or noun.lemma_.lower() not in classes["maker"] | _TIES:
            return None
        if not any(c.lower_ in _POINTING for c in noun.children):
            return None
        own = apposed(noun)
        if own is not None or any(c.dep_ in ("nummod", "relcl") for c in noun.children):
            return own
        same = (
            apposed(token)
            for passage in self.passages
            for token in passage.doc
            if token.lemma_ == noun.lemma_ and token.pos_ == "NOUN"
        )
        found = {name.text: name for name in same if name is not None}
        return next(iter(found.values())) if len(found) == 1 else None

    @cached_property
    def people(self) -> Persons:
        """The persons that the text names."""
        return Persons(self.passages, self.lexicon, self.referents, self.ignored)

    def public_body(self, token: Token) -> Token | None:
        """The ministry or other public body that the text has named last before a token."""
        here = self.passage(token).at(token)
        known = self.lexicon.classes["authority"] - {"china", "beijing", "washington", "brussels", "tokyo"}
        found = [r.token for r in self.referents if r.at < here and r.token.lemma_.lower() in known]
        return found[-1] if found else None

    def before(self, token: Token) -> Token | None:
        """The last thing named in an earlier sentence: whose "its" is."""
        start = self.passage(token).at(token.sent[0])
        named = [r for r in self.referents if start - _REACH < r.at < start and r.named]
        return named[-1].token if named else None

    def topic(self, token: Token) -> Token | None:
        """The firm that the text was last about before a sentence: whose output "output" is."""
        start = self.passage(token).at(token.sent[0])
        public = self.lexicon.classes["authority"] | self.lexicon.classes["power"]
        earlier = [r for r in self.referents if r.at < start and not outlets().find(r.token.text)]
        for referents in by_sentence(earlier, start - _REACH):
            for referent in reversed(referents):
                noun = referent.token
                spoken = wording.phrase(noun, clauses=False).text.lower().removeprefix("the ")
                if (
                    noun.dep_ in syntax.NOUN_SUBJECTS | {"poss"}
                    and noun.text[0].isalpha()
                    and not (noun.ent_type_ == "PERSON" and (speaks(noun) or self.people.is_given(spoken)))
                    and noun.lemma_.lower() not in public | self.lexicon.speech["anonymous"]
                    and spoken not in self.ignored
                ):
                    return noun
        return None

    def _fits(self, referent: Referent, anaphor: Token) -> bool:
        noun = referent.token
        lemma = noun.lemma_.lower()
        if wording.phrase(noun, clauses=False).text.lower().removeprefix("the ") in self.ignored:
            return False
        if anaphor.pos_ == "NOUN" and noun.dep_ in ("dobj", "dative") and noun.head.lemma_ == "tell":
            return False  # "told Nikkei … . The company …"
        if anaphor.pos_ == "NOUN" and lemma in self.lexicon.speech["anonymous"]:
            return False  # "a union official" is no company
        if outlets().find(noun.text) or (
            anaphor.pos_ == "NOUN" and noun.ent_type_ == "PERSON" and speaks(noun)
        ):
            return False
        bodies = self.lexicon.classes["authority"] | {"chamber", "association", "union"}
        if anaphor.lemma_.lower() in self.lexicon.classes["authority"]:
            return True
        if anaphor.lower_ in ("it", "its") and self.people.is_person(noun):
            return False
        if anaphor.lower_ in ("he", "she", "his", "her"):
            person = noun.ent_type_ == "PERSON" or self.people.is_person(noun)
            return person or (not referent.named and speaks(noun))
        if any(c.lemma_.lower() in self.lexicon.speech["spokespersons"] for c in noun.children):
            return False
        if anaphor in noun.subtree:  # "a supplier of the company" is not the company
            return False
        return anaphor.pos_ == "PRON" or lemma not in bodies
