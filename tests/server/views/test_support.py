"""What a page tells of a fact is what an answer tells of it."""

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kg.dataset.snapshots import Reader
from kg.dataset.terms import NamedNode
from ontology.vocab import LS
from server.views.support import strength

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


def test_a_rating_is_that_of_the_whole_claim(store: Path) -> None:
    snapshot = Reader(store).current()
    claims = list(snapshot.stating_claims())
    assert claims
    for claim in claims:
        info = snapshot.claim_info(claim)
        assert info is not None
        assert snapshot.rating(claim) == (info.origin, info.reliability, info.credibility)
    assert snapshot.rating("urn:none") is None
