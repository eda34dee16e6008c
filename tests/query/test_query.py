"""What ``query`` gives back and refuses."""

import pytest

from kg.dataset.terms import Literal, NamedNode
from kg.errors import QueryRefused, QuerySyntaxError
from kg.provenance.witnesses import rests_on
from kg.query import query
from tests.query.fake import EX, SPARQL_PREFIX, FakeSnapshot, read
from tests.query.law import check_law

DATA = {"a": read(":x :p :y"), "b": read(":x :p :y . :y :p :z"), "c": read(":y :q 1")}


def snapshot() -> FakeSnapshot:
    return FakeSnapshot(DATA, against={"a": ["c"]})


def test_a_row_names_its_claims_and_who_contests_them() -> None:
    answer = query(snapshot(), SPARQL_PREFIX + "SELECT ?o { :x :p ?o }")
    assert answer.kind == "select"
    assert answer.version == EX + "version/1"
    assert answer.variables == ("o",)
    assert answer.rows == ((NamedNode(EX + "y"),),)
    told = answer.provenance
    assert told is not None
    assert told.complete
    assert told.reason is None
    assert set(told.claims) == {EX + "a", EX + "b"}
    (row,) = told.rows
    assert row.contested == (EX + "c",)
    assert row.confidence is not None
    assert max(info.probability for info in told.claims.values()) < row.confidence < 1


def test_without_provenance_nothing_is_derived() -> None:
    asked = snapshot()
    answer = query(asked, SPARQL_PREFIX + "SELECT ?o { :x :p ?o }", provenance="none")
    assert answer.provenance is None
    assert len(asked.asked) == 1


def test_without_confidence_there_are_circuits_only() -> None:
    answer = query(snapshot(), SPARQL_PREFIX + "SELECT ?o { :x :p ?o }", confidence=False)
    assert answer.provenance is not None
    (row,) = answer.provenance.rows
    assert row.node is not None
    assert row.confidence is None


def test_known_prefixes_need_no_declaration() -> None:
    answer = query(snapshot(), "SELECT ?c { ?c a ls:Claim ; rdfs:label ?l }")
    assert answer.rows == ()
    assert answer.provenance is not None
    assert answer.provenance.complete


def test_relative_iris_are_resolved_against_the_base() -> None:
    answer = query(snapshot(), "SELECT ?o { <x> <p> ?o }", base_iri=EX)
    assert answer.rows == ((NamedNode(EX + "y"),),)
    assert answer.provenance is not None
    assert answer.provenance.complete


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("SELECT ?x { ?x ?y }", 1, 19, "expected a term, found '}'"),
        ("SELECT ?x {\n  ?x nope:y ?z }", 2, 6, "the prefix nope: is not declared"),
        ("SELECT ?x { ?x a 'b' ", 1, 22, "found the end"),
        ("SELEC ?x { ?x a 'b' }", 1, 1, "expected SELECT, ASK, CONSTRUCT or DESCRIBE"),
    ],
)
def test_a_syntax_error_has_its_place(text: str, line: int, column: int, says: str) -> None:
    with pytest.raises(QuerySyntaxError, match=r"this is not SPARQL 1\.1") as caught:
        query(snapshot(), text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "text", ["SELECT ?s { ?s ?p ?o } GROUP BY ?o", "SELECT * { ?x ?y ?z BIND(1 AS ?x) }"]
)
def test_the_engine_judges_what_the_grammar_lets_pass(text: str) -> None:
    with pytest.raises(QuerySyntaxError, match="the engine says"):
        query(snapshot(), text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * { service silent ?e { ?s ?p ?o } }",
        "ASK { FILTER EXISTS { SERVICE <http://127.0.0.1:1/> {} } }",
        "SELECT * { ?s ?p ?o LATERAL { SERVICE ?o { } } }",
    ],
)
@pytest.mark.parametrize("provenance", ["how", "none"])
def test_service_is_refused_before_anything_is_asked(text: str, provenance: str) -> None:
    asked = snapshot()
    with pytest.raises(QueryRefused, match="SERVICE"):
        query(asked, text, provenance=provenance)
    assert asked.asked == []


def test_the_word_service_elsewhere_is_no_call() -> None:
    text = 'SELECT ?service { ?service :p "SERVICE <http://s>" } # SERVICE'
    assert query(snapshot(), SPARQL_PREFIX + text).rows == ()


def test_an_unknown_function_is_refused() -> None:
    with pytest.raises(QueryRefused, match="nosuch"):
        query(snapshot(), SPARQL_PREFIX + "SELECT * { ?s ?p ?o FILTER(:nosuch(?o)) }")


@pytest.mark.parametrize(
    ("text", "kind", "claims"),
    [
        ("CONSTRUCT { ?o :of ?s } WHERE { ?s :p ?o }", "construct", {":y": {"a", "b"}, ":z": {"b"}}),
        ("CONSTRUCT WHERE { ?s :p :y }", "construct", {":x": {"a", "b"}}),
        ("DESCRIBE :y", "describe", {":y": {"b", "c"}}),
    ],
)
def test_triples_are_annotated(text: str, kind: str, claims: dict[str, set[str]]) -> None:
    answer = query(snapshot(), SPARQL_PREFIX + text)
    assert answer.kind == kind
    told = answer.provenance
    assert told is not None
    assert told.complete
    assert len(told.rows) == len(answer.triples)
    found: dict[str, set[str]] = {}
    for triple, row in zip(answer.triples, told.rows, strict=True):
        assert row.node is not None
        rests = {claim.removeprefix(EX) for claim in rests_on(told.circuit, row.node)}
        found.setdefault(f":{triple.subject.value.removeprefix(EX)}", set()).update(rests)
    assert found == claims


def test_a_dataset_of_the_request_is_annotated_as_its_graphs_are() -> None:
    answer = query(snapshot(), "SELECT * { ?s ?p ?o }", default_graphs=[EX + "a", EX + "c"])
    told = answer.provenance
    assert told is not None
    assert told.complete
    assert len(answer.rows) == 2
    assert set(told.claims) == {EX + "a", EX + "c"}


def test_too_many_derivations_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.query.asking.MAX_DERIVATIONS", 2)
    answer = query(snapshot(), "SELECT * { ?s ?p ?o }")
    assert len(answer.rows) == 3
    assert answer.provenance is not None
    assert answer.provenance.reason == "the answer has more than 2 derivations"


def test_a_fact_that_nothing_supports_is_never_annotated() -> None:
    class Forgetful(FakeSnapshot):
        def fact_support(self, s, p, o):
            support = super().fact_support(s, p, o)
            return type(support)()

    answer = query(Forgetful(DATA), "SELECT * { ?s ?p ?o }")
    assert len(answer.rows) == 3
    assert answer.provenance is not None
    assert not answer.provenance.complete
    assert "nothing on record supports the fact" in (answer.provenance.reason or "")


def test_a_value_that_equals_nothing_is_found_all_the_same() -> None:
    data = {"a": read(':x :p "NaN"^^xsd:double'), "b": read(':x :p "NaN"^^xsd:double')}
    answer = check_law(
        FakeSnapshot(data),
        SPARQL_PREFIX + "SELECT ?o { ?s :p ?o } LIMIT 1",
        SPARQL_PREFIX + "SELECT ?o { ?s :p ?o }",
    )
    assert isinstance(answer.rows[0][0], Literal)


def test_a_page_asks_only_for_its_rows() -> None:
    asked = FakeSnapshot({f"c{n}": read(f":s{n} :p :o{n % 2}") for n in range(50)}, indexed=False)
    answer = query(asked, SPARQL_PREFIX + "SELECT ?s { ?s :p ?o } ORDER BY ?s LIMIT 2")
    assert len(answer.rows) == 2
    assert "VALUES (?s) { (<http://ex.org/s0>) (<http://ex.org/s1>) }" in asked.asked[-1]
    assert len(list(asked.query(asked.asked[-1]))) == 2


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p ?o FILTER(" + "(" * 5000 + "1" + ")" * 5000 + ") }",
        "SELECT * " + "{" * 5000 + "?s ?p ?o" + "}" * 5000,
        "SELECT * { ?s ?p ?o FILTER(" + "!" * 5000 + "1) }",
    ],
    ids=["parentheses", "groups", "signs"],
)
def test_what_would_overflow_the_engine_is_refused(text: str) -> None:
    with pytest.raises(QueryRefused, match="nested too deeply"):
        query(snapshot(), text)


def test_a_long_query_is_no_deep_one() -> None:
    parts = " ".join(f"{{ ?s :p ?o{n} FILTER(?o{n} != (-1 + {n})) }} UNION" for n in range(150))
    answer = query(snapshot(), SPARQL_PREFIX + f"SELECT ?s {{ {parts} {{}} }}")
    assert answer.provenance is not None
    assert answer.provenance.complete
    assert len(answer.rows) == 150 * 2 + 1


def test_alternatives_count_as_the_standard_says() -> None:
    """Section 18.4: ``p|q`` is a union, so what both give comes twice; the engine gives it once."""
    text = SPARQL_PREFIX + "SELECT (COUNT(*) AS ?n) { ?s :p|!:q ?o }"
    assert query(snapshot(), text, provenance="none").rows[0][0] == Literal(4)


@pytest.mark.parametrize(
    ("pattern", "count"),
    [(":nowhere :p* ?o", 1), ("?s :p? :nowhere", 1), (":nowhere :p * :nowhere", 1), (":nowhere :p+ ?o", 0)],
)
def test_a_path_of_length_zero_needs_no_data(pattern: str, count: int) -> None:
    """Section 18.4: a constant is joined to itself; the engine leaves out one that no triple holds."""
    assert len(query(snapshot(), f"{SPARQL_PREFIX} SELECT * {{ {pattern} }}").rows) == count


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?s ?o { ?s :p ?o } LIMIT 7",
        "SELECT * { ?s ?p ?o } LIMIT 7 OFFSET 3",
        "SELECT ?s ?o { ?s :p ?o } ORDER BY ?o",
        "SELECT ?s ?o { ?s :p ?o } ORDER BY ?o LIMIT 5",
        "SELECT ?s ?o ?q { ?s :p ?o . ?s :q ?q } ORDER BY DESC(?q) LIMIT 9",
        "SELECT DISTINCT ?o { ?s :p ?o } ORDER BY ?o",
        "SELECT ?o { ?s :p ?o } ORDER BY ?o LIMIT 5",
        "SELECT ?s ?x { ?s :p ?o OPTIONAL { ?s :r ?x } } ORDER BY ?o",
        "SELECT ?s ?o { ?s :p ?o MINUS { ?s :r ?o } } LIMIT 4",
    ],
)
def test_ties_and_pages_are_the_same_with_provenance_and_without(text: str) -> None:
    claims = {f"c{n}": read(f":s{n * 7 % 40} :p {n % 3} ; :q {n % 4}") for n in range(40)}
    there = FakeSnapshot(claims, read(":s1 :r 1 . :s2 :r 2"))
    answer = query(there, SPARQL_PREFIX + text)
    plain = query(there, SPARQL_PREFIX + text, provenance="none")
    assert answer.rows == plain.rows
    assert answer.provenance is not None
    assert answer.provenance.complete
