"""What would overflow the engine's stack, or ours, is refused; what is merely long is answered."""

import subprocess
import sys

import pytest

from kg.errors import QueryRefused, QuerySyntaxError
from kg.query import query
from kg.query.shaping.size import LONGEST, TooComplex, check_size
from tests.query.fake import FakeSnapshot, read

DATA = {"a": read(":x :p :y")}


def repeated(part: str, between: str, around: str, times: int) -> str:
    return around.replace("…", between.join(part.replace("#", str(n)) for n in range(times)))


CHAINS = {
    "steps": ("<urn:p>", "/", "SELECT * { ?s … ?o }"),
    "alternatives": ("<urn:p>", "|", "SELECT * { ?s … ?o }"),
    "alternatives within": ("<urn:p>", "|", "SELECT * { ?s (…)+ ?o }"),
    "binds": ("BIND(1 AS ?v#)", " ", "SELECT * { … }"),
    "sums": ("1 ", "+", "SELECT * { FILTER(…) }"),
    "ors": ("?x", "||", "SELECT * { FILTER(…) }"),
    "comparisons": ("?x", "&& 1<", "SELECT * { FILTER(…) }"),
    "optionals": ("OPTIONAL { ?s ?p ?o }", " ", "SELECT * { … }"),
    "minuses": ("MINUS { ?s ?p ?o }", " ", "SELECT * { … }"),
    "unions": ("{ ?s ?p ?o }", "UNION", "SELECT * { … }"),
    "filters": ("FILTER(1)", "", "SELECT * { … }"),
    "columns": ("(1 AS ?v#)", " ", "SELECT … {}"),
    "groups": ("(1 AS ?v#)", " ", "SELECT * {} GROUP BY …"),
    "triples": ("?s ?p ?o", ".", "SELECT * { … }"),
    "predicates": ("?p ?o", ";", "SELECT * { ?s … }"),
    "items": ("1", " ", "SELECT * { ?s ?p (…) }"),
    "quoted triples": ("<<?s ?p ", "", "SELECT * { … }"),
    "what looks like an address": ("?a<((((?b>1", "&&", "SELECT * { FILTER(…) }"),
}


@pytest.mark.parametrize("name", CHAINS)
@pytest.mark.parametrize("times", [3000, 30_000])
def test_long_chains_are_refused_before_the_engine_sees_them(name: str, times: int) -> None:
    asked = FakeSnapshot(DATA)
    with pytest.raises(TooComplex, match="at most"):
        query(asked, repeated(*CHAINS[name], times))
    assert asked.asked == []


@pytest.mark.parametrize("name", ["alternatives", "sums", "ors", "minuses", "unions", "filters", "columns"])
def test_what_is_let_pass_does_no_harm(name: str) -> None:
    """In a process of its own, since harm would be the end of it."""
    text = repeated(*CHAINS[name], LONGEST - 20)
    check_size(text)
    code = (
        "import sys\n"
        "from kg.errors import LodestoneError\n"
        "from kg.query import query\n"
        "from tests.query.fake import FakeSnapshot\n"
        "try: query(FakeSnapshot({}), sys.stdin.read())\n"
        "except LodestoneError as error: print(type(error).__name__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=text, text=True, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_chains_add_up_along_brackets() -> None:
    sums = "+1" * 300
    check_size("ASK { FILTER(:f(" + ", ".join([f"1{sums}"] * 4) + ")) }")
    with pytest.raises(TooComplex):
        check_size("ASK { FILTER(" + f"(((1{sums}){sums}){sums}){sums}" + ") }")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { VALUES ?x { " + "-1 " * 20_000 + "} }",
        "SELECT * { VALUES (?x ?y) { " + "(<http://a/b-c/d> -1) " * 20_000 + "} }",
        "ASK { FILTER(1 IN (" + "-1, " * 20_000 + "2)) }",
        "ASK { FILTER(1 IN (" + "(1 + 1), " * 20_000 + "2)) }",
    ],
    ids=["values", "rows of values", "in", "sums in"],
)
def test_data_may_be_long(text: str) -> None:
    check_size(text)


@pytest.mark.parametrize("text", ["ASK " + "{" * 150 + ")" * 150, "ASK { ~ " + "1+" * 300 + "}"])
def test_a_long_text_that_cannot_be_read_is_no_query(text: str) -> None:
    with pytest.raises(QuerySyntaxError):
        query(FakeSnapshot(DATA), text)


def test_our_own_recursion_is_refused_and_not_a_bug() -> None:
    text = repeated(*CHAINS["alternatives"], LONGEST - 20)
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    try:
        with pytest.raises(QueryRefused, match="nested too deeply"):
            query(FakeSnapshot(DATA), text)
    finally:
        sys.setrecursionlimit(before)


def test_a_long_chain_is_annotated_whatever_else_was_imported() -> None:
    answer = query(FakeSnapshot(DATA), repeated(*CHAINS["alternatives"], LONGEST - 50))
    assert answer.provenance is not None
    assert answer.provenance.reason is None


def test_an_answer_too_deep_for_annotation_is_given_without() -> None:
    answer = query(FakeSnapshot(DATA), repeated("1 ", "+", "SELECT (… AS ?x) { ?s ?p ?o }", 600))
    assert len(answer.rows) == 1
    assert answer.provenance is not None
    assert "too deeply" in (answer.provenance.reason or "")


@pytest.mark.parametrize(
    "text",
    ["SELECT * {} LIMIT " + "9" * 5000, "SELECT * {} OFFSET " + "9" * 5000, "SELECT * { <//[x> ?p ?o }"],
    ids=["limit", "offset", "address"],
)
def test_odd_numbers_and_addresses_are_syntax_errors(text: str) -> None:
    with pytest.raises(QuerySyntaxError):
        query(FakeSnapshot(DATA), text, base_iri="http://localhost/sparql")
