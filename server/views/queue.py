"""What waits for a person: proposed links between names, and claims that nobody has reviewed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from kg.claims.claim import Status
from kg.claims.names import whole_of
from kg.dataset.snapshots import Snapshot
from kg.dataset.text.search import Ask, Sort
from ontology.vocab import LS
from server.config import ShowDocuments
from server.naming import page_address
from server.views.claim import ClaimCard, claim_card
from server.views.finding import pointing, text_index
from server.views.judgment import JudgmentPage, judgment_page
from server.views.lines import in_words

PER_PAGE = 10
EVIDENCE = 3
"""Claims that are shown for each side of a link."""

_WAITING = (Status.PROPOSED, Status.UNREVIEWED)
_STATES = ("active", "proposed", "below threshold")
_AT_ONCE = 50


@dataclass(frozen=True)
class Words:
    """What a document says of one side of a proposed link."""

    quote: str
    source: str
    href: str | None


@dataclass(frozen=True)
class Proposal:
    """A proposed link with the words on both sides."""

    page: JudgmentPage
    left: tuple[Words, ...]
    right: tuple[Words, ...]


@dataclass(frozen=True)
class Waiting:
    """A claim that waits, and the address of its page.

    ``about`` is what documents say of the entity that a claim without a quote is about.
    """

    page: ClaimCard
    href: str
    about: tuple[Words, ...]


@dataclass(frozen=True)
class ReviewQueue:
    """One page of the queue. ``links`` counts the proposed links, ``done`` is what was decided last."""

    links: int
    proposals: tuple[Proposal, ...]
    claims: tuple[Waiting, ...]
    page: int
    more: bool
    done: str


def review_queue(snapshot: Snapshot, page: int, documents: ShowDocuments, done: str = "") -> ReviewQueue:
    """One page of what waits: links first, then claims, proposed ones before others, the least sure first."""
    first, last = (page - 1) * PER_PAGE, page * PER_PAGE
    links = snapshot.proposals()
    found = list(islice(_waiting(snapshot, links), first, last + 1))
    shown = found[:PER_PAGE]
    words = _Reading(snapshot)
    ends = {iri: snapshot.judgment(iri).judgment for kind, iri in shown if kind == "judgment"}
    cards = {iri: claim_card(snapshot, iri, documents) for kind, iri in shown if kind == "claim"}
    words.expect(
        [mention for told in ends.values() for mention in (told.left, told.right)]
        + [subject for card in cards.values() if (subject := _subject(card))]
    )
    return ReviewQueue(
        links=len(links),
        proposals=tuple(
            Proposal(judgment_page(snapshot, iri), words.of(told.left), words.of(told.right))
            for iri, told in ends.items()
        ),
        claims=tuple(
            Waiting(card, page_address("claim", iri, snapshot.names), words.of(_subject(card)))
            for iri, card in cards.items()
        ),
        page=page,
        more=len(found) > PER_PAGE,
        done=done,
    )


def _waiting(snapshot: Snapshot, links: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for iri in links:
        yield "judgment", iri
    for status in _WAITING:
        for iri in _of_status(snapshot, status):
            if not snapshot.pointing_at(LS.supersedes, iri):
                yield "claim", iri


def _of_status(snapshot: Snapshot, status: Status) -> Iterator[str]:
    """The claims of a status that wait, read as far as they are asked for."""
    index, place = text_index(snapshot), 0
    chosen = {"status": (status.value,), "state": _STATES}
    while True:
        ask = Ask(chosen=chosen, sort=Sort.LEAST_SURE, offset=place, limit=_AT_ONCE)
        found = index.claims(ask).claims
        yield from found
        if len(found) < _AT_ONCE:
            return
        place += _AT_ONCE


def _subject(card: ClaimCard) -> str | None:
    """What a claim without a quote is about."""
    return card.says[0].subject.title if card.says and not card.quote else None


class _Reading:
    """What documents say of the things of one page, read at once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._claims: dict[str, tuple[str, ...]] = {}

    def expect(self, mentions: Iterable[str]) -> None:
        """These will be asked of."""
        self._claims |= {mention: self._speaking(mention) for mention in mentions}
        self._told = self._snapshot.told(dict.fromkeys(chain.from_iterable(self._claims.values())))

    def _speaking(self, mention: str) -> tuple[str, ...]:
        """Claims in which a mention takes part, or that tell of an event."""
        roles = pointing(self._snapshot, LS.mention, mention, EVIDENCE)
        events = pointing(self._snapshot, LS.event, mention, EVIDENCE)
        return tuple(dict.fromkeys((*map(whole_of, roles), *events)))[:EVIDENCE]

    def of(self, mention: str | None) -> tuple[Words, ...]:
        """The words of the claims that speak of a mention."""
        claims = self._claims.get(mention, ()) if mention else ()
        return tuple(words for claim in claims if (words := self._words(claim)) is not None)

    def _words(self, claim: str) -> Words | None:
        info = self._snapshot.claim_info(claim)
        if info is None:
            return None
        told = None if info.quote else self._told.get(claim)
        words = info.quote or (in_words(told) if told else "") or info.label
        return Words(words, info.source, page_address("claim", claim, self._snapshot.names))
