"""The provenance member as text is what it is as JSON; a row that rests on one claim is told as any other."""

import json
from pathlib import Path

import pytest

from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.writer import Writer
from kg.provenance.probability import Assessor
from kg.query import query
from kg.query.assess import _Claims
from kg.query.formats.results import provenance_json, provenance_text
from tests.dataset.conftest import grant

QUERIES = (
    "SELECT * { ?s ls:holdsLicenseFor ?o }",
    "SELECT ?s { ?s ls:holdsLicenseFor ?o }",
    "SELECT * { ?s ls:holdsLicenseFor ?o OPTIONAL { ?o ls:holdsLicenseFor ?s } }",
    "SELECT ?s (COUNT(?o) AS ?n) { ?s ls:holdsLicenseFor ?o } GROUP BY ?s",
    "SELECT ?x { { ?x ls:holdsLicenseFor ?o } UNION { ?o ls:holdsLicenseFor ?x } MINUS { ?x ?p ?x } }",
    "SELECT ?s { ?s ls:holdsLicenseFor ?o . ?s rdfs:label ?l FILTER(RAND() >= 0) }",
    "SELECT * { VALUES ?x { 1 2 } }",
    "ASK { ?s ls:holdsLicenseFor ?o }",
    "ASK { ?s ls:noSuchThing ?o }",
)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    path: Path = tmp_path_factory.mktemp("text") / "store"
    with Writer(path) as writer:
        writer.add(grant(f'The "{n % 4}" \\ Works', f"Zeche \u00e9\u2028 {n % 3}") for n in range(12))
        writer.commit()
    return Reader(path).current()


@pytest.mark.parametrize("text", QUERIES)
def test_text_and_json_are_one(snapshot: Snapshot, text: str) -> None:
    told = query(snapshot, text).provenance
    assert told is not None
    written = provenance_text(told)
    assert json.loads(written) == provenance_json(told)
    assert list(json.loads(written)) == list(provenance_json(told))
    assert provenance_text(told) == written


def test_one_claim_alone_is_told_as_any_circuit(snapshot: Snapshot) -> None:
    told = query(snapshot, QUERIES[0]).provenance
    assert told is not None
    nodes = [row.node for row in told.rows if row.node is not None]
    claims = _Claims(snapshot, told.circuit.names(nodes), None)
    assessor = Assessor(told.circuit, claims)
    single = {node for node in nodes if told.circuit[node].name}
    assert single
    for row in told.rows:
        if row.node in single and row.node is not None:
            assert claims.alone(row.node, told.circuit.name(row.node)) == row
            assert row.confidence == assessor.confidence(row.node).value
            assert row.weakest == assessor.weakest([row.node])[row.node]
            assert row.origins == assessor.origins(row.node)
