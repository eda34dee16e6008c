"""How the columns of an answer hang together, by its query."""

import pytest

from server.views.edges import as_written, edges


@pytest.mark.parametrize(
    ("query", "variables", "lines", "names"),
    [
        ("SELECT ?a ?b { ?a ls:holdsLicenseFor ?b }", "ab", ["a holds license for b"], []),
        (
            "SELECT ?n ?m { ?a ls:holdsLicenseFor ?b . ?a rdfs:label ?n . ?b rdfs:label ?m }",
            "nm",
            ["n holds license for m"],
            [],
        ),
        (
            "SELECT ?a ?n ?b { ?a ls:holdsLicenseFor ?b ; rdfs:label ?n }",
            "anb",
            ["a holds license for b"],
            [("a", "n")],
        ),
        ("SELECT ?p ?c { ?g ls:producer ?p ; ls:customer ?c }", "pc", ["c producer p"], []),
        ("SELECT ?x ?y ?z { VALUES (?x ?y ?z) { (1 2 3) } }", "xyz", ["x y y", "x z z"], []),
        ("SELECT ?a { ?a ls:holdsLicenseFor ?a }", "a", [], []),
        ("nonsense", "ab", ["a b b"], []),
    ],
)
def test_lines_and_names(query: str, variables: str, lines: list[str], names: list[tuple[str, str]]) -> None:
    found = edges(query, None, tuple(variables))
    assert [f"{edge.start} {edge.label} {edge.end}" for edge in found.lines] == lines
    assert list(found.names) == names


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("SELECT * { ?z ls:holdsLicenseFor ?a OPTIONAL { ?a rdfs:label ?m } BIND(1 AS ?b) }", "zamb"),
        ("SELECT * { { SELECT ?y ?x { ?x ?p ?y } } ?x ?w ?v }", "yxwv"),
        ("SELECT ?z ?a { ?z ls:holdsLicenseFor ?a }", ""),
        ("CONSTRUCT { ?z ?p ?a } { ?z ?p ?a }", ""),
        ("nonsense", ""),
    ],
)
def test_columns_of_everything_come_as_they_are_written(query: str, columns: str) -> None:
    assert as_written(query, None) == tuple(columns)
