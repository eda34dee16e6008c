"""The table in front of spaCy's attribute ruler says what the ruler says, of every token."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.pipeline import AttributeRuler
from spacy.tokens import Doc

from kg.extract.grammar import entities, ruler
from kg.extract.grammar.model import parser

ARTICLES = Path(__file__).parent / "articles"


def _said_by_both(text: str) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    table, plain = parser().get_pipe(ruler.NAME), parser().get_pipe("attribute_ruler")
    assert isinstance(table, ruler.TableRuler)
    assert isinstance(plain, AttributeRuler)
    with parser().select_pipes(disable=[ruler.NAME, "attribute_ruler", "lemmatizer", entities.NAME]):
        tagged = parser()(text)
    return _row(table(tagged.copy())), _row(plain(tagged.copy()))


def _row(doc: Doc) -> list[tuple[str, ...]]:
    return [(t.text, t.tag_, t.pos_, t.lemma_, str(t.morph), t.dep_) for t in doc]


@pytest.mark.parametrize("name", ["dev/wire", "second/observer", "fourth/column"])
def test_articles_are_tagged_alike(name: str) -> None:
    for line in (ARTICLES / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        ours, spacys = _said_by_both(line)
        assert ours == spacys


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Let's say there's no licence: we ain't got one, and it's gonna take months.",
        "That's  what   I said,\tI'd do it; y'all hear nothin'.",
        "İstanbul's 3 makers, who'd applied, got the permits that it gets.",
    ],
)
def test_what_longer_patterns_match_is_tagged_alike(text: str) -> None:
    ours, spacys = _said_by_both(text)
    assert ours == spacys


@given(st.text(max_size=60))
@settings(max_examples=40, deadline=None)
def test_any_text_is_tagged_alike(text: str) -> None:
    ours, spacys = _said_by_both(text)
    assert ours == spacys
