"""The days that a claim speaks of, and whether two claims may speak of the same."""

from collections.abc import Callable
from dataclasses import dataclass

from kg.claims.names import part_of
from ontology.vocab import LS


@dataclass(frozen=True, slots=True)
class Span:
    """Days from first to last, each as ISO 8601; empty where that end is open."""

    first: str = ""
    last: str = ""

    def meets(self, other: "Span") -> bool:
        """Whether a day may lie in both."""
        return (not self.last or not other.first or other.first <= self.last) and (
            not other.last or not self.first or self.first <= other.last
        )


EVERY_DAY = Span()


def days_of(claim: str, said: Callable[[str, str], str]) -> Span | None:
    """When what a claim says happened, else when it is valid; ``None`` where neither is told.

    ``said`` gives the value of a predicate (second) of a node (first), or an empty text.
    """
    when, validity = part_of(claim, "when"), part_of(claim, "validity")
    of_saying = said(when, LS.isTimeOfSaying) == "true"
    return (None if of_saying else _between(when, said)) or _between(validity, said)


def held_on(claim: str, said: Callable[[str, str], str]) -> Span | None:
    """The days on which what a claim says held: from the event to the end of its validity, where told."""
    happened = days_of(claim, said)
    valid = _between(part_of(claim, "validity"), said)
    if happened is None or valid is None:
        return happened
    lasts = (happened.last, valid.last)
    return Span(min(happened.first, valid.first), "" if "" in lasts else max(lasts))


def _between(part: str, said: Callable[[str, str], str]) -> Span | None:
    first, last = said(part, LS.earliest), said(part, LS.latest)
    return Span(first, last) if first or last else None
