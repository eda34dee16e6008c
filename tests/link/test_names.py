"""Names taken apart and compared, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.link.comparing import compare
from kg.link.folding import visible, words
from kg.link.names import name_of

SAME = [
    ("Volkswagen AG", "VOLKSWAGEN A.G."),
    ("Volkswagen AG", "\u200fVolks\u200bwagen\u202e AG"),
    ("JL MAG Rare-Earth Co., Ltd.", "JL MAG Rare Earth Company Limited"),
    ("JL MAG Rare\u2011Earth Co.,Ltd", "\uff2a\uff2c\u3000\uff2d\uff21\uff27　Rare Earth Co Ltd"),
    ("Zhong Ke San Huan", "Zhongke Sanhuan"),
    ("Müller GmbH", "Mueller GmbH"),
    ("Müller GmbH", "MULLER GMBH"),
    ("Västerås Stål AB", "Vaesteras Stal AB"),
    ("Gällåsen AB", "Gaellasen AB"),
    ("Re\u0301nault S.A.", "Rénault SA"),
    ("中国稀土集团有限公司", "中國稀土集團有限公司"),
    ("Foo & Sons Ltd", "Foo and Sons Limited"),
    ("L\u2019Oréal SA", "L'Oreal S.A."),
]
OTHER = [
    ("Volkswagen AG", "Volkswagen", "same, form added"),
    ("Volkswagen AG", "Volkswagen Group", "level added"),
    ("Volkswagen AG", "Volkswagen SE", "same, other form"),
    ("Volkswagen", "Volkswagen (China)", "area added"),
    ("Zhong Ke San Huan", "Zhong Ke San Huan Tianjin", "place added"),
    ("Ningbo Yunsheng", "Ningbo Yunhuan", "own word differs"),
    ("宁波韵升", "宁波云升", "homophones"),
    ("中科三环", "Zhong Ke San Huan", "sounds same"),
    ("宁波韵升股份有限公司", "Ningbo Yunsheng Co., Ltd.", "sounds same, short"),
    ("中国稀土集团有限公司", "China Rare Earth Group Co., Ltd.", "translated"),
    ("JL MAG", "JL MAG Rare-Earth", "industry added"),
    ("BMW", "Bayerische Motoren Werke AG", "initials"),
    ("Volkswagn AG", "Volkswagen AG", "spelling"),
    ("Yarter Ltd", "Yarter Co., Ltd.", "same, form added"),
    ("Plant 2 Works", "Plant 3 Works", "number differs"),
    ("Tesla Energy", "Tesla Motors", "industry differs"),
    ("Ford Motor Company", "Ford Motor Company Cologne Plant", "unit added"),
    ("", "+", "unlike"),
    ("a", "+", "unlike"),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_one_name_in_two_writings_is_the_same(left: str, right: str) -> None:
    assert compare(name_of(left), name_of(right)).kind == "same"


@pytest.mark.parametrize(("left", "right", "kind"), OTHER)
def test_names_that_differ_are_told_apart_by_how(left: str, right: str, kind: str) -> None:
    assert compare(name_of(left), name_of(right)).kind == kind
    assert compare(name_of(right), name_of(left)).kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "a company in Baotou",
        "suppliers",
        "The ministry",
        "its supplier",
        "two people",
        "a 2nd firm",
        "magnet makers",
        "four producers",
        "THE",
    ],
)
def test_a_description_is_no_name(text: str) -> None:
    assert not name_of(text).is_name


@pytest.mark.parametrize(
    "text", ["volkswagen", "JL MAG", "宁波韵升", "the Ministry of Commerce", "bmw ag", "volkswagen group"]
)
def test_a_name_is_one_in_any_case(text: str) -> None:
    assert name_of(text).is_name


@given(st.text(max_size=40))
def test_any_text_can_be_taken_apart_and_is_the_same_as_itself(text: str) -> None:
    name = name_of(text)
    assert name.joined.isascii()
    assert (name.written_out or "").isascii()
    assert not name.joined or compare(name, name).kind == "same"
    assert words(visible(text)) == words(text)


@given(st.text(max_size=20), st.text(max_size=20))
def test_the_order_does_not_matter(left: str, right: str) -> None:
    a, b = name_of(left), name_of(right)
    assert compare(a, b) == compare(b, a)
