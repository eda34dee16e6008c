"""EXISTS about solutions that leave a variable unbound, which is another one within."""

import pytest

from tests.query.fake import EX, SPARQL_PREFIX, FakeSnapshot, read
from tests.query.law import check_law

DATA = FakeSnapshot(
    {"c1": read(":a :p 1 . :a :q 1"), "c2": read(":b :p 1 . :b :q :a"), "c3": read(":a :q 1 . :d :p :b")},
    read(":b :q 7 . :d :p 3"),
    named={EX + "n": read(":a :q 9")},
)

ASKED = {
    "VALUES": "?s :p ?x VALUES ?z { 1 :b }",
    "VALUES that leave it open": "VALUES (?s ?z) { (:a UNDEF) (UNDEF 1) } ?s :p ?x",
    "VALUES that are joined": "VALUES ?z { 1 7 } ?b :q ?z",
    "MINUS": "?s :p ?x MINUS { ?s :q ?z }",
    "MINUS that shares it alone": "?v :p ?x MINUS { ?w :q ?z }",
    "a group": "?s :p ?x { SELECT ?z (COUNT(*) AS ?n) { ?v :q ?z } GROUP BY ?z HAVING (COUNT(*) > 1) }",
    "another EXISTS": "?s :p ?x FILTER NOT EXISTS { VALUES ?z { 1 } ?v :q ?z }",
    "a graph": "GRAPH :n { ?s :q ?x } VALUES ?z { 1 }",
}
FORMS = {
    "FILTER": "SELECT ?s ?z { ?s :p ?o OPTIONAL { ?s :q ?z } FILTER EXISTS { ... } }",
    "NOT": "SELECT ?s ?z { { ?s :p ?z } UNION { ?s :q ?o } FILTER NOT EXISTS { ... } }",
    "BIND": "SELECT ?s ?is { ?s :p ?o OPTIONAL { ?s :q ?z } BIND(EXISTS { ... } AS ?is) }",
    "OPTIONAL": "SELECT * { ?s :p ?o OPTIONAL { ?s :q ?z } OPTIONAL { ?s :p ?v FILTER EXISTS { ... } } }",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("asked", ASKED)
def test_the_law_holds(form: str, asked: str) -> None:
    answer = check_law(DATA, SPARQL_PREFIX + FORMS[form].replace("...", ASKED[asked]))
    assert answer.provenance is not None
    assert answer.provenance.complete
