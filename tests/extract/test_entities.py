"""Entities are those that spaCy's own recognizer finds with the same weights."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.attrs import ENT_IOB, ENT_TYPE
from spacy.tokens import Doc

from kg.extract.grammar import entities
from kg.extract.grammar.model import parser

ARTICLES = Path(__file__).parent / "articles"


def _found_by_both(texts: list[str]) -> tuple[list[list[list[int]]], list[list[list[int]]]]:
    model = parser()
    with model.select_pipes(disable=[entities.NAME, "ner"]):
        read = list(model.pipe(texts))
    ours, spacys = model.get_pipe(entities.NAME), model.get_pipe("ner")
    return (
        [_row(doc) for doc in ours.pipe([doc.copy() for doc in read])],  # type: ignore[attr-defined]
        [_row(doc) for doc in spacys.pipe([doc.copy() for doc in read])],  # type: ignore[attr-defined]
    )


def _row(doc: Doc) -> list[list[int]]:
    rows: list[list[int]] = doc.to_array([ENT_IOB, ENT_TYPE]).tolist()
    return rows


@pytest.mark.parametrize("folder", ["dev", "third", "ninth", "distractors"])
def test_articles_have_the_same_entities(folder: str) -> None:
    lines = [
        line
        for path in sorted((ARTICLES / folder).glob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    ours, spacys = _found_by_both(lines)
    assert ours == spacys
    assert sum(iob == 3 for row in ours for iob, _ in row) > 10


@given(
    st.lists(st.text(max_size=60) | st.just("JL Mag of Ganzhou , China\n\nMr  Xu Bo on 3 May"), max_size=4)
)
@settings(max_examples=40, deadline=None)
def test_any_texts_have_the_same_entities(texts: list[str]) -> None:
    ours, spacys = _found_by_both(texts)
    assert ours == spacys
