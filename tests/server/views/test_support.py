"""What a page tells of a fact is what an answer tells of it."""

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kg.dataset.snapshots import Reader
from kg.dataset.terms import DefaultGraph, NamedNode
from ontology.vocab import LS
from server.views.support import Ratings, strength, support_of

QUERY = "SELECT ?p ?c { ?p ls:holdsLicenseFor ?c }"


def test_a_fact_is_as_sure_as_the_row_that_is_that_fact(client: FlaskClient, store: Path) -> None:
    told = json.loads(client.get("/sparql", query_string={"query": QUERY, "format": "json"}).data)
    snapshot = Reader(store).current()
    bindings, rows = told["results"]["bindings"], told["provenance"]["rows"]
    assert len(bindings) == len(rows) > 0
    for binding, row in zip(bindings, rows, strict=True):
        s, o = (NamedNode(binding[name]["value"]) for name in ("p", "c"))
        found = strength(snapshot, snapshot.fact_support(s, NamedNode(LS.holdsLicenseFor), o))
        assert found.confidence == pytest.approx(row["confidence"])
        assert found.origins == row["origins"]
        assert found.contested == tuple(row.get("contested", ()))


def test_what_is_written_down_tells_what_the_record_tells(store: Path) -> None:
    snapshot, alone = Reader(store).current(), Reader(store).current()
    facts = list(snapshot.main.quads_for_pattern(None, None, None, DefaultGraph()))
    assert facts
    against = set()
    for fact in facts:
        support = snapshot.fact_support(fact.subject, fact.predicate, fact.object)
        assert support_of(snapshot, fact) == support
        quick, slow = strength(snapshot, support), strength(alone, support, told={})
        assert quick.confidence == pytest.approx(slow.confidence, abs=1e-12)
        assert (quick.origins, quick.claims, quick.contested) == (slow.origins, slow.claims, slow.contested)
        against.update(slow.contested)
    assert against


def test_rebuttals_are_sought_where_there_are_any(store: Path) -> None:
    snapshot, alone = Reader(store).current(), Reader(store).current()
    claims = list(snapshot.stating_claims())
    ratings = Ratings(snapshot, snapshot.told(claims))
    assert ratings.told.keys() == set(claims)
    for claim in claims:
        assert ratings.rebuttals(claim) == alone.rebuttals(claim)
        quick, slow = ratings.rating(claim), alone.rating(claim)
        assert quick is not None
        assert slow is not None
        assert quick[:2] == slow[:2]
        assert quick[2] == pytest.approx(slow[2], abs=1e-12)


def test_a_rating_is_that_of_the_whole_claim(store: Path) -> None:
    snapshot = Reader(store).current()
    claims = list(snapshot.stating_claims())
    assert claims
    for claim in claims:
        info = snapshot.claim_info(claim)
        assert info is not None
        assert snapshot.rating(claim) == (info.origin, info.reliability, info.credibility)
    assert snapshot.rating("urn:none") is None
