"""A default graph of several graphs counts each triple once."""

import pytest

from kg.query import query
from tests.query.fake import EX, SPARQL_PREFIX, FakeSnapshot, read

DATA = {"a": read(":x :p :y . :x :q 1"), "b": read(":x :p :y, :z . :z :p 1")}
MERGED = read(":x :p :y, :z . :x :q 1 . :z :p 1")


@pytest.mark.parametrize(
    "pattern",
    [
        "?s :p ?o",
        ":x :p :y",
        "[] :p []",
        "?s ?p ?o . ?o ?q ?z",
        "?s !:q ?o",
        "?s !(:q|^:p) ?o",
        "?s !^:p ?o",
        "?s :p* ?o",
        "?s :p/:p ?o",
        "{ ?s :p ?o } UNION { ?s :q ?o }",
        "?s :p ?o OPTIONAL { ?o :p ?n FILTER(?n > 0) }",
        "?s :p ?o MINUS { ?s :q ?n . ?s :p :y }",
        "?s :p ?o FILTER NOT EXISTS { ?o :p ?n }",
        "{ SELECT ?s (COUNT(*) AS ?n) { ?s :p ?o } GROUP BY ?s }",
        "?s :p ?o BIND(STR(?o) AS ?t)",
    ],
)
def test_two_graphs_are_one_set_of_triples(pattern: str) -> None:
    snapshot = FakeSnapshot(DATA)
    text = f"{SPARQL_PREFIX}SELECT (COUNT(*) AS ?n) {{ {pattern} }}"
    expected = query(FakeSnapshot({}, MERGED), text, provenance="none").rows
    dataset = text.replace("{", "FROM :a FROM :b {", 1)
    assert query(snapshot, dataset, provenance="none").rows == expected
    asked = query(snapshot, text, provenance="none", default_graphs=[EX + "a", EX + "b", EX + "a"])
    assert asked.rows == expected


def test_a_graph_named_twice_is_one() -> None:
    text = SPARQL_PREFIX + "SELECT * FROM :a FROM :a { ?s ?p ?o }"
    assert len(query(FakeSnapshot(DATA), text).rows) == 2


def test_named_graphs_stay_apart() -> None:
    text = SPARQL_PREFIX + "SELECT ?g FROM :a FROM :b FROM NAMED :a { ?s :q ?n GRAPH ?g { ?s :p ?o } }"
    assert [str(row[0]) for row in query(FakeSnapshot(DATA), text).rows] == [f"<{EX}a>"]


def test_a_star_without_columns_has_empty_rows() -> None:
    answer = query(FakeSnapshot(DATA), SPARQL_PREFIX + "SELECT * FROM :a FROM :b { [] :p [] }")
    assert answer.variables == ()
    assert answer.rows == ((),) * 3


def test_an_unknown_graph_is_empty() -> None:
    assert query(FakeSnapshot(DATA), SPARQL_PREFIX + "SELECT * FROM :nowhere { ?s ?p ?o }").rows == ()
