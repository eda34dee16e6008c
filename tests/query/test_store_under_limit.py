"""A few rows under a trust policy: rows of the whole answer with its annotations, as many as there are."""

from collections import Counter
from pathlib import Path

import pytest

from kg.dataset.snapshots import Snapshot
from kg.provenance.semirings import WHY
from kg.query import evaluate
from kg.query.answer import Answer, Row
from kg.query.trust.policy import TrustPolicy
from kg.query.trust.under import query_under
from tests.query.test_store_under import POLICIES, build, policy_of

ASKED = (
    "SELECT ?p ?c { ?p ls:holdsLicenseFor ?c }",
    "SELECT ?p { ?p ls:holdsLicenseFor ?c }",
    "SELECT DISTINCT ?p { ?p ls:holdsLicenseFor ?c }",
    "SELECT ?s ?o { ?s ls:holdsLicenseFor ?o . ?s ?q ?o }",
    "SELECT ?p ?c ?l { ?p ls:holdsLicenseFor ?c OPTIONAL { ?p ls:lostLicenseFor ?l } }",
    "SELECT ?p ?c { ?p ls:holdsLicenseFor ?c MINUS { ?p ls:lostLicenseFor ?c } }",
    "SELECT ?p { ?p ls:holdsLicenseFor ?c FILTER NOT EXISTS { ?p ls:lostLicenseFor ?c } }",
    "SELECT ?s { { ?s ls:holdsLicenseFor ?o } UNION { ?s ls:madeOf ?o } }",
)
PAGES = ("LIMIT 1", "LIMIT 2 OFFSET 1", "LIMIT 3", "LIMIT 0", "LIMIT 50")


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return build(Path(tmp_path_factory.mktemp("limited")))


def witnesses(answer: Answer) -> dict[Row, frozenset[frozenset[str]]]:
    assert answer.provenance is not None
    assert answer.provenance.complete, answer.provenance.reason
    found = answer.provenance.evaluated(WHY, lambda claim: frozenset([frozenset([claim])]))
    return dict(zip(answer.rows, found, strict=True))


@pytest.mark.parametrize("name", POLICIES)
def test_a_few_rows_are_rows_of_the_whole_answer(
    snapshot: Snapshot, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate, "_LOOKED_AT_FIRST", 1)
    policy = policy_of(snapshot, POLICIES[name][0])
    for text in ASKED:
        whole = query_under(snapshot, text, policy)
        rows, told = Counter(whole.rows), witnesses(whole)
        for page in PAGES:
            limit, offset = int(page.split()[1]), int(page.partition("OFFSET ")[2] or 0)
            found = query_under(snapshot, f"{text} {page}", policy)
            assert len(found.rows) == max(0, min(limit, rows.total() - offset)), (text, page)
            assert not Counter(found.rows) - rows, (text, page)
            assert witnesses(found).items() <= told.items(), (text, page)


def test_no_more_is_looked_at_than_it_takes(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the first derivations suffice, nothing asks for all of them."""
    monkeypatch.setattr(evaluate, "_LOOKED_AT_FIRST", 1)
    monkeypatch.setattr(evaluate, "_summed", None)
    found = query_under(snapshot, f"{ASKED[0]} LIMIT 1", TrustPolicy(min_confidence=0.0))
    assert len(found.rows) == 1
