"""Claims that assert or deny the same: contradiction, agreement, and the same of different times.

Claims meet on a point, or, where their kind and roles say it all, on those. Only what was asserted or
reported counts. Work grows with the claims and the sides, never with pairs of claims.
"""

from collections.abc import Iterable, Iterator, Mapping

from kg.claims.claim import ClaimType
from kg.claims.types import TYPE_INFO
from kg.dataset.record.days import EVERY_DAY, Span
from kg.query.conflicts.finding import Conflict, Kind, Side, dated, number, side
from kg.query.conflicts.stances import Stance
from kg.query.conflicts.wording import Wording

Key = tuple[object, ...]
Groups = Mapping[Key, list[Stance]]

_TOLD_BY_ROLES = frozenset(
    TYPE_INFO[kind].event_class.value
    for kind in (
        ClaimType.LICENSE_GRANTED,
        ClaimType.LICENSE_DENIED,
        ClaimType.LICENSE_APPLIED,
        ClaimType.LICENSE_PENDING,
        ClaimType.LICENSE_REVOKED,
        ClaimType.RESTRICTION_IMPOSED,
        ClaimType.RESTRICTION_EASED,
        ClaimType.PRODUCTION_HALT,
        ClaimType.NO_COMMENT,
    )
)
"""Kinds of which kind and roles say it all. Two statements of policy by one ministry may say anything."""


def keys(stance: Stance) -> tuple[Key, ...]:
    """What a claim asserts or denies, as far as other claims can say it too."""
    if stance.points:
        return stance.points
    told = stance.kind in _TOLD_BY_ROLES and stance.roles and stance.amount is None
    return (stance.shape,) if told else ()


def meeting(stances: Iterable[Stance]) -> Groups:
    """Claims by what they assert or deny."""
    groups: dict[Key, list[Stance]] = {}
    for stance in stances:
        for key in keys(stance):
            groups.setdefault(key, []).append(stance)
    return groups


def conflicts_of_assertions(groups: Groups, wording: Wording) -> Iterator[Conflict]:
    """What is found where several claims assert or deny one thing."""
    for key, group in groups.items():
        facts = [stance for stance in group if stance.factual]
        if len(facts) < 2:
            continue
        affirmed = [stance for stance in facts if stance.positive]
        denied = [stance for stance in facts if not stance.positive]
        if affirmed and denied:
            yield from _opposed(key, affirmed, denied, wording)
        yield from _alike(key, affirmed, "asserts", wording)
        yield from _alike(key, denied, "denies", wording)


def _what(key: Key, stance: Stance, wording: Wording) -> str:
    match key:
        case (str(s), str(p), str(o)):
            return wording.point((s, p, o))
    return wording.event(stance)


def _opposed(key: Key, affirmed: list[Stance], denied: list[Stance], wording: Wording) -> Iterator[Conflict]:
    what = _what(key, affirmed[0], wording)
    for_same, for_other = parted(affirmed, denied)
    against_same, against_other = parted(denied, affirmed)
    if for_same:
        yield Conflict(
            Kind.CONTRADICTION,
            what,
            (side(for_same, f"asserts {what}"), side(against_same, f"denies {what}")),
            f"asserted by {number(len(for_same), 'claim')} and denied by "
            f"{number(len(against_same), 'claim')}, of times that may be the same",
        )
    apart = (for_other, against_other)
    if all(apart):
        yield Conflict(
            Kind.DIFFERENT_TIME,
            what,
            tuple(
                side(found, f"{verb} {what} {dated(_hull(found))}")
                for found, verb in zip(apart, ("asserts", "denies"), strict=True)
            ),
            "it is asserted and denied of days that do not overlap: both can be so",
        )


def parted(stances: list[Stance], others: list[Stance]) -> tuple[list[Stance], list[Stance]]:
    """Claims of what held on days that some of the others may be of too, and the rest."""
    spans = {other.held or EVERY_DAY for other in others}
    parted: tuple[list[Stance], list[Stance]] = ([], [])
    for stance in stances:
        span = stance.held or EVERY_DAY
        parted[not any(span.meets(other) for other in spans)].append(stance)
    return parted


def _alike(key: Key, stances: list[Stance], verb: str, wording: Wording) -> Iterator[Conflict]:
    """Claims that say the same: of one time or of several, from one origin or from several."""
    if len(stances) < 2:
        return
    times = at_times(stances)
    what = _what(key, stances[0], wording)
    dates = [found for found in times if found[0].span is not None]
    if len(dates) > 1:
        yield Conflict(
            Kind.DIFFERENT_TIME,
            what,
            tuple(side(found, f"{verb} {what} {dated(_hull(found))}") for found in dates),
            "the days do not overlap: these are several events, or one of them is dated wrongly",
        )
    for found in times:
        agreeing = by_origin(found, f"{verb} {what}")
        if len(agreeing) > 1:
            copies = len(found) - len(agreeing)
            folded = (
                f"; {number(copies, 'further claim')} {'repeats' if copies == 1 else 'repeat'} one of them"
                if copies
                else ""
            )
            yield Conflict(
                Kind.AGREEMENT,
                what,
                agreeing,
                f"{number(len(agreeing), 'independent origin')} say the same{folded}",
            )


def by_origin(stances: Iterable[Stance], says: str) -> tuple[Side, ...]:
    """A side for each origin: copies of one report are one."""
    origins: dict[str, list[Stance]] = {}
    for stance in stances:
        origins.setdefault(stance.origin, []).append(stance)
    return tuple(side(found, says) for _, found in sorted(origins.items()))


def at_times(stances: list[Stance]) -> list[list[Stance]]:
    """The claims by time: those whose days overlap, one by another, together.

    Those that tell no time go with the others if these are of one time, and are apart otherwise.
    """
    known = sorted(
        (stance for stance in stances if stance.span is not None), key=lambda s: (s.span or EVERY_DAY).first
    )
    groups: list[list[Stance]] = []
    until = ""
    for stance in known:
        span = stance.span or EVERY_DAY
        if groups and (not until or span.first <= until):
            groups[-1].append(stance)
            until = max(until, span.last) if until and span.last else ""
        else:
            groups.append([stance])
            until = span.last
    unknown = [stance for stance in stances if stance.span is None]
    if unknown and len(groups) == 1:
        groups[0] += unknown
    elif unknown:
        groups.append(unknown)
    return groups


def _hull(stances: Iterable[Stance]) -> Span | None:
    spans = [stance.span for stance in stances if stance.span is not None]
    if not spans:
        return None
    lasts = [span.last for span in spans]
    return Span(min(span.first for span in spans), "" if "" in lasts else max(lasts))
