"""What is read of many claims at once is what the record tells of each."""

from pathlib import Path
from typing import Any

import pytest

from kg.claims.claim import Claim, Polarity
from kg.dataset.loading.rdf import ingest_rdf
from kg.dataset.restricted import Candidate
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.text import telling
from kg.dataset.text.search import Ask
from kg.dataset.writer import Writer
from kg.identity.judgment import Judgment

MAY, JUNE = ({"text": f"2025-{month}", "edtf": f"2025-{month}"} for month in ("05", "06"))
LONG = "a very long name " * 20
TRIG = """
@prefix ls: <https://w3id.org/lodestone/ontology#> .
<urn:of:another> { <urn:a> ls:holdsLicenseFor <urn:b> ; ls:holdsLicenseFrom <urn:c> . }
<urn:of:a-third> { <urn:d> <urn:knows> <urn:e> . }
"""


def report(*voices: dict[str, Any], **changes: Any) -> Claim:
    return Claim.model_validate(
        {
            "type": "license_granted",
            "roles": {"producer": "Alpha", "customer": "Autowerk", "authority": "Ministry"},
            "document": {"title": "A report"},
            "attribution": voices or [{"kind": "organization", "name": "Wire"}],
            **changes,
        }
    )


def outlet(name: str) -> dict[str, Any]:
    return {"kind": "publisher", "name": name}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Claims of every sort: rated, denied, corrected, long in words, joined by judgments, of others' RDF."""
    folder = tmp_path_factory.mktemp("telling")
    three = {"kind": "anonymous_sources", "count": 3, "text": "Three people", "verb": "told"}
    with Writer(folder / "store") as writer:
        added = writer.add(
            [
                report(),
                report(three, outlet("Daily"), outlet("Reprint"), assessment={"credibility": 2}),
                report(outlet("Denier"), polarity="negative"),
                report(outlet("Doubter"), polarity="negative", modality="hedged"),
                report(outlet(LONG), roles={"producer": LONG, "product": LONG}),
                report(quote={"exact": "words " * 1000}),
                report(quote={"exact": "some words"}, type="no_comment", roles={"speaker": "Alpha"}),
                report(outlet("Best"), assessment={"reliability": "A", "credibility": 1}),
                report(roles={"producer": "Alpha Ltd", "customer": "Autowerk"}),
                report(roles={}, type="other"),
                report(roles={}, type="other", triples=["<urn:x> <urn:knows> <urn:y> ."]),
                report(outlet("Retracted"), polarity="negative", roles={"producer": "Beta"}),
                report(outlet("Other"), roles={"producer": "Beta"}),
                report(outlet("In May"), roles={"producer": "Gamma", "customer": "Autowerk"}, when=MAY),
                report(
                    outlet("In June"), roles={"producer": "Gamma", "customer": "Autowerk"}, when=JUNE
                ).model_copy(update={"polarity": Polarity.NEGATIVE}),
            ]
        )
        writer.commit()
        names = [writer.names.entity("party", name, None) for name in ("Alpha", "Alpha Ltd")]
        writer.add(
            [
                report(outlet("Corrector"), corrects=[added[6].iri]),
                report(outlet("Rebutter"), rebuts=[added[9].iri, added[0].iri], roles={"product": "ore"}),
            ]
        )
        judgment = {"left": names[0], "right": names[1], "verdict": "same", "author": {"name": "A"}}
        writer.judge([Judgment.model_validate(judgment | {"reason": "one register entry"})])
        writer.retract(added[10].iri, reason="wrong", by="a test")
        (folder / "others.trig").write_text(TRIG, encoding="utf-8")
        ingest_rdf(writer, folder / "others.trig")
        writer.commit()
    return folder / "store"


@pytest.fixture
def expecting(store: Path, monkeypatch: pytest.MonkeyPatch) -> Snapshot:
    """A version that was told that all of its claims will be asked for."""
    monkeypatch.setattr(telling, "MANY", 1)
    found = Reader(store).current()
    found.expect_claims(every(found))
    return found


def every(snapshot: Snapshot) -> tuple[str, ...]:
    assert snapshot.text is not None
    return snapshot.text.claims(Ask(limit=100)).claims


def test_infos_rebuttals_and_what_policies_ask_are_the_same(store: Path, expecting: Snapshot) -> None:
    alone = Reader(store).current()
    claims = every(alone)
    assert len(claims) == 19
    for iri in claims:
        assert expecting.claim_info(iri) == alone.claim_info(iri)
        assert expecting.rebuttals(iri) == alone.rebuttals(iri)
        one, other = Candidate(expecting, iri), Candidate(alone, iri)
        assert (one.active, one.document, one.origin) == (other.active, other.document, other.origin)
        assert (set(one.sources), one.probability) == (set(other.sources), other.probability)
    assert sum(bool(alone.rebuttals(iri)) for iri in claims) >= 5
    assert sum(expecting.expected(iri) is not None for iri in claims) == 18


def test_few_claims_are_asked_of_the_record(store: Path) -> None:
    found = Reader(store).current()
    claims = every(found)
    found.expect_claims(claims)
    assert [found.expected(iri) for iri in claims] == [None] * len(claims)


def test_where_too_much_is_said_against_claims_the_record_is_asked(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "MANY", 1)
    monkeypatch.setattr(telling, "_MOST_AGAINST", 1)
    found, alone = Reader(store).current(), Reader(store).current()
    found.expect_claims(every(found))
    assert [found.rebuttals(iri) for iri in every(alone)] == [alone.rebuttals(iri) for iri in every(alone)]
