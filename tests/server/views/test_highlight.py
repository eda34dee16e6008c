from hypothesis import given
from hypothesis import strategies as st

from server.views.highlight import Passage, Segment, context, segments

TEXT = "abcdefghij"


def test_passages_may_overlap() -> None:
    assert segments(TEXT, [Passage(1, 5, "x"), Passage(3, 8, "y")]) == (
        Segment("a"),
        Segment("bc", ("x",)),
        Segment("de", ("x", "y")),
        Segment("fgh", ("y",)),
        Segment("ij"),
    )


def test_what_lies_outside_is_passed_over() -> None:
    assert segments("abc", [Passage(2, 9, "x"), Passage(-1, 2, "y"), Passage(2, 2, "z")]) == (Segment("abc"),)


passages = st.builds(Passage, st.integers(-2, 12), st.integers(-2, 12), st.sampled_from("xyz"))


@given(st.text(max_size=10), st.lists(passages, max_size=5))
def test_the_pieces_are_the_text_and_each_passage_is_marked(text: str, marked: list[Passage]) -> None:
    pieces = segments(text, marked)
    assert "".join(p.text for p in pieces) == text
    for passage in marked:
        if 0 <= passage.start < passage.end <= len(text):
            assert text[passage.start : passage.end] in "".join(
                p.text if passage.mark in p.marks else "\0" for p in pieces
            )


def test_context_is_cut_between_words() -> None:
    text = "one two three four five six seven"
    start = text.index("four")
    assert context(text, start, start + 4, 7) == ("… three ", " five …")
    assert context(text, start, start + 4, 100) == ("one two three ", " five six seven")
