"""What became of what was offered to a store."""

from dataclasses import dataclass
from enum import StrEnum

from kg.errors import IdentityConflict, LodestoneError
from kg.identity.judgment import Judgment


class Outcome(StrEnum):
    """What became of a claim or a judgment that was offered."""

    NEW = "new"
    KNOWN = "known"
    CONFLICT = "conflict"


Met = dict[str, Outcome]
"""What became of claims, by their names."""


@dataclass(frozen=True)
class Added:
    """What became of one claim, and the reason if it was not taken in as it was offered.

    In conflict is a claim whose IRI is bound to other content, or that is known without
    the relations or the status that it was offered with.
    """

    iri: str
    outcome: Outcome
    active: bool
    reason: str = ""


@dataclass(frozen=True)
class Judged:
    """What became of one judgment, and the reason if it was not taken in.

    In conflict is one that is known otherwise, and one that others speak against
    (``against`` has their IRIs).
    """

    iri: str
    judgment: Judgment
    outcome: Outcome
    reason: str = ""
    against: tuple[str, ...] = ()

    @property
    def problem(self) -> LodestoneError | None:
        """Why it was not taken in, to be raised."""
        if self.outcome is not Outcome.CONFLICT:
            return None
        return IdentityConflict(self.reason, self.judgment.left, self.judgment.right, self.against)
