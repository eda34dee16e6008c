"""Any text at all: no crash, and no claim where nothing is claimed."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from kg.extract.pipeline import SpacyExtractor
from kg.extract.reading.reader import article_of_text

EXTRACTOR = SpacyExtractor()
MEGABYTE = 1_000_000


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_letters_at_random_claim_nothing(text: str) -> None:
    assert EXTRACTOR.extract(article_of_text(text)) == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=8))
def test_noise_in_the_field_claims_nothing(pieces: list[str]) -> None:
    text = "rare earth export\n" + "\n".join(pieces)
    for claim in EXTRACTOR.extract(article_of_text(text)):
        assert claim.quote is not None
        assert text[claim.quote.start : claim.quote.end] == claim.quote.exact


def test_a_megabyte_of_noise_claims_nothing() -> None:
    chance = random.Random(7)  # noqa: S311  noise, no secret
    letters = "".join(chr(c) for c in (*range(32, 127), 10, 0xE9, 0x4E2D, 0x1F600, 0x202E))
    noise = "gallium export " + "".join(chance.choices(letters, k=MEGABYTE))
    assert EXTRACTOR.extract(article_of_text(noise)) == []


def test_a_megabyte_of_one_word_claims_nothing() -> None:
    for text in (
        "export " * (MEGABYTE // 7),
        "(" * MEGABYTE,
        "\n" * MEGABYTE,
        "gallium export" + "a" * MEGABYTE,
    ):
        assert EXTRACTOR.extract(article_of_text(text)) == []
