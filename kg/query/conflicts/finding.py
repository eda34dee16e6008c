"""What is found where claims meet: a conflict, its sides, and why it is one."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from kg.dataset.record.days import Span
from kg.query.conflicts.stances import Stance


class Kind(StrEnum):
    """How claims stand to each other. Only the first is a contradiction; ``DIFFERENT_…`` explain one away.

    ``MAY_CONTRADICT``: other outcomes of what may be one application. ``ONTOLOGY``: what the
    ontology says cannot all be so.
    """

    CONTRADICTION = "contradiction"
    MAY_CONTRADICT = "may_contradict"
    DIFFERENT_TIME = "different_time"
    DIFFERENT_SCOPE = "different_scope"
    DIFFERENT_ENTITY = "different_entity"
    CORRECTION = "correction"
    ONTOLOGY = "ontology"
    AGREEMENT = "agreement"


@dataclass(frozen=True)
class Side:
    """The claims that say one thing, the origins they come from, and what they say."""

    claims: tuple[str, ...]
    origins: tuple[str, ...]
    says: str


@dataclass(frozen=True)
class Conflict:
    """Claims that meet: what about, what each side says, and why that is of this kind."""

    kind: Kind
    what: str
    sides: tuple[Side, ...]
    why: str

    @property
    def claims(self) -> frozenset[str]:
        """The claims of all sides."""
        return frozenset(claim for side in self.sides for claim in side.claims)


def side(stances: Iterable[Stance], says: str) -> Side:
    """The side of these claims."""
    found = list(stances)
    return Side(
        tuple(sorted({stance.claim for stance in found})),
        tuple(sorted({stance.origin for stance in found})),
        says,
    )


def dated(span: Span | None) -> str:
    """A span of days in words."""
    if span is None:
        return "at a time that is not told"
    first, last = span.first or "…", span.last or "…"
    return f"on {first}" if first == last else f"from {first} to {last}"


def number(count: int, what: str, many: str = "") -> str:
    """A count with its noun: "1 claim", "2 claims"."""
    return f"{count} {what if count == 1 else many or f'{what}s'}"
