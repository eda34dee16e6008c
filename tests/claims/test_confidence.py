import pytest

from kg.claims.confidence import Credibility, Reliability, cautious, claim_probability, hand_ons
from kg.claims.source import SourceKind, Voice, root_position

SOURCES = Voice(kind=SourceKind.ANONYMOUS, text="three sources", count=3)
REUTERS = Voice(kind=SourceKind.ORGANIZATION, name="Reuters")
PORTAL = Voice(kind=SourceKind.PUBLISHER, name="a portal")


@pytest.mark.parametrize(
    ("chain", "root", "handed_on"),
    [
        ((SOURCES, REUTERS, PORTAL), 1, 1),
        ((REUTERS, PORTAL), 0, 1),
        ((PORTAL,), 0, 0),
        ((SOURCES,), 0, 0),
    ],
)
def test_the_root_is_the_first_voice_that_can_be_named(
    chain: tuple[Voice, ...], root: int, handed_on: int
) -> None:
    assert root_position(chain) == root
    assert hand_ons(chain) == handed_on


def test_probability_is_the_product_with_a_loss_for_each_hand_on() -> None:
    assert claim_probability(Reliability.B, Credibility.PROBABLY_TRUE, 0) == pytest.approx(0.64)
    assert claim_probability(Reliability.B, Credibility.PROBABLY_TRUE, 2) == pytest.approx(0.64 * 0.95**2)


def test_an_origin_takes_the_lowest_rating_that_is_known() -> None:
    assert cautious({Reliability.B, Reliability.D, Reliability.F}) is Reliability.D
    assert cautious({Reliability.F}) is Reliability.F
