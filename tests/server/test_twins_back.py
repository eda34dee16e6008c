"""A claim's page, taken in elsewhere, is that claim again."""

from pathlib import Path

from kg.dataset.loading.rdf import ingest_rdf
from kg.dataset.outcomes import Outcome
from kg.dataset.snapshots import Reader
from kg.dataset.terms import RdfFormat, serialize
from kg.dataset.writer import Writer
from kg.link.exchange.nanopublications import nanopublication
from tests.dataset.conftest import grant


def test_the_nanopublication_of_a_claim_is_that_claim(tmp_path: Path) -> None:
    claim = grant("JL MAG", "Volkswagen", quote={"exact": "a license", "start": 3, "end": 12})
    with Writer(tmp_path / "first") as writer:
        [added] = writer.add([claim])
        writer.commit()
    snapshot = Reader(tmp_path / "first").current()
    page = tmp_path / "page.trig"
    page.write_bytes(serialize(nanopublication(snapshot, added.iri), format=RdfFormat.TRIG) or b"")
    with Writer(tmp_path / "second") as writer:
        report = ingest_rdf(writer, page)
        writer.commit()
        assert (report.claims_new, report.base_new, report.rejected) == (1, 0, [])
        assert [again.outcome for again in writer.add([claim])] == [Outcome.KNOWN]
    assert Reader(tmp_path / "second").current().claim(added.iri) == snapshot.claim(added.iri)
