"""The W3C tests of SERVICE, their endpoints answered from the suite's files."""

from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from kg.dataset.terms import DefaultGraph, Quad, QueryResultsFormat, RdfFormat, Store
from kg.dataset.terms import parse as parse_rdf
from kg.errors import LodestoneError
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings import BOOLEAN
from kg.query import query
from tests.query.test_w3c import BASE, MF, QT, Case, manifest_cases, rdf, snapshot_of


class Suite:
    """The endpoints of the tests."""

    def __init__(self) -> None:
        self.stores: dict[str, Store] = {}

    def ask(self, service: str, text: str) -> bytes:
        if service not in self.stores:
            raise LodestoneError("there is no such endpoint")
        return self.stores[service].query(text).serialize(format=QueryResultsFormat.JSON) or b""

    def probability(self, service: str) -> float:  # noqa: ARG002
        return 0.5


def endpoints(manifest: Path) -> dict[str, Suite]:
    """For each test its endpoints."""
    store = Store()
    store.extend(parse_rdf(manifest.read_bytes(), format=RdfFormat.TURTLE, base_iri=BASE))
    found: dict[str, Suite] = {}
    for test, service, file in store.query(
        f"""SELECT ?test ?e ?f {{
            ?test <{MF}action> ?a . ?a <{QT}serviceData> ?d . ?d <{QT}endpoint> ?e ; <{QT}data> ?f }}"""
    ):
        there = found.setdefault(test.value, Suite())
        held = there.stores.setdefault(service.value, Store())
        for quad in rdf(manifest.parent / file.value.removeprefix(BASE)):
            held.add(Quad(*quad.triple, DefaultGraph()))
    return found


def rows(case: Case, snapshot, services: Suite, provenance: str = "none"):
    return query(snapshot, case.text, base_iri=BASE, services=services, provenance=provenance)


def test_services_are_outside_witnesses(shared: Path) -> None:
    manifest = shared / "w3c" / "sparql" / "sparql11" / "service" / "manifest.ttl"
    if not manifest.is_file():
        pytest.skip("the W3C SPARQL 1.1 suite is not in the shared folder")
    known = endpoints(manifest)
    lawful = 0
    for case in manifest_cases(manifest):
        services = known.get(case.name, Suite())
        snapshot = snapshot_of(case)
        answer = rows(case, snapshot, services, "how")
        assert Counter(answer.rows) == Counter(rows(case, snapshot, services).rows), case.name
        told = answer.provenance
        assert told is not None
        assert told.complete, (case.name, told.reason)
        nodes = [row.node for row in told.rows]
        claims = sorted(snapshot.claims)
        for size in (0, 1, len(claims)):
            for kept in combinations(claims, size):
                held = evaluate(
                    told.circuit, nodes, BOOLEAN, lambda leaf, kept=kept: bool(leaf.at) or leaf.name in kept
                )
                there = set(rows(case, snapshot.with_only(kept), services).rows)
                for row, node in zip(answer.rows, nodes, strict=True):
                    assert held[node] == (row in there), (case.name, row, kept)
        lawful += 1
    assert lawful == 7
