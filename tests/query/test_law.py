"""The law of DESIGN section 5, by brute force over generated data and queries."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.query import query
from kg.query.parse import parse
from kg.query.shaping.grouped_forms import with_groups_apart
from kg.query.shaping.render import NOTHING, render
from tests.query.fake import SPARQL_PREFIX, FakeSnapshot
from tests.query.generate import ALL, MONOTONE, snapshots
from tests.query.law import check_law
from tests.query.whole import constructs, describes, over_datasets, queries, whole_groups, with_values


@given(snapshots(), queries(MONOTONE))
def test_what_is_monotone_is_annotated(snapshot: FakeSnapshot, text: str) -> None:
    check_law(snapshot, SPARQL_PREFIX + text, complete="HAVING" not in text)


@given(snapshots(), queries())
def test_a_row_is_an_answer_exactly_where_its_circuit_is_true(snapshot: FakeSnapshot, text: str) -> None:
    check_law(snapshot, SPARQL_PREFIX + text, complete=False)


@pytest.mark.parametrize("kind", ["optional", "minus", "exists", "graph", "path", "cut", "group"])
@given(st.data())
def test_each_operator_by_itself(kind: str, data: st.DataObject) -> None:
    text = data.draw(queries(("join", "union", "filter", kind, kind)))
    check_law(data.draw(snapshots(most=4)), SPARQL_PREFIX + text, complete=False)


@given(snapshots(most=4), whole_groups())
def test_groups(snapshot: FakeSnapshot, text: str) -> None:
    check_law(snapshot, SPARQL_PREFIX + text, complete=False)


@given(snapshots(most=4), constructs())
def test_triples_that_are_constructed(snapshot: FakeSnapshot, text: str) -> None:
    check_law(snapshot, SPARQL_PREFIX + text, complete=False)


@given(snapshots(most=4), constructs(MONOTONE), st.integers(0, 3), st.integers(0, 1))
def test_a_page_of_triples_rests_on_all_solutions(
    snapshot: FakeSnapshot, text: str, limit: int, offset: int
) -> None:
    whole = SPARQL_PREFIX + text
    check_law(snapshot, f"{whole} LIMIT {limit} OFFSET {offset}", whole, complete=False)


@given(snapshots(most=4), describes())
def test_triples_that_describe(snapshot: FakeSnapshot, text: str) -> None:
    check_law(snapshot, SPARQL_PREFIX + text, complete=False)


@given(
    snapshots(most=4),
    st.one_of(queries(), whole_groups())
    .filter(lambda text: not {"?x)", "?y)"} & set(text.partition("{")[0].split()))
    .flatmap(with_values),
)
def test_values_at_the_end(snapshot: FakeSnapshot, text: str) -> None:
    check_law(snapshot, SPARQL_PREFIX + text, complete=False)


@given(
    snapshots(most=4),
    st.one_of(queries((*ALL, "graph")), whole_groups(), constructs(), describes()).flatmap(over_datasets),
)
def test_datasets_that_a_query_names(snapshot: FakeSnapshot, text: str) -> None:
    check_law(snapshot, SPARQL_PREFIX + text, complete=False)


@given(
    snapshots(most=4),
    queries().filter(lambda text: text.startswith("SELECT")),
    st.integers(0, 4),
    st.integers(0, 2),
)
def test_the_rows_of_a_page_have_all_their_derivations(
    snapshot: FakeSnapshot, text: str, limit: int, offset: int
) -> None:
    whole = SPARQL_PREFIX + text
    check_law(snapshot, f"{whole} LIMIT {limit} OFFSET {offset}", whole, complete=False)


@given(snapshots(), queries())
def test_rendered_algebra_has_the_same_solutions(snapshot: FakeSnapshot, text: str) -> None:
    written = query(snapshot, SPARQL_PREFIX + text, provenance="none")
    rendered = query(snapshot, render(with_groups_apart(parse(SPARQL_PREFIX + text))), provenance="none")
    assert sorted(set(rendered.variables) - {NOTHING}) == sorted(written.variables)
    order = [rendered.variables.index(name) for name in written.variables]
    assert Counter(tuple(row[i] for i in order) for row in rendered.rows) == Counter(written.rows)
    assert rendered.boolean == written.boolean
