"""The way from an article to its claims, and the protocol for other extractors."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from spacy.tokens import Doc

from kg.claims.claim import Agent, AgentKind, Claim, ClaimType
from kg.claims.names import normalized
from kg.errors import UnreadableInput
from kg.extract.drafting import Drafter
from kg.extract.events.finding import Event, Finder, is_own, retells
from kg.extract.events.loosely import told_loosely
from kg.extract.events.policy import settled, statements
from kg.extract.grammar import syntax, wording
from kg.extract.grammar.model import parser
from kg.extract.lexicon.frames import Lexicon, lexicon
from kg.extract.lexicon.outlets import outlets
from kg.extract.mentions.discourse import Discourse
from kg.extract.mentions.kinds import PLACES
from kg.extract.mentions.referents import Passage
from kg.extract.reading.domain import in_domain
from kg.extract.reading.labels import Labels
from kg.extract.reading.language import language_of
from kg.extract.reading.pieces import pieces, readable
from kg.extract.reading.reader import Article, read_article
from kg.extract.roles.cast import Cast
from kg.extract.roles.choosing import Choosing
from kg.extract.roles.participants import Participants
from kg.extract.roles.salience import Salience
from kg.extract.roles.selves import Selves
from kg.extract.roles.threads import Threads
from kg.extract.roles.topics import Topics
from kg.extract.voices.attribution import Attribution, Attributions
from kg.extract.voices.modality import Mode, mode_of
from kg.extract.voices.speakers import Speakers

NAME = "lodestone-spacy"
VERSION = "0.1.0"
_BATCH = 128


class Extractor(Protocol):
    """Anything that makes claims out of an article, each quoted verbatim at its offsets."""

    @property
    def name(self) -> str:
        """What the extractor is called, as the claims' agent."""

    @property
    def version(self) -> str:
        """Its version: another version may read the same text differently."""

    @property
    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes of the languages that it reads; none means any."""

    def extract(self, article: Article) -> list[Claim]:
        """The claims of an article, in the order of their quotes."""


@dataclass(frozen=True)
class SpacyExtractor:
    """The shipped extractor: a declarative lexicon of events over a dependency parse."""

    name: str = NAME
    version: str = VERSION
    languages: frozenset[str] = frozenset({"en"})
    lexicon: Lexicon = field(default_factory=lexicon)
    choosing: type[Choosing] = Choosing
    """What fills in participants: another one records them, to learn from."""

    def extract(self, article: Article) -> list[Claim]:
        """The claims of an article; none if it tells of nothing that the lexicon knows."""
        return next(self.extract_all([article]))

    def extract_all(self, articles: Sequence[Article]) -> Iterator[list[Claim]]:
        """The claims of each article, parsed together: faster than one by one."""
        places = [self._places(article) for article in articles]
        lines = (
            readable(article.text[a:b])
            for article, spans in zip(articles, places, strict=True)
            for a, b in spans
        )
        docs = parser().pipe(lines, batch_size=_BATCH) if any(places) else iter(())
        for article, spans in zip(articles, places, strict=True):
            passages = tuple(self._passages(article, spans, docs))
            yield self._read(article, passages) if passages else []

    def _places(self, article: Article) -> list[tuple[int, int]]:
        if not in_domain(article.text[article.body :], self.lexicon, article.document.title or ""):
            return []
        return [s for s in pieces(article.text, article.body) if self._telling(article.text[slice(*s)])]

    def _passages(
        self, article: Article, spans: Sequence[tuple[int, int]], docs: Iterator[Doc]
    ) -> Iterator[Passage]:
        """The passages of an article with who speaks in each; a minister goes on until the next label."""
        labels = Labels.of(article.text, article.body, self.lexicon)
        for begin, end in spans:
            label, asks = labels.before(begin, end)
            yield Passage(next(docs), begin, label, asks)

    def _telling(self, line: str) -> bool:
        """Whether a line can hold a claim: a trigger or a word of reporting stands in it."""
        return self.lexicon.stems.search(line) is not None

    def _read(self, article: Article, passages: tuple[Passage, ...]) -> list[Claim]:
        discourse = Discourse.of(passages, self.lexicon, _outlet_names(article, passages))
        finder = Finder(
            self.lexicon,
            discourse.counted,
            discourse.antecedent,
            discourse.officials(),
            state_speaks=discourse.speaks_for_state(),
        )
        attributions = Attributions(Speakers(discourse, _organizations(passages)), discourse)
        attributions.find_record()
        agent = Agent(kind=AgentKind.EXTRACTOR, name=self.name, version=self.version)
        selves = Selves(article, discourse, finder)
        participants = Participants(
            article,
            discourse,
            finder,
            Threads(discourse),
            Salience(finder, discourse, Topics(finder, discourse)),
            selves,
        )
        cast = Cast(finder, discourse, participants.mention)
        choosing = self.choosing(cast, selves, (article.document.title or "").lower())
        drafter = Drafter(article, discourse, participants, choosing, agent)
        authority: str | None = None
        claims: list[Claim] = []
        for at, passage in enumerate(passages):
            for sentence in passage.doc.sents:
                found = finder.events(sentence)
                found += statements(sentence, found, finder)
                found = [event for event in found if not is_own(event)]
                loose = told_loosely(sentence, found, finder)
                read = {event.trigger.i for event in loose}
                found = [e for e in found if e.type is not ClaimType.OTHER or e.trigger.i not in read] + loose
                told: dict[int, tuple[Attribution, Mode]] = {}
                for event in found:
                    if retells(event) or is_own(event) or not _in_context(event, self.lexicon, passages, at):
                        continue
                    attribution = attributions.of(event.trigger)
                    mode = mode_of(event, attribution, self.lexicon.speech)
                    if mode is not None:
                        told[id(event)] = (attribution, mode)
                if not any(attribution.voices for attribution, _ in told.values()):
                    attributions.listen(sentence)
                events = settled([event for event in found if id(event) in told])
                for event in events:
                    attribution, mode = told[id(event)]
                    if event.type is ClaimType.NO_COMMENT:
                        attribution = attributions.silence(attribution)
                    others = frozenset(e.trigger.i for e in events if e is not event)
                    claims += drafter.claims(event, attribution, mode, authority, others)
                    authority = authority or _authority(event)
        return sorted(_verified(claims), key=lambda c: (c.quote.start if c.quote else 0, c.type, c.hash))


def extract_file(path: Path, extractor: Extractor | None = None) -> tuple[Article, list[Claim]]:
    """Reads an article and extracts its claims.

    Raises ``UnreadableInput`` if the file is not an article that can be read, or is in a language
    that the extractor does not know.
    """
    article = read_article(path)
    extractor = extractor or SpacyExtractor()
    check_language(article, extractor, path)
    return article, extractor.extract(article)


def check_language(article: Article, extractor: Extractor, path: Path | str) -> None:
    """Raises ``UnreadableInput`` if the text is in a language that the extractor does not read."""
    found = language_of(article.text[article.body :])
    if extractor.languages and found is not None and found not in extractor.languages:
        known = ", ".join(sorted(extractor.languages))
        raise UnreadableInput(
            f"{path}: is in another language ({found}) than {extractor.name} reads ({known}): "
            "take in a translation, or use another extractor",
            path=str(path),
        )


def claims_json(article: Article, claims: list[Claim], *, file: str | None = None) -> list[dict[str, Any]]:
    """Claims as JSON objects: the contract of the corpus, and every member that a claim is read back from.

    ``file`` is put into each ``document``, as the name of the file that the text is in.
    """
    printed = []
    for claim in claims:
        data = claim.model_dump(mode="json", exclude_none=True, exclude_defaults=False)
        quote = claim.quote.model_dump(exclude_none=True) if claim.quote else None
        document = article.document.model_dump(mode="json", exclude_none=True)
        head: dict[str, Any] = {
            "type": claim.type.value,
            "quote": quote,
            "roles": data["roles"],
            "quantity": data.get("quantity"),
            "when": (
                {"text": claim.when.text, "edtf": claim.when.edtf}
                | ({"of_saying": True} if claim.when.of_saying else {})
                if claim.when
                else None
            ),
            "attribution": [
                {"kind": v.kind.value, "name": v.name, "count": v.count, "text": v.text}
                | {k: x for k, x in (("verb", v.verb), ("speaks_for", v.speaks_for)) if x is not None}
                for v in claim.attribution
            ],
            "modality": claim.modality.value,
            "polarity": claim.polarity.value,
            "document": document | ({"file": file} if file else {}),
            "assessment": data["assessment"],
            "agent": data["agent"],
            "quote_verified": claim.quote_verified,
            "status": claim.status.value,
        }
        if claim.said is not None:
            head["said"] = claim.said.isoformat()
        printed.append(head)
    return printed


def _organizations(passages: tuple[Passage, ...]) -> frozenset[str]:
    return frozenset(e.text.removeprefix("the ") for p in passages for e in p.doc.ents if e.label_ == "ORG")


def _outlet_names(article: Article, passages: tuple[Passage, ...]) -> frozenset[str]:
    names = {voice.name for voice in article.chain_tail if voice.name}
    names |= {e.text for p in passages for e in p.doc.ents if outlets().find(e.text)}
    return frozenset(normalized(name) for name in names)


def _in_context(event: Event, words: Lexicon, passages: tuple[Passage, ...], at: int) -> bool:
    """Whether a weak word ("approval") stands near words of trade control."""
    theme = event.theme
    if theme is None or theme.lemma_.lower() not in words.classes["weak"]:
        return True
    near = [passage.doc for passage in passages[max(0, at - 1) : at + 1]]
    return any(
        token.lemma_.lower() in words.classes["context"] and token != theme for doc in near for token in doc
    )


def _authority(event: Event) -> str | None:
    """The authority that the text introduces by name: later export licenses are understood as its own."""
    role = next((t for r, t in event.roles.items() if r.value == "authority"), None)
    if role is None or event.type is not ClaimType.LICENSE_GRANTED:
        return None
    noun = syntax.through(role)
    return (
        wording.phrase(noun, clauses=False).text if noun.ent_type_ in PLACES or noun.pos_ == "PROPN" else None
    )


def _verified(claims: list[Claim]) -> Iterator[Claim]:
    """Claims quoted verbatim, each once."""
    seen: set[str] = set()
    for claim in claims:
        if claim.quote_verified and claim.hash not in seen:
            seen.add(claim.hash)
            yield claim
