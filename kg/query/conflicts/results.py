"""Claims of other outcomes of what may be one application: granted, say some, and refused, say others.

"Refused" does not deny "granted": both are so where a firm applied twice. But where nothing tells them
apart, somebody may be wrong, and whoever reads the one should know of the other.
"""

from collections.abc import Iterator

from kg.dataset.record.days import EVERY_DAY, Span
from kg.query.conflicts.assertions import Groups, Key
from kg.query.conflicts.finding import Conflict, Kind, number, side
from kg.query.conflicts.stances import Stance
from kg.query.conflicts.wording import Wording
from ontology.vocab import LS

GRANTED, REFUSED = f"<{LS.holdsLicenseFor.value}>", f"<{LS.deniedLicenseFor.value}>"
OTHER_RESULT = {GRANTED: REFUSED, REFUSED: GRANTED}


def conflicts_of_results(groups: Groups, wording: Wording) -> Iterator[Conflict]:
    """Grants and refusals of one holder for one customer, of days that may be the same."""
    for key, group in groups.items():
        match key:
            case (str(s), predicate, str(o)) if predicate == GRANTED:
                refused = _facts(groups, (s, REFUSED, o))
                granted = [stance for stance in group if _is_fact(stance)]
                sides = (_meeting(granted, refused), _meeting(refused, granted))
                if all(sides):
                    yield _conflict((s, GRANTED, o), (s, REFUSED, o), sides, wording)


def _facts(groups: Groups, key: Key) -> list[Stance]:
    return [stance for stance in groups.get(key, ()) if _is_fact(stance)]


def _is_fact(stance: Stance) -> bool:
    return stance.factual and stance.positive


def _meeting(stances: list[Stance], others: list[Stance]) -> list[Stance]:
    """Claims of events that may be of the day of one of the others."""
    spans = set(map(_days, others))
    return [stance for stance in stances if any(_days(stance).meets(span) for span in spans)]


def _days(stance: Stance) -> Span:
    return stance.span or EVERY_DAY


def _conflict(
    granted: tuple[str, str, str],
    refused: tuple[str, str, str],
    sides: tuple[list[Stance], list[Stance]],
    wording: Wording,
) -> Conflict:
    told = [wording.point(point) for point in (granted, refused)]
    return Conflict(
        Kind.MAY_CONTRADICT,
        told[0],
        tuple(side(found, f"asserts {words}") for found, words in zip(sides, told, strict=True)),
        f"granted by {number(len(sides[0]), 'claim')} and refused by {number(len(sides[1]), 'claim')}, of "
        "times that may be the same: both can be so only of two applications",
    )
