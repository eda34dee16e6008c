"""What waits for a person: proposed links between names, and claims that nobody has reviewed."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

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
    proposals, claims = [], []
    for kind, iri in found[:PER_PAGE]:
        if kind == "judgment":
            proposals.append(_proposal(snapshot, iri))
        else:
            claims.append(_claim(snapshot, iri, documents))
    return ReviewQueue(len(links), tuple(proposals), tuple(claims), page, len(found) > PER_PAGE, done)


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


def _proposal(snapshot: Snapshot, iri: str) -> Proposal:
    told = snapshot.judgment(iri).judgment
    return Proposal(
        judgment_page(snapshot, iri),
        tuple(islice(_words(snapshot, told.left), EVIDENCE)),
        tuple(islice(_words(snapshot, told.right), EVIDENCE)),
    )


def _claim(snapshot: Snapshot, iri: str, documents: ShowDocuments) -> Waiting:
    page = claim_card(snapshot, iri, documents)
    subject = page.says[0].subject.title if page.says and not page.quote else None
    about = islice(_words(snapshot, subject), EVIDENCE) if subject else ()
    return Waiting(page, page_address("claim", iri, snapshot.names), tuple(about))


def _words(snapshot: Snapshot, mention: str) -> Iterator[Words]:
    """Quotes of claims in which a mention takes part, or that tell of an event."""
    roles = pointing(snapshot, LS.mention, mention, EVIDENCE)
    claims = (*map(whole_of, roles), *pointing(snapshot, LS.event, mention, EVIDENCE))
    for claim in claims:
        yield from _of_claim(snapshot, claim)


def _of_claim(snapshot: Snapshot, claim: str) -> Iterator[Words]:
    info = snapshot.claim_info(claim)
    if info is not None:
        told = None if info.quote else snapshot.told([claim]).get(claim)
        words = info.quote or (in_words(told) if told else "") or info.label
        yield Words(words, info.source, page_address("claim", claim, snapshot.names))
