"""The scoring against labelled pairs: what is taken without review is right, what differs stays apart."""

import pytest

from kg.link.scoring import table
from tests.link.labelled import Pair, pairs

FILES = ("tuning", "first", "held")
NEVER = ("brand and group", "group and entity", "subsidiary", "joint venture", "description", "near-homonym")


def accepted(found: list[Pair]) -> list[Pair]:
    return [pair for pair in found if pair.score().accepted]


def test_there_are_enough_hard_pairs_and_none_twice() -> None:
    found = [pair for name in FILES for pair in pairs(name)]
    assert len(found) >= 500
    keys = [(frozenset((p.left, p.right)), p.left_more, p.right_more) for p in found]
    assert len(keys) == len(set(keys))
    assert sum(not pair.same for pair in found) > len(found) / 2


@pytest.mark.parametrize("name", FILES)
def test_what_is_taken_without_review_is_right(name: str) -> None:
    found = accepted(list(pairs(name)))
    assert len(found) >= 30
    assert sum(pair.same for pair in found) / len(found) >= 0.98


@pytest.mark.parametrize("name", FILES)
def test_most_of_what_is_one_is_at_least_worth_a_look(name: str) -> None:
    same = [pair for pair in pairs(name) if pair.same]
    assert len(accepted(same)) / len(same) >= 0.45
    assert sum(pair.score().value >= table().review for pair in same) / len(same) >= 0.6


@pytest.mark.parametrize("name", FILES)
def test_groups_firms_brands_and_descriptions_stay_apart(name: str) -> None:
    wrong = [p for p in pairs(name) if p.reason in NEVER and not p.same and p.score().accepted]
    assert wrong == []


def test_the_order_does_not_matter() -> None:
    for pair in pairs("tuning"):
        turned = Pair(
            pair.right, pair.left, pair.same, pair.reason, pair.kind, pair.right_more, pair.left_more
        )
        assert turned.score().value == pair.score().value, pair
