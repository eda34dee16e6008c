"""What was read of segments serves the next versions, and tells of each what it tells by itself."""

from pathlib import Path
from typing import Any

import pytest
from tantivy import Query

from kg.claims.claim import Claim
from kg.dataset.snapshots import Reader
from kg.dataset.text import stored
from kg.dataset.text.index import SCHEMA, Segment
from kg.dataset.text.search import Ask, TextIndex
from kg.dataset.text.stored import Read
from kg.dataset.writer import Writer


def report(name: str, **changes: Any) -> Claim:
    return Claim.model_validate(
        {
            "type": "license_granted",
            "roles": {"producer": "Alpha", "customer": "Autowerk"},
            "document": {"title": f"{name} reports"},
            "attribution": [{"kind": "publisher", "name": name}],
            **changes,
        }
    )


def publish(store: Path, *claims: Claim) -> list[str]:
    with Writer(store) as writer:
        added = writer.add(claims)
        writer.commit()
    return [one.iri for one in added if one.iri]


def told(index: TextIndex, claims: list[str]) -> dict[str, object]:
    return {iri: vars(one) | {"line": one.line} for iri, one in index.told(claims).items()}


def test_each_version_is_told_as_if_it_was_read_alone(tmp_path: Path) -> None:
    store = tmp_path / "store"
    claims = publish(store, *(report(f"Paper {n}") for n in range(20)))
    reader = Reader(store)
    changes = (
        (report("Denier", polarity="negative"),),
        (report("Corrector", corrects=[claims[3]]),),
        (report("Late Paper"), report("Another", roles={"producer": "Beta", "customer": "Autowerk"})),
    )
    seen = []
    for change in ((), *changes):
        claims += publish(store, *change)
        index = reader.current().text
        alone = Reader(store).current().text
        assert index is not None
        assert alone is not None
        found = told(index, claims)
        assert found == told(alone, claims)
        assert index.claims(Ask(limit=99)) == alone.claims(Ask(limit=99))
        seen.append([index.told(claims)[claim].contested for claim in claims[:20]])
    assert any(seen[0]) is False
    assert all(seen[1])


def test_what_was_read_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = tmp_path / "store"
    claims = publish(store, *(report(f"Paper {n}", roles={"producer": f"Firm {n}"}) for n in range(20)))
    reader = Reader(store)
    first = reader.current().text
    assert first is not None
    before = first.told(claims)
    publish(store, report("Late Paper", roles={"producer": "Another"}))
    read: list[object] = []
    monkeypatch.setattr(stored, "stored_of", read.append)
    after = reader.current().text
    assert after is not None
    assert after is not first
    assert all(one is before[iri] for iri, one in after.told(claims).items())
    assert read == []


def test_of_a_purged_document_nothing_is_kept(tmp_path: Path) -> None:
    store = tmp_path / "store"
    [claim] = publish(store, report("Paper"))
    reader = Reader(store)
    index = reader.current().text
    assert index is not None
    before = index.told([claim])[claim]
    with Writer(store) as writer:
        writer.manifest.counts["purged"] = 1
        writer.add([report("Another")])
        writer.commit()
    later = reader.current().text
    assert later is not None
    assert later.told([claim])[claim] is not before


def test_segments_in_another_order_are_not_mixed_up(tmp_path: Path) -> None:
    store = tmp_path / "store"
    claims = publish(store, report("One"))
    claims += publish(store, report("Two", roles={"producer": "Beta"}))
    index = Reader(store).current().text
    assert index is not None
    read = Read()
    names = [Segment(f"segment {n}", "null") for n in range(index.searcher.num_segments)]
    assert len(names) > 1
    reading = read.on(index.searcher, names)
    hits = index.searcher.search(Query.term_set_query(SCHEMA, "id", claims), 9).hits
    found = {reading.claim(address).iri for _, address in hits}
    assert found == set(claims)
    again = read.on(index.searcher, names[::-1])
    assert {again.claim(address).iri for _, address in hits} == found
    assert [again.at_hand(iri) for iri in claims] == [None] * len(claims)


def test_claims_of_segments_that_lost_nothing_are_found_without_a_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    claims = publish(store, *(report(f"Paper {n}", roles={"producer": f"Firm {n}"}) for n in range(20)))
    reader = Reader(store)
    first = reader.current().text
    assert first is not None
    told = first.told(claims)
    publish(store, report("Late Paper", roles={"producer": "Another"}))
    second = reader.current().text
    assert second is not None
    with monkeypatch.context() as patched:
        patched.setattr(TextIndex, "stored", lambda *_: pytest.fail("it was searched"))
        assert second.told(claims) == told
    with Writer(store) as writer:
        writer.retract(claims[3], reason="wrong", by="A. Analyst")
        writer.commit()
    third = reader.current().text
    assert third is not None
    after = third.told(claims)
    assert after.keys() == told.keys()
    assert [iri for iri in claims if after[iri].state != "active"] == [claims[3]]
    assert second.told(claims) == told
