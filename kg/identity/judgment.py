"""The judgment: somebody's decision that two mentions are, or are not, one entity or one event.

A judgment never changes and is never deleted: it is undone, with a reason, and another one
may take its place. Only accepted judgments that say "same" act.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from math import isfinite
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_serializer,
    field_validator,
    model_validator,
)

from kg.claims.claim import Agent, Iri, Status
from kg.claims.names import Names

Feature = float | str
"""What was found when two mentions were compared: a score, or words."""


class Verdict(StrEnum):
    """What was decided of two mentions."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


class Kind(StrEnum):
    """What sort of thing the two mentions are."""

    ENTITY = "entity"
    EVENT = "event"


def _now() -> datetime:
    return datetime.now(UTC)


class Judgment(BaseModel):
    """That two mentions are the same, are different, or that it cannot be told.

    ``left`` is the lesser of the two IRIs in code point order, whichever way they are given.
    ``confidence`` is P(the verdict is right). ``features`` are what the two were compared by.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    left: Iri
    right: Iri
    verdict: Verdict
    kind: Kind = Kind.ENTITY
    author: Agent
    reason: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
    made: datetime = Field(default_factory=_now)
    confidence: Annotated[float, Field(gt=0, le=1)] = 1.0
    features: Mapping[Annotated[str, StringConstraints(min_length=1)], Feature] = Field(default_factory=dict)
    status: Status = Status.ACCEPTED

    @model_validator(mode="before")
    @classmethod
    def _in_order(cls, given: Any) -> Any:
        if isinstance(given, Mapping) and isinstance(given.get("left"), str):
            left, right = given["left"], given.get("right")
            if isinstance(right, str) and right < left:
                return {**given, "left": right, "right": left}
        return given

    @field_validator("made")
    @classmethod
    def _in_utc(cls, value: datetime) -> datetime:
        if value.tzinfo is None:
            raise ValueError("the time needs its zone, such as 2025-05-31T12:00:00Z")
        return value.astimezone(UTC)

    @field_validator("status")
    @classmethod
    def _is_told(cls, value: Status) -> Status:
        if value is Status.UNREVIEWED:
            raise ValueError("a judgment is proposed, accepted or rejected")
        return value

    @field_validator("features")
    @classmethod
    def _in_name_order(cls, value: Mapping[str, Feature]) -> Mapping[str, Feature]:
        for name, found in value.items():
            if not isinstance(found, str) and not isfinite(found):
                raise ValueError(f"the feature {name} is no finite number")
        return {
            name: found if isinstance(found, str) else found + 0.0 for name, found in sorted(value.items())
        }

    @field_serializer("features")
    def _as_dict(self, value: Mapping[str, Feature]) -> dict[str, Feature]:
        return dict(value)

    @model_validator(mode="after")
    def _are_two(self) -> "Judgment":
        if self.left == self.right:
            raise ValueError(f"{self.left} is judged against itself: a judgment is about two mentions")
        return self

    @property
    def id(self) -> str:
        """32 hexadecimal digits of the hash over what makes the judgment what it is."""
        author = (self.author.kind.value, self.author.name, self.author.version or "")
        parts = (
            *(self.left, self.right, self.verdict.value, self.kind.value),
            *author,
            *(self.reason, self.made.isoformat()),
        )
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]

    def iri(self, names: Names) -> str:
        """The judgment's IRI."""
        return names.judgment(self.id)

    @property
    def acts(self) -> bool:
        """Whether it makes two mentions one while it stands."""
        return self.verdict is Verdict.SAME and self.status is Status.ACCEPTED
