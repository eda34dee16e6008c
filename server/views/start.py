"""The start page: what is new, what is contested, what rests on one origin only, and how much there is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from kg.dataset.record.falling import Fall, falls
from kg.dataset.snapshots import Snapshot
from kg.dataset.text.search import Ask, Sort, TextIndex
from server.naming import Link, Namer
from server.views.asking import Asked
from server.views.entities import EntityLine, most_spoken_of
from server.views.finding import text_index
from server.views.lines import ClaimLine, claim_lines

LATEST = 8
FEW = 4
MOST_ENTITIES = 12
MOST_SOURCES = 8
_ACTIVE = {"state": ("active",)}
_FALLEN = ("retracted", "superseded")


@dataclass(frozen=True)
class Counts:
    """How much there is: active claims, claims that are not, base triples."""

    active: int
    inactive: int
    base: int


@dataclass(frozen=True)
class Number:
    """A number worth knowing, and where to look at what it counts."""

    label: str
    count: int
    href: str | None


@dataclass(frozen=True)
class SourceCount:
    """A source, and how many active claims it has a voice in."""

    source: Link
    claims: int


@dataclass(frozen=True)
class StartPage:
    """What the start page shows. ``apart`` claims have no form in which others could say the same."""

    version: str
    published: str
    counts: Counts
    numbers: tuple[Number, ...]
    latest: tuple[ClaimLine, ...]
    contested: tuple[ClaimLine, ...]
    alone: tuple[ClaimLine, ...]
    fallen: tuple[ClaimLine, ...]
    apart: int
    entities: tuple[EntityLine, ...]
    sources: tuple[SourceCount, ...]


def start_page(snapshot: Snapshot) -> StartPage:
    """The start page. Raises ``StoreError``."""
    index, namer = text_index(snapshot), Namer(snapshot)
    told = snapshot.manifest.counts
    counts = Counts(told.get("active", 0), told.get("inactive", 0), told.get("base_default", 0))

    def fallen() -> Iterator[str]:
        seen = set[str]()
        for fall in falls(snapshot):
            if fall.claim not in seen and _is_so(index, fall):
                seen.add(fall.claim)
                yield fall.claim

    def lines(number: int, **chosen: tuple[str, ...]) -> tuple[ClaimLine, ...]:
        ask = Ask(chosen=_ACTIVE | chosen, sort=Sort.NEWEST, limit=number)
        return claim_lines(namer, index.claims(ask).claims)

    sources = index.facets(Ask(chosen=_ACTIVE), ("source",), MOST_SOURCES)["source"]
    return StartPage(
        version=snapshot.iri,
        published=snapshot.manifest.published,
        counts=counts,
        numbers=_numbers(counts, index.count, len(snapshot.proposals())),
        latest=lines(LATEST),
        contested=lines(FEW, contested=("yes",)),
        alone=lines(FEW, support=("one",)),
        fallen=claim_lines(namer, islice(fallen(), FEW)),
        apart=counts.active - index.count(Ask(chosen=_ACTIVE | {"support": ("one", "several")})),
        entities=most_spoken_of(snapshot, MOST_ENTITIES),
        sources=tuple(SourceCount(namer.link("source", c.value), c.claims) for c in sources),
    )


def _is_so(index: TextIndex, fall: Fall) -> bool:
    """Whether a claim is taken back or replaced now, and by what is not itself taken back."""
    found = index.claim(fall.claim)
    by = index.claim(fall.by) if fall.by else None
    stands = fall.by is None or (by is not None and by.state in ("active", "superseded"))
    return found is not None and found.state in _FALLEN and stands


def _numbers(counts: Counts, count: Callable[[Ask], int], links: int) -> tuple[Number, ...]:
    def counted(label: str, field: str, value: str, asked: Asked, **also: tuple[str, ...]) -> Number:
        return Number(label, count(Ask(chosen={field: (value,), **also})), asked.address("/claims"))

    active = ("active",)
    return (
        Number("active claims", counts.active, "/claims"),
        counted("contested", "contested", "yes", Asked(chosen={"contested": ("yes",)}), state=active),
        counted(
            "rest on one origin only",
            "support",
            "one",
            Asked(chosen={"origins": ("one",)}),
            state=active,
        ),
        counted(
            "claims proposed, to be reviewed", "state", "proposed", Asked(chosen={"state": ("proposed",)})
        ),
        Number("links proposed, to be reviewed", links, "/review"),
        counted("retracted", "state", "retracted", Asked(chosen={"state": ("retracted",)})),
        Number("triples of base data", counts.base, None),
    )
