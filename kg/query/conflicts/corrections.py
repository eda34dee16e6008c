"""Corrections, with the copies that still carry the error; and rebuttals that claims make by name."""

from collections.abc import Iterator, Mapping

from kg.dataset.annotated.view import View
from kg.dataset.terms import NamedNode, node
from kg.query.conflicts.assertions import Groups, keys
from kg.query.conflicts.finding import Conflict, Kind, number, side
from kg.query.conflicts.stances import Stance, some_stances
from kg.query.conflicts.wording import Wording
from ontology.vocab import LS

Stances = Mapping[str, Stance]


def conflicts_of_corrections(
    view: View, stances: Stances, groups: Groups, wording: Wording
) -> Iterator[Conflict]:
    """For each claim that active ones correct: those, and it with its copies that are still as it was."""
    corrected: dict[str, list[Stance]] = {}
    for correcting, wrong in _pairs(view, LS.corrects):
        if correcting in stances and correcting != wrong:
            corrected.setdefault(wrong, []).append(stances[correcting])
    for wrong, right in sorted(corrected.items()):
        error = stances.get(wrong) or next(some_stances(view, [wrong], view.archive), None)
        if error is None:
            continue
        copies = [copy for copy in _copies(error, right, groups) if copy.claim not in corrected]
        still = [error, *copies] if wrong in stances else copies
        state = "still stands" if wrong in stances else "no longer stands"
        what = wording.label(wrong)
        yield Conflict(
            Kind.CORRECTION,
            what,
            (side(right, f"corrects: {'; '.join(wording.label(s.claim) for s in right)}"),)
            + ((side(still, "still says what was corrected"),) if still else ()),
            f"what was corrected {state}, and {number(len(copies), 'copy', 'copies')} "
            f"of the same origin {'repeats' if len(copies) == 1 else 'repeat'} it",
        )


def _copies(error: Stance, right: list[Stance], groups: Groups) -> list[Stance]:
    """Active claims of the origin that say what was wrong: that in which it differs from the correction."""
    fixes = {stance.claim for stance in right}
    candidates = {s.claim: s for key in keys(error) for s in groups.get(key, ()) if s.origin == error.origin}
    candidates.pop(error.claim, None)
    aspects = [_aspects(error)]
    differing = [
        place
        for place, told in enumerate(aspects[0])
        if any(_aspects(stance)[place] != told for stance in right)
    ] or list(range(len(aspects[0])))
    return [
        stance
        for name, stance in sorted(candidates.items())
        if name not in fixes and all(_aspects(stance)[place] == aspects[0][place] for place in differing)
    ]


def _aspects(stance: Stance) -> tuple[object, ...]:
    return keys(stance), stance.positive, stance.span, stance.amount


def conflicts_of_rebuttals(view: View, stances: Stances, wording: Wording) -> Iterator[Conflict]:
    """For each active claim that active ones rebut by name: both sides."""
    rebutted: dict[str, list[Stance]] = {}
    for against, of in _pairs(view, LS.rebuts):
        if against in stances and of in stances and against != of:
            rebutted.setdefault(of, []).append(stances[against])
    for of, rebutting in sorted(rebutted.items()):
        what = wording.label(of)
        yield Conflict(
            Kind.CONTRADICTION,
            what,
            (side([stances[of]], f"says: {what}"), side(rebutting, "rebuts it by name")),
            f"{number(len(rebutting), 'claim')} {'rebuts' if len(rebutting) == 1 else 'rebut'} it by name",
        )


def _pairs(view: View, predicate: str) -> Iterator[tuple[str, str]]:
    for quad in view.main.quads_for_pattern(None, node(predicate), None, view.record):
        if isinstance(quad.object, NamedNode):
            yield str(quad.subject)[1:-1], quad.object.value
