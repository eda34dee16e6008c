"""The named traps: rows with their minimal witnesses, and the law on each."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from kg.dataset.terms import BlankNode
from kg.query import query
from kg.query.answer import Row
from ontology.vocab import RDF
from tests.query.fake import EX, SPARQL_PREFIX, FakeSnapshot, read
from tests.query.law import check_law, readings, rows_of

CASES = Path(__file__).parent / "cases"
XSD = "http://www.w3.org/2001/XMLSchema#"
TRAPS: dict[str, dict[str, Any]] = yaml.safe_load((CASES / "traps.yaml").read_text(encoding="utf-8"))
REFUSED: dict[str, str] = yaml.safe_load((CASES / "not_annotated.yaml").read_text(encoding="utf-8"))


def snapshot_of(case: dict[str, Any]) -> FakeSnapshot:
    claims = {name: read(turtle) for name, turtle in case["claims"].items()}
    return FakeSnapshot(claims, read(case.get("base", "")))


def short(row: Row) -> tuple[str, ...]:
    texts = ("_" if isinstance(term, BlankNode) else "-" if term is None else str(term) for term in row)
    return tuple(
        t.replace(f"<{XSD}", "xsd:").replace(f"<{RDF}", "rdf:").replace(f"<{EX}", ":").replace(">", "")
        for t in texts
    )


@pytest.mark.parametrize("name", TRAPS)
def test_each_trap_is_avoided(name: str) -> None:
    case = TRAPS[name]
    whole = SPARQL_PREFIX + case["whole"] if "whole" in case else None
    answer = check_law(snapshot_of(case), SPARQL_PREFIX + case["query"], whole)
    rows = rows_of(answer) or [()] * (answer.kind == "ask")
    expecting = case["shape"] if answer.kind in ("construct", "describe") else case["rows"]
    if case.get("law") == "only":
        assert Counter(map(short, rows)) == Counter(tuple(row["values"]) for row in expecting)
        return
    found = [
        (short(row), frozenset(reading["why"])) for row, reading in zip(rows, readings(answer), strict=True)
    ]
    expected = [(tuple(row["values"]), frozenset(map(frozenset, row["witnesses"]))) for row in expecting]
    assert Counter(found) == Counter(expected)


def test_an_order_is_kept() -> None:
    answer = query(snapshot_of(TRAPS["ties in an order are all there"]), "SELECT ?n { ?s ?p ?n } ORDER BY ?n")
    assert [short(row)[0][:3] for row in answer.rows] == ['"0"', '"1"', '"1"']


@pytest.mark.parametrize("text", REFUSED)
def test_the_rest_is_answered_and_says_what_is_not_annotated(text: str) -> None:
    snapshot = FakeSnapshot({"a": read(":x :p :y"), "b": read(":y :q :z")}, read(":x :p :z"))
    answer = query(snapshot, SPARQL_PREFIX + text)
    plain = query(snapshot, SPARQL_PREFIX + text, provenance="none")
    if "()" not in REFUSED[text]:
        assert Counter(answer.rows) == Counter(plain.rows)
    assert answer.boolean == plain.boolean
    told = answer.provenance
    assert told is not None
    assert not told.complete
    assert told.reason is not None
    assert REFUSED[text] in told.reason
    assert len(told.rows) == (1 if answer.kind == "ask" else len(answer.rows))
    assert all(row.node is None and row.confidence is None for row in told.rows)
    assert not told.claims
