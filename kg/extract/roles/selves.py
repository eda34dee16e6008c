"""Who "we" are: the firm or body for which somebody speaks, or of which a person tells."""

from collections.abc import Callable
from dataclasses import dataclass

from spacy.tokens import Token

from kg.claims.claim import ClaimType, Mention
from kg.claims.source import SourceKind
from kg.extract.events.finding import Event, Finder
from kg.extract.grammar import syntax
from kg.extract.mentions.discourse import Discourse
from kg.extract.reading.reader import Article
from kg.extract.roles.employers import employer, whose_call
from kg.extract.voices.attribution import Attribution

DECIDED = frozenset(
    {ClaimType.STATEMENT_OF_POLICY, ClaimType.RESTRICTION_IMPOSED, ClaimType.RESTRICTION_EASED}
)
"""What authorities decide and tell themselves."""


@dataclass(frozen=True)
class Selves:
    """Reads for whom the voices of one article speak."""

    article: Article
    discourse: Discourse
    finder: Finder

    def us(self, attribution: Attribution) -> Mention | None:
        """Who "we" are: whom a spokesperson speaks for, the body that speaks, or the publisher."""
        if not attribution.voices:
            name = self.article.chain_tail[-1].name
            return Mention(text=name) if name else None
        voice = attribution.voices[0]
        if voice.speaks_for:
            return Mention(text=voice.speaks_for)
        if voice.name and voice.kind is SourceKind.ORGANIZATION:
            return Mention(text=voice.name)
        if voice.kind is not SourceKind.PERSON:
            return None
        body = employer(voice.text or "") or self.discourse.people.body_of(voice.name or "")
        body = body or whose_call(self.article.document.title or "")
        return Mention(text=self.discourse.fullest(body)) if body else None

    def employer(self, person: Token) -> Mention | None:
        """The firm for which somebody is told to work: a person holds no license, and loses no production."""
        body = self.discourse.people.firm_of(person.text)
        return Mention(text=self.discourse.fullest(body)) if body else None

    def supplied(self, holder: Mention, attribution: Attribution) -> Mention | None:
        """The firm whose people tell in their own words of another firm's license: its customer."""
        voice = attribution.voices[0] if attribution.voices else None
        if voice is None or not attribution.direct or voice.kind is not SourceKind.PERSON or not holder.text:
            return None
        body = self.us(attribution)
        return body if body is not None and body.text != holder.text and not holder.id else None

    def deciding(
        self, event: Event, attribution: Attribution, mention: Callable[[Token], Mention]
    ) -> Mention | None:
        """The body whose spokesperson tells what "we" do, or of what is done by nobody who is named."""
        voice = attribution.voices[0] if attribution.voices else None
        if voice is None or voice.kind is not SourceKind.SPOKESPERSON:
            return None
        subjects = syntax.raw_subjects(event.trigger) if syntax.is_verb(event.trigger) else []
        if any(s.lower_ != "we" and self.finder.is_a(s, "power|party") for s in subjects):
            return None
        words = voice.speaks_for
        if words is None:
            named = self.discourse.public_body(event.trigger) if self.finder.state_speaks else None
            return mention(named) if named is not None else None
        public = self.discourse.lexicon.classes["authority"] | self.discourse.lexicon.classes["power"]
        return Mention(text=words) if public & set(words.lower().split()) else None
