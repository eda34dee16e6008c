"""When claims were taken back or replaced."""

from datetime import UTC, datetime
from pathlib import Path

from kg.dataset.record.falling import Fall, falls
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from server.views.start import start_page
from tests.dataset.conftest import grant


def test_the_latest_fall_comes_first(tmp_path: Path) -> None:
    with Writer(tmp_path) as writer:
        claims = [grant(f"Firm {n}", "Buyer", title=f"Paper {n}") for n in range(6)]
        iris = [added.iri for added in writer.add(claims)]
        writer.commit()
        for number, year in ((3, 2021), (0, 2023), (5, 2022)):
            writer.retract(iris[number], reason="wrong", by="x", at=datetime(year, 1, 1, tzinfo=UTC))
        proposed = grant("Firm 2", "Other", title="Paper 7", status="proposed", supersedes=(iris[2],))
        newer = grant("Firm 1", "Buyer", title="Paper 8", supersedes=(iris[1],))
        void, replaced = [added.iri for added in writer.add([proposed, newer])]
        writer.commit()
    snapshot = Reader(tmp_path).current()
    found = falls(snapshot)
    assert {(fall.claim, fall.by) for fall in found[:2]} == {(iris[1], replaced), (iris[2], void)}
    assert found[2:] == [
        Fall(iris[n], None, datetime(year, 1, 1, tzinfo=UTC)) for n, year in ((0, 2023), (5, 2022), (3, 2021))
    ]
    shown = [line.link.iri for line in start_page(snapshot).fallen]
    assert shown == [iris[1], iris[0], iris[5], iris[3]]


def test_a_claim_that_fell_twice_is_shown_once(tmp_path: Path) -> None:
    with Writer(tmp_path) as writer:
        [old] = [added.iri for added in writer.add([grant("Firm", "Buyer", title="Paper")])]
        writer.commit()
        writer.add([grant("Firm", "Buyer", title=title, supersedes=(old,)) for title in ("New", "Newer")])
        writer.commit()
    snapshot = Reader(tmp_path).current()
    assert len(falls(snapshot)) == 2
    assert [line.link.iri for line in start_page(snapshot).fallen] == [old]
