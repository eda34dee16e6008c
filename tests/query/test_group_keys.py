"""Groups that the engine misreads: keys that are copies, keys in brackets, columns that mention others."""

import pytest

from kg.errors import QuerySyntaxError
from kg.query import query
from tests.query.fake import EX, SPARQL_PREFIX, FakeSnapshot, read
from tests.query.law import check_law

DATA = FakeSnapshot(
    {"c0": read(":a :p 1"), "c1": read(":b :q 2 . :a :q 2"), "c2": read(":b :q 2")}, read(":a :q 3")
)

GROUPS = {
    "a copy": ("SELECT ?k (SUM(?y) AS ?n) { ?x :q ?y } GROUP BY (?x AS ?k)", {":a 5", ":b 2"}),
    "a copy and its name": (
        "SELECT ?x ?k (SUM(?y) AS ?n) { ?x :q ?y } GROUP BY ?x (?x AS ?k)",
        {":a :a 5", ":b :b 2"},
    ),
    "a copy of a copy": ("SELECT ?j ?k { ?x :q ?y } GROUP BY (?x AS ?j) (?j AS ?k)", {":a :a", ":b :b"}),
    "a copy within": (
        "SELECT ?k (COUNT(*) AS ?n) { ?x :q ?y { SELECT ?k { ?x :q ?y } GROUP BY (?x AS ?k) } } GROUP BY ?k",
        {":a 3", ":b 3"},
    ),
    "a copy that is joined": (
        "SELECT ?k (SUM(?y) AS ?n) { ?x :q ?y } GROUP BY (?x AS ?k) VALUES ?k { :a 1 }",
        {":a 5"},
    ),
    "a copy that a filter asks about": (
        "SELECT ?k { ?x :q ?y } GROUP BY (?x AS ?k) HAVING (?k = :a && COUNT(*) > 1)",
        {":a"},
    ),
    "brackets": ("SELECT ?x (SUM(?y) AS ?n) { ?x :q ?y } GROUP BY (?x)", {":a 5", ":b 2"}),
    "a column of a column": (
        "SELECT ?x (SUM(?y) AS ?n) (?n + 1 AS ?m) (COALESCE(?m / 0, ?m) AS ?l) { ?x :q ?y } GROUP BY ?x",
        {":a 5 6 6", ":b 2 3 3"},
    ),
    "solutions that differ in what has no name": (
        "SELECT ?y (COUNT(DISTINCT *) AS ?n) (COUNT(*) AS ?m) { [] :q ?y } GROUP BY ?y",
        {"2 1 2", "3 1 1"},
    ),
    "solutions over different steps": (
        "SELECT (COUNT(DISTINCT *) AS ?n) { ?x :q/^:q ?y FILTER(?x = ?y) }",
        {"2"},
    ),
    "what is no error is counted": (
        """SELECT ?k (COUNT(?y + 1) AS ?n) (COUNT(DISTINCT STR(?z)) AS ?m) {
            { ?k :q ?y } UNION { ?k :q ?x BIND(?k AS ?y) } } GROUP BY ?k ORDER BY COUNT(?y + 1)""",
        {":a 2 0", ":b 1 0"},
    ),
    "what is no error decides": (
        "SELECT ?x { ?x ?p ?y } GROUP BY ?x HAVING (COUNT(1 / (?y - 2)) > 1)",
        {":a"},
    ),
    "solutions without names": ("SELECT (COUNT(DISTINCT *) AS ?n) (COUNT(*) AS ?m) { [] :q [] }", {"1 3"}),
    "a column of a key": (
        "SELECT (STR(?x) AS ?s) (STRLEN(?s) AS ?n) { ?x :q ?y } GROUP BY ?x",
        {":a 15", ":b 15"},
    ),
}


@pytest.mark.parametrize("name", GROUPS)
def test_groups_are_those_of_the_standard(name: str) -> None:
    text, expected = GROUPS[name]
    answer = check_law(DATA, SPARQL_PREFIX + text)
    rows = {" ".join(getattr(term, "value", "-").replace(EX, ":") for term in row) for row in answer.rows}
    assert rows == expected


def test_ask_over_copies() -> None:
    asked = "ASK { ?x :q ?y } GROUP BY (?x AS ?k) HAVING (COUNT(*) > 1 && ?k = :a)"
    assert check_law(DATA, SPARQL_PREFIX + asked).boolean is True


def test_a_key_is_not_named_as_what_the_pattern_binds() -> None:
    with pytest.raises(QuerySyntaxError, match="name \\?x, which the pattern binds"):
        query(DATA, SPARQL_PREFIX + "SELECT ?x { ?x :q ?y } GROUP BY (?y AS ?x)")


def test_a_column_that_is_another_each_time_is_not_put_into_another() -> None:
    with pytest.raises(QuerySyntaxError, match="unbound"):
        query(DATA, SPARQL_PREFIX + "SELECT (RAND() AS ?r) (?r + 1 AS ?n) { ?x :q ?y } GROUP BY ?x")
