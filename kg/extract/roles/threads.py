"""What is told on of one license: "the permit", "it", "two of them" are those spoken of before."""

from dataclasses import dataclass, field

from spacy.tokens import Doc, Token

from kg.claims.claim import ClaimType, Mention, RoleName
from kg.extract.events.finding import LICENSING, Event
from kg.extract.grammar import syntax
from kg.extract.mentions.discourse import Discourse

R = RoleName
_REACH = 700
"""How many code points on a license is still spoken of without being named anew."""
_DEFINITE = frozenset({"the", "this", "that", "both", "its", "their"})
_PRONOUNS = frozenset({"it", "they", "which", "that"})
_NEW = frozenset(
    {"another", "new", "further", "other", "additional", "second", "third", "more", "such", "different"}
)
_PARTIES = (R.LICENSEE, R.PRODUCER, R.CUSTOMER)
_SHARED = (*_PARTIES, R.PRODUCT, R.AUTHORITY)


@dataclass
class Threads:
    """The last license or application that a text has told of, with who has part in it."""

    discourse: Discourse
    _roles: dict[RoleName, Mention] = field(default_factory=dict)
    _at: int = -_REACH
    _doc: Doc | None = None

    def note(self, event: Event, roles: dict[RoleName, Mention]) -> None:
        """Remembers who has part in the license that an event is about."""
        if event.type in LICENSING and any(r in roles for r in _PARTIES):
            self._roles = {r: m for r, m in roles.items() if r in _SHARED}
            self._doc = event.trigger.doc
            self._at = self.discourse.passage(event.trigger).at(event.trigger)

    def continued(self, event: Event, roles: dict[RoleName, Mention]) -> dict[RoleName, Mention]:
        """The roles with those of the license before, where the words take it up and name nobody."""
        told = event.type in LICENSING or event.type is ClaimType.LICENSE_SCOPE
        if not told or any(r in roles for r in _PARTIES) or not self._roles or event.theme is None:
            return roles
        here = self.discourse.passage(event.trigger).at(event.trigger)
        if not 0 <= here - self._at <= _REACH or not self._takes_up(event.theme):
            return roles
        bare = event.theme.lemma_.lower() not in self._words()
        if bare and self._doc is not event.trigger.doc:
            return roles
        return {**self._roles, **roles}

    def _words(self) -> frozenset[str]:
        classes = self.discourse.lexicon.classes
        return classes["license"] | classes["application"]

    def _takes_up(self, theme: Token) -> bool:
        if theme.lower_ in _PRONOUNS or theme.tag_ == "CD" or theme.lower_ in ("one", "neither"):
            return True
        if theme.lemma_.lower() not in self._words():
            inner = syntax.prepositional(theme, "of")
            return any(t.lower_ in ("them", "these", "those") for t in inner)
        kids = {c.lower_ for c in theme.children if c.dep_ in ("det", "poss", "amod", "predet")}
        named = any(c.dep_ == "prep" and c.lower_ in ("for", "from", "by", "of") for c in theme.children)
        owned = any(c.dep_ == "poss" and c.pos_ != "PRON" for c in theme.children)
        return bool(kids & _DEFINITE) and not kids & _NEW and not named and not owned
