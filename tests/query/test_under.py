"""Answers under a trust policy, from circuits: those of the dataset that the policy leaves."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from kg.errors import InvalidPolicy
from kg.query import Answer, TrustPolicy, query
from kg.query.formats.results import to_json
from kg.query.trust.trusting import Restriction, Trusting
from kg.query.trust.under import query_trusting
from tests.dataset.conftest import REUTERS, grant
from tests.query.fake import EX, SPARQL_PREFIX, FakeSnapshot, read
from tests.query.generate import ALL, snapshots
from tests.query.law import TOTAL
from tests.query.whole import over_datasets, queries, whole_groups

HOLDERS = "SELECT ?p { ?p ls:holdsLicenseFor ?c }"
INFERRED = EX + "inferred"
NO_GRAPHS = tuple(kind for kind in ALL if kind != "graph")


def origin(snapshot: FakeSnapshot, claim: str) -> str:
    info = snapshot.claim_info(claim)
    assert info is not None
    return info.origin


def check(trusting: Trusting, left: FakeSnapshot, text: str) -> Answer | None:
    """What is told from circuits is the answer over what is left."""
    found = query_trusting(trusting, text)
    if found is None:
        return None
    expected = query(left, text, provenance="none")
    assert found.variables == expected.variables
    assert found.boolean == expected.boolean
    if TOTAL in text.rpartition("}")[2]:
        assert found.rows == expected.rows, text
    else:
        assert Counter(found.rows) == Counter(expected.rows), text
    return found


def trusting_only(snapshot: FakeSnapshot, kept: set[str]) -> Trusting:
    return Trusting(snapshot, Restriction(kept.__contains__, lambda claim: claim), INFERRED)


@given(snapshots(), st.one_of(queries(), queries().flatmap(over_datasets)), st.data())
def test_claims_that_fall(snapshot: FakeSnapshot, text: str, data: st.DataObject) -> None:
    kept = set(data.draw(st.lists(st.sampled_from(sorted(snapshot.claims)), unique=True)))
    check(trusting_only(snapshot, kept), snapshot.with_only(kept), SPARQL_PREFIX + text)


@given(snapshots(), whole_groups(), st.data())
def test_groups_of_which_claims_fall(snapshot: FakeSnapshot, text: str, data: st.DataObject) -> None:
    kept = set(data.draw(st.lists(st.sampled_from(sorted(snapshot.claims)), unique=True)))
    check(trusting_only(snapshot, kept), snapshot.with_only(kept), SPARQL_PREFIX + text)


@given(snapshots(), queries(("optional", "minus", "exists", "join", "union")), st.integers(0, 3), st.data())
def test_a_page_in_order(snapshot: FakeSnapshot, text: str, limit: int, data: st.DataObject) -> None:
    if TOTAL in text.rpartition("}")[2]:
        kept = set(data.draw(st.lists(st.sampled_from(sorted(snapshot.claims)), unique=True)))
        paged = f"{SPARQL_PREFIX}{text} LIMIT {limit} OFFSET {limit // 2}"
        check(trusting_only(snapshot, kept), snapshot.with_only(kept), paged)


@given(snapshots(), queries(NO_GRAPHS), st.integers(2, 3))
def test_facts_of_too_few_origins(snapshot: FakeSnapshot, text: str, least: int) -> None:
    restriction = Restriction(lambda _: True, lambda claim: origin(snapshot, claim), least)
    facts = {triple for triples in snapshot.claims.values() for triple in triples}
    origins = {
        fact: {origin(snapshot, claim) for claim, triples in snapshot.claims.items() if fact in triples}
        for fact in facts
    }
    left = {
        claim.removeprefix(EX): frozenset(fact for fact in triples if len(origins[fact]) >= least)
        for claim, triples in snapshot.claims.items()
    }
    few = FakeSnapshot(left, snapshot.base, None, snapshot.named, indexed=snapshot.is_indexed)
    check(Trusting(snapshot, restriction, INFERRED), few, SPARQL_PREFIX + text)


@given(snapshots(), queries(("join", "sequence", "union", "filter", "bind")), st.data())
def test_monotone_queries_are_told_from_circuits(
    snapshot: FakeSnapshot, text: str, data: st.DataObject
) -> None:
    if "SELECT" in text[1:] or "DISTINCT" in text or "REDUCED" in text or "total" in text:
        return
    kept = set(data.draw(st.lists(st.sampled_from(sorted(snapshot.claims)), unique=True)))
    assert check(trusting_only(snapshot, kept), snapshot.with_only(kept), SPARQL_PREFIX + text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (SAMPLE(?o) AS ?n) { ?s :p ?o }",
        "SELECT (COUNT(DISTINCT *) AS ?n) { ?s :p ?o }",
        "SELECT (COUNT(*) AS ?n) { { SELECT DISTINCT ?s { ?s :p ?o } } }",
        "CONSTRUCT { ?s :q ?o } WHERE { ?s :p ?o }",
        "DESCRIBE :x",
        "SELECT ?s (RAND() AS ?t) { ?s :p ?o }",
        "SELECT * { { SELECT ?s { ?s :p ?o } LIMIT 1 } }",
    ],
)
def test_what_circuits_do_not_tell_is_left_to_evaluation(text: str) -> None:
    snapshot = FakeSnapshot({"a": read(":x :p :y"), "b": read(":x :p :z")})
    assert query_trusting(trusting_only(snapshot, {EX + "a"}), SPARQL_PREFIX + text) is None


def test_the_rows_that_remain_rest_on_what_is_believed() -> None:
    snapshot = FakeSnapshot({"a": read(":x :p :y"), "b": read(":x :p :y . :z :p :y")}, against={"a": ["b"]})
    found = query_trusting(trusting_only(snapshot, {EX + "a"}), SPARQL_PREFIX + "SELECT ?s { ?s :p :y }")
    assert found is not None
    assert found.provenance is not None
    assert len(found.rows) == 1
    assert set(found.provenance.claims) == {EX + "a"}
    assert found.provenance.rows[0].contested == ()  # what contests it is not believed


def test_an_ending_that_was_taken_back_later_still_ends_what_was_known_before(tmp_path: Path) -> None:
    granted = grant("JL MAG", "Volkswagen", when={"text": "in April", "edtf": "2025-04"})
    revoked = grant("JL MAG", "Volkswagen", type="license_revoked", when={"text": "x", "edtf": "2025-06-20"})
    taken_back = datetime.now(UTC) + timedelta(hours=2)
    with Writer(tmp_path / "store") as writer:
        added = writer.add([granted, revoked])
        writer.retract(added[1].iri, reason="an error", by="an editor", at=taken_back)
        writer.commit()
    snapshot = Reader(tmp_path / "store").current()
    for hours, holders in ((-1, 0), (1, 1)):
        policy = TrustPolicy(known_at=taken_back + timedelta(hours=hours), valid_at=date(2025, 7, 1))
        answer = query(snapshot, HOLDERS, policy=policy)
        assert len(answer.rows) == holders


def test_a_claim_passes_at_the_confidence_that_is_shown(tmp_path: Path) -> None:
    rated = {"reliability": "A", "credibility": 1}
    person = {"kind": "person", "name": "A. Analyst"}
    with Writer(tmp_path / "store") as writer:
        writer.add([grant("JL MAG", "Volkswagen", assessment=rated, attribution=[person, REUTERS])])
        writer.commit()
    snapshot = Reader(tmp_path / "store").current()
    shown = json.loads(to_json(query(snapshot, HOLDERS)))["provenance"]["rows"][0]["confidence"]
    assert shown == 0.857375
    for least, rows in ((shown, 1), (0.8573750001, 0)):
        written = TrustPolicy(min_confidence=least).written()
        policy = TrustPolicy.read({name: [value] for name, value in written})
        assert policy == TrustPolicy(min_confidence=least)
        assert len(query(snapshot, HOLDERS, policy=policy).rows) == rows


@pytest.mark.parametrize("name", ["reuters", "ex:a b", "<http://example.org/a>", "claim/1"])
def test_what_is_not_believed_is_named_by_its_iri(name: str) -> None:
    with pytest.raises(InvalidPolicy, match="without is the IRI"):
        TrustPolicy.read({"without": ["urn:a", name]})
