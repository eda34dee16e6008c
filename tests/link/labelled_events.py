"""Pairs of events as articles tell them, with the label that a person gave them, and why they are hard."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kg.claims.claim import ClaimType, Qualifier, RoleName
from kg.claims.times import TimeSpan
from kg.claims.types import QUALIFIER_TERM, TYPE_INFO
from kg.link.events import CIRCUMSTANCES, Told, score_events
from kg.link.scoring import Score

FILE = Path(__file__).parent / "pairs" / "events.psv"
_TYPES = {
    "granted": ClaimType.LICENSE_GRANTED,
    "denied": ClaimType.LICENSE_DENIED,
    "applied": ClaimType.LICENSE_APPLIED,
    "pending": ClaimType.LICENSE_PENDING,
    "ended": ClaimType.LICENSE_REVOKED,
    "scope": ClaimType.LICENSE_SCOPE,
    "impact": ClaimType.SUPPLY_IMPACT,
    "halt": ClaimType.PRODUCTION_HALT,
    "price": ClaimType.PRICE_CHANGE,
    "statement": ClaimType.STATEMENT_OF_POLICY,
    "request": ClaimType.REQUEST,
    "no_comment": ClaimType.NO_COMMENT,
}


@dataclass(frozen=True)
class EventPair:
    """Two events, and whether they are one. ``reason`` says what is hard about them."""

    left: Told
    right: Told
    same: bool
    reason: str

    def score(self) -> Score:
        """How likely they are one, by the table."""
        return score_events(self.left, self.right)


def event_pairs_labelled() -> Iterator[EventPair]:
    """The pairs of the file."""
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    for number, line in enumerate(lines[1:]):
        left, right, label, reason = (part.strip() for part in line.split("|"))
        assert label in ("same", "different"), line
        yield EventPair(_told(left, f"{number}a"), _told(right, f"{number}b"), label == "same", reason)


def _told(text: str, name: str) -> Told:
    kind, *parts = (part.strip() for part in text.split(";"))
    given = dict(part.split("=", 1) for part in parts if not part.startswith("?"))
    first, last = _days(given.pop("when", None))
    quantity, document = given.pop("quantity", None), given.pop("doc", name)
    given.pop("kind", None)  # what no claim holds
    roles = {RoleName(role): who for role, who in given.items()}
    return Told(
        iri=f"urn:event:{name}",
        claim=f"urn:claim:{name}",
        cls=TYPE_INFO[_TYPES[kind]].event_class,
        parties={role: who for role, who in roles.items() if role not in CIRCUMSTANCES},
        unnamed=frozenset(RoleName(part[1:]) for part in parts if part.startswith("?")),
        circumstances={role: who for role, who in roles.items() if role in CIRCUMSTANCES},
        first=first,
        last=last,
        quantity=_quantity(quantity),
        document=document,
    )


def _days(text: str | None) -> tuple[date | None, date | None]:
    if text is None:
        return None, None
    span = TimeSpan(edtf=text)
    return span.earliest, span.latest


def _quantity(text: str | None) -> tuple[str, str, str] | None:
    if text is None:
        return None
    qualifier, value, unit = text.split(" ", 2)
    return repr(float(value)), QUALIFIER_TERM[Qualifier(qualifier)], unit
