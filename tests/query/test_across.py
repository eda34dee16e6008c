"""Queries in which several features meet, over a few claims that overlap: the law by brute force."""

from pathlib import Path

import pytest

from tests.query.fake import SPARQL_PREFIX, FakeSnapshot, read
from tests.query.law import check_law

TEXT = (Path(__file__).parent / "cases" / "across.rq").read_text(encoding="utf-8")
QUERIES = [line for line in TEXT.splitlines() if not line.startswith("#")]
CLAIMS = {
    "a": ":x :p :y . :y :p :z",
    "b": ":x :p :y . :x :q 1",
    "c": ":y :q 1 . :z :q 2",
    "d": ":x :r :z . :w :p :w",
    "e": ":z :p :x . :y :q 1.0",
    "f": ':x :label "l" . :w :q 3',
}
BASE = ":w :p :x . :y :r 1"


@pytest.mark.parametrize("indexed", [True, False], ids=["annotated facts", "looked up"])
@pytest.mark.parametrize("text", QUERIES)
def test_the_law_holds_where_features_meet(text: str, indexed: bool) -> None:
    claims = {name: read(turtle) for name, turtle in CLAIMS.items()}
    check_law(FakeSnapshot(claims, read(BASE), indexed=indexed), SPARQL_PREFIX + text)


@pytest.mark.parametrize("page", ["LIMIT 2", "LIMIT 2 OFFSET 1"])
def test_a_page_of_them(page: str) -> None:
    claims = {name: read(turtle) for name, turtle in CLAIMS.items()}
    whole = (
        f"{SPARQL_PREFIX}SELECT DISTINCT ?s {{ ?s :p ?o OPTIONAL {{ ?o :q ?n }} OPTIONAL {{ ?s :r ?m }} }}"
    )
    check_law(FakeSnapshot(claims, read(BASE)), f"{whole} {page}", whole)
