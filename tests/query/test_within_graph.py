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
    "a graph that the query names": "SELECT * FROM :c1 FROM NAMED :c2 { ?s :p 3 GRAPH ?g {} }",
    "what that has not": "SELECT * FROM NAMED :c2 { GRAPH ?g { OPTIONAL { ?s :q ?o } } }",
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


CUT = {
    "the first of each": (
        "SELECT ?g ?s { GRAPH ?g { { SELECT ?s { ?s :p ?o } ORDER BY ?s LIMIT 1 } } }",
        ["c1 a", "c2 a", "c3 a", "n a"],
    ),
    "all but the first of each": (
        "SELECT ?g ?o { GRAPH ?g { { SELECT ?o { ?s :p ?o } ORDER BY ?o OFFSET 1 } } }",
        ["c1 3"],
    ),
    "the greatest group of each": (
        """SELECT ?g ?s ?n { GRAPH ?g {
            { SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s ORDER BY DESC(?n) ?s LIMIT 1 } } }""",
        ["c1 a 2", "c2 a 1", "c3 a 1", "n a 1"],
    ),
    "a variable of the name of the graph is another one": (
        "SELECT ?g { GRAPH ?g { { SELECT ?g { ?s :p ?g } ORDER BY ?g LIMIT 1 } } }",
        [],
    ),
    "groups with VALUES": (
        "SELECT ?g ?s { GRAPH ?g { { SELECT ?s { ?s ?p ?o } GROUP BY ?s VALUES ?s { :z :b } } } }",
        ["c3 b", "n z"],
    ),
    "an EXISTS in a column": (
        "SELECT ?g ?s ?q { GRAPH ?g { { SELECT ?s (EXISTS { ?s :q ?z } AS ?q) { ?s :p ?o } GROUP BY ?s } } }",
        ["c1 a false", "c2 a false", "c3 a false", "n a false"],
    ),
    "within EXISTS": (
        "SELECT ?s { ?s :p 7 FILTER EXISTS { GRAPH ?g { VALUES ?z { :z } } FILTER(?z = :z) } }",
        ["b"],
    ),
}


@pytest.mark.parametrize("name", CUT)
def test_each_graph_is_looked_at_by_itself(name: str) -> None:
    text, expected = CUT[name]
    for provenance in ("none", "how"):
        found = query(DATA, SPARQL_PREFIX + text, provenance=provenance)  # type: ignore[arg-type]
        rows = [" ".join(getattr(t, "value", "-").removeprefix(EX) for t in row) for row in found.rows]
        assert sorted(row for row in rows if not row.startswith("record")) == expected
    check_law(DATA, SPARQL_PREFIX + text)
