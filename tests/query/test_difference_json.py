"""A difference as JSON: every node that it names is in the circuit of its side."""

import pytest

from kg.query import TrustPolicy, query
from kg.query.difference import difference
from kg.query.difference_json import difference_json
from tests.query.fake import EX, SPARQL_PREFIX, FakeSnapshot, read

DATA = FakeSnapshot(
    {"a": read(":x :p 1 . :y :p 2"), "b": read(":x :p 2"), "c": read(":y :p 5 . :x :q 3")},
    read(":y :p 3 . :x :q 4"),
)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (COUNT(*) AS ?n) { ?s :p ?o }",
        "SELECT ?s (SUM(?o) AS ?n) { ?s :p ?o } GROUP BY ?s",
        "SELECT ?s (SUM(?o) AS ?n) (MAX(?v) AS ?m) { ?s :p ?o . ?s ?q ?v } GROUP BY ?s",
        "SELECT ?s (COUNT(DISTINCT STR(?o)) AS ?n) { ?s ?p ?v OPTIONAL { ?s :p ?o } } GROUP BY ?s",
    ],
)
def test_how_values_are_made_up_is_told_by_nodes_that_are_there(text: str) -> None:
    sides = [query(one, SPARQL_PREFIX + text) for one in (DATA, DATA.with_only([EX + "a"]))]
    told = difference_json(difference(*sides), TrustPolicy(), TrustPolicy())
    rows = [
        (side, change[side])
        for kind in ("appeared", "vanished", "changed")
        for change in told[kind]
        for side in ("before", "after")
        if change[side] is not None
    ]
    assert {side for side, _ in rows} == {"before", "after"}
    for side, row in rows:
        circuit = told[side]["circuit"]
        members = [one for of in row["aggregates"].values() for one in of]
        assert members
        assert all(0 <= one["node"] < len(circuit) for one in [row, *members])
        named = {node["claim"] for node in circuit if node["op"] == "token"}
        assert named <= told["claims"].keys()
