"""A correction in an article of its own takes back what its paper said before, and nothing else."""

from pathlib import Path

import pytest

from kg.claims.claim import ClaimType, Polarity
from kg.dataset.writer import Writer
from kg.ingest.taking import Ingest
from ontology.vocab import LS
from tests.ingest.test_origins import article

pytest.importorskip("spacy", reason="articles are read: that needs the extract extra")

FIRST = "China controls exports of rare-earth magnets. JL MAG obtained an export license on June 2.\n"
HEAD = "China controls exports of rare-earth magnets.\n\n"


def corrected(tmp_path: Path, publisher: str, title: str, body: str) -> list[tuple[str, ...]]:
    """What the denials of a second article correct, after one of the Harbor Post and another paper's."""
    with Writer(tmp_path / "store") as writer:
        Ingest(writer).run([article(tmp_path, "a", "Licenses granted", "Harbor Post", FIRST)])
        other = FIRST.replace("on June 2", "early in June, a copy of the paper shows")
        Ingest(writer).run([article(tmp_path, "b", "A license for JL MAG", "Daily Copy", other)])
        said = {
            n: writer.view.claim(n).claim for n in writer.view.pointing_at(LS.polarity, LS.Positive.value)
        }
        grants = {name: claim for name, claim in said.items() if claim.type is ClaimType.LICENSE_GRANTED}
        [mine] = [name for name, claim in grants.items() if claim.attribution[-1].name == "Harbor Post"]
        Ingest(writer).run([article(tmp_path, "c", title, publisher, body)])
        denials = writer.view.pointing_at(LS.polarity, LS.Negative.value)
        found = [writer.view.claim(name).claim for name in denials]
        assert all(claim.polarity is Polarity.NEGATIVE for claim in found)
        assert found
        return [tuple("mine" if name == mine else name for name in claim.corrects) for claim in found]


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Notes", "Correction: JL MAG has not received an export license, as was reported here on June 2."),
        ("Notes", "Our report of June 2 that JL MAG had been granted an export license was wrong."),
        ("Correction: JL MAG", "JL MAG has not received an export license."),
        (
            "Notes",
            "An earlier version of this story wrongly said that JL MAG had received an export license.",
        ),
    ],
)
def test_a_paper_takes_back_its_own_claim(tmp_path: Path, title: str, body: str) -> None:
    assert corrected(tmp_path, "Harbor Post", title, HEAD + body + "\n") == [("mine",)]


@pytest.mark.parametrize(
    ("publisher", "title", "body"),
    [
        ("Harbor Post", "Notes", "JL MAG has not received an export license."),
        (
            "Harbor Post",
            "Notes",
            "Correction: the photo shows Ningbo.\n\nJL MAG has not received an export license.",
        ),
        ("Evening Mail", "Correction: JL MAG", "JL MAG has not received an export license."),
        ("Harbor Post", "Correction: Acme", "Acme Metals has not received an export license."),
        (
            "Harbor Post",
            "Correction: JL MAG",
            "JL MAG has received no export license, the ministry said.",
        ),
    ],
)
def test_what_is_no_correction_of_its_own_takes_nothing_back(
    tmp_path: Path, publisher: str, title: str, body: str
) -> None:
    assert set(corrected(tmp_path, publisher, title, HEAD + body + "\n")) == {()}
