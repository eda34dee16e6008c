"""The good that a paragraph is about, for clauses that name none: "Gallium. Prices slipped", "it costs …"."""

import re
from dataclasses import dataclass, field

from spacy.tokens import Doc, Token

from kg.claims.claim import ClaimType
from kg.extract.events.finding import LICENSING, Event, Finder
from kg.extract.mentions.discourse import Discourse
from kg.extract.roles.goods import good

_HEADING = re.compile(
    r"\W*(?P<words>\w[\w-]*(?: [\w-]+){0,2}(?: \([A-Z]+\))?)(?:\*\*)? ?(?:[.:\u2013\u2014]|- )"
)
_UNDER_HEADINGS = LICENSING | {ClaimType.LICENSE_SCOPE, ClaimType.PRICE_CHANGE, ClaimType.RESTRICTION_EASED}
_PRICED = frozenset({ClaimType.PRICE_CHANGE})


@dataclass
class Topics:
    """The goods that the paragraphs of a text are about."""

    finder: Finder
    discourse: Discourse
    _headings: dict[int, str | None] = field(default_factory=dict)

    def good(self, event: Event) -> str | None:
        """The words for the good that an event's paragraph is about, for events that have one."""
        doc = event.trigger.doc
        if event.type in _UNDER_HEADINGS and (heading := self._heading(doc)) is not None:
            return heading
        if event.type not in _PRICED:
            return None
        return next(
            (words for t in doc[: event.trigger.sent.end] if (words := self._material(t)) is not None), None
        )

    def _heading(self, doc: Doc) -> str | None:
        """The good that a paragraph bears in front as its heading ("COBALT. …")."""
        if id(doc) not in self._headings:
            match = _HEADING.match(doc.text)
            words = match["words"] if match else ""
            last = words.partition(" (")[0].lower().rpartition(" ")[2]
            self._headings[id(doc)] = words if last in self.finder.lexicon.classes["product"] else None
        return self._headings[id(doc)]

    def _material(self, token: Token) -> str | None:
        """The words for a material by its own name, not that of a firm."""
        named = token.lemma_.lower() in self.finder.lexicon.classes["strong_materials"]
        if not named or token.ent_type_ in ("ORG", "PERSON") or token.pos_ not in ("NOUN", "PROPN", "ADJ"):
            return None
        return good(token, self.finder) if token.pos_ != "ADJ" else token.text
