"""Names in Chinese beside their Latin form, short names, codes of goods: from the text into the claim."""

import pytest

from kg.claims.claim import Claim, RoleName
from kg.extract.mentions.aliases import aliases_in
from kg.extract.pipeline import SpacyExtractor
from kg.extract.reading.reader import article_of_text
from kg.extract.values.codes import control_codes, hs_codes

HEADER = "Title: Magnets\nPublisher: Trade Wire\nDate: 2025-12-01\n\n"
EXTRACTOR = SpacyExtractor()


def claims(body: str) -> list[Claim]:
    return EXTRACTOR.extract(article_of_text(HEADER + body))


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("magnets under HS 8505.11", ("850511",)),
        ("HS codes 2805.30 and 2846.90", ("280530", "284690")),
        ("the customs code 8505111000", ("8505111000",)),
        ("customs 2025 figures", ()),
        ("a price of 8505 dollars", ()),
    ],
)
def test_hs_codes_are_digits(words: str, codes: tuple[str, ...]) -> None:
    assert hs_codes(words) == codes


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("items under ECCN 3A001 and 2B904.a", ("3A001", "2B904.a")),
        ("the control code 1C902.d.1", ("1C902.d.1",)),
        ("flight 12A3456, room 4B12", ()),
    ],
)
def test_control_codes(words: str, codes: tuple[str, ...]) -> None:
    assert control_codes(words) == codes


def test_a_good_has_its_codes() -> None:
    [fell] = claims("Exports of permanent magnets under HS 8505.11 fell by 12 percent in October.")
    assert fell.roles[RoleName.PRODUCT].hs == ("850511",)
    [needed] = claims("Germanium products under control code 3C904 require an export licence.")
    assert needed.roles[RoleName.PRODUCT].control == ("3C904",)


def test_a_name_in_chinese_and_its_romanization_are_one_firm() -> None:
    body = (
        "China granted export licences to 宁波韵升 (Ningbo Yunsheng) on Monday.\n\n"
        "宁波韵升 has been granted a licence for gallium.\n\n"
        "Ningbo Yunsheng was issued an export licence for magnets."
    )
    holders = [c.roles[RoleName.LICENSEE] for c in claims(body)]
    assert [(h.text, h.also) for h in holders] == [("Ningbo Yunsheng", ("宁波韵升",))] * 3


def test_defined_terms_stand_for_the_full_name() -> None:
    found = aliases_in(['Jiangxi Ruifeng Co., Ltd. (江西瑞丰, "Ruifeng" or "the Group") exports magnets.'])
    assert found.of("the Group") == found.of("Ruifeng") == found.of("江西瑞丰") == "Jiangxi Ruifeng Co., Ltd."
    assert found.also("Jiangxi Ruifeng Co., Ltd.") == ("江西瑞丰",)


def test_another_bracket_names_nothing() -> None:
    assert aliases_in(["China (which mines most of it) banned exports (see below)."]).full == {}


def test_a_permit_spoken_of_on_is_that_of_its_holder() -> None:
    found = claims(
        "Ganzhou Lifeng received an export licence for magnets in June. The licence was revoked in November."
    )
    assert [c.roles[RoleName.LICENSEE].text for c in found] == ["Ganzhou Lifeng"] * 2


def test_a_transcript_says_who_speaks() -> None:
    found = claims("Mr Pugh: Two applications for magnet exports have been approved.")
    assert [(c.attribution[0].kind.value, c.attribution[0].name) for c in found] == [("person", "Pugh")]


def test_what_a_newsletter_puts_right_is_denied() -> None:
    found = claims(
        "Last week's edition said that Ganzhou Lifeng had obtained export licences for all customers. "
        "In fact it has obtained licences for two."
    )
    assert [c.polarity.value for c in found] == ["negative", "positive"]
