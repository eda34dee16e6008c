"""Trust policies: which claims, and which facts, an answer may rest on (DESIGN section 5)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Protocol

from kg.claims.claim import ClaimType
from kg.claims.types import TYPE_INFO
from kg.errors import InvalidPolicy


class Judged(Protocol):
    """What a policy asks about a claim; ``kg.dataset.restricted.Candidate`` is one."""

    @property
    def iri(self) -> str:
        """The claim's IRI."""
        ...

    @property
    def active(self) -> bool:
        """Whether it is active now."""
        ...

    @property
    def document(self) -> str:
        """The IRI of its document."""
        ...

    @property
    def origin(self) -> str:
        """The IRI of its origin."""
        ...

    @property
    def sources(self) -> Sequence[str]:
        """The IRIs of the sources in its chain."""
        ...

    @property
    def probability(self) -> float:
        """P(the claim holds)."""
        ...

    @property
    def occurred(self) -> tuple[date | None, date | None]:
        """The first and the last day on which the event may have been."""
        ...

    @property
    def validity(self) -> tuple[date | None, date | None]:
        """The first and the last day for which it holds."""
        ...

    @property
    def claim_type(self) -> str:
        """The class of the event that it is about."""
        ...

    def was_active(self, at: datetime) -> bool:
        """Whether it was known at a point in time, and active by what was known then."""
        ...


class JudgmentJudged(Protocol):
    """What a policy asks about a judgment; ``kg.dataset.judgments.judged.StoredJudgment`` is one."""

    @property
    def iri(self) -> str:
        """The judgment's IRI."""
        ...

    @property
    def state(self) -> str:
        """Whether it stands now: active, or why not."""
        ...

    @property
    def confidence(self) -> float:
        """P(its verdict is right)."""
        ...

    def stood(self, at: datetime) -> bool:
        """Whether it was made by a point in time, accepted, and not undone by then."""
        ...


PARAMETERS = ("min-confidence", "min-origins", "without", "known-at", "valid-at")
"""The names of its parts, as requests and the command line write them."""
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`]*")
_GRANT = TYPE_INFO[ClaimType.LICENSE_GRANTED].event_class.value


@dataclass(frozen=True)
class TrustPolicy:
    """A restriction of the dataset; without parts it lets everything pass. Base data always pass.

    ``min_confidence`` is the least probability of a claim or a judgment, ``without`` are
    claims, judgments, documents, origins and sources (anywhere in the chain) that are not
    believed. ``known_at`` keeps what was recorded by then and not yet taken back or undone.
    ``valid_at`` keeps what holds on a day: within its validity where that is said, otherwise
    from the event on; what has no time is kept. ``min_origins`` is how many origins a fact needs, before
    anything is inferred from it.
    """

    min_confidence: float | None = None
    min_origins: int | None = None
    without: frozenset[str] = frozenset()
    known_at: datetime | None = None
    valid_at: date | None = None

    def __bool__(self) -> bool:
        return self != TrustPolicy()

    @classmethod
    def read(cls, given: Mapping[str, Sequence[str]]) -> "TrustPolicy":
        """A policy from parameters by their names. Raises ``InvalidPolicy``."""
        for name in ("min-confidence", "min-origins", "known-at", "valid-at"):
            if len(given.get(name, ())) > 1:
                raise InvalidPolicy(f"{name} is given more than once", name)
        one = {name: values[0].strip() for name, values in given.items() if values and values[0].strip()}
        return cls(
            min_confidence=_share(one["min-confidence"]) if "min-confidence" in one else None,
            min_origins=_number(one["min-origins"]) if "min-origins" in one else None,
            without=frozenset(_name(value.strip()) for value in given.get("without", ()) if value.strip()),
            known_at=_moment(one["known-at"], "known-at") if "known-at" in one else None,
            valid_at=_moment(one["valid-at"], "valid-at").date() if "valid-at" in one else None,
        )

    def written(self) -> list[tuple[str, str]]:
        """The parameters that ``read`` reads it from."""
        found: list[tuple[str, str]] = []
        if self.min_confidence is not None:
            found.append(("min-confidence", repr(self.min_confidence)))
        if self.min_origins is not None:
            found.append(("min-origins", str(self.min_origins)))
        found += [("without", name) for name in sorted(self.without)]
        if self.known_at is not None:
            found.append(("known-at", self.known_at.isoformat()))
        if self.valid_at is not None:
            found.append(("valid-at", self.valid_at.isoformat()))
        return found

    def admits(self, claim: Judged, endings: Iterable[Judged] = ()) -> bool:
        """Whether a claim may be believed; ``endings`` are claims that what it grants was ended."""
        if self.known_at is None:
            if not claim.active:
                return False
        elif not claim.was_active(self.known_at):
            return False
        if not self.is_free and not self.passes(
            claim.probability, (claim.iri, claim.document, claim.origin, *claim.sources)
        ):
            return False
        return self.valid_at is None or _holds_on(claim, self.valid_at, endings)

    @property
    def is_free(self) -> bool:
        """Whether any probability will do, and nothing is named that it leaves out."""
        return self.min_confidence is None and not self.without

    @property
    def is_timeless(self) -> bool:
        """Whether it asks of no time, so that ``passes`` tells all of an active claim."""
        return self.known_at is None and self.valid_at is None

    def passes(self, probability: float, names: Iterable[str]) -> bool:
        """Whether a claim may be believed as to its probability, and to what it is from and of."""
        if self.min_confidence is not None and _shown(probability) < self.min_confidence:
            return False
        return not self.without or self.without.isdisjoint(names)

    def believes(self, judgment: JudgmentJudged) -> bool:
        """Whether a judgment may be believed."""
        if self.known_at is None:
            if judgment.state != "active":
                return False
        elif not judgment.stood(self.known_at):
            return False
        if self.min_confidence is not None and _shown(judgment.confidence) < self.min_confidence:
            return False
        return judgment.iri not in self.without

    def is_undated(self, claim: Judged) -> bool:
        """Whether ``valid_at`` kept the claim only because nothing tells its time."""
        return self.valid_at is not None and claim.validity == claim.occurred == (None, None)


def _holds_on(claim: Judged, day: date, endings: Iterable[Judged]) -> bool:
    first, last = claim.validity
    if first is None and last is None:
        first = claim.occurred[0]
    if (first is not None and day < first) or (last is not None and last < day):
        return False
    if claim.claim_type != _GRANT:
        return True
    for ending in endings:
        ended = ending.occurred[0]
        if ended is not None and ended <= day and (first is None or first <= ended):
            return False
    return True


def _name(text: str) -> str:
    if _IRI.fullmatch(text) is None:
        raise InvalidPolicy(
            f"without is the IRI of a claim, judgment, document, origin or source, in full, not {text!r}",
            "without",
        )
    return text


def _shown(probability: float) -> float:
    """As answers show it, so that a claim passes at the number that stands beside it."""
    return round(probability, 12)


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise InvalidPolicy(f"min-confidence is a number from 0 to 1, not {text!r}", "min-confidence")
    return value


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 6:
        raise InvalidPolicy(f"min-origins is a whole number, not {text!r}", "min-origins")
    return int(text)


def _moment(text: str, name: str) -> datetime:
    """A point in time; a day alone is its end, so that what was known that day counts."""
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time.max, UTC)
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidPolicy(
            f"{name} is a date such as 2025-05-31 or a time such as 2025-05-31T12:00:00Z, not {text!r}", name
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
