"""The list of claims, with search and a filter by type; and the start page."""

from dataclasses import dataclass

from kg.claims.types import TYPE_INFO
from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import literal
from server.naming import Namer, term_words
from server.views.lines import ClaimLine, claim_lines

PER_PAGE = 25
LONGEST_SEARCH = 200

TYPES: dict[str, str] = {kind.value: info.event_class.value for kind, info in TYPE_INFO.items()}
"""Names of claim types in addresses, and their classes."""


@dataclass(frozen=True)
class Choice:
    """One type of claim in the filter."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class ClaimList:
    """One page of the list; ``more`` if another follows."""

    search: str
    type: str | None
    types: tuple[Choice, ...]
    page: int
    more: bool
    claims: tuple[ClaimLine, ...]


@dataclass(frozen=True)
class Counts:
    """How much there is: active claims, claims that are not, base triples."""

    active: int
    inactive: int
    base: int


@dataclass(frozen=True)
class StartPage:
    """What the start page shows."""

    version: str
    published: str
    counts: Counts
    latest: tuple[ClaimLine, ...]


def claims_query(record: str, search: str, kind: str | None, page: int, per_page: int = PER_PAGE) -> str:
    """SPARQL for one page of active claims (and one more, to know of the next), the newest first."""
    patterns = ["?claim a ls:Claim ; ls:recorded ?recorded ."]
    if kind is not None:
        patterns.append(f"?claim ls:claimType <{TYPES[kind]}> .")
    if search:
        patterns.append(
            "{ ?claim rdfs:label ?text } UNION { ?claim ls:quote/oa:exact ?text } "
            "UNION { ?claim ls:participation/ls:wording ?text } "
            "UNION { ?claim ls:attribution/ls:voice/rdfs:label ?text } "
            "UNION { ?claim ls:document/dct:title ?text } "
            f"FILTER(CONTAINS(LCASE(STR(?text)), LCASE({literal(search)})))"
        )
    return (
        f"SELECT DISTINCT ?claim ?recorded WHERE {{ GRAPH <{record}> {{ {' '.join(patterns)} }} }} "
        f"ORDER BY DESC(?recorded) ?claim LIMIT {per_page + 1} OFFSET {(page - 1) * per_page}"
    )


def claim_list(
    snapshot: Snapshot, found: tuple[str, ...], search: str, kind: str | None, page: int
) -> ClaimList:
    """The page for the claims that a search found, one more than a page where another follows."""
    return ClaimList(
        search=search,
        type=kind,
        types=tuple(Choice(value, term_words(iri), value == kind) for value, iri in TYPES.items()),
        page=page,
        more=len(found) > PER_PAGE,
        claims=claim_lines(Namer(snapshot), found[:PER_PAGE]),
    )


def start_page(snapshot: Snapshot, latest: tuple[str, ...]) -> StartPage:
    """The start page."""
    counts = snapshot.manifest.counts
    return StartPage(
        version=snapshot.iri,
        published=snapshot.manifest.published,
        counts=Counts(counts.get("active", 0), counts.get("inactive", 0), counts.get("base_default", 0)),
        latest=claim_lines(Namer(snapshot), latest),
    )
