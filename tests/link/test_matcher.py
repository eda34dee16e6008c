"""Candidates among the entities of a store."""

from pathlib import Path

import pytest

from kg.claims.claim import Claim
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.writer import Writer
from kg.errors import InvalidMatch
from kg.link import Matcher
from kg.link.entity import Described, Entity
from ontology.vocab import LS

PRODUCERS = (
    "JL MAG Rare-Earth Co., Ltd.",
    "Ningbo Yunsheng",
    "Ningbo Yunhuan",
    "Zhong Ke San Huan",
    "a company in Baotou",
)
CUSTOMERS = ("Volkswagen", "Volkswagen AG", "Volkswagen Group")


def granted(producer: str, customer: str) -> Claim:
    return Claim.model_validate(
        {
            "type": "license_granted",
            "roles": {"producer": producer, "customer": customer, "place": "Ningbo"},
            "document": {"title": f"{producer} and {customer}"},
            "attribution": [{"kind": "publisher", "name": "Example Daily"}],
            "status": "accepted",
        }
    )


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    path: Path = tmp_path_factory.mktemp("link") / "store"
    with Writer(path) as writer:
        writer.add(granted(p, CUSTOMERS[i % 3]) for i, p in enumerate(PRODUCERS))
        writer.commit()
    return Reader(path).current()


@pytest.fixture(scope="module")
def matcher(snapshot: Snapshot) -> Matcher:
    return Matcher.of(snapshot)


def test_it_is_built_once_for_a_version(snapshot: Snapshot, matcher: Matcher) -> None:
    assert Matcher.of(snapshot) is matcher


def test_it_holds_what_claims_speak_of_by_its_kind(matcher: Matcher) -> None:
    kinds = {entity.name: entity.described.kind for entity in matcher.entities}
    assert kinds == {**dict.fromkeys((*PRODUCERS, *CUSTOMERS), "party"), "Ningbo": "place"}
    assert {e.name for e in matcher.entities if not e.described.named} == {"a company in Baotou"}


def test_the_same_name_is_a_match_in_another_writing_too(matcher: Matcher) -> None:
    for query in ("JL MAG Rare Earth Company Limited", "jl mag rare-earth co ltd"):
        first = matcher.candidates(query)[0]
        assert (first.name, first.match) == ("JL MAG Rare-Earth Co., Ltd.", True)
    first = matcher.candidates("中科三環")[0]
    assert (first.name, first.match, first.features["name"]) == ("Zhong Ke San Huan", True, "sounds same")
    assert LS.Producer in first.types


def test_a_near_homonym_is_a_candidate_and_no_match(matcher: Matcher) -> None:
    found = matcher.candidates("Ningbo Yunshen")
    assert [c.name for c in found][:1] == ["Ningbo Yunsheng"]
    assert not any(c.match for c in found)


def test_group_and_legal_entity_and_bare_name_stay_apart(matcher: Matcher) -> None:
    for name in CUSTOMERS:
        first, *others = matcher.candidates(name, "party")
        assert (first.name, first.match) == (name, True)
        assert not any(c.match for c in others)
    assert not any(c.match for c in matcher.candidates("Volkswagen SE"))


def test_a_description_matches_nothing(matcher: Matcher) -> None:
    assert not any(c.match for c in matcher.candidates("a company in Baotou"))
    assert not any(c.match for c in matcher.candidates("A company in Baotou", "party"))


def test_a_kind_keeps_others_out(matcher: Matcher) -> None:
    assert [c.name for c in matcher.candidates("Ningbo", "place")] == ["Ningbo"]
    assert "Ningbo" not in [c.name for c in matcher.candidates("Ningbo", "party")]
    assert all(LS.Customer in c.types for c in matcher.candidates("Volkswagen", LS.Customer))
    assert matcher.candidates("Volkswagen", "Producer") == []
    with pytest.raises(InvalidMatch):
        matcher.candidates("Volkswagen", "vegetable")


def test_a_name_of_nothing_has_no_candidates(matcher: Matcher) -> None:
    for query in ("", " ", "\u200b", "!!!", "Quux Widgets"):
        assert not any(c.match for c in matcher.candidates(query))


def test_suggestions_start_with_what_was_typed(matcher: Matcher) -> None:
    assert [c.name for c in matcher.suggest("volksw")] == ["Volkswagen", "Volkswagen AG", "Volkswagen Group"]
    assert [c.name for c in matcher.suggest("YUN")] == ["Ningbo Yunhuan", "Ningbo Yunsheng"]
    assert [c.name for c in matcher.suggest("ning", "place")] == ["Ningbo"]
    assert matcher.suggest("  ") == []


def test_a_short_name_is_found_beside_the_full_one_itself() -> None:
    noise = [
        f"{a}{b} {c}" for a in ("Mag", "Jel", "Rar") for b in ("na", "eth", "mo") for c in ("AG", "SE", "Inc")
    ]
    names = ["JL MAG", "JL MAG Rare-Earth Co., Ltd.", *noise]
    matcher = Matcher(Entity(f"urn:{i}", Described((n,), "party")) for i, n in enumerate(names))
    for name in names[:2]:
        assert {0, 1} <= set(matcher.blocked(Described((name,), "party")))
