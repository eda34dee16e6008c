"""Judgments as records; the one that the documentation shows is one."""

import re
from pathlib import Path

import pytest

from kg.claims.claim import Agent
from kg.errors import InvalidJudgment
from kg.identity.judgment import Verdict
from kg.ingest.judgment_records import read_judgment, read_judgments

DOCS = Path(__file__).parents[2] / "server" / "docs" / "identity.md"
ME = Agent(name="A. Analyst")
ONE = '{"left": "urn:a", "right": "urn:b", "verdict": "same", "reason": "x"}'


def test_the_documented_one_is_one() -> None:
    [text] = re.findall(r"```json\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.S)
    [judgment] = read_judgments(text, ME)
    assert (judgment.verdict, judgment.author) == (Verdict.SAME, ME)
    assert judgment.features == {"names": 0.9, "place": "Ganzhou"}


def test_the_author_is_whom_the_record_names_else_whoever_brings_it() -> None:
    given = {"left": "urn:a", "right": "urn:b", "verdict": "same", "reason": "x"}
    assert read_judgment(given, ME).author == ME
    assert read_judgment({**given, "author": "B"}, ME).author == Agent(name="B")
    linker = {"kind": "extractor", "name": "linker", "version": "1"}
    assert read_judgment({**given, "author": linker}, ME).author == Agent.model_validate(linker)


def test_they_come_alone_in_a_list_and_a_line_each() -> None:
    assert len(read_judgments(ONE, ME)) == 1
    assert len(read_judgments(f"[{ONE}, {ONE}]", ME)) == 2
    assert len(read_judgments(f"{ONE}\n\n{ONE}\n", ME, lines=True)) == 2


@pytest.mark.parametrize(
    ("text", "lines", "words"),
    [
        ("{", False, "is no JSON"),
        ("[" * 100_000, False, "is no JSON"),
        ("[]", False, "no judgment in this"),
        ("", True, "no judgment in this"),
        ("7", False, "an object such as"),
        (f"{ONE}\n7", True, "judgment 2: a judgment is an object"),
        ('{"left": "urn:a"}', False, "right: Field required"),
    ],
)
def test_what_is_none_is_refused_in_words(text: str, lines: bool, words: str) -> None:
    with pytest.raises(InvalidJudgment) as error:
        read_judgments(text, ME, lines=lines)
    assert words in str(error.value)
