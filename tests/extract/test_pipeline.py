"""Laws of the extractor: verbatim quotes, determinism, no crash, no claim out of nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.claims.claim import Claim, Modality, Polarity, RoleName
from kg.extract.pipeline import Extractor, SpacyExtractor, claims_json
from kg.extract.reading.reader import article_of_text

HEADER = "Title: T\nPublisher: P\nDate: 2025-05-14\n\n"
EXTRACTOR: Extractor = SpacyExtractor()
WORDS = st.sampled_from(
    "China granted license licenses export to two magnet makers “ ” \" ' said sources According to "
    "Reuters , . ? of not no whether unclear received in late April May 31 7 percent including which for "
    "the company it they - — \u00a0 \u200b é 稀土 😀 ( ) : ; mid-June on Monday by approved rejected "
    "pending revoked".split()
)


def extract(body: str) -> list[Claim]:
    return EXTRACTOR.extract(article_of_text(HEADER + body))


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=60).map(" ".join)))
def test_any_text_gives_claims_that_are_in_it(body: str) -> None:
    text = HEADER + "China granted an export license to Acme Metals. " + body
    article = article_of_text(text)
    claims = EXTRACTOR.extract(article)
    assert claims == EXTRACTOR.extract(article)
    for claim in claims:
        assert claim.quote is not None
        assert text[claim.quote.start : claim.quote.end] == claim.quote.exact
    for data in claims_json(article, claims):
        Claim.model_validate(data)


def test_offsets_count_code_points_and_long_lines_are_read() -> None:
    body = "😀 稀土. " * 1500 + "China granted Acme Metals an export license on May 12."
    [claim] = extract(body)
    assert claim.quote is not None
    assert claim.quote.exact == "China granted Acme Metals an export license on May 12"
    assert (HEADER + body)[claim.quote.start : claim.quote.end] == claim.quote.exact


@pytest.mark.parametrize(
    "body",
    [
        "",
        "The magnet export season was good. Visitors enjoyed it.",
        "If an export license is granted, the magnets can leave.",
        "Exporters must obtain a license.",
        "Has China granted export licenses?",
        "Magnet maker Acme wants to obtain an export license.",
        "These export licenses were granted in April.",
        "She received her driver's license before the export fair.",
    ],
)
def test_no_grant_where_none_is_told(body: str) -> None:
    assert [c for c in extract(body) if c.type == "license_granted"] == []


@pytest.mark.parametrize(
    ("sentence", "licensee"),
    [
        ("China granted Acme Metals an export license.", "Acme Metals"),
        ("China issued an export license to Acme Metals.", "Acme Metals"),
        ("Acme Metals was granted an export license by China.", "Acme Metals"),
        ("An export license was issued to Acme Metals by China.", "Acme Metals"),
        ("Acme Metals received an export license from China.", "Acme Metals"),
        ("The granting of an export license to Acme Metals by China surprised traders.", "Acme Metals"),
        ("Acme Metals, which obtained an export license from China, shipped magnets.", "Acme Metals"),
        ("Traders know of one export license issued to Acme Metals by China.", "Acme Metals"),
    ],
)
def test_one_grant_in_many_wordings(sentence: str, licensee: str) -> None:
    [claim] = [c for c in extract(sentence) if c.type == "license_granted"]
    assert claim.roles["licensee"].text == licensee  # type: ignore[index]
    assert claim.roles["authority"].text == "China"  # type: ignore[index]


@pytest.mark.parametrize(
    ("sentence", "modality", "polarity"),
    [
        ("Acme Metals has received an export license.", "asserted", "positive"),
        ("Acme Metals has not received an export license.", "asserted", "negative"),
        ("No export license was granted.", "asserted", "negative"),
        ("Acme Metals failed to obtain an export license.", "asserted", "negative"),
        ("Two traders said Acme Metals received an export license.", "reported", "positive"),
        ("Acme Metals has reportedly received an export license.", "reported", "positive"),
        ("China may grant Acme Metals an export license.", "hedged", "positive"),
        ("China will grant Acme Metals an export license.", "expected", "positive"),
        ("Acme Metals expects to receive an export license.", "expected", "positive"),
        ("It is unclear whether Acme Metals has received an export license.", "unknown", "positive"),
    ],
)
def test_modality_and_polarity(sentence: str, modality: str, polarity: str) -> None:
    [claim] = extract(sentence)
    assert (claim.modality, claim.polarity) == (Modality(modality), Polarity(polarity))


@pytest.mark.parametrize(
    ("sentence", "chain"),
    [
        ("Four sources said China granted Acme Metals a license.", [("anonymous_sources", None, 4)]),
        ("China granted Acme Metals an export license, two people said.", [("anonymous_sources", None, 2)]),
        (
            "China granted Acme Metals an export license, an official told Nikkei.",
            [("anonymous_sources", None, 1), ("organization", "Nikkei", None)],
        ),
        (
            "According to Nikkei, citing an executive, China granted Acme Metals an export license.",
            [("anonymous_sources", None, 1), ("organization", "Nikkei", None)],
        ),
        (
            "Nikkei reported that three sources said China granted Acme Metals an export license.",
            [("anonymous_sources", None, 3), ("organization", "Nikkei", None)],
        ),
        (
            "A spokesperson for Acme Metals said China granted it an export license for magnets.",
            [("spokesperson", None, None)],
        ),
    ],
)
def test_chain_of_voices(sentence: str, chain: list[tuple[str, str | None, int | None]]) -> None:
    [claim] = [c for c in extract("Magnet exports are slow. " + sentence) if c.type == "license_granted"]
    voices = [(v.kind.value, v.name, v.count) for v in claim.attribution]
    assert voices == [*chain, ("publisher", "P", None)]


def test_the_company_that_speaks_is_the_one_that_acts_and_not_the_last_named() -> None:
    claims = extract(
        "China granted export licenses. JL MAG will deliver rare-earth magnets to Volkswagen AG after it "
        "received an export license last week, the company said."
    )
    told = [claim for claim in claims if claim.attribution[0].kind.value == "organization"]
    assert {claim.attribution[0].name for claim in told} == {"JL MAG"}
    assert {claim.roles[RoleName.PRODUCER].text for claim in told} == {"JL MAG"}
    assert len(told) == 2


def test_the_company_is_who_was_granted_something_rather_than_for_whom() -> None:
    [claim] = extract(
        "China's commerce ministry granted Ningbo Yunsheng an export license for Tesla, the company said."
    )
    assert claim.attribution[0].name == "Ningbo Yunsheng"


def test_an_infinitive_is_no_part_of_the_product() -> None:
    [claim] = extract("China granted JL MAG a license on June 3 to export neodymium magnets.")
    assert claim.roles[RoleName.PRODUCT].text == "neodymium magnets"
