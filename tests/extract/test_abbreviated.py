"""A name with "Co." in it does not cut its sentence in two."""

import pytest

from kg.extract.grammar.model import parser


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("The ministry granted Ganzhou Post Co. a license for magnets, the company said.", 1),
        ("Lynas Corp. shares rose. Prices fell.", 2),
        ("Shipments by MP Materials Corp. have resumed. JL Mag Co. Ltd. said so.", 2),
        ("He waited until 3 p.m. on Monday. Then it came.", 2),
    ],
)
def test_a_small_letter_after_an_abbreviation_begins_no_sentence(text: str, sentences: int) -> None:
    assert len(list(parser()(text).sents)) == sentences
