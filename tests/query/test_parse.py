"""Text to algebra, where it is easy to get wrong."""

import pytest

from kg.errors import QuerySyntaxError
from kg.query.algebra import (
    Bgp,
    Exists,
    Extend,
    Filter,
    Iri,
    Join,
    LeftJoin,
    Lit,
    Membership,
    Negated,
    Operation,
    PathPattern,
    Pattern,
    Repeat,
    Select,
    Step,
    Table,
    TriplePattern,
    Union,
    Var,
)
from kg.query.parse import has_word, parse
from kg.query.parse.lexer import tokens
from kg.query.scope import certain, projected, visible
from ontology.vocab import XSD

EX = "http://ex.org/"
PREFIX = f"PREFIX : <{EX}> "
S, OBJ, X = Var("s"), Var("o"), Var("x")


def iri(local: str) -> Iri:
    return Iri(EX + local)


def pattern(text: str) -> Pattern:
    return parse(f"{PREFIX} SELECT * {{ {text} }}").body.of


def triple(predicate: str, obj: object = OBJ) -> TriplePattern:
    return TriplePattern(S, iri(predicate), obj)


def test_triples_around_a_filter_are_one_basic_graph_pattern() -> None:
    found = pattern("?s :p ?o FILTER(?o > 1) ?s :q ?o")
    test = Operation(">", (OBJ, Lit("1", XSD + "integer")))
    assert found == Filter(test, Bgp((triple("p"), triple("q"))))


def test_a_filter_at_the_top_of_an_optional_group_is_its_condition() -> None:
    condition = Operation("!", (X,))
    inner = Bgp((triple("q"),))
    assert pattern("?s :p ?o OPTIONAL { ?s :q ?o FILTER(!?x) }") == LeftJoin(
        Bgp((triple("p"),)), inner, condition
    )
    assert pattern("?s :p ?o OPTIONAL { { ?s :q ?o FILTER(!?x) } }") == LeftJoin(
        Bgp((triple("p"),)), Filter(condition, inner)
    )


def test_bind_ends_what_stands_before_it() -> None:
    found = pattern("?s :p ?o BIND(1 AS ?x) ?s :q ?o")
    assert found == Join(Extend(Bgp((triple("p"),)), X, Lit("1", XSD + "integer")), Bgp((triple("q"),)))


def test_operators_bind_as_the_grammar_says() -> None:
    found = pattern("FILTER(?s + 1 * 2 - ?o = 3 && !?x || ?s IN (1, ?o))")
    one, two, three = (Lit(n, XSD + "integer") for n in "123")
    total = Operation("-", (Operation("+", (S, Operation("*", (one, two)))), OBJ))
    assert isinstance(found, Filter)
    assert found.condition == Operation(
        "||",
        (
            Operation("&&", (Operation("=", (total, three)), Operation("!", (X,)))),
            Membership(S, (one, OBJ), negated=False),
        ),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("?o -1", Operation("-", (OBJ, Lit("1", XSD + "integer")))),
        ("-1", Lit("-1", XSD + "integer")),
        ("- 1", Operation("-", (Lit("1", XSD + "integer"),))),
        ("-?o", Operation("-", (OBJ,))),
        ("01", Lit("01", XSD + "integer")),
        (".5", Lit(".5", XSD + "decimal")),
        ("1.e0", Lit("1.e0", XSD + "double")),
        ("TRUE", Lit("true", XSD + "boolean")),
        ('"""a "b" \\u00e9\n\\\\"""', Lit('a "b" é\n\\')),
        ("'x'@de-AT", Lit("x", language="de-AT")),
        ('"1"^^:t', Lit("1", EX + "t")),
        (r":a\,b.c", Iri(EX + "a,b.c")),
        ("<x#y>", Iri("http://base/x#y")),
        ("NOT EXISTS {}", Exists(Bgp(), negated=True)),
    ],
)
def test_terms_are_kept_as_written(text: str, expected: object) -> None:
    found = parse(f"BASE <http://base/z> {PREFIX} SELECT * {{ FILTER({text}) }}").body.of
    assert isinstance(found, Filter)
    assert found.condition == expected


def test_paths_become_triples_where_they_can() -> None:
    found = pattern("?s :p/^:q ?o")
    assert isinstance(found, Bgp)
    first, second = found.triples
    assert first == TriplePattern(S, iri("p"), first.object)
    assert second == TriplePattern(OBJ, iri("q"), first.object)
    assert isinstance(first.object, Var)
    assert first.object.hidden
    assert pattern("?s :p|:q ?o") == Union(Bgp((triple("p"),)), Bgp((triple("q"),)))
    neither = (iri("p"), Iri("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"))
    assert pattern("?s !(:p|^:q|a) ?o") == Union(
        PathPattern(S, Negated(neither, ()), OBJ), PathPattern(S, Negated((), (iri("q"),)), OBJ)
    )
    assert pattern("?s :p+ ?o") == PathPattern(S, Repeat(Step(iri("p")), "+"), OBJ)


def test_blank_nodes_are_variables_that_the_query_does_not_use() -> None:
    query = parse(PREFIX + "SELECT * { ?_h1 :p [ :q _:b ], (1) . _:b :r ?o }")
    assert projected(query.body) == (Var("_h1"), OBJ)
    hidden = {variable.name for variable in visible(query.body.of) if variable.hidden}
    assert len(hidden) == 3
    assert all(name.startswith(query.hidden) and name != "_h1" for name in hidden)


def test_a_template_keeps_its_blank_nodes() -> None:
    template = parse(PREFIX + "CONSTRUCT { ?s :p _:b . _:b :q [] } WHERE { ?s :p _:b }").template
    assert template[0].object == template[1].subject
    assert not isinstance(template[0].object, Var)


def test_variables_in_scope_and_certain() -> None:
    found = pattern("{ ?s :p ?o } UNION { ?s :q ?x } VALUES (?y ?z) { (1 UNDEF) } OPTIONAL { ?s :r ?w }")
    assert {v.name for v in visible(found)} == {"s", "o", "x", "y", "z", "w"}
    assert {v.name for v in certain(found)} == {"s", "y"}


def test_a_sub_select_shows_what_it_projects() -> None:
    found = pattern("{ SELECT ?s (1 AS ?x) { ?s :p ?o } }")
    assert isinstance(found, Select)
    assert visible(found) == (S, X)


def test_values_take_undef_and_signs() -> None:
    assert pattern("VALUES (?s ?o) { (UNDEF -1) (:a true) }") == Table(
        (S, OBJ), ((None, Lit("-1", XSD + "integer")), (iri("a"), Lit("true", XSD + "boolean")))
    )


def test_modifiers_are_read_in_any_allowed_order() -> None:
    text = "SELECT REDUCED ?s (COUNT(*) AS ?x) { ?s :p ?o } GROUP BY ?s (STR(?o) AS ?t) LCASE(?o)"
    body = parse(
        PREFIX + text + " HAVING (?x > 1) ORDER BY DESC(?x) ?s STR(?s) OFFSET 2 LIMIT 3 VALUES ?s { :a }"
    ).body
    assert (body.duplicates, body.limit, body.offset) == ("REDUCED", 3, 2)
    assert [item.variable for item in body.group or ()] == [S, Var("t"), None]
    assert [order.descending for order in body.order] == [True, False, False]
    assert body.values == Table((S,), ((iri("a"),),))


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("SELECT *\n{ ?s ?p }", 2, 9),
        ("SELECT * { ?s ?p 'a\n' }", 1, 18),
        ("SELECT * { ?s ?p ?o ?q }", 1, 21),
        ("SELECT * { VALUES (?a ?b) { (1) } }", 1, 33),
        ("SELECT * { ?s ?p ?o } LIMIT x", 1, 29),
        ("SELECT * { ?s ?p '\\q' }", 1, 18),
        ("SELECT * { ?s ?p ?o } GROUP BY ?s", 1, 34),
        ("SELECT * { ?s ?p ?o } HAVING (COUNT(*) > 1)", 1, 44),
        ("SELECT * { } }", 1, 14),
        ("PREFIX a:b: <http://x/> ASK {}", 1, 8),
        ("CONSTRUCT { ?s <p>* ?o } WHERE {}", 1, 26),
    ],
)
def test_errors_have_line_and_column(text: str, line: int, column: int) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        parse(text)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_keywords_are_not_found_in_strings_and_comments() -> None:
    assert has_word("SELECT * { service <s> {} }", "SERVICE")
    assert not has_word('SELECT ?service { <service> a:service "SERVICE" } # SERVICE', "SERVICE")


def test_a_comparison_without_spaces_is_no_iri() -> None:
    assert [token.text for token in tokens("?a<?b && ?c>?d")][:3] == ["?a", "<", "?b"]
