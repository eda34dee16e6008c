import pytest

from kg.claims.claim import ClaimType, Modality
from kg.claims.source import SourceKind, Voice
from kg.extract.lexicon.outlets import outlets
from kg.extract.rating import assess

REUTERS = Voice(kind=SourceKind.ORGANIZATION, name="Reuters")
BLOG = Voice(kind=SourceKind.PUBLISHER, name="blog.example")


def group(count: int | None) -> Voice:
    return Voice(kind=SourceKind.ANONYMOUS, text="sources", count=count)


@pytest.mark.parametrize(
    ("chain", "modality", "own", "rating"),
    [
        ((group(3), REUTERS, BLOG), Modality.REPORTED, False, "B2"),
        ((group(1), REUTERS, BLOG), Modality.REPORTED, False, "B3"),
        ((group(None), BLOG), Modality.REPORTED, False, "F3"),
        ((BLOG,), Modality.ASSERTED, False, "F3"),
        ((group(3), REUTERS), Modality.HEDGED, False, "B4"),
        ((REUTERS,), Modality.UNKNOWN, False, "B6"),
        ((Voice(kind=SourceKind.ORGANIZATION, name="Acme"), BLOG), Modality.ASSERTED, True, "C2"),
    ],
)
def test_rules(chain: tuple[Voice, ...], modality: Modality, own: bool, rating: str) -> None:
    found = assess(ClaimType.LICENSE_GRANTED, chain, modality, own=own)
    assert found.reliability + found.credibility == rating
    assert found.reason is not None
    assert found.reason.startswith(f"Source {found.reliability}: ")


def test_what_is_paid_for_is_marked_down() -> None:
    paid = assess(ClaimType.OTHER, (BLOG,), Modality.ASSERTED, own=False, paid="sponsored content")
    assert paid.reliability == "D"
    assert "sponsored content" in (paid.reason or "")
    cited = assess(ClaimType.OTHER, (REUTERS, BLOG), Modality.REPORTED, own=False, paid="sponsored content")
    assert cited.reliability == "B"


def test_outlets_are_found_by_name_and_by_domain() -> None:
    table = outlets()
    assert table.find("the REUTERS") == table.find("www.reuters.com") != None  # noqa: E711
    assert table.find("notreuters.com") is None
    assert table.find(None) is None
