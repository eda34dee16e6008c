"""Each case file: claims by key, and the conflicts that are found among them, each with its sides."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kg.claims.claim import Claim
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.writer import Writer
from kg.query.conflicts import Conflict, Kind, conflicts

CASES = sorted((Path(__file__).parent / "cases").glob("*.json"))
RELATIONS = ("corrects", "rebuts")


def taken(path: Path, case: Mapping[str, Any]) -> tuple[Snapshot, dict[str, str]]:
    """The case in a store, with the keys of its claims by IRI."""
    with Writer(path) as writer:
        names: dict[str, str] = {}
        for key, record in case["claims"].items():
            pointing = {
                name: [names[other] for other in record[name]] for name in RELATIONS if name in record
            }
            [added] = writer.add([Claim.model_validate({**record, **pointing})])
            names[key] = added.iri
        for key in case.get("retract", ()):
            writer.retract(names[key], reason="wrong", by="a test")
        writer.commit()
    return Reader(path).current(), {iri: key for key, iri in names.items()}


def told(found: list[Conflict], keys: Mapping[str, str]) -> set[tuple[str, frozenset[frozenset[str]]]]:
    return {
        (one.kind.value, frozenset(frozenset(keys[c] for c in side.claims) for side in one.sides))
        for one in found
    }


def expected(case: Mapping[str, Any]) -> set[tuple[str, frozenset[frozenset[str]]]]:
    return {(kind, frozenset(frozenset(side) for side in sides)) for kind, sides in case["expect"]}


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_case(file: Path, tmp_path: Path) -> None:
    case = json.loads(file.read_text())
    snapshot, keys = taken(tmp_path / "store", case)
    found = conflicts(snapshot)
    assert told(found, keys) == expected(case), case["about"]
    assert len(found) == len(case["expect"])
    for one in found:
        assert one.what
        assert one.why
        assert all(side.says and side.origins for side in one.sides)
    for iri, key in keys.items():
        if snapshot.is_active(iri):
            around = conflicts(snapshot, iri)
            assert told(around, keys) == {(k, s) for k, s in expected(case) if any(key in side for side in s)}


@pytest.mark.parametrize(
    "name", ["contradiction", "different-time", "both-times", "no-time-told", "correction"]
)
def test_a_claim_is_contested_by_what_contradicts_or_corrects_it(name: str, tmp_path: Path) -> None:
    case = json.loads((Path(__file__).parent / "cases" / f"{name}.json").read_text())
    snapshot, keys = taken(tmp_path / "store", case)
    opposed = {
        (claim, other)
        for one in conflicts(snapshot, kinds=[Kind.CONTRADICTION, Kind.CORRECTION])
        for side in one.sides
        for claim in side.claims
        for other in one.claims - set(side.claims)
    }
    against = {(claim, other) for claim in keys for other in snapshot.rebuttals(claim)}
    assert against <= opposed
    assert bool(against) == bool(opposed)


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A store with what some cases claim, of which one kind is asked at a time."""
    path = tmp_path_factory.mktemp("together") / "store"
    names = (
        "contradiction",
        "shares",
        "agreement",
        "two-in-baotou",
        "report-date-as-event-date",
        "granted-and-refused",
    )
    for name in names:
        case = json.loads((Path(__file__).parent / "cases" / f"{name}.json").read_text())
        taken(path, case)
    return Reader(path).current()


def test_kinds_are_asked_for_one_at_a_time(together: Snapshot) -> None:
    everything = conflicts(together)
    assert {one.kind for one in everything} == set(Kind) - {Kind.CORRECTION, Kind.ONTOLOGY}
    for kind in Kind:
        assert conflicts(together, kinds=[kind]) == [one for one in everything if one.kind is kind]


def test_about_an_entity_is_what_touches_it(together: Snapshot) -> None:
    rows = together.query('SELECT DISTINCT ?e { ?e rdfs:label "Volkswagen" }')
    [entity] = [row["e"].value for row in rows]
    about = conflicts(together, entity)
    speaking = {
        row["g"].value for row in together.query(f"SELECT DISTINCT ?g {{ GRAPH ?g {{ ?s ?p <{entity}> }} }}")
    }
    assert about == [one for one in conflicts(together) if one.claims & speaking]
    assert len(about) < len(conflicts(together))


def test_what_is_around_many_claims_is_read_from_all(
    together: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in conflicts(together):
        claim = min(one.claims)
        near = conflicts(together, claim)
        monkeypatch.setattr("kg.query.conflicts.LOCAL", 0)
        assert conflicts(together, claim) == near
        monkeypatch.undo()


def test_words_say_what_the_sides_are(together: Snapshot) -> None:
    [contradiction] = conflicts(together, kinds=[Kind.CONTRADICTION])
    assert contradiction.what == "JL MAG holds license for Volkswagen"
    assert [side.says for side in contradiction.sides] == [
        "asserts JL MAG holds license for Volkswagen",
        "denies JL MAG holds license for Volkswagen",
    ]
    [scope] = conflicts(together, kinds=[Kind.DIFFERENT_SCOPE])
    assert "more than 50 percent of about 2,000 applications" in " ".join(side.says for side in scope.sides)
