"""Where few claims reach a threshold, they are found first, and are those that judging each of them finds."""

from itertools import product
from pathlib import Path

import pytest

from kg.claims.claim import Claim
from kg.dataset.checks.invariants import claim_names
from kg.dataset.loading.rdf import ingest_rdf
from kg.dataset.restricted import Candidate
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.writer import Writer
from kg.query import TrustPolicy, query
from kg.query.trust import under

QUERY = "SELECT ?p ?c { ?p ls:holdsLicenseFor ?c } ORDER BY ?p LIMIT 5"
EVERYTHING = "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 100"


def claim(number: int, reliability: str, credibility: int, **more: object) -> Claim:
    roles = {"producer": f"Producer {number}", "customer": f"Customer {number % 4}"}
    told = [{"kind": "publisher", "name": f"Outlet {reliability}"}]
    if number % 2:
        told.append({"kind": "publisher", "name": "Copy Daily"})
    rated = {"reliability": reliability, "credibility": credibility}
    record = {"type": "license_granted", "roles": roles, "attribution": told, "assessment": rated}
    return Claim.model_validate({**record, "document": {"title": f"Of {number}"}, **more})


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    path = tmp_path_factory.mktemp("few") / "store"
    rated = enumerate(product("ABCDEF", range(1, 7)))
    with Writer(path) as writer:
        added = writer.add([claim(n, r, c) for n, (r, c) in rated])
        writer.add([claim(90, "A", 1, status="proposed"), claim(91, "A", 1, polarity="negative")])
        writer.retract(added[0].iri, reason="wrong", by="a test")
        writer.commit()
    return Reader(path).current()


def thresholds(snapshot: Snapshot) -> list[float]:
    """Each probability that a claim has, as it is shown, and a little more and less."""
    shown = {round(Candidate(snapshot, name).probability, 12) for name in claim_names(snapshot)}
    return sorted(
        {t for s in shown for t in (s, s + 1e-12, s - 1e-12, s + 1e-6) if 0 < t <= 1} | {1e-12, 1.0}
    )


def test_they_are_those_that_judging_finds(snapshot: Snapshot) -> None:
    some = next(iter(claim_names(snapshot)))
    for least, without in product(thresholds(snapshot), (frozenset(), frozenset((some,)))):
        policy = TrustPolicy(min_confidence=least, without=without)
        found = under._few(snapshot, policy)
        names = list(claim_names(snapshot))
        assert found == {name for name in names if policy.admits(Candidate(snapshot, name))}
        keeps = under.restriction_of(snapshot, policy).keeps
        assert {name for name in names if keeps(name)} == found


def test_answers_are_those_of_the_dataset_that_is_left(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rows(text: str, policy: TrustPolicy) -> tuple[object, ...]:
        under.restriction_of.cache_clear()
        under._dataset.cache_clear()
        found = query(snapshot, text, policy=policy)
        assert found.provenance is not None
        return found.rows, [row[1:] for row in found.provenance.rows]

    policies = [TrustPolicy(min_confidence=t) for t in (0.2, 0.5, 0.64, 0.9, 0.999)]
    told = [rows(text, policy) for text in (QUERY, EVERYTHING) for policy in policies]
    monkeypatch.setattr(under, "_few", lambda *_: None)
    assert told == [rows(text, policy) for text in (QUERY, EVERYTHING) for policy in policies]
    assert told[-1][0] == ()
    assert told[0][0] != ()


def test_where_the_index_lacks_a_claim_each_is_judged(tmp_path: Path) -> None:
    file = tmp_path / "foreign.nq"
    file.write_text(f"<urn:a> <urn:p> <urn:b> <urn:{'long' * 1100}> .\n", encoding="utf-8")
    with Writer(tmp_path / "store") as writer:
        writer.add([claim(1, "A", 1)])
        ingest_rdf(writer, file)
        writer.commit()
    snapshot = Reader(tmp_path / "store").current()
    policy = TrustPolicy(min_confidence=0.01)
    assert under._few(snapshot, policy) is None
    assert len(query(snapshot, "SELECT * { <urn:a> ?p ?o }", policy=policy).rows) == 1


@pytest.mark.parametrize("asked", [{}, {"min_confidence": 0.0}, {"min_origins": 2}])
def test_without_a_threshold_nothing_is_found_first(snapshot: Snapshot, asked: dict[str, float]) -> None:
    assert under._few(snapshot, TrustPolicy(**asked)) is None  # type: ignore[arg-type]
