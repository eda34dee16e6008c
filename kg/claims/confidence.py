"""Ratings on the two Admiralty axes, and the probability that a claim holds.

A claim holds if its origin is reliable and what it says is credible; each voice that
hands a report on after its root source may lose something. The numbers are priors,
defined with their reasons in ``ontology/confidence.ttl``.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from kg.claims.source import Voice, root_position
from ontology.vocab import LS


class Reliability(StrEnum):
    """Admiralty source reliability, A (completely reliable) to E (unreliable), F unknown."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"


class Credibility(StrEnum):
    """Admiralty information credibility, 1 (confirmed) to 5 (improbable), 6 unknown."""

    CONFIRMED = "1"
    PROBABLY_TRUE = "2"
    POSSIBLY_TRUE = "3"
    DOUBTFUL = "4"
    IMPROBABLE = "5"
    UNKNOWN = "6"


RELIABILITY_TERM: dict[Reliability, LS] = {r: LS[f"Reliability{r}"] for r in Reliability}
CREDIBILITY_TERM: dict[Credibility, LS] = {c: LS[f"Credibility{c}"] for c in Credibility}

PROBABILITY: dict[LS, float] = {
    LS.ReliabilityA: 0.95,
    LS.ReliabilityB: 0.8,
    LS.ReliabilityC: 0.6,
    LS.ReliabilityD: 0.4,
    LS.ReliabilityE: 0.2,
    LS.ReliabilityF: 0.5,
    LS.Credibility1: 0.95,
    LS.Credibility2: 0.8,
    LS.Credibility3: 0.6,
    LS.Credibility4: 0.4,
    LS.Credibility5: 0.2,
    LS.Credibility6: 0.5,
    LS.PassedOn: 0.95,
}
"""Prior of each rating, and of one hand-on: the same numbers as in ``confidence.ttl``."""


class Assessment(BaseModel):
    """The two ratings, never collapsed into one, with the reason for them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reliability: Reliability = Reliability.F
    credibility: Annotated[Credibility, BeforeValidator(lambda v: str(v) if isinstance(v, int) else v)] = (
        Credibility.UNKNOWN
    )
    reason: str | None = None


UNRATED = Assessment()


def cautious(ratings: set[Reliability]) -> Reliability:
    """The one rating of an origin whose claims carry several: the lowest that is known."""
    known = ratings - {Reliability.F}
    return max(known) if known else Reliability.F


def reliability_probability(rating: Reliability) -> float:
    """P(origin is reliable)."""
    return PROBABILITY[RELIABILITY_TERM[rating]]


def credibility_probability(rating: Credibility, hand_ons: int) -> float:
    """P(claim is credible | its origin is reliable), after ``hand_ons`` further voices."""
    return float(PROBABILITY[CREDIBILITY_TERM[rating]] * PROBABILITY[LS.PassedOn] ** hand_ons)


def hand_ons(chain: tuple[Voice, ...]) -> int:
    """How many voices handed the report on after its root source."""
    return len(chain) - 1 - root_position(chain)


def claim_probability(reliability: Reliability, credibility: Credibility, passed_on: int) -> float:
    """P(the claim holds) = P(origin reliable) · P(claim credible)."""
    return reliability_probability(reliability) * credibility_probability(credibility, passed_on)
