"""Names compare the same both ways, whatever they are, and a name is itself."""

from hypothesis import given
from hypothesis import strategies as st

from kg.link.comparing import compare
from kg.link.matcher import described_by, wanted_by
from kg.link.names import name_of
from kg.link.scoring import score
from tests.link.labelled import pairs

WORDS = (
    "JL MAG VW Volkswagen Baotou 包头 宁波 韵升 金力 永磁 稀土 科技 股份有限公司 有限公司 集团 "
    "Rare-Earth Magnet Magnets Magnetics Technology Group Holding GmbH AG Co., Ltd. Limited S.A. & the of "
    "and 3 III 12 Beijing China Plant Branch Škoda ŠKODA ß İ ﬁ \uff21 \uff11\uff12 \u200b - . ' 《》"
).split(" ")
TEXTS = st.one_of(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map("".join),
    st.text(min_size=1, max_size=24),
    st.sampled_from(
        [text for file in ("tuning", "first") for p in pairs(file) for text in (p.left, p.right)]
    ),
)
KINDS = st.sampled_from(["party", "place", "product", "measure"])


@given(TEXTS, TEXTS)
def test_the_order_of_two_names_does_not_matter(left: str, right: str) -> None:
    a, b = name_of(left), name_of(right)
    one, other = compare(a, b), compare(b, a)
    assert one == other
    assert 0 <= one.similarity <= 1


@given(TEXTS, TEXTS, KINDS)
def test_the_order_of_two_descriptions_does_not_matter(left: str, right: str, kind: str) -> None:
    wanted = wanted_by(kind).kind
    a, b = described_by(left, wanted, ()), described_by(right, wanted, ())
    one, other = score(a, b), score(b, a)
    assert one.value == other.value
    assert 0 <= one.value <= 100


@given(TEXTS)
def test_a_name_compares_as_the_same_with_itself(text: str) -> None:
    name = name_of(text)
    if name.joined:
        assert compare(name, name).kind == "same"
