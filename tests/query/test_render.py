"""Rendered text keeps the groups that carry meaning: each pair differs, and each comes back as it was."""

import pytest

from kg.query import query
from kg.query.answer import Row
from kg.query.parse import parse
from kg.query.shaping.render import render
from tests.query.fake import SPARQL_PREFIX, FakeSnapshot, read

DATA = read(":s :p 1 ; :q 2 . :t :p 3 . :u :q 4")

PAIRS = {
    "a filter of an optional group sees the outer variables, one of a group within does not": (
        "?s :p ?n OPTIONAL { ?s :q ?m FILTER(?m > ?n) }",
        "?s :p ?n OPTIONAL { { ?s :q ?m FILTER(?m > ?n) } }",
    ),
    "a filter applies to the whole of its own group": (
        "?s :p ?n FILTER(!BOUND(?m)) OPTIONAL { ?s :q ?m }",
        "{ ?s :p ?n FILTER(!BOUND(?m)) } OPTIONAL { ?s :q ?m }",
    ),
    "bind sees what stands before it in its group": (
        "?s :p ?n BIND(?n AS ?x)",
        "?s :p ?n { BIND(?n AS ?x) }",
    ),
    "minus takes from what stands before it": (
        "?s :p ?n MINUS { ?s :q ?m } OPTIONAL { ?t :q ?m }",
        "?s :p ?n OPTIONAL { ?t :q ?m } MINUS { ?s :q ?m }",
    ),
    "minus without a shared variable takes nothing": (
        "?s :p ?n MINUS { ?t :q ?m }",
        "?s :p ?n MINUS { ?s :q ?m }",
    ),
    "an optional at the start is left-joined to the empty solution": (
        "OPTIONAL { ?s :nope ?n } ?s :p ?n",
        "OPTIONAL { ?s :q ?n } ?s :p ?n",
    ),
    "a union is of whole groups": (
        "{ ?s :p ?n } UNION { ?s :q ?n } ?s :q ?m",
        "{ ?s :p ?n } UNION { ?s :q ?n ; :q ?m }",
    ),
    "a filter over a sub-select is not the sub-select's": (
        "{ SELECT ?s { ?s :p ?n } } FILTER(BOUND(?n))",
        "{ SELECT ?s { ?s :p ?n FILTER(BOUND(?n)) } }",
    ),
    "arithmetic keeps its grouping": (
        "?s :p ?n BIND(1 - (2 - ?n) AS ?x)",
        "?s :p ?n BIND(1 - 2 - ?n AS ?x)",
    ),
}


def rows(text: str) -> list[Row]:
    answer = query(FakeSnapshot({}, DATA), text, provenance="none")
    order = sorted(range(len(answer.variables)), key=answer.variables.__getitem__)
    return sorted((tuple(row[i] for i in order) for row in answer.rows), key=str)


@pytest.mark.parametrize("name", PAIRS)
def test_what_differs_still_differs(name: str) -> None:
    written, rendered = [], []
    for pattern in PAIRS[name]:
        text = f"{SPARQL_PREFIX} SELECT * {{ {pattern} }}"
        written.append(rows(text))
        rendered.append(rows(render(parse(text))))
    assert written[0] != written[1]
    assert rendered == written


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?s (SUM(DISTINCT ?n) AS ?t) { ?s :p|:q ?n } GROUP BY ?s HAVING (SUM(?n) > 1) ORDER BY ?t",
        'SELECT (GROUP_CONCAT(?n; SEPARATOR = "\\n,\\"") AS ?all) { { SELECT ?n { ?s :p ?n } ORDER BY ?n } }',
        "SELECT ?s { ?s (:p/^:p)*/:q ?m } ORDER BY ?s LIMIT 1 OFFSET 1",
        "SELECT ?s ?x { ?s :p ?n } VALUES (?s ?x) { (:s UNDEF) (UNDEF 'é\\\\'@en) }",
        "SELECT REDUCED ?s { ?s :p ?n FILTER(?n IN (1, 2) || -?n NOT IN (-3)) }",
        "ASK { ?s :p ?n FILTER NOT EXISTS { ?s :q ?m FILTER(?m > ?n) } }",
    ],
)
def test_modifiers_and_expressions_come_back(text: str) -> None:
    text = SPARQL_PREFIX + text
    assert rows(render(parse(text))) == rows(text)


@pytest.mark.parametrize(
    "text",
    [
        "CONSTRUCT { ?s :r [ :n ?n ] } WHERE { ?s :p ?n }",
        "CONSTRUCT WHERE { ?s :p ?n }",
        "DESCRIBE :s ?t { ?t :p 3 }",
    ],
)
def test_graphs_come_back(text: str) -> None:
    snapshot = FakeSnapshot({}, DATA)
    written = query(snapshot, SPARQL_PREFIX + text, provenance="none").triples
    rendered = query(snapshot, render(parse(SPARQL_PREFIX + text)), provenance="none").triples
    assert len(rendered) == len(written) > 0
    assert {t.predicate for t in rendered} == {t.predicate for t in written}
