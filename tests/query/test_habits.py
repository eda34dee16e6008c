"""Queries of one shape are planned until it is clear that they stay as they are written."""

import pytest

from kg.dataset.statistics import gather
from kg.dataset.terms import RdfFormat, Store
from kg.query.parse import parse
from kg.query.plan.habits import ENOUGH, Habits

DATA = b"".join(b"<urn:s%d> a <urn:Kind>; <urn:p> <urn:o%d> ." % (n, n % 9) for n in range(60))
FIRST = "SELECT ?o { <urn:s1> <urn:p> ?o . ?x <urn:p> ?o } LIMIT 20000"


@pytest.fixture(scope="module")
def habits() -> Habits:
    store = Store()
    store.load(DATA, format=RdfFormat.TURTLE)
    return Habits(gather(store))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (FIRST.replace("urn:s1", "urn:s2"), True),
        (FIRST.replace("20000", "30000"), True),
        (FIRST.replace("20000", "5"), False),
        (FIRST.replace("?x <urn:p>", "?x <urn:q>"), False),
        (FIRST.replace("?x <urn:p> ?o", "?x a <urn:Kind>"), False),
        (FIRST.replace("<urn:s1>", "?s"), False),
    ],
)
def test_what_makes_a_shape(habits: Habits, other: str, *, same: bool) -> None:
    found = habits.shape(FIRST, parse(FIRST))
    assert found is not None
    assert (habits.shape(other, parse(other)) == found) is same


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p <urn:o1> }",
        "SELECT * { ?s <urn:p>+ <urn:o1> }",
        "SELECT * { VALUES ?s { <urn:s1> } ?s <urn:p> ?o }",
        "SELECT * { ?s <urn:p> <urn:o1> FILTER EXISTS { ?s a <urn:Kind> } }",
    ],
)
def test_what_tells_nothing_of_others(habits: Habits, text: str) -> None:
    assert habits.shape(text, parse(text)) is None


def test_one_that_is_changed_begins_anew(habits: Habits) -> None:
    for _ in range(ENOUGH):
        assert not habits.stays("shape")
        habits.note("shape", changed=False)
    stays = [habits.stays("shape") for _ in range(40)]
    assert stays.count(False) in (2, 3)
    habits.note("shape", changed=True)
    assert not habits.stays("shape")
