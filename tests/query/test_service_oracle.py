"""SERVICE against an oracle: an endpoint's data as a named graph, asked by GRAPH, give the same solutions."""

from collections import Counter
from itertools import chain, combinations

from hypothesis import assume, given, note
from hypothesis import strategies as st

from kg.dataset.terms import DefaultGraph, Quad, QueryResultsFormat, Store
from kg.errors import LodestoneError, QueryRefused
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings import BOOLEAN
from kg.query import query
from tests.query.fake import EX, SPARQL_PREFIX, FakeSnapshot, read

CLAIMS = {
    "a": read(":x :at :one ; :p :y , 1"),
    "b": read(":y :at :two ; :p 'z' , :z"),
    "c": read(":z :at :one , :two ; :p :x"),
    "d": read(":w :p :w , 2"),
}
SAID = {
    "one": read(":x :name 'X' ; :next :two . :y :name 'Y' ; :next :one . :z :p 1"),
    "two": read(":x :name 'Xi' ; :p :y . :w :name 'W' ; :next :two . :z :next :one"),
}


class Endpoints:
    """Both endpoints, as they would answer."""

    def __init__(self) -> None:
        self.stores = {EX + name: Store() for name in SAID}
        for name, triples in SAID.items():
            for triple in triples:
                self.stores[EX + name].add(Quad(*triple, DefaultGraph()))

    def ask(self, service: str, text: str) -> bytes:
        if service not in self.stores:
            raise LodestoneError("it is not there")
        return self.stores[service].query(text).serialize(format=QueryResultsFormat.JSON) or b""

    def probability(self, service: str) -> float:  # noqa: ARG002
        return 0.5


LOCAL = FakeSnapshot(CLAIMS)
GRAPHS = FakeSnapshot(CLAIMS, named={EX + name: triples for name, triples in SAID.items()})
SERVICES = Endpoints()
ORACLES = {
    kept: GRAPHS.with_only(kept)
    for kept in chain.from_iterable(combinations(sorted(LOCAL.claims), size) for size in range(5))
}

things = st.sampled_from(["?s", "?o", "?n", ":x", ":y"])
triples = st.sampled_from(
    ["?s :at ?e", "?s :p ?o", "?o :p ?n", "?s :at ?f", "?o :at ?e", ":z :at ?e", "VALUES ?e { :one :two }",
     "VALUES ?e { :one }", "VALUES (?s ?n) { (:x 'X') (:y UNDEF) }"]
)  # fmt: skip
inner = st.sampled_from(
    ["?s :name ?n", "?s :next ?e", "?s :next ?f", "?o :name ?n", "?s :p ?o", "?s ?q ?n",
     "?s :name ?n OPTIONAL { ?s :p ?o }", "{ ?s :name ?n } UNION { ?s :p ?n }",
     "?s :name ?n FILTER(?n != 'X')", "SELECT ?s { ?s :name ?any }", "?s :next ?f BIND(?s AS ?o)"]
)  # fmt: skip
calls = st.builds("CALL {} {{ {} }}".format, st.sampled_from([":one", ":two", "?e", "?e", "?f"]), inner)


def _groups(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(parts, min_size=1, max_size=3).map(" . ".join)
    return st.one_of(
        several.map("{{ {} }}".format),
        st.builds("{{ {} }} UNION {{ {} }}".format, several, several),
        st.builds("{{ SELECT ?s ?e {{ {} }} }}".format, several),
    )


grouped = st.recursive(st.one_of(triples, calls), _groups, max_leaves=5)
several = st.lists(grouped, min_size=1, max_size=2).map(" . ".join)
parts = st.one_of(grouped, several.map("OPTIONAL {{ {} }}".format), several.map("MINUS {{ {} }}".format))
"""OPTIONAL stands outermost: the engine evaluates one that begins a group within another one otherwise."""
filters = st.sampled_from(
    ["", "FILTER(?e = :one)", "FILTER(?n != 'X')", "FILTER(BOUND(?f))", "FILTER EXISTS { ?s :p ?o }",
     "FILTER(!BOUND(?o) || ?o != :y)"]
)  # fmt: skip
wholes = st.builds(
    lambda first, rest, end: f"SELECT ?s ?o ?n ?e ?f {{ {' . '.join([first, *rest])} {end} }}",
    triples,
    st.lists(parts, min_size=1, max_size=4),
    filters,
)


@given(wholes)
def test_a_service_answers_as_a_graph_of_its_data_would_in_every_part_of_the_data(text: str) -> None:
    assume("CALL" in text)
    try:
        answer = query(LOCAL, SPARQL_PREFIX + text.replace("CALL", "SERVICE"), services=SERVICES)
    except QueryRefused:
        assume(False)
    note(text)
    plain = SPARQL_PREFIX + text.replace("CALL", "GRAPH")
    assert Counter(answer.rows) == Counter(query(GRAPHS, plain, provenance="none").rows)
    told = answer.provenance
    assert told is not None
    if not told.complete:
        return
    nodes = [row.node for row in told.rows]
    for kept, oracle in ORACLES.items():
        held = evaluate(
            told.circuit, nodes, BOOLEAN, lambda leaf, kept=kept: bool(leaf.at) or leaf.name in kept
        )
        there = set(query(oracle, plain, provenance="none").rows)
        for row, node in zip(answer.rows, nodes, strict=True):
            assert held[node] == (row in there), (row, kept)
