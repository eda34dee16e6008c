"""A name of the reference data is not enough where an identifier or the country speaks against it."""

import pytest

from kg.claims.names import Names
from kg.link.entity import Described, Entity
from kg.link.referring import references
from kg.link.scoring import score, table

VW, TESLA = "529900NNUPAGGOMPXZ31", "54930043XZGB27CTOV49"


def firm(*places: str, **identifiers: str) -> Described:
    given = {scheme: frozenset([value]) for scheme, value in identifiers.items()}
    return Described(("Volkswagen AG",), "party", places, given)


@pytest.mark.parametrize(
    ("other", "accepted"),
    [
        (firm(), True),
        (firm("Wolfsburg"), True),
        (firm("Germany", lei=VW), True),
        (firm("United States"), False),
        (firm(lei=TESLA), False),
        (firm(wikidata="Q478214"), True),  # the entry gives none
        (firm(ticker="VOW3.DE"), True),
    ],
    ids=str,
)
def test_a_name_is_joined_unless_what_is_known_speaks_against_it(other: Described, accepted: bool) -> None:
    for left, right in ((firm(), other), (other, firm())):
        found = score(left, right)
        assert (found.value >= table().accept) == accepted, found
        assert ("but" in str(found.features["reference"])) != accepted
    [link] = references([Entity("urn:vw", other)], Names())
    assert link.target.endswith("/organization/volkswagen-ag")
    assert link.sure == accepted
    assert ("but" in link.reason) != accepted
    assert len(link.triples) == (2 if accepted else 1)


def test_two_with_one_identifier_are_one_though_the_entry_has_another() -> None:
    assert score(firm(lei=TESLA), firm(lei=TESLA)).value >= table().accept
