"""Who answers in an interview, for whom a person works, where a price is quoted, what is asked for."""

from pathlib import Path

import pytest

from kg.claims.claim import Claim, ClaimType, RoleName
from kg.claims.source import SourceKind
from kg.extract.pipeline import SpacyExtractor
from kg.extract.reading.reader import read_article

R, T = RoleName, ClaimType
HEAD = "Title: Rare earth export controls\nPublisher: Trade Wire\nDate: 2025-11-10\n\n"
WHO = "Hannelore Lindqvist is head of purchasing at Norrvik, a maker of pumps."
_LABELLED = ("**Lindqvist:** {}", "**TW:** And the license?", "**Lindqvist:** {}")
INTERVIEWS = {
    "bold questions": ("**Did you stop?**", "{}", "**And the license?**", "{}", "**What else?**", "{}"),
    "numbered questions": ("1. Did you stop?", "{}", "2. And the license?", "{}", "3. What else?", "{}"),
    "dashes": ("- Did you stop?", "- {}", "- And the license?", "- {}", "- What else?", "- {}"),
    "bold labels": ("**TW:** Did you stop?", *_LABELLED, "**TW:** What else?", "**Lindqvist:** {}"),
    "initials": ("Did you stop?", "HL: {}", "And the license?", "HL: {}", "What else?", "HL: {}"),
}
ANSWERS = (
    "Our line in Umea stood still in July.",
    "Baotou Yihe was granted a license in August.",
    "A second application was refused in May.",
)


def claims(tmp_path: Path, text: str) -> list[Claim]:
    path = tmp_path / "article.txt"
    path.write_text(HEAD + text + "\n", encoding="utf-8")
    return SpacyExtractor().extract(read_article(path))


@pytest.mark.parametrize("form", sorted(INTERVIEWS))
def test_answers_are_told_by_who_is_interviewed(form: str, tmp_path: Path) -> None:
    answers = iter(ANSWERS)
    lines = [line.format(next(answers)) if "{}" in line else line for line in INTERVIEWS[form]]
    found = claims(tmp_path, "\n\n".join([WHO, *lines]))
    assert [c.type for c in found] == [T.PRODUCTION_HALT, T.LICENSE_GRANTED, T.LICENSE_DENIED]
    assert {(c.attribution[0].kind, c.attribution[0].name) for c in found} == {
        (SourceKind.PERSON, "Hannelore Lindqvist")
    }


def test_the_note_after_an_interview_is_the_publishers(tmp_path: Path) -> None:
    talk = f"{WHO}\n\nQ: Did you stop?\n\nA: Our line stood still in July.\n\n"
    found = claims(tmp_path, talk + "Baotou Yihe did not reply to a letter from this magazine.")
    silent = next(c for c in found if c.type is T.NO_COMMENT)
    assert silent.attribution[0].kind is SourceKind.PUBLISHER


@pytest.mark.parametrize(
    ("text", "role", "words"),
    [
        (
            "Jutta Brandhoff runs purchasing at Kestner Motoren. One of its lines has been idle, she says.",
            R.AFFECTED,
            "Kestner Motoren",
        ),
        ("Prices of dysprosium oxide in Rotterdam rose 4 percent this week.", R.PLACE, "Rotterdam"),
        ("GALLIUM. Prices in Europe slipped to $1,050 a kilo.", R.PRODUCT, "GALLIUM"),
        (
            "Seoul asked Beijing last week to put Korean firms on a list of trusted end users.",
            R.MEASURE,
            "a list of trusted end users",
        ),
        (
            "Seoul asked Beijing last week to put Korean firms on a list of trusted end users.",
            R.AFFECTED,
            "Korean firms",
        ),
        (
            "The Celje plant of the inverter maker Elvona stopped production in May.",
            R.AFFECTED,
            "Elvona",
        ),
        (
            "The Commerce Department is weighing a stockpile of magnets.",
            R.MEASURE,
            "a stockpile of magnets",
        ),
        (
            "Four magnet producers, not five, have received export licenses.",
            R.LICENSEE,
            "magnet producers",
        ),
    ],
)
def test_roles(text: str, role: RoleName, words: str, tmp_path: Path) -> None:
    found = [c.roles[role].text for c in claims(tmp_path, text) if role in c.roles]
    assert found == [words]


def test_a_tally_says_whose_it_is(tmp_path: Path) -> None:
    (claim,) = claims(tmp_path, "By Metalis's tally, nine export licenses for magnets were granted in May.")
    assert (claim.attribution[0].kind, claim.attribution[0].name) == (SourceKind.ORGANIZATION, "Metalis")


def test_what_a_thing_is_like_claims_nothing(tmp_path: Path) -> None:
    assert claims(tmp_path, "The magnets are small. The powder is grey. The market is opaque.") == []
