"""Numbers that differ: of the same thing a contradiction, of another time or population none.

"25% of these" and "60% of those" do not contradict each other, nor do two numbers of which the text does not
tell whom they count.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import inf

from kg.claims.claim import Qualifier, RoleName
from kg.dataset.record.days import EVERY_DAY, Span
from kg.query.conflicts.assertions import at_times
from kg.query.conflicts.finding import Conflict, Kind, dated, side
from kg.query.conflicts.stances import Amount, Stance
from kg.query.conflicts.wording import Wording, amount_words, local_words

_SHARE = re.compile(r"%|\bper ?cent(?:age)?\b|\bshares?\b|\bproportion\b|\bfraction\b", re.I)
_FILLER = re.compile(r"\b(?:of|the|all|points?)\b|[^\w]+", re.I)
_COMMON = (RoleName.AUTHORITY, RoleName.PRODUCT, RoleName.MEASURE, RoleName.PLACE)
"""Roles of what a share is about; the others tell whom it counts."""

_OF_THE_SPEAKER = re.compile(r"\b(?:its|our|their|my|his|her|own|members?)\b", re.I)
"""Words by which a share counts those of whoever speaks; otherwise it does not matter who does."""

_ABOUT = 0.1
"""How far "about" may be off, as a part of the number."""


def conflicts_of_numbers(stances: Iterable[Stance], wording: Wording) -> Iterator[Conflict]:
    """What is found where claims give numbers."""
    shares: dict[tuple[str, str, str], list[Stance]] = {}
    counts: dict[tuple[object, ...], list[Stance]] = {}
    for stance in stances:
        if stance.amount is None or not stance.positive or not stance.factual:
            continue
        if is_share(stance.amount):
            for role, entity in _topics(stance):
                shares.setdefault((stance.kind, role, entity), []).append(stance)
        elif parts := tuple(pair for pair in stance.roles if pair[0] != RoleName.SPEAKER):
            unit = stance.amount.unit.casefold()
            counts.setdefault((stance.kind, parts, unit), []).append(stance)
    seen: dict[str, list[frozenset[str]]] = {}
    for group in sorted(shares.values(), key=len, reverse=True):
        names = frozenset(stance.claim for stance in group)
        if len(group) > 1 and not any(names <= other for other in seen.get(group[0].claim, ())):
            for name in names:
                seen.setdefault(name, []).append(names)
            yield from _shares(group, wording)
    for group in counts.values():
        if len(group) > 1:
            yield from _same_population(group, wording.event(group[0]))


def _topics(stance: Stance) -> list[tuple[str, str]]:
    return [pair for pair in stance.roles if pair[0] in _COMMON] or [("", "")]


def is_share(amount: Amount) -> bool:
    """Whether a number is a part of something, as a percentage or a fraction."""
    return _SHARE.search(amount.unit) is not None


def population(stance: Stance) -> tuple[object, ...]:
    """Whom a share counts: by roles, and by what its unit says beyond "percent". Empty if it is not told.

    Who speaks matters only where the unit's words point to the speaker ("of its members").
    """
    unit = stance.amount.unit if stance.amount else ""
    words = " ".join(_FILLER.sub(" ", _SHARE.sub(" ", unit)).casefold().split())
    beside = _COMMON if _OF_THE_SPEAKER.search(unit) else (*_COMMON, RoleName.SPEAKER)
    roles = tuple(pair for pair in stance.roles if pair[0] not in beside)
    return (*roles, words) if words else roles


def _words(stance: Stance) -> str:
    return stance.amount.unit if stance.amount else ""


def _shares(group: list[Stance], wording: Wording) -> Iterator[Conflict]:
    populations: dict[tuple[object, ...], list[Stance]] = {}
    for stance in group:
        populations.setdefault(population(stance), []).append(stance)
    what = f"share in {local_words(group[0].kind)}"
    for counted, found in populations.items():
        if counted and len(found) > 1:
            yield from _same_population(found, f"{what}: {_words(found[0])}{_counted(found[0], wording)}")
    sides = [
        side(told, says + _counted(found[0], wording))
        for found in populations.values()
        for says, told in _by_amount(found)
    ]
    if not agree([stance.amount for stance in group if stance.amount]) and (
        len(populations) > 1 or () in populations
    ):
        untold = () in populations
        yield Conflict(
            Kind.DIFFERENT_SCOPE,
            what,
            tuple(sorted(sides, key=lambda one: (one.says, one.claims))),
            "it is not told whom all of them count, so they cannot be compared"
            if untold
            else "the shares are of different populations: none contradicts another",
        )


def _counted(stance: Stance, wording: Wording) -> str:
    """Whom a share counts, as far as its unit does not say it."""
    found = population(stance)
    if not found:
        return " (of whom is not told)"
    roles = [
        f"{part[0].replace('_', ' ')} {wording.label(part[1])}" for part in found if isinstance(part, tuple)
    ]
    return f" (of {', '.join(roles)})" if roles else ""


def _same_population(group: list[Stance], what: str) -> Iterator[Conflict]:
    if agree([stance.amount for stance in group if stance.amount]):
        return
    times = at_times([_as_of(stance) for stance in group])
    for found in times:
        contrary = _contrary(found)
        if contrary:
            undated = any(stance.span is None for stance in contrary)
            yield Conflict(
                Kind.CONTRADICTION,
                what,
                tuple(side(told, says) for says, told in _by_amount(contrary)),
                "the numbers are of the same thing, of times that may be the same"
                if undated
                else "the numbers are of the same thing, and cannot all be right",
            )
        elif not agree([stance.amount for stance in found if stance.amount]):
            yield _of_other_days(what, _by_span(found))
    dates = [found for found in times if found[0].span is not None]
    if len(dates) > 1:
        yield _of_other_days(what, dates)


def _of_other_days(what: str, dates: Iterable[list[Stance]]) -> Conflict:
    return Conflict(
        Kind.DIFFERENT_TIME,
        what,
        tuple(
            side(told, f"{says} {dated(found[0].span)}")
            for found in dates
            for says, told in _by_amount(found)
        ),
        "the numbers are of different days: both can be so",
    )


def _contrary(stances: list[Stance]) -> list[Stance]:
    """Those with a number that one of the others, of days that may be the same, cannot have meant.

    Claims at one time by a chain of overlaps need not overlap each other.
    """
    if agree([stance.amount for stance in stances if stance.amount]):
        return []
    told = {(stance.span or EVERY_DAY, stance.amount) for stance in stances if stance.amount}
    contrary = {
        (span, amount)
        for span, amount in told
        if any(span.meets(other) and not agree((amount, another)) for other, another in told)
    }
    return [stance for stance in stances if (stance.span or EVERY_DAY, stance.amount) in contrary]


def _by_span(stances: Iterable[Stance]) -> list[list[Stance]]:
    spans: dict[Span | None, list[Stance]] = {}
    for stance in stances:
        spans.setdefault(stance.span, []).append(stance)
    return list(spans.values())


def _as_of(stance: Stance) -> Stance:
    """The claim, of the day that it was said on if it tells no other: a share is one as of then."""
    if stance.span is not None or not stance.said:
        return stance
    return replace(stance, span=Span(stance.said, stance.said))


def _by_amount(stances: Iterable[Stance]) -> list[tuple[str, list[Stance]]]:
    amounts: dict[Amount, list[Stance]] = {}
    for stance in stances:
        if stance.amount is not None:
            amounts.setdefault(stance.amount, []).append(stance)
    ordered = sorted(amounts.items(), key=lambda pair: (pair[0].value, pair[0].qualifier, pair[0].unit))
    return [(amount_words(amount), found) for amount, found in ordered]


def agree(amounts: Iterable[Amount]) -> bool:
    """Whether one number can be meant by all of them.

    "More than 25" may be 25 in other words; that it is "fewer than 25", too, cannot be.
    """
    ranges = [_range(amount) for amount in amounts]
    low, high = max(low for low, _ in ranges), min(high for _, high in ranges)
    return low[0] < high[0] or (low[0] == high[0] and not (low[1] and high[1]))


def _range(amount: Amount) -> tuple[tuple[float, int], tuple[float, int]]:
    """The least and the greatest number that is meant; beside each 1 or -1 if it is itself left out."""
    value = amount.value
    if is_share(amount) and re.search(r"share|proportion|fraction", amount.unit, re.I) and abs(value) <= 1:
        value *= 100
    match amount.qualifier:
        case Qualifier.AT_LEAST:
            return (value, 0), (inf, 0)
        case Qualifier.MORE_THAN:
            return (value, 1), (inf, 0)
        case Qualifier.AT_MOST:
            return (-inf, 0), (value, 0)
        case Qualifier.FEWER_THAN:
            return (-inf, 0), (value, -1)
        case Qualifier.ABOUT:
            return (value - abs(value) * _ABOUT, 0), (value + abs(value) * _ABOUT, 0)
    return (value, 0), (value, 0)
