"""GRAPH with a variable around groups whose graph the engine would lose."""

import pytest

from kg.query import query
from tests.query.fake import EX, SPARQL_PREFIX, FakeSnapshot, read
from tests.query.law import check_law

DATA = FakeSnapshot(
    {"c1": read(":a :p 1 . :a :p 3"), "c2": read(":a :p :c1"), "c3": read(":a :p 1 . :b :q :a")},
    read(":b :p 7"),
    named={EX + "n": read(":a :p 9 . :z :q :a")},
)

LAWFUL = {
    "a sub-SELECT": "SELECT * { GRAPH ?g { { SELECT ?s { ?s :p ?o } } } }",
    "a sub-SELECT that hides a variable of the name": "SELECT * { GRAPH ?g { { SELECT ?s { ?s :p ?g } } } }",
    "so it is within a join": "SELECT * { GRAPH ?g { ?s :p ?o { SELECT ?s { ?s ?p ?g FILTER(?g != 9) } } } }",
    "groups": "SELECT * { GRAPH ?g { { SELECT ?s (COUNT(*) AS ?n) { ?s :p ?o } GROUP BY ?s } } }",
    "an OPTIONAL alone": "SELECT * { GRAPH ?g { OPTIONAL { ?s :q ?o } } }",
    "a table alone": "SELECT * { GRAPH ?g { VALUES ?s { :a } } }",
    "a table in a join": "SELECT * { GRAPH ?g { VALUES ?s { :a } ?s :p ?o } }",
    "a graph that is named": "SELECT * { GRAPH :c1 { OPTIONAL { ?s :q ?o } } }",
    "NOT EXISTS": "SELECT * { GRAPH ?g { { SELECT ?s { ?s :p 1 } } FILTER NOT EXISTS { ?s :q ?z } } }",
}


@pytest.mark.parametrize("name", LAWFUL)
def test_the_law_holds(name: str) -> None:
    answer = check_law(DATA, SPARQL_PREFIX + LAWFUL[name])
    assert answer.rows


def test_each_graph_has_its_row_where_nothing_need_match() -> None:
    found = query(DATA, SPARQL_PREFIX + LAWFUL["an OPTIONAL alone"], provenance="none")
    graphs = {str(row[found.variables.index("g")]) for row in found.rows}
    assert {f"<{EX}{name}>" for name in ("c1", "c2", "c3", "n")} <= graphs
