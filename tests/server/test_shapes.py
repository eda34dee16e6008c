import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import QuerySyntaxError
from kg.query.parse import parse
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


SPACES = "\t\n\r \x0b\x0c\x1c\x1f\x85\xa0\u1680\u2000\u2003\u2028\u2029\u202f\u205f\u3000\ufeff"
PARTS = (
    "<urn:a",
    "b>",
    "SELECT *",
    "{",
    "}",
    "?s",
    "<urn:p>",
    "'it",
    "'",
    '"',
    "#",
    "<",
    "1",
    ":n",
    "\\u00a0",
)


def algebra(query: str) -> object:
    try:
        return parse(query)
    except QuerySyntaxError:
        return None


@given(st.lists(st.tuples(st.sampled_from(PARTS), st.text(SPACES, max_size=2)), max_size=12))
def test_queries_of_one_spelling_say_the_same(parts: list[tuple[str, str]]) -> None:
    query = "SELECT * { <urn:a> <urn:p> ?x" + "".join(part + space for part, space in parts) + " }"
    assert algebra(in_one_spelling(query)) == algebra(query)


@pytest.mark.parametrize("space", sorted(set(SPACES) - set("\t\n\r ")))
def test_only_white_space_of_sparql_is_one(space: str) -> None:
    for text in (
        f"ASK {{ <urn:a{space}b> ?p ?o }}",
        f"SELECT{space}* {{}}",
        f"ASK {{ ?s ?p '{space}', <urn:a{space}{space}b> }}",
    ):
        assert in_one_spelling(text) == text


def test_a_very_long_query_stands_for_itself() -> None:
    query = "SELECT * { ?s ?p 'a' }" + "#\n" * 2_000_000
    assert in_one_spelling(query) is query
    assert not is_volatile(query)
    assert is_volatile(query + "#now")


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
