"""The parts that a clause leaves unsaid: what and whom the text was last about.

"Eleven were returned" names neither whose applications nor for which good; a reader knows both from what
came before. What is filled in here is always a participant that the text has named.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from spacy.tokens import Doc, Span, Token

from kg.claims.claim import ClaimType, Mention, RoleName
from kg.claims.source import SourceKind
from kg.extract.events.finding import LICENSING, Event, Finder
from kg.extract.grammar import syntax
from kg.extract.mentions.discourse import Discourse
from kg.extract.mentions.kinds import PLACES
from kg.extract.roles.goods import good
from kg.extract.roles.setting import is_good
from kg.extract.roles.topics import Topics
from kg.extract.voices.attribution import Attribution

R, T = RoleName, ClaimType
_OF_LICENSES = LICENSING | {T.LICENSE_SCOPE}
_PARTIES = (R.LICENSEE, R.PRODUCER, R.CUSTOMER)
_SPOKEN = frozenset({T.NO_COMMENT, T.STATEMENT_OF_POLICY, T.REQUEST})
_NO_NAMES = PLACES | {"DATE", "TIME", "PERSON", "MONEY", "QUANTITY", "ORDINAL", "CARDINAL"}
_UNCOUNTED = frozenset({"no", "nobody", "none", "nothing", "nowhere"})


@dataclass
class Salience:
    """What the events of a text were about so far."""

    finder: Finder
    discourse: Discourse
    topics: Topics
    _holders: dict[RoleName, Mention] = field(default_factory=dict)
    _held_in: Doc | None = None

    def completed(
        self,
        event: Event,
        roles: dict[RoleName, Mention],
        attribution: Attribution,
        named: Callable[[Token], Mention],
    ) -> dict[RoleName, Mention]:
        """The roles with those that the text before it tells; ``named`` puts a noun into words."""
        found = dict(roles)
        if event.type in LICENSING and not any(r in roles for r in _PARTIES):
            found |= self._parties(event, named)
        if R.PRODUCT not in roles:
            product = self._good(event)
            if product is not None:
                found[R.PRODUCT] = product
            elif (topic := self.topics.good(event)) is not None:
                found[R.PRODUCT] = Mention(text=topic)
        if event.type in _SPOKEN and R.SPEAKER not in roles:
            speaker = _speaker(attribution)
            if speaker is not None:
                found[R.SPEAKER] = speaker
        self._note(event, found)
        return found

    def _note(self, event: Event, roles: dict[RoleName, Mention]) -> None:
        if event.type in _OF_LICENSES and any(r in roles for r in _PARTIES):
            self._holders = {r: roles[r] for r in _PARTIES if r in roles}
            self._held_in = event.trigger.doc

    def _parties(self, event: Event, named: Callable[[Token], Mention]) -> dict[RoleName, Mention]:
        """Whose license it is: of whom the paragraph told last, or the firm that its sentence names."""
        if _tells_of_new(event.theme) or _tells_of_none(event) or self._names_another(event.trigger.sent):
            return {}
        if self._held_in is event.trigger.doc:
            return self._holders
        firm = next(self._firms(event.trigger.sent), None)
        if firm is None:
            return {}
        if self.finder.is_a(firm, "user"):
            return {R.CUSTOMER: named(firm)}
        return {R.LICENSEE: named(firm)}

    def _names_another(self, sentence: Span) -> bool:
        """Whether a sentence names somebody: the event may be that one's."""
        known = {word for mention in self._holders.values() for word in mention.text.split()}
        return any(
            t.pos_ == "PROPN"
            and t.ent_type_ not in _NO_NAMES
            and t.text not in known
            and not self.finder.is_power(t)
            for t in sentence
        )

    def _firms(self, sentence: Span) -> Iterator[Token]:
        """Firms that a sentence speaks of, those that act first."""
        nouns = [t for t in sentence if t.pos_ in ("NOUN", "PROPN")]
        nouns = [t for t in nouns if t.dep_ not in syntax.MODIFIERS and self._is_firm(t)]
        yield from (t for t in nouns if t.dep_ in syntax.NOUN_SUBJECTS)
        yield from (t for t in nouns if t.dep_ not in syntax.NOUN_SUBJECTS)

    def _is_firm(self, noun: Token) -> bool:
        return (
            noun.pos_ == "NOUN"
            and noun.head.lemma_.lower() not in self.discourse.lexicon.speech["verbs"]
            and self.finder.is_a(noun, "maker|firm|user")
        )

    def _good(self, event: Event) -> Mention | None:
        """The good that an effect's sentence names last."""
        sentence = event.trigger.sent
        if event.type is not T.SUPPLY_IMPACT:
            return None
        found = (self._words(token) for token in reversed(list(sentence)))
        words = next((w for w in found if w is not None), None)
        return Mention(text=words) if words is not None else None

    def _words(self, token: Token) -> str | None:
        if token.pos_ not in ("NOUN", "PROPN") or not is_good(token, self.finder):
            return None
        return good(token, self.finder)


def _tells_of_new(theme: Token | None) -> bool:
    """ "Nine licenses were granted": some that were not spoken of, and nobody is told to hold them."""
    if theme is None or theme.tag_ not in ("NNS", "NNPS"):
        return False
    return not any(c.dep_ in ("det", "poss") for c in theme.children)


def _tells_of_none(event: Event) -> bool:
    subjects = syntax.raw_subjects(event.trigger) if syntax.is_verb(event.trigger) else []
    return any(s.lower_ in _UNCOUNTED or any(c.lower_ in _UNCOUNTED for c in s.children) for s in subjects)


def _speaker(attribution: Attribution) -> Mention | None:
    """The voice nearest to what is said, in its own name or words."""
    if not attribution.voices:
        return None
    voice = attribution.voices[0]
    if voice.kind is SourceKind.PUBLISHER:
        return None
    words = voice.name or voice.text
    return Mention(text=words) if words else None
