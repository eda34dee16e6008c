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
    "a count of each graph": "SELECT * { GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?s :q ?o } } }",
    "its sum, if it is small": """SELECT * { GRAPH ?g { ?a :q ?b
        { SELECT (SUM(?o) AS ?n) (MAX(?o) AS ?m) { ?s :p ?o } HAVING (COUNT(*) < 2) } } }""",
    "a count of a graph that is there": "SELECT * { GRAPH :c2 { SELECT (COUNT(*) AS ?n) { ?s :q ?o } } }",
    "MINUS that shares nothing": "SELECT * { GRAPH ?g { ?s :p ?o MINUS { ?a :q ?b } } }",
    "MINUS that may share something": """SELECT * { GRAPH ?g {
        { ?s :p ?o } UNION { ?z :p ?o } MINUS { { ?s :q ?y } UNION { ?z :p ?y } } } }""",
    "GRAPH within GRAPH": "SELECT * { GRAPH ?g { ?s :q ?y GRAPH ?h { ?y :p ?o } } }",
    "GRAPH within a name": "SELECT * { GRAPH :c3 { ?s :q ?y OPTIONAL { GRAPH ?h { ?y :p ?o } } } }",
    "a path of length zero": "SELECT * { GRAPH ?g { :nobody :p* ?x } }",
    "its end": "SELECT * { GRAPH ?g { ?s :q ?y . ?s :q* :a } }",
    "to the name itself": "SELECT * { GRAPH ?g { :c2 :p* ?g } }",
    "in a graph that is named": "SELECT * { GRAPH :c2 { ?x :p? :nobody } }",
    "in EXISTS": "SELECT * { VALUES ?s { :a 1 :z } FILTER EXISTS { GRAPH ?g { ?s :p* ?x } } }",
    "to a constant in EXISTS": "SELECT * { ?s ?p ?o FILTER EXISTS { GRAPH ?g { ?s :q* :a } } }",
    "in EXISTS, over facts": "SELECT * { VALUES ?s { :a 1 :z :b } FILTER EXISTS { ?s :p*/:q? ?x } }",
    "NOT EXISTS, over facts": "SELECT * { ?s :p ?x FILTER NOT EXISTS { :b :p? ?s } }",
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT ?g ?n { GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?s :q ?o } } }", "c1 0 c2 0 c3 1 n 1 record 0"),
        ("SELECT ?n { GRAPH :nowhere { SELECT (COUNT(*) AS ?n) { ?s :q ?o } } }", ""),
        ("SELECT ?g ?s { GRAPH ?g { ?s :q :a MINUS { ?a :q :a } } }", "c3 b n z"),
        ("SELECT ?g ?s { GRAPH ?g { ?s :q :a MINUS { ?s :q :a } } }", ""),
        ("SELECT DISTINCT ?g { GRAPH ?g { GRAPH :c3 { ?s :q :a } } }", "c1 c2 c3 n record"),
    ],
)
def test_each_graph_is_taken_by_itself(text: str, expected: str) -> None:
    found = query(DATA, SPARQL_PREFIX + text, provenance="none")
    told = sorted(" ".join(str(getattr(t, "value", t)).removeprefix(EX) for t in row) for row in found.rows)
    assert " ".join(told) == expected
