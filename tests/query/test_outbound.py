"""No text makes the engine call anybody: asked with a listener on this machine that notes who connects."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from kg.dataset.terms import Literal
from kg.errors import QueryRefused, QuerySyntaxError
from kg.query import query
from kg.query.parse import parse
from kg.query.shaping.render import render
from kg.query.source import admitted
from tests.query.fake import SPARQL_PREFIX, FakeSnapshot, read

DATA = {"a": read(':x :p "a service" ; :service :y')}


class Listener:
    """An endpoint that hangs up, and counts."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.server.getsockname()[1]}/internal"
        self.calls = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.server.accept()
                self.calls += 1
                connection.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.server.shutdown(socket.SHUT_RDWR)
    made.server.close()


CALLS = {
    "plain": "SELECT * { SERVICE <URL> { ?x ?p ?o } }",
    "small": "SELECT * { service<URL>{ ?x ?p ?o } }",
    "silent": "SELECT * { SERVICE SILENT <URL> { ?x ?p ?o } }",
    "glued": "SELECT * { SERVICESILENT<URL>{ ?x ?p ?o } }",
    "glued to what stands before": "SELECT * { ?s ?p trueSERVICE<URL>{ ?x ?p ?o } }",
    "glued to a number": "SELECT * { ?s ?p 1SERVICE<URL>{ ?x ?p ?o } }",
    "escaped": r"SELECT * { \u0053ERVICE <URL> { ?x ?p ?o } }",
    "escaped at length": r"SELECT * { SER\U00000056ICESILENT<URL>{ ?x ?p ?o } }",
    "another s": "SELECT * { \u017fERVICE <URL> { ?x ?p ?o } }",
    "exists": "ASK { FILTER EXISTS { SERVICESILENT<URL>{ ?x ?p ?o } } }",
    "not exists in an expression": "SELECT (NOT EXISTS { SERVICE <URL> {} } AS ?x) {}",
    "sub-select": "SELECT * { { SELECT ?x { SERVICESILENT<URL>{ ?x ?p ?o } } } }",
    "after a comment": "SELECT * { # a comment\rSERVICE <URL> { ?x ?p ?o } }",
    "lateral": "SELECT * { ?s ?p ?o LATERAL{SERVICESILENT<URL>{ ?x ?p ?o }} }",
    "beside a path": "SELECT * { ?s :p|:q ?o SERVICE <URL> { ?x ?p ?o } }",
    "after odd quotes": r"SELECT * { BIND('''\'''' AS ?e) SERVICESILENT<URL>{ ?x ?p ?o } }",
    "out of an address": r"SELECT * { ?s ?p <urn:a\u003E}SERVICE<URL>{#> }",
    "construct": "CONSTRUCT { ?x ?p ?o } { SERVICESILENT<URL>{ ?x ?p ?o } }",
    "describe": "DESCRIBE ?x { SERVICESILENT<URL>{ ?x ?p ?o } }",
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("provenance", ["how", "none"])
def test_nobody_is_called(name: str, provenance: str, listener: Listener) -> None:
    asked = FakeSnapshot(DATA)
    text = SPARQL_PREFIX + CALLS[name].replace("URL", listener.address)
    with pytest.raises((QueryRefused, QuerySyntaxError)):
        query(asked, text, provenance=provenance)
    assert asked.asked == []
    assert listener.calls == 0


def test_the_listener_would_notice(listener: Listener) -> None:
    text = f"SELECT * {{ SERVICESILENT<{listener.address}>{{ ?x ?p ?o }} }}"
    list(FakeSnapshot(DATA).query(text))
    assert listener.calls == 1


HARMLESS = {
    "a literal": 'SELECT ?s { ?s ?p "a service" }',
    "a variable": "SELECT ?service { ?service :p ?o }",
    "a prefixed name": "SELECT ?s { ?s :service ?o }",
    "a prefix": "PREFIX service: <http://ex.org/> SELECT ?s { ?s service:service ?o }",
    "an address": "SELECT ?s { ?s <http://ex.org/service> ?o }",
    "a comment": "SELECT ?s { ?s :p ?o } # SERVICE <http://127.0.0.1:1/>",
    "a call in a literal": 'SELECT ?s { ?s :p ?o FILTER(?o != "} SERVICE <http://127.0.0.1:1/> {") }',
    "a language": 'SELECT ?s { ?s :p ?o FILTER(!SAMETERM(?o, "x"@service)) }',
    "an escape": r'SELECT ?s { ?s :p "a \u0073ervice" }',
    "an escape of a quote": r'SELECT ?s { ?s :p ?o FILTER(?o != "\u0022} SERVICE <urn:x> {") }',
    "a blank node": "SELECT ?s { ?s :service _:service }",
}


@pytest.mark.parametrize("name", HARMLESS)
def test_the_word_elsewhere_is_no_call(name: str) -> None:
    answer = query(FakeSnapshot(DATA), SPARQL_PREFIX + HARMLESS[name])
    assert len(answer.rows) == 1
    assert answer.provenance is not None
    assert answer.provenance.complete


def test_a_text_that_could_hold_a_call_is_written_anew() -> None:
    asked = FakeSnapshot(DATA, indexed=False)
    text = SPARQL_PREFIX + 'SELECT*{?s :p "a service"}'
    query(asked, text)
    query(asked, text, provenance="none")
    assert len(asked.asked) == 2
    assert text not in asked.asked
    assert admitted("SELECT*{?s ?p ?o}") == "SELECT*{?s ?p ?o}"


@pytest.mark.parametrize(
    "end", ['"', "\\", '\\"', "\\u0022", "\n", "\r", "'''", '"""', "\x00", "} #", '\\\\u005C"']
)
def test_what_is_rendered_ends_where_it_should(end: str) -> None:
    text = "".join(f"\\U{ord(character):08X}" for character in f"{end} service")
    (row,) = query(FakeSnapshot(DATA), f'SELECT ?x {{ BIND("{text}" AS ?x) }}').rows
    assert row == (Literal(f"{end} service"),)


def test_what_a_page_holds_is_checked_like_every_text() -> None:
    data = {f"c{n}": read(f':s{n} :p "service {n}"') for n in range(9)}
    answer = query(FakeSnapshot(data), SPARQL_PREFIX + "SELECT ?o { ?s :p ?o } ORDER BY ?o LIMIT 2")
    assert answer.provenance is not None
    assert answer.provenance.complete


def test_no_algebra_with_a_call_is_rendered() -> None:
    with pytest.raises(QueryRefused, match="SERVICE"):
        render(parse("ASK { FILTER(!EXISTS { { SELECT * { SERVICE ?s {} } } }) }"))


def test_the_place_of_an_error_is_not_that_of_another_text() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        query(FakeSnapshot(DATA), "SELECT ?service { ?service ?p ?o } GROUP BY ?o")
    assert caught.value.line is None
