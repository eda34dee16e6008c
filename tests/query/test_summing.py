"""Sums, means and other aggregates that decide rows: the law, over groups of few members and of many."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.query import query
from kg.query.algebra import Lit
from kg.query.grouping import outcomes, states, summing
from kg.query.grouping.exact import Exact, exact
from ontology.vocab import XSD
from tests.query.fake import SPARQL_PREFIX, FakeSnapshot, read
from tests.query.law import check_law

NUMBERS = st.sampled_from(("1", "2", "3", "-2", "7", "1.5", "0.25", "10", "100", '"x"', "1.0"))
FACTS = st.builds(":{} :{} {}".format, st.sampled_from("xy"), st.sampled_from("pq"), NUMBERS)
TOTALS = st.sampled_from(("SUM(?o)", "AVG(?o)", "SUM(DISTINCT ?o)", "AVG(DISTINCT ?o)"))
SIGNS = st.sampled_from(("<", "<=", ">", ">=", "=", "!="))
BOUNDS = st.sampled_from(("3", "1.5", "0", "10.0", "2", "11", "8"))
SHOWN = st.sampled_from(
    (
        "(SUM(?o) AS ?n) (AVG(?o) AS ?m)",
        "(COUNT(*) AS ?n) (MAX(?o) AS ?m)",
        "(SUM(?o) + COUNT(DISTINCT ?o) AS ?n)",
        "(COUNT(DISTINCT ?o) AS ?n) (AVG(DISTINCT ?o) AS ?m)",
        "(COUNT(DISTINCT *) AS ?n)",
    )
)


@st.composite
def stores(draw: st.DrawFn) -> FakeSnapshot:
    said = draw(st.lists(st.lists(FACTS, min_size=1, max_size=3), min_size=2, max_size=7))
    base = draw(st.lists(FACTS, max_size=2))
    claims = {f"c{n}": read(" . ".join(facts)) for n, facts in enumerate(said)}
    return FakeSnapshot(claims, read(" . ".join(base)), indexed=draw(st.booleans()))


@st.composite
def conditions(draw: st.DrawFn) -> str:
    total, bound = draw(TOTALS), draw(BOUNDS)
    first = f"{total} {draw(SIGNS)} {bound}"
    return draw(
        st.sampled_from(
            (
                first,
                f"{bound} {draw(SIGNS)} {total}",
                f"{first} && {total} < {draw(BOUNDS)}",
                f"!({first}) || {total} = {draw(BOUNDS)}",
            )
        )
    )


@given(stores(), conditions(), st.sampled_from((" GROUP BY ?s", "")), st.sampled_from((":p", "?v")))
def test_a_sum_that_decides(snapshot: FakeSnapshot, condition: str, by: str, verb: str) -> None:
    shown = f"{'?s ' if by else ''}(COUNT(*) AS ?n)"
    text = f"SELECT {shown} {{ ?s {verb} ?o }}{by} HAVING ({condition})"
    check_law(snapshot, SPARQL_PREFIX + text)


@given(
    stores(),
    SHOWN,
    st.sampled_from((" GROUP BY ?s", "")),
    st.sampled_from(("", "FILTER(?n > 2)", "?z ?v ?n .")),
)
def test_what_aggregates_come_to(snapshot: FakeSnapshot, shown: str, by: str, after: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outcomes, "MOST_TRIED", 0)
        text = f"SELECT * {{ {{ SELECT {'?s ' if by else ''}{shown} {{ ?s ?w ?o }}{by} }} {after} }}"
        check_law(snapshot, SPARQL_PREFIX + text, complete=False)


def many(members: int, seed: int = 1) -> FakeSnapshot:
    """So many claims about one thing, each with its number."""
    random = Random(seed)  # noqa: S311 - numbers that repeat
    return FakeSnapshot({f"c{n}": read(f":x :p {random.randint(1, 90)}.{n}") for n in range(members)})


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?s (COUNT(*) AS ?n) { ?s :p ?o } GROUP BY ?s HAVING (SUM(?o) > 300)",
        "SELECT ?s { ?s :p ?o } GROUP BY ?s HAVING (SUM(?o) >= 100.5 && SUM(?o) < 3000)",
        "SELECT ?s (SUM(?o) AS ?n) { ?s :p ?o } GROUP BY ?s HAVING (AVG(?o) > 30)",
        "SELECT * { { SELECT ?s (MAX(?o) AS ?n) (COUNT(*) AS ?m) { ?s :p ?o } GROUP BY ?s } FILTER(?m > 9) }",
    ],
)
def test_groups_of_many_members(text: str) -> None:
    answer = check_law(many(30), SPARQL_PREFIX + text, most=200)
    assert answer.rows


def test_what_would_take_too_many_states_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "MOST_STATES", 100)
    monkeypatch.setattr(summing, "MOST_DECISIONS", 20)
    for text, reason in (
        ("SELECT * { { SELECT (SUM(?o) AS ?n) { ?s :p ?o } } }", "100 states"),
        ("SELECT ?s { ?s :p ?o } GROUP BY ?s HAVING (SUM(?o) > 300)", "20 decisions"),
    ):
        told = query(many(30), SPARQL_PREFIX + text).provenance
        assert told is not None
        assert told.reason is not None
        assert reason in told.reason


@pytest.mark.parametrize(
    ("lexical", "datatype", "expected"),
    [
        ("007", "integer", Exact(7 * 10**18, is_decimal=False)),
        ("-0.5", "decimal", Exact(-5 * 10**17, is_decimal=True)),
        (".25", "decimal", Exact(25 * 10**16, is_decimal=True)),
        ("1.0", "double", None),
        ("1e3", "decimal", None),
        (".", "decimal", None),
        ("9" * 30, "integer", None),
        ("x", "string", None),
    ],
)
def test_what_is_an_exact_number(lexical: str, datatype: str, expected: Exact | None) -> None:
    assert exact(Lit(lexical, f"{XSD}{datatype}")) == expected
