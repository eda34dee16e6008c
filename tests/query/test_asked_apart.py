"""Variables of EXISTS that a solution does not bind are no others of that name."""

import pytest

from kg.query import query
from tests.query.fake import EX, SPARQL_PREFIX, FakeSnapshot, read
from tests.query.law import check_law

DATA = FakeSnapshot({"c1": read(":a :p 1"), "c2": read(":a :q 2 . :b :p 3"), "c3": read(":c :q 4")})

ASKED = {
    "a join": ("SELECT ?x ?w { ?x :p ?w { ?x :q ?z FILTER EXISTS { ?v :q ?w } } }", ["a 1"]),
    "a join, negated": ("SELECT ?x ?w { ?x :p ?w { ?x :q ?z FILTER NOT EXISTS { ?v :q ?w } } }", []),
    "a table": (
        "SELECT ?x ?w { { ?x :q ?z FILTER NOT EXISTS { ?v :p ?w } } VALUES (?x ?w) { (:a :nothing) } }",
        [],
    ),
    "a value": (
        "SELECT ?x ?is { VALUES (?x ?w) { (:a :nothing) } { ?x :q ?z BIND(EXISTS { ?v :p ?w } AS ?is) } }",
        ["a true"],
    ),
    "another EXISTS within": (
        """SELECT ?x ?w { ?x :p ?w
            { ?x :q ?z FILTER EXISTS { ?v :q ?w FILTER NOT EXISTS { ?v :p ?w } } } }""",
        ["a 1"],
    ),
    "what OPTIONAL binds on its left": (
        "SELECT ?x ?w ?z { ?x :p ?w OPTIONAL { ?x :q ?z FILTER NOT EXISTS { ?v :q ?w } } }",
        ["a 1 2", "b 3 -"],
    ),
    "what it is asked about": ("SELECT ?x { ?x :p ?w FILTER NOT EXISTS { ?x :q ?z } }", ["b"]),
}


@pytest.mark.parametrize("name", ASKED)
def test_the_answer_is_that_of_the_standard(name: str) -> None:
    text, expected = ASKED[name]
    found = query(DATA, SPARQL_PREFIX + text, provenance="none")
    rows = [" ".join(getattr(t, "value", "-").removeprefix(EX) for t in row) for row in found.rows]
    assert sorted(rows) == expected
    check_law(DATA, SPARQL_PREFIX + text)
