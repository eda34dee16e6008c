"""Groups that the engine gathers are those that are put together member by member."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.provenance.evaluate import evaluate
from kg.provenance.semirings import HOW
from kg.provenance.semirings.how import variable
from kg.query import Answer, query
from kg.query.prepare import Prepared, prepared
from tests.query.fake import SPARQL_PREFIX, FakeSnapshot, read

OBJECTS = ("1", "2", "2.5", '"01"^^xsd:integer', '"x"', ":a")
QUERIES = (
    "SELECT ?s (COUNT(?o) AS ?n) { ?s :p ?o } GROUP BY ?s",
    "SELECT (COUNT(*) AS ?n) (SUM(xsd:integer(?o)) AS ?t) { ?s :p ?o } GROUP BY ?s",
    "SELECT ?s (AVG(?o) AS ?n) (COUNT(DISTINCT ?o) AS ?d) { ?s :p ?o . ?s :q ?m } GROUP BY ?s",
    "SELECT ?o (MIN(?s) AS ?n) { ?s :p ?o FILTER(isNumeric(?o)) } GROUP BY ?o",
    "SELECT ?s (COUNT(?o) AS ?n) { ?s :p ?o } GROUP BY ?s HAVING (COUNT(?o) > 1)",
    "SELECT ?s (COUNT(?o) AS ?n) { ?s :p ?o } GROUP BY ?s HAVING (COUNT(DISTINCT ?o) != 2)",
    "SELECT ?s (COUNT(?o) AS ?n) { ?s :p ?o } GROUP BY ?s HAVING (1 < COUNT(?o))",
    "SELECT ?s (COUNT(?o) AS ?n) { ?s :p ?o } GROUP BY ?s HAVING (SUM(?o) > 2)",
    "SELECT ?s (COUNT(?o) AS ?n) { ?s :p ?o } GROUP BY ?s ORDER BY DESC(?s)",
    "SELECT ?s (COUNT(?o) AS ?n) { ?s :p ?o } GROUP BY ?s ORDER BY ?n ?s LIMIT 1",
    "SELECT (COUNT(?o) + 1 AS ?n) { ?s :p ?o . BIND(?o * 2 AS ?m) } GROUP BY (STR(?s) AS ?k)",
    "SELECT (COUNT(*) AS ?n) (MAX(xsd:integer(?o)) AS ?most) { ?s :p ?o }",
    "SELECT ?s ?n { ?s :q ?m { SELECT ?s (MAX(?o) AS ?n) { ?s :p ?o } GROUP BY ?s } }",
    "SELECT ?s (COUNT(?o) AS ?n) { ?s !(:q) ?o } GROUP BY ?s",
    "SELECT ?s (COUNT(DISTINCT *) AS ?n) { ?s ?p ?o } GROUP BY ?s",
    "SELECT (COUNT(DISTINCT *) AS ?n) { ?s :p ?o }",
)


@st.composite
def claimed(draw: st.DrawFn) -> tuple[dict[str, set], set]:
    """Claims of a few triples, and base data."""
    triples = st.sampled_from([f"{s} {p} {o}" for s in (":a", ":b") for p in (":p", ":q") for o in OBJECTS])
    claims = {
        f"c{place}": read(" . ".join(draw(st.lists(triples, min_size=1, max_size=4))))
        for place in range(draw(st.integers(1, 5)))
    }
    return claims, read(" . ".join(draw(st.lists(triples, max_size=1))))


def told(answer: Answer) -> list[tuple]:
    """Each row with its polynomial, and what its values are made of."""
    provenance = answer.provenance
    assert provenance is not None
    assert provenance.complete, provenance.reason
    made = [[(c.column, c.aggregate, c.members) for c in row.aggregates] for row in provenance.rows]
    nodes = {row.node for row in provenance.rows} | {
        node for row in made for _, _, members in row for node, _ in members
    }
    means = evaluate(provenance.circuit, nodes, HOW, lambda leaf: variable(leaf.name))

    def polynomial(node: int) -> frozenset:
        return frozenset(means[node].items())

    return [
        (
            row,
            polynomial(provenance.rows[place].node),
            tuple(
                (column, name, frozenset(Counter((polynomial(n), v) for n, v in members).items()))
                for column, name, members in made[place]
            ),
        )
        for place, row in enumerate(answer.rows)
    ]


@given(claimed(), st.sampled_from(QUERIES))
def test_the_same_either_way(data: tuple[dict[str, set], set], text: str) -> None:
    answers = [
        query(FakeSnapshot(*data, indexed=indexed), SPARQL_PREFIX + text, confidence=False)
        for indexed in (True, False)
    ]
    gathered, one_by_one = answers
    if gathered.provenance is not None and not gathered.provenance.complete:
        assert one_by_one.provenance is not None
        assert gathered.provenance.reason == one_by_one.provenance.reason
        return
    if "ORDER BY" in text:
        assert gathered.rows == one_by_one.rows
    assert Counter(told(gathered)) == Counter(told(one_by_one))


@pytest.mark.parametrize("text", QUERIES)
def test_these_are_gathered(text: str) -> None:
    found = prepared(SPARQL_PREFIX + text, None, True)
    assert isinstance(found, Prepared)
    inner = getattr(found.plan, "inner", None) or found.plan.leaves[-1].inner
    assert inner.gathering is not None


def test_what_values_are_made_of_is_asked_for_when_it_is_read() -> None:
    snapshot = FakeSnapshot({"a": read(":x :p 1"), "b": read(":x :p 4")})
    index = snapshot.index
    assert index is not None
    asked, collected = [], index.collected
    index.collected = lambda text: asked.append(text) or collected(text)
    text = SPARQL_PREFIX + "SELECT ?s (SUM(?n) AS ?t) { ?s :p ?n } GROUP BY ?s"
    provenance = query(snapshot, text, confidence=False).provenance
    assert provenance is not None
    assert len(asked) == 1
    (made,) = provenance.rows[0].aggregates
    assert sorted(value.value for _, value in made.members) == ["1", "4"]
    assert len(asked) == 2


def test_members_beyond_the_number_of_derivations_are_not_annotated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.query.asking.MAX_DERIVATIONS", 2)
    snapshot = FakeSnapshot({f"c{n}": read(f":x :p {n}") for n in range(3)})
    answer = query(snapshot, SPARQL_PREFIX + "SELECT ?s (COUNT(*) AS ?n) { ?s :p ?o } GROUP BY ?s")
    assert answer.provenance is not None
    assert not answer.provenance.complete
    assert "more than 2 derivations" in (answer.provenance.reason or "")
    assert [row[1].value for row in answer.rows] == ["3"]
