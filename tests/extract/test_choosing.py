"""Participants that are left unsaid are chosen among those that the text has spoken of."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kg.claims.claim import Claim, RoleName
from kg.extract.pipeline import SpacyExtractor
from kg.extract.reading.reader import read_article
from kg.extract.roles.choosing import PLAYS, choosing, parse_weights

TEXT = (
    "Shipments of magnets stalled this spring while Halden Magnetics waited for Beijing. "
    "The Ministry of Commerce reviews each file. "
    "On Monday Halden Magnetics said that an export license for Autowerk had been granted.\n"
)


Claims = Callable[[str], list[Claim]]


@pytest.fixture
def claims_of(tmp_path: Path) -> Claims:
    def extracted(text: str) -> list[Claim]:
        path = tmp_path / "brief.txt"
        path.write_text(text, encoding="utf-8")
        return SpacyExtractor().extract(read_article(path))

    return extracted


def test_an_authority_is_filled_in_that_was_spoken_of_before(
    claims_of: Claims, monkeypatch: pytest.MonkeyPatch
) -> None:
    (granted,) = [c for c in claims_of(TEXT) if c.type == "license_granted"]
    assert granted.roles[RoleName.AUTHORITY].text == "Ministry of Commerce"
    monkeypatch.setattr("kg.extract.roles.choosing.choosing", dict)
    (granted,) = [c for c in claims_of(TEXT) if c.type == "license_granted"]
    assert RoleName.AUTHORITY not in granted.roles


def test_who_is_chosen_stands_in_the_text(claims_of: Claims) -> None:
    for claim in claims_of(TEXT):
        for role in PLAYS:
            mention = claim.roles.get(role)
            assert mention is None or mention.text.casefold() in TEXT.casefold()


def test_nobody_is_chosen_where_nobody_was_spoken_of(claims_of: Claims) -> None:
    granted = claims_of("An export license for antimony was granted on Monday.\n")
    assert granted
    assert not any(PLAYS.keys() & claim.roles.keys() for claim in granted)


def test_there_are_weights_for_each_role_and_no_other() -> None:
    assert choosing().keys() == PLAYS.keys()


@pytest.mark.parametrize("line", ["authority\tas of", "villain\tas of\t1", "authority\tas of\tmuch"])
def test_a_broken_table_of_weights_is_refused(line: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of three kinds
        parse_weights(line)
