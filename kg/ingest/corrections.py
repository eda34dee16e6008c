"""What a paper takes back of its own: a denial in a correction, matched with the claims that it corrects.

Either the article came in before and this is a later version of it, or the correction stands in an
article of its own, which then says so.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from kg.claims.claim import Claim, Polarity, RoleName
from kg.claims.names import Names, normalized
from kg.claims.source import SourceKind
from kg.dataset.record.records import Records
from kg.identity.mentions import mention_iri
from ontology.vocab import LS

MOST = 2000
"""Claims of one player that are looked through."""

_PAPER = r"(?:article|story|report|item|post|newsletter)"
_CORRECTING = re.compile(
    rf"^\W*(?:title:\W*)?(?:corrections?|clarifications?|erratum|corrected)\b"
    rf"|\b(?:earlier|previous) version of (?:this|the|our) {_PAPER}"
    rf"|\bthis {_PAPER} (?:has been|was) (?:corrected|amended)"
    rf"|\bour {_PAPER}\b[^.\n]{{0,120}}\b(?:was|were) (?:wrong|incorrect|mistaken|inaccurate|in error)\b"
    r"|\bas (?:was )?(?:wrongly |incorrectly )?reported here\b"
    rf"|\bwe (?:wrongly|incorrectly|erroneously|mistakenly) (?:said|wrote|reported|stated)",
    re.I | re.M,
)
_PLAYERS = frozenset(
    {RoleName.LICENSEE, RoleName.PRODUCER, RoleName.CUSTOMER, RoleName.AFFECTED, RoleName.AUTHORITY}
)


def is_correction(denial: Claim, text: str) -> bool:
    """Whether a denial takes back what its paper said: the title says so, or the denial's paragraph."""
    title, quote = denial.document.title, denial.quote
    if title and _CORRECTING.match(title):
        return True
    if quote is None or quote.start is None or quote.end is None:
        return False
    begin = text.rfind("\n\n", 0, quote.start) + 1
    end = text.find("\n\n", quote.end)
    return _CORRECTING.search(text[begin : end if end >= 0 else len(text)].strip()) is not None


def said_in(records: Records, document: str) -> Iterator[tuple[str, Claim]]:
    """The claims of a document, by its IRI, each with its own."""
    return ((name, records.claim(name).claim) for name in records.pointing_at(LS.document, document))


def said_before(records: Records, denial: Claim, names: Names) -> Iterator[tuple[str, Claim]]:
    """What the publisher that denies something itself had said of its players, in earlier documents."""
    paper = _own_voice(denial)
    if paper is None:
        return
    parts = (part for player in _players(denial, names) for part in records.pointing_at(LS.mention, player))
    found = dict.fromkeys(name for part in parts for name in records.pointing_at(LS.participation, part))
    for name in islice(found, MOST):
        claim = records.claim(name).claim
        if _paper_of(claim) == paper and _is_earlier(claim, denial):
            yield name, claim


def said_among(
    claims: Iterable[tuple[str, Claim]], denial: Claim, names: Names
) -> Iterator[tuple[str, Claim]]:
    """The same of claims that are in no store yet."""
    keys = looked_for(denial, names)
    for name, claim in claims:
        if not keys.isdisjoint(found_under(claim, names)) and _is_earlier(claim, denial):
            yield name, claim


def looked_for(denial: Claim, names: Names) -> frozenset[str]:
    """Under what earlier claims are found that a correction by their own paper may take back."""
    paper = _own_voice(denial)
    return frozenset() if paper is None else frozenset(_key(paper, p) for p in _players(denial, names))


def found_under(claim: Claim, names: Names) -> frozenset[str]:
    """Under what a claim is found when its own paper takes something back."""
    paper = _paper_of(claim)
    if paper is None or claim.polarity is not Polarity.POSITIVE:
        return frozenset()
    return frozenset(_key(paper, mention_iri(r, m, claim.document, names)) for r, m in claim.roles.items())


def _key(paper: str, mention: str) -> str:
    return hashlib.blake2b(f"{paper}\n{mention}".encode(), digest_size=8).hexdigest()


def _paper_of(claim: Claim) -> str | None:
    name = claim.attribution[-1].name
    return normalized(name) if name else None


def _own_voice(denial: Claim) -> str | None:
    """The publisher that says it in its own voice."""
    [*others, publisher] = denial.attribution
    return None if others or publisher.kind is not SourceKind.PUBLISHER else _paper_of(denial)


def _players(denial: Claim, names: Names) -> Iterator[str]:
    return (mention_iri(r, m, denial.document, names) for r, m in denial.roles.items() if r in _PLAYERS)


def _is_earlier(claim: Claim, denial: Claim) -> bool:
    before, now = claim.document.published, denial.document.published
    return claim.document != denial.document and (before is None or now is None or before <= now)


def corrected(denial: Claim, earlier: Iterable[tuple[str, Claim]]) -> tuple[str, ...]:
    """IRIs of the earlier claims that a denial in a correction takes back.

    Of those about one of its players it is those that agree with it in the most roles.
    """
    agreed = {
        name: _agreed(claim, denial)
        for name, claim in earlier
        if claim.type is denial.type and claim.polarity is Polarity.POSITIVE
    }
    most = max((len(roles) for roles in agreed.values() if roles & _PLAYERS), default=0)
    return tuple(name for name, roles in agreed.items() if roles & _PLAYERS and len(roles) == most)


def _agreed(first: Claim, second: Claim) -> frozenset[RoleName]:
    shared = first.roles.keys() & second.roles.keys()
    return frozenset(r for r in shared if normalized(first.roles[r].text) == normalized(second.roles[r].text))
