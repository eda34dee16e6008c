"""SERVICE: other endpoints as outside witnesses."""

import pytest

from kg.dataset.terms import DefaultGraph, Quad, QueryResultsFormat, Store
from kg.errors import LodestoneError, QueryRefused, ServiceFailed
from kg.outbound import Outbound
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings import BOOLEAN
from kg.query import query
from kg.query.service.services import Endpoints, probability_of
from tests.query.fake import EX, SPARQL_PREFIX, FakeSnapshot, read

DATA = FakeSnapshot({"a": read(":x :p 1"), "b": read(":y :p 2")}, read(":z :p 3"))


class There:
    """One endpoint that answers, all others fail."""

    def __init__(self) -> None:
        self.store = Store()
        for triple in read(":x :name 'X' . :y :name 'Y' . :w :name 'W' . :z :is _:b"):
            self.store.add(Quad(triple.subject, triple.predicate, triple.object, DefaultGraph()))
        self.asked: list[str] = []

    def ask(self, service: str, text: str) -> bytes:
        self.asked.append(text)
        if service != EX + "there":
            raise LodestoneError("it is not there")
        return self.store.query(text).serialize(format=QueryResultsFormat.JSON) or b""

    def probability(self, service: str) -> float:
        assert service == EX + "there"
        return 0.75


CASES = {
    "a join": ("SELECT ?s ?n { ?s :p ?o SERVICE :there { ?s :name ?n } }", 2, 2),
    "an OPTIONAL": ("SELECT ?s ?n { ?s :p ?o OPTIONAL { SERVICE :there { ?s :name ?n } } }", 3, 2),
    "a filter on what is said": (
        "SELECT ?s { ?s :p ?o SERVICE :there { ?s :name ?n } FILTER(?n = 'X') }",
        1,
        1,
    ),
    "nothing of ours": ("SELECT ?n { SERVICE :there { ?s :name ?n } }", 3, 3),
    "a silent failure is one": ("SELECT ?s ?n { ?s :p ?o SERVICE SILENT :gone { ?s :name ?n } }", 3, 0),
    "a group": ("SELECT ?n (COUNT(*) AS ?k) { ?s :p ?o SERVICE :there { ?s :name ?n } } GROUP BY ?n", 2, 2),
    "a sub-SELECT": (
        "SELECT ?n { { SELECT ?n { SERVICE :there { ?s :name ?n } } ORDER BY ?n LIMIT 1 } }",
        1,
        1,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_rows_rest_on_the_endpoint_and_on_claims(name: str) -> None:
    text, count, outside = CASES[name]
    answer = query(DATA, SPARQL_PREFIX + text, services=There())
    plain = query(DATA, SPARQL_PREFIX + text, services=There(), provenance="none")
    assert sorted(map(str, answer.rows)) == sorted(map(str, plain.rows))
    assert len(answer.rows) == count
    told = answer.provenance
    assert told is not None
    assert told.complete, told.reason
    nodes = [row.node for row in told.rows]
    gone = evaluate(told.circuit, nodes, BOOLEAN, lambda node: node.at == "")
    fallen = sum(not gone[node] for node in nodes)
    assert fallen == outside


def test_the_witness_has_a_place_a_time_and_a_probability() -> None:
    text = "SELECT ?n { SERVICE :there { :x :name ?n } }"
    told = query(DATA, SPARQL_PREFIX + text, services=There()).provenance
    assert told is not None
    [row] = told.rows
    assert (row.confidence, row.origins, row.contested) == (0.75, 1, ())
    [token] = told.circuit.to_json([row.node])[0]
    assert token["service"] == EX + "there"
    assert token["at"].startswith("20")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "SELECT * { ?s :p ?o OPTIONAL { ?s :at ?e } SERVICE ?e { ?s :name ?n } }",
            "not everything beside it",
        ),
        ("SELECT * { ?s :p ?o { SELECT * { SERVICE ?o { ?s :name ?n } } } }", "not everything beside it"),
        ("SELECT * { ?s :p ?o SERVICE ?o { ?s :name ?n } }", "not the address"),
        ("SELECT * { BIND(UUID() AS ?e) SERVICE ?e { ?s :name ?n } }", "another each time"),
        ("SELECT * { ?s :p ?o FILTER EXISTS { SERVICE :there { ?s :name ?n } } }", "within EXISTS"),
        ("SELECT * { SERVICE :there { ?s :is ?b } }", "blank nodes"),
    ],
)
def test_what_cannot_be_asked_is_refused(text: str, why: str) -> None:
    with pytest.raises(QueryRefused, match=why):
        query(DATA, SPARQL_PREFIX + text, services=There())


def test_an_endpoint_that_fails_is_no_fault_of_the_query() -> None:
    with pytest.raises(ServiceFailed, match="it is not there") as caught:
        query(DATA, SPARQL_PREFIX + "SELECT * { SERVICE :gone { ?s :name ?n } }", services=There())
    assert caught.value.endpoint == EX + "gone"


def test_without_services_nothing_is_asked() -> None:
    with pytest.raises(QueryRefused, match="SERVICE"):
        query(DATA, SPARQL_PREFIX + "SELECT * { SERVICE :there { ?s :name ?n } }")


def test_the_endpoint_gets_the_pattern_alone() -> None:
    there = There()
    query(DATA, SPARQL_PREFIX + CASES["a join"][0], services=there)
    [asked] = there.asked
    assert "name" in asked
    assert EX + "p" not in asked


def test_the_endpoint_is_asked_about_what_can_join() -> None:
    there = There()
    query(DATA, SPARQL_PREFIX + CASES["a join"][0], services=there)
    assert all(f"<{EX}{name}>" in there.asked[0] for name in "xyz")
    query(DATA, SPARQL_PREFIX + "SELECT * { ?s :none ?o SERVICE :there { ?s :name ?n } }", services=there)
    assert len(there.asked) == 1, "nothing can join, so nobody is asked"


def test_numbers_are_not_sent() -> None:
    there = There()
    there.store.update(f"INSERT DATA {{ <{EX}x> <{EX}size> 01 }}")
    text = SPARQL_PREFIX + "SELECT ?s { ?s :p ?n SERVICE :there { ?t :size ?n } }"
    assert len(query(DATA, text, services=there).rows) == 1
    assert "VALUES" not in there.asked[0]


@pytest.mark.parametrize(
    ("entries", "probability"),
    [
        (("https://a.example/sparql#0.8",), 0.8),
        (("https://a.example/sparql",), 0.5),
        (("https://a.example/#0.3", "https://a.example/sparql#0.9"), 0.9),
        (("https://a.example/sparql#0.9", "https://a.example/#0.3"), 0.9),
        (("https://b.example/sparql#0.9",), 0.5),
        (("https://a.example/sparql#1",), 1.0),
    ],
)
def test_the_list_says_how_sure_an_endpoint_is(entries: tuple[str, ...], probability: float) -> None:
    assert Endpoints(Outbound(entries)).probability("https://a.example/sparql") == probability


@pytest.mark.parametrize(
    "entry", ["https://a.example/#0", "https://a.example/#1.1", "https://a.example/#sure"]
)
def test_a_probability_is_above_zero_and_up_to_one(entry: str) -> None:
    with pytest.raises(ValueError, match=r"probability|float"):
        probability_of(entry)
