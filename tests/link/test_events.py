"""Events that are one: by who takes part, of what kind, and when."""

from datetime import date

import pytest

from kg.claims.claim import RoleName
from kg.link.events import Told, event_pairs, score_events
from kg.link.scoring import table
from ontology.vocab import LS
from tests.link.labelled_events import event_pairs_labelled

VW, JLM, YUN = "urn:vw", "urn:jlmag", "urn:yunsheng"
APRIL = (date(2025, 4, 1), date(2025, 4, 30))
LATE_APRIL = (date(2025, 4, 21), date(2025, 4, 30))
MAY = (date(2025, 5, 1), date(2025, 5, 31))
YEAR = (date(2025, 1, 1), date(2025, 12, 31))
P, C = RoleName.PRODUCER, RoleName.CUSTOMER


def told(
    name: str,
    parties: dict[RoleName, str],
    days: tuple[date, date] | None = LATE_APRIL,
    cls: str = LS.LicenseGranted,
    **more: object,
) -> Told:
    first, last = days or (None, None)
    given = {"document": name, **more}
    return Told(f"urn:event:{name}", f"urn:claim:{name}", cls, parties, first=first, last=last, **given)  # type: ignore[arg-type]


BASE = told("a", {P: JLM, C: VW})


@pytest.mark.parametrize(
    ("other", "accepted", "review"),
    [
        (told("b", {P: JLM, C: VW}), True, True),
        (told("b", {P: JLM, C: VW}, APRIL), True, True),
        (told("b", {P: JLM, C: VW}, YEAR), False, True),
        (told("b", {P: JLM, C: VW}, None), False, True),
        (told("b", {P: JLM, C: VW}, MAY), False, False),
        (told("b", {P: JLM, C: VW}, cls=LS.LicenseDenied), False, False),
        (told("b", {P: YUN, C: VW}), False, False),
        (told("b", {C: VW}), False, True),
        (told("b", {C: VW}, None), False, False),
        (told("b", {P: JLM, C: VW}, document="a"), False, True),
        (told("b", {C: VW}, unnamed=frozenset({P})), False, True),
    ],
)
def test_an_event_is_the_same_by_parties_type_and_time(other: Told, accepted: bool, review: bool) -> None:
    found = score_events(BASE, other)
    assert (found.accepted, found.value >= 45) == (accepted, review), found
    assert score_events(other, BASE).value == found.value


def test_two_exact_quantities_are_two_events() -> None:
    some = told("a", {P: JLM, C: VW}, quantity=("5.0", LS.Exact, "tonnes"))
    more = told("b", {P: JLM, C: VW}, quantity=("7.0", LS.Exact, "tonnes"))
    about = told("b", {P: JLM, C: VW}, quantity=("5.5", LS.About, "tonnes"))
    far = told("b", {P: JLM, C: VW}, quantity=("7.0", LS.About, "tonnes"))
    assert not score_events(some, more).accepted
    assert score_events(some, about).accepted
    assert not score_events(some, far).accepted


def test_unnamed_parties_make_no_pair() -> None:
    unnamed = [told(n, {}, unnamed=frozenset({P, C})) for n in "ab"]
    assert list(event_pairs(unnamed)) == []


def test_three_reports_of_one_grant_are_three_pairs() -> None:
    events = [told(n, {P: JLM, C: VW}) for n in "abc"] + [told("d", {P: YUN, C: VW})]
    pairs = {(a.iri[-1], b.iri[-1]) for a, b, found in event_pairs(events) if found.accepted}
    assert pairs == {("a", "b"), ("a", "c"), ("b", "c")}


def test_of_labelled_pairs_what_is_taken_without_review_is_right() -> None:
    pairs = list(event_pairs_labelled())
    assert len(pairs) >= 100
    assert sum(not pair.same for pair in pairs) > len(pairs) / 2
    taken = [pair for pair in pairs if pair.score().accepted]
    assert len(taken) >= 25
    assert sum(pair.same for pair in taken) / len(taken) >= 0.98
    same = [pair for pair in pairs if pair.same]
    assert sum(pair.score().accepted for pair in same) / len(same) >= 0.5
    assert sum(pair.score().value >= table().review for pair in same) / len(same) >= 0.9


def test_of_labelled_pairs_the_order_does_not_matter() -> None:
    for pair in event_pairs_labelled():
        assert score_events(pair.right, pair.left).value == pair.score().value, pair
