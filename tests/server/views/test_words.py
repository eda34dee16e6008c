"""Numbers as pages tell them."""

import pytest

from kg.claims.claim import Qualifier, Quantity
from kg.query.conflicts.stances import Amount
from kg.query.conflicts.wording import amount_words
from server.views.words import quantity


@pytest.mark.parametrize(
    ("value", "qualifier", "unit", "told"),
    [
        (0.25, "fewer_than", "share", "fewer than 25 percent"),
        (60, "about", "percent of members", "about 60 percent of members"),
        (2, "exact", "share", "2 share"),
        (0.5, "exact", "tonnes", "0.5 tonnes"),
    ],
)
def test_a_share_of_one_is_told_in_percent(value: float, qualifier: str, unit: str, told: str) -> None:
    assert quantity(Quantity(value=value, qualifier=Qualifier(qualifier), unit=unit)) == told
    assert amount_words(Amount(value, Qualifier(qualifier), unit)) == told
