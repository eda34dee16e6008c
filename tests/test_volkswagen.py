"""Who holds a license for Volkswagen, who says so, how sure: one query, on the seed article."""

from pathlib import Path

import pytest

from kg.claims.source import SourceKind
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.writer import Writer
from kg.ingest.taking import Ingest
from kg.query import query

QUESTION = """
SELECT ?who ?from ?until WHERE {
  ?grant a ls:LicenseGranted ; ls:producer ?producer ; ls:customer ?customer ;
         ls:earliest ?from ; ls:latest ?until .
  ?producer rdfs:label ?who . ?customer rdfs:label "Volkswagen" .
}"""
BAOTOU = "a company in Baotou, which produces magnets for electric and hybrid vehicle motors"


@pytest.fixture(scope="module")
def snapshot(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    store = tmp_path_factory.mktemp("seed") / "store"
    with Writer(store) as writer:
        report = Ingest(writer).run([shared / "corpus" / "seed.txt"])
    assert report.clean
    return Reader(store).current()


def test_the_answer_names_the_firm_the_days_and_how_sure_it_is(snapshot: Snapshot) -> None:
    answer = query(snapshot, QUESTION)
    assert answer.provenance is not None
    assert answer.provenance.complete
    assert [tuple(term.value for term in row if hasattr(term, "value")) for row in answer.rows] == [
        (BAOTOU, "2025-04-21", "2025-04-30")
    ]
    [row] = answer.provenance.rows
    assert row.origins == 1
    assert row.confidence == pytest.approx(0.8 * 0.8 * 0.95**2)


def test_it_says_who_says_so(snapshot: Snapshot) -> None:
    provenance = query(snapshot, QUESTION).provenance
    assert provenance is not None
    [claim] = [
        info for info in provenance.claims.values() if "received an export license" in (info.quote or "")
    ]
    assert claim.source == "Three sources → Reuters → toutiao.com → en.ckhq.net"
    stored = snapshot.claim(claim.iri).claim
    sources, agency, original, republisher = stored.attribution
    assert (sources.kind, sources.count) == (SourceKind.ANONYMOUS, 3)
    assert (agency.kind, agency.name) == (SourceKind.ORGANIZATION, "Reuters")
    assert (original.name, republisher.name) == ("toutiao.com", "en.ckhq.net")


def test_the_quote_stands_where_it_says_in_the_kept_text(snapshot: Snapshot) -> None:
    provenance = query(snapshot, QUESTION).provenance
    assert provenance is not None
    for info in provenance.claims.values():
        quote, text = snapshot.claim(info.iri).claim.quote, snapshot.document_text(info.document)
        assert quote is not None
        assert text is not None
        assert text[quote.start : quote.end] == quote.exact
