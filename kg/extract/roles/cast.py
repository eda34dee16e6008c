"""All that a text speaks of and that may take part in an event unsaid: authorities, firms, users."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from spacy.tokens import Token

from kg.claims.claim import Mention
from kg.extract.events.finding import Finder
from kg.extract.grammar import syntax
from kg.extract.mentions.discourse import Discourse
from kg.extract.roles.setting import is_good


class Kind(StrEnum):
    """What somebody or something may be in an event."""

    POWER = "power"
    NAME = "name"
    FIRM = "firm"
    USER = "user"
    SELF = "self"


@dataclass(frozen=True)
class Sight:
    """Where something is spoken of: its noun, the number of the sentence and of the passage."""

    noun: Token
    at: int
    sentence: int
    passage: int


@dataclass(frozen=True)
class Player:
    """Something that the text speaks of, in its words, with where it does."""

    kind: Kind
    mention: Mention
    sights: list[Sight] = field(default_factory=list)


@dataclass
class Cast:
    """The players of one text. ``named`` puts a noun into words."""

    finder: Finder
    discourse: Discourse
    named: Callable[[Token], Mention]
    _players: list[Player] | None = None
    _sentences: dict[tuple[int, int], int] = field(default_factory=dict)

    def players(self) -> list[Player]:
        """The players in the order in which the text brings them up."""
        if self._players is None:
            self._players = self._found()
        return self._players

    def sentence(self, token: Token) -> int:
        """The number of the sentence of a token in the whole text."""
        if not self._sentences:
            starts = ((id(p.doc), t.i) for p in self.discourse.passages for t in p.doc if t.is_sent_start)
            self._sentences = {start: number for number, start in enumerate(starts)}
        return self._sentences[id(token.doc), token.sent.start]

    def _found(self) -> list[Player]:
        known: dict[tuple[Kind, str], Player] = {}
        number = -1
        firms = {(id(r.token.doc), r.token.i) for r in self.discourse.referents}
        for place, passage in enumerate(self.discourse.passages):
            for token in passage.doc:
                number += token.is_sent_start is True
                if token.pos_ not in ("NOUN", "PROPN"):
                    continue
                for kind, mention in self._seen(token, (id(token.doc), token.i) in firms):
                    player = known.setdefault((kind, _key(mention.text)), Player(kind, mention))
                    player.sights.append(Sight(token, passage.at(token), number, place))
        return list(known.values())

    def _seen(self, noun: Token, refers: bool) -> Iterator[tuple[Kind, Mention]]:
        """As what a noun may take part."""
        if is_good(noun, self.finder):
            return
        classes = self.finder.lexicon.classes
        lemma = noun.lemma_.lower()
        if noun.dep_ != "compound" and self.finder.is_power(noun):
            yield Kind.POWER, self.named(noun)
        elif refers and noun.pos_ == "PROPN":
            yield Kind.NAME, self.named(noun)
        elif noun.pos_ == "NOUN" and noun.dep_ not in syntax.MODIFIERS:
            if lemma in classes["user"]:
                yield Kind.USER, self.named(noun)
            elif refers or lemma in classes["maker"] or (lemma in classes["firm"] and noun.tag_ == "NNS"):
                yield Kind.FIRM, self.named(noun)


def _key(words: str) -> str:
    return words.lower().removeprefix("the ").removesuffix("s")
