"""What is purged is gone: from the record, from older versions, and from the bytes of the files."""

import json
from pathlib import Path
from typing import Any

import pytest

from kg.claims.claim import Claim
from kg.claims.document import text_hash
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.outcomes import Outcome
from kg.dataset.snapshots import Reader
from kg.dataset.terms import DefaultGraph, Literal, NamedNode, Quad
from kg.dataset.upkeep.purge import Purge
from kg.dataset.writer import PURGED, Writer
from kg.errors import ClaimGone, NotFound, Purged
from ontology.vocab import LS, OA

TEXT = "Before it. A magnet maker whose name is Quellenschutz obtained its license. After it."
QUOTE = "A magnet maker whose name is Quellenschutz obtained its license"
OTHER = "Another paper, which stays as it is: it says that the ministry did not answer."


def claim(text: str, words: str, **changes: Any) -> Claim:
    start = text.index(words)
    return Claim.model_validate(
        {
            "type": "license_granted",
            "roles": {"producer": "a magnet maker", "customer": "Autowerk"},
            "document": {"title": "A paper", "hash": text_hash(text)},
            "quote": {"exact": words, "start": start, "end": start + len(words), "prefix": "Before it. "},
            "quote_verified": True,
            "attribution": [{"kind": "publisher", "name": "Paper"}],
            "assessment": {"reliability": "B", "credibility": 2},
            **changes,
        }
    )


@pytest.fixture
def names(path: Path) -> dict[str, str]:
    """A store with two versions: an active claim, one below the threshold, one of another document."""
    with Writer(path) as writer:
        writer.layout.save_text(TEXT)
        writer.layout.save_text(OTHER)
        active, other = writer.add([claim(TEXT, QUOTE), claim(OTHER, "the ministry did not answer")])
        writer.commit()
        [gone] = writer.add([claim(TEXT, QUOTE, said="2025-05-01")])
        writer.retract(gone.iri, reason="said twice", by="an editor")
        writer.commit()
        (writer.layout.quarantine / "x.jsonl").write_text(json.dumps({"raw": QUOTE}) + "\n")
        (writer.layout.quarantine / "y.jsonl").write_text(json.dumps({"raw": "something else"}) + "\n")
        document = writer.view.node(active.iri).need(LS.document)
    return {"active": active.iri, "gone": gone.iri, "other": other.iri, "document": document}


def purge(path: Path, document: str) -> None:
    with Purge(path) as writer:
        done = writer.purge(document, reason="protection of a source")
    assert done.claims == 2


def test_its_words_are_in_no_file_any_more(path: Path, names: dict[str, str]) -> None:
    assert holding(path, b"Quellenschutz")
    purge(path, names["document"])
    assert holding(path, b"Quellenschutz") == []
    assert Reader(path).layout.versions() == (Reader(path).current().number,)
    assert Reader(path).layout.text(text_hash(OTHER)) == OTHER


def holding(path: Path, words: bytes) -> list[Path]:
    return [file for file in path.rglob("*") if file.is_file() and words in file.read_bytes()]


def test_copies_among_base_data_go_too(path: Path, names: dict[str, str]) -> None:
    quote, exact = NamedNode(names["active"] + "#quote"), NamedNode(OA + "exact")
    other = Quad(quote, exact, Literal("the ministry did not answer"))
    with Writer(path) as writer:
        for graph in (DefaultGraph(), NamedNode("urn:copy")):
            writer.add_base([Quad(quote, exact, Literal(QUOTE), graph)])
        writer.add_base([Quad(quote, NamedNode("urn:said"), Literal(QUOTE)), other])
        writer.commit()
    purge(path, names["document"])
    snapshot = Reader(path).current()
    assert list(snapshot.main.quads_for_pattern(quote, None, None, None)) == [other]
    assert list(check_dataset(snapshot)) == []
    assert not [file for file in path.rglob("*") if file.is_file() and b"Quellenschutz" in file.read_bytes()]


def test_its_claims_go_with_it(path: Path, names: dict[str, str]) -> None:
    purge(path, names["document"])
    snapshot = Reader(path).current()
    for name in ("active", "gone"):
        assert not snapshot.is_known(names[name])
        with pytest.raises(ClaimGone, match=r"taken out .* protection of a source"):
            snapshot.claim(names[name])
    assert snapshot.claim(names["other"]).claim.quote is not None
    assert {snapshot.manifest.counts[state] for state in ("active", "inactive")} == {0, 1}
    assert list(check_dataset(snapshot)) == []


def test_a_tombstone_says_when_and_why(path: Path, names: dict[str, str]) -> None:
    purge(path, names["document"])
    layout = Reader(path).layout
    told = json.loads(layout.tombstone(text_hash(TEXT)).read_text())
    assert (told["document"], told["reason"]) == (names["document"], "protection of a source")
    found = Reader(path).current().node(names["document"])
    assert found.get(LS.purgeReason) == "protection of a source"
    assert found.get(LS.purged) is not None


def test_it_does_not_come_in_again(path: Path, names: dict[str, str]) -> None:
    purge(path, names["document"])
    with Writer(path) as writer:
        with pytest.raises(Purged, match="purged"):
            writer.layout.save_text(TEXT)
        known, new = writer.add([claim(TEXT, QUOTE), claim(TEXT, "Before it")])
    assert (known.outcome, known.reason) == (Outcome.CONFLICT, PURGED)
    assert (new.outcome, new.reason) == (Outcome.CONFLICT, PURGED)


def test_it_can_be_purged_again(path: Path, names: dict[str, str]) -> None:
    purge(path, names["document"])
    purge(path, names["document"])
    assert list(check_dataset(Reader(path).current())) == []


def test_what_is_not_there_cannot_be_purged(path: Path, names: dict[str, str]) -> None:
    with Purge(path) as writer, pytest.raises(NotFound):
        writer.purge("https://example.org/nothing", reason="none")
    assert Reader(path).layout.text(text_hash(TEXT)) == TEXT
