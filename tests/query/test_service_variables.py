"""SERVICE with a variable: each endpoint that it is bound to is asked, and is a witness of its own."""

from itertools import chain, combinations

import pytest

from kg.dataset.terms import DefaultGraph, Quad, QueryResultsFormat, Store
from kg.errors import LodestoneError, QueryRefused, ServiceFailed
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings import BOOLEAN
from kg.query import query
from tests.query.fake import EX, SPARQL_PREFIX, FakeSnapshot, read

SAID = {
    "one": ":x :name 'X' ; :next :two . :y :name 'Y'",
    "two": ":x :name 'Xi' . :w :name 'W'",
}
CLAIMS = {
    "a": read(":x :at :one ; :p 1"),
    "b": read(":y :at :two"),
    "c": read(":x :at :two"),
    "d": read(":one :down true"),
    "e": read(":z :maybe :one"),
}
DATA = FakeSnapshot(CLAIMS, read(":one :kind :good . :two :kind :good"))


class Endpoints:
    """Two endpoints; all others fail."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.texts: list[str] = []
        self.stores = {EX + name: Store() for name in SAID}
        for name, turtle in SAID.items():
            for triple in read(turtle):
                self.stores[EX + name].add(Quad(*triple, DefaultGraph()))

    def ask(self, service: str, text: str) -> bytes:
        self.asked.append(service.removeprefix(EX))
        self.texts.append(text)
        if service not in self.stores:
            raise LodestoneError("it is not there")
        return self.stores[service].query(text).serialize(format=QueryResultsFormat.JSON) or b""

    def probability(self, service: str) -> float:
        return {"one": 0.5, "two": 0.25}[service.removeprefix(EX)]


LAWFUL = {
    "a triple before": "SELECT * { ?s :at ?e SERVICE ?e { ?s :name ?n } }",
    "a triple after": "SELECT * { SERVICE ?e { ?s :name ?n } ?s :at ?e }",
    "not projected": "SELECT ?n { ?s :at ?e SERVICE ?e { ?s :name ?n } }",
    "VALUES": "SELECT * { VALUES ?e { :one :two } SERVICE ?e { ?s :name ?n } ?s :at ?e }",
    "VALUES at the end": "SELECT * { SERVICE ?e { ?s :name ?n } } VALUES ?e { :one :two }",
    "BIND": "SELECT * { ?s :at ?o BIND(?o AS ?e) SERVICE ?e { ?s :name ?n } }",
    "a filter chooses": "SELECT * { ?s :at ?e SERVICE ?e { ?s :name ?n } FILTER(?e = :one) }",
    "an OPTIONAL": "SELECT * { ?s :at ?e OPTIONAL { SERVICE ?e { ?s :name ?n } } }",
    "a UNION": "SELECT * { ?s :at ?e { SERVICE ?e { ?s :name ?n } } UNION { ?s :p ?n } }",
    "a MINUS": "SELECT ?s { ?s :at ?e MINUS { SERVICE ?e { ?s :name 'X' } } }",
    "the endpoint within": "SELECT * { ?s :at ?e SERVICE ?e { ?s :next ?e } }",
    "one after the other": (
        "SELECT * { ?s :at ?e SERVICE ?e { ?s :next ?f } SERVICE ?f { ?s :name ?n } FILTER(?e = :one) }"
    ),
    "one in the other": "SELECT * { ?s :p 1 SERVICE :one { ?s :next ?f SERVICE ?f { ?s :name ?n } } }",
    "a silent one that fails": "SELECT * { VALUES ?e { :one :gone } SERVICE SILENT ?e { ?s :name ?n } }",
    "a silent one that is none": "SELECT * { ?s :p ?e SERVICE SILENT ?e { ?s :name ?n } }",
    "a graph": "SELECT * { GRAPH ?g { ?s :at ?e SERVICE ?e { ?s :name ?n } } }",
    "nowhere": "SELECT * { ?s :nowhere ?e SERVICE ?e { ?s :name ?n } }",
    "a MINUS that decides nothing": "SELECT * { ?s :at ?e MINUS { ?s :p 2 } SERVICE ?e { ?s :name ?n } }",
    "NOT EXISTS": "SELECT * { ?s :at ?e FILTER NOT EXISTS { ?e :down true } SERVICE ?e { ?s :name ?n } }",
    "a group": "SELECT ?e (COUNT(*) AS ?k) { ?s :at ?e SERVICE ?e { ?t :name ?n } } GROUP BY ?e",
}


@pytest.mark.parametrize("name", LAWFUL)
def test_rows_rest_on_claims_and_on_each_endpoint(name: str) -> None:
    text = SPARQL_PREFIX + LAWFUL[name]
    answer = query(DATA, text, services=Endpoints())
    plain = query(DATA, text, services=Endpoints(), provenance="none")
    assert sorted(map(str, answer.rows)) == sorted(map(str, plain.rows))
    told = answer.provenance
    assert told is not None
    assert told.complete, told.reason
    nodes = [row.node for row in told.rows]
    every = sorted(DATA.claims)
    for kept in chain.from_iterable(combinations(every, size) for size in range(len(every) + 1)):
        held = evaluate(
            told.circuit, nodes, BOOLEAN, lambda leaf, kept=kept: bool(leaf.at) or leaf.name in kept
        )
        there = query(DATA.with_only(kept), text, services=Endpoints(), provenance="none").rows
        keys = len(answer.variables) - 1 if name == "a group" else None
        known = {row[:keys] for row in there}
        for row, node in zip(answer.rows, nodes, strict=True):
            assert held[node] == (row[:keys] in known), (row, kept)


def test_each_endpoint_is_its_own_witness() -> None:
    text = SPARQL_PREFIX + "SELECT ?n { VALUES ?e { :one :two } SERVICE ?e { :x :name ?n } } ORDER BY ?n"
    told = query(DATA, text, services=Endpoints()).provenance
    assert told is not None
    assert [row.confidence for row in told.rows] == [0.5, 0.25]
    tokens = [node for node in told.circuit.to_json([r.node for r in told.rows])[0] if "service" in node]
    assert sorted(token["service"] for token in tokens) == [EX + "one", EX + "two"]


DECIDED = {
    "MINUS": "SELECT * { ?s :at ?e MINUS { ?e :down true } SERVICE ?e { ?s :name ?n } }",
    "NOT EXISTS in a group": (
        "SELECT * { { ?s :at ?e FILTER NOT EXISTS { ?e :down true } } SERVICE ?e { ?s :name ?n } }"
    ),
    "OPTIONAL": "SELECT * { :y :at ?b OPTIONAL { :y :at ?e } ?e :kind :good SERVICE ?e { ?s :name ?n } }",
    "LIMIT": "SELECT * { { SELECT ?e { ?s :at ?e } ORDER BY ?e LIMIT 1 } SERVICE ?e { ?s :name ?n } }",
    "an aggregate": "SELECT * { { SELECT (MAX(?o) AS ?e) { ?s :at ?o } } SERVICE ?e { ?s :name ?n } }",
}


@pytest.mark.parametrize("name", DECIDED)
def test_endpoints_that_only_other_data_would_name_are_not_asked(name: str) -> None:
    services = Endpoints()
    answer = query(DATA, SPARQL_PREFIX + DECIDED[name], services=services)
    assert services.asked == ["one" if name == "LIMIT" else "two"]
    assert answer.rows
    assert answer.provenance is not None
    assert not answer.provenance.complete
    assert "which endpoints" in (answer.provenance.reason or "")


def test_what_stands_further_out_does_not_bind_an_optional_endpoint() -> None:
    text = "SELECT * { ?s :p ?o OPTIONAL { SERVICE ?e { ?s :name ?n } } ?s :at ?e }"
    with pytest.raises(QueryRefused, match="not everything beside it"):
        query(DATA, SPARQL_PREFIX + text, services=Endpoints())


def test_one_endpoint_that_fails_fails_the_query() -> None:
    text = SPARQL_PREFIX + "SELECT * { VALUES ?e { :one :gone } SERVICE ?e { ?s :name ?n } }"
    with pytest.raises(ServiceFailed, match="gone"):
        query(DATA, text, services=Endpoints())


def test_there_are_not_more_than_some_endpoints() -> None:
    many = " ".join(f":e{n}" for n in range(21))
    services = Endpoints()
    with pytest.raises(QueryRefused, match="more than 20 endpoints"):
        query(
            DATA,
            f"{SPARQL_PREFIX}SELECT * {{ VALUES ?e {{ {many} }} SERVICE ?e {{ ?s ?p ?o }} }}",
            services=services,
        )
    assert services.asked == []


def test_an_endpoint_is_told_only_what_it_was_bound_with() -> None:
    services = Endpoints()
    query(DATA, SPARQL_PREFIX + LAWFUL["a triple before"], services=services)
    texts = dict(zip(services.asked, services.texts, strict=True))
    assert sorted(texts) == ["one", "two"]
    assert f"<{EX}y>" not in texts["one"]
    assert f"<{EX}y>" in texts["two"]
