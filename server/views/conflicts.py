"""The page of conflicts: where claims contradict, only seem to, correct or bear out one another."""

from dataclasses import dataclass
from typing import Any

from kg.dataset.snapshots import Snapshot
from kg.query.conflicts import Kind
from server.naming import Link, Namer
from server.views.fact import VoiceLine, voice_line

MOST = 20
"""Claims of one side that are listed by name."""

MEANING: dict[Kind, str] = {
    Kind.CONTRADICTION: "asserted by some, denied by others, of what may be the same time; or numbers that "
    "cannot all be right",
    Kind.MAY_CONTRADICT: "granted, say some, and refused, say others, of what may be one application",
    Kind.DIFFERENT_TIME: "of days that do not overlap, so that both can be so",
    Kind.DIFFERENT_SCOPE: "numbers that count different things, or of which it is not told what they count",
    Kind.DIFFERENT_ENTITY: "said of things that are called the same and that nobody has judged to be one",
    Kind.CORRECTION: "corrected, with the copies that still carry the error",
    Kind.ONTOLOGY: "what the ontology says cannot all be so",
    Kind.AGREEMENT: "said by several independent origins; copies of one report count once",
}


@dataclass(frozen=True)
class KindChoice:
    """A kind of conflict, what it means, and how many there are, if that was worked out."""

    value: str
    label: str
    meaning: str
    count: int | None
    chosen: bool


@dataclass(frozen=True)
class SideView:
    """What one side says; ``more`` claims are not listed. ``inactive`` are claims that queries do not see."""

    says: str
    origins: int
    claims: tuple[VoiceLine, ...]
    inactive: tuple[Link, ...]
    more: int


@dataclass(frozen=True)
class ConflictView:
    """One conflict."""

    kind: str
    label: str
    what: str
    why: str
    sides: tuple[SideView, ...]


@dataclass(frozen=True)
class ConflictsPage:
    """One page of conflicts; ``more`` if another follows. ``about`` is the claim or entity they are of.

    It is ``complete`` if the claims were compared in every way; if not, ``everything`` is where
    they are.
    """

    about: Link | None
    kinds: tuple[KindChoice, ...]
    total: int
    page: int
    more: bool
    conflicts: tuple[ConflictView, ...]
    complete: bool = True
    everything: str | None = None


def conflicts_page(
    snapshot: Snapshot, told: dict[str, Any], about: str | None, kinds: tuple[str, ...], page: int
) -> ConflictsPage:
    """The page of what a worker told."""
    namer = Namer(snapshot)
    return ConflictsPage(
        about=namer.link("claim" if snapshot.is_known(about) else "entity", about) if about else None,
        kinds=tuple(
            KindChoice(kind.value, label_of(kind), meaning, told["counts"][kind.value], kind.value in kinds)
            for kind, meaning in MEANING.items()
        ),
        total=told["total"],
        page=page,
        more=told["more"],
        conflicts=tuple(
            ConflictView(
                one["kind"],
                label_of(one["kind"]),
                one["what"],
                one["why"],
                tuple(_side(namer, side) for side in one["sides"]),
            )
            for one in told["conflicts"]
        ),
    )


def label_of(kind: str) -> str:
    """A kind in words."""
    return kind.replace("_", " ")


def _side(namer: Namer, side: dict[str, Any]) -> SideView:
    claims = side["claims"]
    infos = {claim: namer.snapshot.claim_info(claim) for claim in claims[:MOST]}
    return SideView(
        side["says"],
        len(side["origins"]),
        tuple(voice_line(namer, info) for info in infos.values() if info is not None),
        tuple(namer.link("claim", claim) for claim, info in infos.items() if info is None),
        max(len(claims) - MOST, 0),
    )
