import tempfile
from pathlib import Path

from hypothesis import given, settings

from kg.claims.claim import Claim
from kg.dataset.exchange import export
from kg.dataset.loading.rdf import ingest_rdf
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from tests.strategies import claims


def _same(stored: Claim, claim: Claim) -> bool:
    """Equal in all but what a store adds."""
    return stored.model_copy(update={"recorded": claim.recorded}) == claim


@given(claims)
@settings(max_examples=60, deadline=None)
def test_rdf_round_trip_loses_nothing(claim: Claim) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with Writer(Path(folder) / "store") as writer:
            [added] = writer.add([claim])
            writer.commit()
        found = Reader(Path(folder) / "store").current().claim(added.iri)
        assert found.claim == claim
        assert found.claim.hash == claim.hash


@given(claims)
@settings(max_examples=25, deadline=None)
def test_export_and_import_lose_nothing(claim: Claim) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with Writer(root / "first") as writer:
            [added] = writer.add([claim])
            writer.commit()
        with (root / "all.nq").open("wb") as out:
            export(Reader(root / "first").current(), out)
        with Writer(root / "second") as writer:
            report = ingest_rdf(writer, root / "all.nq")
            writer.commit()
        assert (report.claims_new, report.rejected) == (1, [])
        found = Reader(root / "second").current().claim(added.iri)
        assert found.claim == claim.model_copy(update={"quote_verified": False})
        assert found.state == Reader(root / "first").current().claim(added.iri).state
