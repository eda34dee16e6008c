"""What is taken back, doubted or wished for is no fact: a table of sentences and what each claims."""

from pathlib import Path

import pytest

from kg.claims.claim import Claim, Modality, Polarity
from kg.extract.pipeline import SpacyExtractor
from kg.extract.reading.reader import article_of_text
from kg.extract.roles.participants import MAX_HOLDERS

HEADER = "Title: T\nPublisher: P\nDate: 2025-05-14\n\nMagnet exports are slow. "
EXTRACTOR = SpacyExtractor()
TABLE = [
    line.split("\t")
    for line in (Path(__file__).parent / "cases" / "taken_back.tsv").read_text(encoding="utf-8").splitlines()
]


def grants(body: str) -> list[Claim]:
    return [c for c in EXTRACTOR.extract(article_of_text(HEADER + body)) if c.type == "license_granted"]


def outcome(claim: Claim) -> str:
    if claim.polarity is Polarity.NEGATIVE:
        return "negative"
    return "fact" if claim.states_fact else claim.modality.value


@pytest.mark.parametrize(("expected", "sentence"), TABLE)
def test_what_a_sentence_claims_of_a_grant(expected: str, sentence: str) -> None:
    assert {outcome(c) for c in grants(sentence)} == ({expected} - {"none"})


@pytest.mark.parametrize("sentence", [s for expected, s in TABLE if expected != "fact"])
def test_no_fact_in_other_names(sentence: str) -> None:
    renamed = sentence.replace("JL MAG", "Acme Metals").replace("Volkswagen", "Bosch")
    claims = grants(renamed.replace("export license", "export permit"))
    assert [c for c in claims if c.states_fact and c.roles["licensee"].text == "Acme Metals"] == []  # type: ignore[index]


@pytest.mark.parametrize(
    "after",
    ["This is false.", "The report was wrong.", "That is not true.", "The story was later retracted."],
)
def test_no_fact_that_the_next_sentence_takes_back(after: str) -> None:
    assert grants(f"JL MAG received an export license, two people said. {after}") == []


@pytest.mark.parametrize("count", [5, 9, MAX_HOLDERS])
def test_each_of_a_list_has_its_claim(count: int) -> None:
    firms = [f"Firm{number}" for number in range(1, count + 1)]
    claims = grants(f"{', '.join(firms[:-1])}, and {firms[-1]} received licenses.")
    assert {c.roles["licensee"].text for c in claims} == set(firms)  # type: ignore[index]
    assert len({c.quote for c in claims}) == 1


@pytest.mark.parametrize("count", [MAX_HOLDERS + 1, 200])
def test_a_list_too_long_gives_no_claims(count: int) -> None:
    assert (
        grants(", ".join(f"Firm{n}" for n in range(1, count)) + f", and Firm{count} received licenses.") == []
    )


@pytest.mark.parametrize(
    ("sentence", "holders"),
    [
        ("On Monday, Acme Metals, Beta Corp and Gamma Steel received export licenses.", 3),
        ("Acme Metals, a maker of magnets, and Beta Corp received export licenses.", 2),
        ("Neither Acme Metals nor Beta Corp received an export license.", 2),
        ("Acme Metals or Beta Corp received an export license.", 0),
        ("Not Acme Metals but Beta Corp received an export license.", 1),
    ],
)
def test_holders_of_a_list(sentence: str, holders: int) -> None:
    assert len(grants(sentence)) == holders


def test_who_told_an_outlet_goes_on_through_it() -> None:
    body = (
        "Volkswagen told Reuters that it had magnets. The carmaker said its suppliers had obtained licenses."
    )
    [claim] = grants(body)
    assert [v.name for v in claim.attribution] == ["Volkswagen", "Reuters", "P"]
    assert claim.modality is Modality.REPORTED
