"""Answers under a trust policy, from circuits: those of the dataset that the policy leaves."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.query import Answer, query
from kg.query.trusting import Restriction, Trusting
from kg.query.under import query_trusting
from tests.query.fake import EX, SPARQL_PREFIX, FakeSnapshot, read
from tests.query.generate import ALL, snapshots
from tests.query.law import TOTAL
from tests.query.whole import over_datasets, queries

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
        "SELECT (COUNT(*) AS ?n) { ?s :p ?o }",
        "CONSTRUCT { ?s :q ?o } WHERE { ?s :p ?o }",
        "DESCRIBE :x",
        "SELECT ?s (NOW() AS ?t) { ?s :p ?o }",
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
