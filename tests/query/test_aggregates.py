"""How the values of groups are made up: in every part of the data the members that are true make them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.dataset.terms import Literal
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings import BOOLEAN
from kg.query import query
from kg.query.answer import Contribution, Term
from tests.query.fake import SPARQL_PREFIX, FakeSnapshot, read
from tests.query.law import subsets

NUMBERS = ("1", "2", "3", "5", "2.5", '"01"^^xsd:integer')
PATTERNS = (
    "?s ?v ?n",
    "?s :p ?n",
    "?s :p ?n . ?s :q ?m",
    "{ ?s :p ?n } UNION { ?s :q ?n }",
    "?s :p ?n MINUS { ?s :q ?n }",
    "?s :p ?n OPTIONAL { ?s :q ?m FILTER(?m > ?n) }",
    "?s :p ?n FILTER NOT EXISTS { ?s :q ?m FILTER(?m > ?n) }",
)
AGGREGATES = (
    "COUNT(*)",
    "COUNT(?n)",
    "COUNT(DISTINCT ?n)",
    "SUM(?n)",
    "SUM(DISTINCT ?n)",
    "MIN(?n)",
    "MAX(?n)",
    "MIN(DISTINCT ?n)",
    "AVG(?n)",
    "AVG(DISTINCT ?n)",
)


@st.composite
def numbers(draw: st.DrawFn) -> FakeSnapshot:
    """Claims of a few triples whose objects are numbers."""
    triples = st.sampled_from([f"{s} {p} {n}" for s in (":a", ":b") for p in (":p", ":q") for n in NUMBERS])
    claims = {
        f"c{place}": read(" . ".join(draw(st.lists(triples, min_size=1, max_size=2))))
        for place in range(draw(st.integers(1, 4)))
    }
    base = draw(st.lists(triples, max_size=1))
    return FakeSnapshot(claims, read(" . ".join(base)), indexed=draw(st.booleans()))


def number(term: Term | None) -> Decimal | None:
    return None if term is None or not isinstance(term, Literal) else Decimal(term.value)


def value(made: Contribution, there: list[Term]) -> Decimal | None:
    """What an aggregate makes of values."""
    of = [found for found in map(number, there) if found is not None]
    match made.aggregate:
        case "COUNT":
            return Decimal(len(there))
        case "SUM":
            return sum(of, Decimal(0))
        case "AVG":
            return sum(of, Decimal(0)) / len(of) if of else Decimal(0)
        case "MIN":
            return min(of, default=None)
        case "MAX":
            return max(of, default=None)
    raise AssertionError(made.aggregate)


@given(numbers(), st.sampled_from(PATTERNS), st.sampled_from(AGGREGATES), st.booleans())
def test_the_members_that_are_true_make_the_value(
    snapshot: FakeSnapshot, pattern: str, aggregate: str, by_key: bool
) -> None:
    key, by = ("?s ", " GROUP BY ?s") if by_key else ("", "")
    text = f"{SPARQL_PREFIX} SELECT {key}({aggregate} AS ?total) {{ {pattern} }}{by}"
    answer = query(snapshot, text)
    told = answer.provenance
    assert told is not None
    assert told.complete
    assert not told.notes
    for kept in subsets(sorted(snapshot.claims), 256):
        there = query(snapshot.with_only(kept), text, provenance="none")
        values = {row[:-1]: number(row[-1]) for row in there.rows}
        for row, provenance in zip(answer.rows, told.rows, strict=True):
            (made,) = provenance.aggregates
            assert made.column == "total"
            nodes = [node for node, _ in made.members]
            held = evaluate(told.circuit, nodes, BOOLEAN, lambda node, s=kept: node.name in s)
            if row[:-1] in values:
                found = value(made, [term for node, term in made.members if held[node]])
                assert found == pytest.approx(values[row[:-1]]), (text, kept)


def test_an_expression_over_aggregates_tells_of_each() -> None:
    snapshot = FakeSnapshot({"a": read(":x :p 1"), "b": read(":x :p 4")})
    answer = query(snapshot, SPARQL_PREFIX + "SELECT (SUM(?n) / COUNT(?n) AS ?mean) { ?s :p ?n }")
    assert answer.provenance is not None
    (row,) = answer.provenance.rows
    assert [(one.column, one.aggregate, len(one.members)) for one in row.aggregates] == [
        ("mean", "SUM", 2),
        ("mean", "COUNT", 2),
    ]


def test_of_solutions_that_are_counted_once_no_members_are_told() -> None:
    snapshot = FakeSnapshot({"a": read(":x :p 1"), "b": read(":x :p 4")})
    answer = query(
        snapshot, SPARQL_PREFIX + "SELECT (COUNT(DISTINCT *) AS ?n) { { ?s :p ?o } UNION { ?s :p ?o } }"
    )
    assert answer.provenance is not None
    assert answer.provenance.complete
    assert answer.provenance.rows[0].aggregates == ()


def test_members_beyond_a_number_are_left_out_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.query.grouping.aggregates.MOST_TOLD", 2)
    snapshot = FakeSnapshot({f"c{n}": read(f":x :p {n}") for n in range(3)})
    for text in ("SELECT ?s (SUM(?n) AS ?t) { ?s :p ?n } GROUP BY ?s", "SELECT (SUM(?n) AS ?t) { ?s :p ?n }"):
        told = query(snapshot, SPARQL_PREFIX + text).provenance
        assert told is not None
        assert told.complete
        assert "at most 2 members" in told.notes[0]
        assert told.rows[0].aggregates == ()
