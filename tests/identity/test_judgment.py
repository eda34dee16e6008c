"""What a judgment is, and by what it is known."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from kg.claims.names import Names
from kg.identity.judgment import Judgment

A, B = "https://example.org/a", "https://example.org/b"
MADE = datetime(2025, 6, 1, 12, tzinfo=UTC)


def judgment(**changes: Any) -> Judgment:
    return Judgment.model_validate(
        {
            "left": A,
            "right": B,
            "verdict": "same",
            "author": {"name": "A. Analyst"},
            "reason": "one register entry",
            "made": MADE,
            **changes,
        }
    )


def test_the_two_mentions_are_in_order_whichever_way_they_are_given() -> None:
    assert judgment(left=B, right=A) == judgment()
    assert judgment(left=B, right=A).iri(Names()) == judgment().iri(Names())


@pytest.mark.parametrize(
    "changes",
    [
        {"right": "https://example.org/c"},
        {"verdict": "different"},
        {"kind": "event"},
        {"author": {"name": "Somebody"}},
        {"author": {"name": "A. Analyst", "kind": "extractor", "version": "1"}},
        {"reason": "another"},
        {"made": MADE + timedelta(microseconds=1)},
    ],
)
def test_it_is_known_by_what_it_says_by_whom_why_and_when(changes: dict[str, Any]) -> None:
    assert judgment(**changes).id != judgment().id


def test_how_sure_it_is_and_where_it_stands_is_no_part_of_its_name() -> None:
    told = judgment(confidence=0.5, status="proposed", features={"name": 0.9})
    assert told.id == judgment().id
    assert len(told.id) == 32


def test_a_moment_has_one_name_in_every_zone() -> None:
    there = MADE.astimezone(timezone(timedelta(hours=8)))
    assert judgment(made=there) == judgment()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"right": A}, "against itself"),
        ({"left": "no iri"}, "not an absolute IRI"),
        ({"verdict": "maybe"}, "'same', 'different' or 'unsure'"),
        ({"reason": "  "}, "at least 1 character"),
        ({"confidence": 0}, "greater than 0"),
        ({"confidence": 1.01}, "less than or equal to 1"),
        ({"status": "unreviewed"}, "proposed, accepted or rejected"),
        ({"made": datetime(2025, 6, 1)}, "needs its zone"),  # noqa: DTZ001 - that is what is refused
        ({"features": {"name": float("nan")}}, "no finite number"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        judgment(**changes)


def test_only_an_accepted_judgment_that_says_same_acts() -> None:
    assert judgment().acts
    assert not judgment(status="proposed").acts
    assert not judgment(status="rejected").acts
    assert not judgment(verdict="different").acts
    assert not judgment(verdict="unsure").acts


def test_it_comes_back_from_json() -> None:
    told = judgment(features={"name": 0.9, "place": "Baotou"}, confidence=0.75)
    assert Judgment.model_validate_json(told.model_dump_json()) == told
