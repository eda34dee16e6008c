"""LIMIT leaves the same solutions with provenance and without; one that leaves none out costs nothing."""

from collections import Counter
from pathlib import Path

import pytest

from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import BlankNode
from kg.query import plain, planning, query
from kg.query.answer import Answer
from tests.query.test_store_under import build

KINDS = {
    "everything": "SELECT * { ?s ?p ?o }",
    "one predicate": "SELECT ?s { ?s ls:holdsLicenseFor ?o }",
    "distinct": "SELECT DISTINCT ?p { ?s ?p ?o }",
    "a node twice": "SELECT ?s { ?s ?p ?s }",
    "construct": "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
}


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return build(Path(tmp_path_factory.mktemp("limited")))


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries whose rows are read from the annotated facts, as they are asked."""
    asked: list[str] = []
    ask = plain.ask_rendered

    def noted(source: Snapshot, text: str, *, indexed: bool) -> object:
        asked.append(text)
        return ask(source, text, indexed=indexed)

    monkeypatch.setattr(planning, "_COUNTED_FROM", 1)
    monkeypatch.setattr(plain, "ask_rendered", noted)
    return asked


@pytest.mark.parametrize("text", KINDS.values(), ids=KINDS)
def test_answers_are_those_with_provenance(snapshot: Snapshot, alone: list[str], text: str) -> None:
    whole = query(snapshot, text, provenance="none")
    number = len(query(snapshot, "SELECT * { ?s ?p ?o }", provenance="none").rows)
    for limit in (number - 1, number, number + 1, number * 10):
        sparql = f"{text} LIMIT {limit}"
        found, told = (query(snapshot, sparql, provenance=p) for p in ("none", "how"))
        assert Counter(found.rows) == Counter(told.rows), limit
        assert set(found.triples) == set(told.triples), limit
        if limit >= number:
            assert Counter(found.rows) == Counter(whole.rows)
            assert set(found.triples) == set(whole.triples)
    assert not [text for text in alone if f"LIMIT {number}" in text]


def test_only_what_leaves_none_out_is_asked_so(snapshot: Snapshot, alone: list[str]) -> None:
    number = len(query(snapshot, "SELECT * { ?s ?p ?o }", provenance="none").rows)
    for sparql in (
        f"SELECT * {{ ?s ?p ?o }} LIMIT {number - 1}",
        f"SELECT * {{ ?s ?p ?o }} LIMIT {number} OFFSET 1",
        f"SELECT * {{ ?s ?p ?o }} ORDER BY ?p LIMIT {number}",
        f"SELECT * {{ ?s ?p ?o . ?o ?q ?r }} LIMIT {number}",
        "SELECT * { ?s ?p ?o } LIMIT 0",
    ):
        alone.clear()
        rows = query(snapshot, sparql, provenance="none").rows
        assert len(alone) == 1, sparql
        assert rows == query(snapshot, sparql).rows, sparql


GRAPHS = (
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "CONSTRUCT { ?s ls:holdsLicenseFor ?o . ?o ls:x ?s } WHERE { ?s ls:holdsLicenseFor ?o }",
    "CONSTRUCT { [] ls:x ?o } WHERE { ?s ls:holdsLicenseFor ?o }",
    "CONSTRUCT { ?o ls:x ?l } WHERE { ?s ls:holdsLicenseFor ?o OPTIONAL { ?s ls:lostLicenseFor ?l } }",
    "CONSTRUCT { ?o ls:x 1 } WHERE { ?s ls:holdsLicenseFor ?o } ORDER BY ?o",
    "DESCRIBE ?s WHERE { ?s ls:holdsLicenseFor ?o }",
    "DESCRIBE ?o <urn:m> WHERE { ?s ls:holdsLicenseFor ?o . ?s ls:madeOf ?m }",
    "DESCRIBE * WHERE { ?s ls:madeOf ?o FILTER NOT EXISTS { ?s ls:lostLicenseFor ?l } }",
)


@pytest.mark.parametrize("text", GRAPHS)
def test_graphs_of_some_solutions_are_those_with_provenance(snapshot: Snapshot, text: str) -> None:
    for page in ("LIMIT 1", "LIMIT 2 OFFSET 1", "LIMIT 0", "OFFSET 3", "OFFSET 100", "LIMIT 3"):
        plain, told = (query(snapshot, f"{text} {page}", provenance=p) for p in ("none", "how"))
        assert told.provenance is not None
        assert told.provenance.complete, told.provenance.reason
        assert not any(claim.confidence == 0 for claim in told.provenance.rows)
        assert shapes(plain) == shapes(told), page


def shapes(answer: Answer) -> Counter[tuple[str, ...]]:
    """Triples, less the names of blank nodes."""
    return Counter(
        tuple("[]" if isinstance(t, BlankNode) else str(t) for t in triple) for triple in answer.triples
    )
