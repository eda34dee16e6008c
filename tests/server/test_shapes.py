import pytest

from server.shapes import in_one_spelling, is_volatile, shape


@pytest.mark.parametrize(
    ("query", "spelled"),
    [
        ("SELECT *\n\t{ ?s  ?p ?o } # all\n", "SELECT * { ?s ?p ?o }"),
        ('SELECT * { ?s ?p "a  b # c" }', 'SELECT * { ?s ?p "a  b # c" }'),
        ("SELECT * { ?s ?p 'it\\'s  # so' }", "SELECT * { ?s ?p 'it\\'s  # so' }"),
        ('SELECT * { ?s ?p """a\n "b"  # c""" }', 'SELECT * { ?s ?p """a\n "b"  # c""" }'),
        ("SELECT * { <http://a#b>  ?p ?o }", "SELECT * { <http://a#b> ?p ?o }"),
        ("SELECT * { ?s ?p ?o FILTER(?o  <  3) }", "SELECT * { ?s ?p ?o FILTER(?o < 3) }"),
        ("ASK { ex:a\\#b  ?p ?o }", "ASK { ex:a\\#b ?p ?o }"),
        ("ASK { FILTER(?x<'a>'||?x='c  d') }", "ASK { FILTER(?x<'a>'||?x='c  d') }"),
        ("ASK { FILTER(?x<?y#>'''\n||?x='c  d') }", "ASK { FILTER(?x<?y#>'''\n||?x='c  d') }"),
    ],
)
def test_one_spelling_leaves_what_is_said(query: str, spelled: str) -> None:
    assert in_one_spelling(query) == spelled
    assert in_one_spelling(spelled) == spelled


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (RAND() AS ?x) {}",
        "select (now () as ?x) {}",
        "SELECT (struuid() AS ?x) {}",
        "SELECT (BNODE() AS ?x) {}",
        "SELECT * { SERVICE <http://x/> { ?s ?p ?o } }",
        "SELECT (R\\u0041ND() AS ?x) {}",
    ],
)
def test_what_may_change_is_volatile(query: str) -> None:
    assert is_volatile(query)


@pytest.mark.parametrize(
    "query", ["SELECT ?now ?rand {}", "SELECT * { ?s ex:now ?known }", "SELECT ?brand {}"]
)
def test_what_only_sounds_so_is_not(query: str) -> None:
    assert not is_volatile(query)


def test_queries_of_one_shape_differ_in_constants() -> None:
    first = 'SELECT * { <http://a/1> ?p "x" } LIMIT 10'
    assert shape(first) == shape('SELECT * { <http://b/2> ?p "yy" } LIMIT 500')
    assert shape(first) != shape('SELECT * { ?p <http://a/1> "x" } LIMIT 10')
