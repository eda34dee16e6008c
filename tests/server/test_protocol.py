"""Reading requests, without evaluating them."""

from urllib.parse import urlencode

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from kg.errors import InvalidPolicy
from server.errors import BadRequest, UnsupportedType
from server.formats import GRAPHS, RESULTS, by_name
from server.processes.jobs import Provenance
from server.protocol import FORM, QUERY, UPDATE, QueryRequest, UpdateRequest, read_difference, read_request

ASK = "ASK {}"


def request(method: str = "GET", url: str = "", body: bytes = b"", kind: str | None = None) -> Request:
    sent = {"data": body, "content_type": kind} if method == "POST" else {}
    return Request(EnvironBuilder("/sparql", query_string=url, method=method, **sent).get_environ())


def test_get() -> None:
    found = read_request(
        request(url="query=ASK%20%7B%7D&default-graph-uri=http://a/1&default-graph-uri=http://a/2")
    )
    assert found is not None
    assert found.query == ASK
    assert found.default_graphs == ("http://a/1", "http://a/2")
    assert found.named_graphs is None


def test_percent_signs_survive() -> None:
    found = read_request(request(url="query=ASK%7B%3Chttp%3A%2F%2Fa%2F%2541%3E%20%3Fp%20%22100%2525%22%7D"))
    assert found is not None
    assert found.query == 'ASK{<http://a/%41> ?p "100%25"}'


def test_post_form() -> None:
    found = read_request(request("POST", body=b"query=ASK+%7B%7D&named-graph-uri=urn:g&timeout=9", kind=FORM))
    assert found is not None
    assert (found.query, found.named_graphs, found.timeout) == (ASK, ("urn:g",), 9.0)


def test_post_direct() -> None:
    found = read_request(request("POST", "provenance=none", "ASK {} # ü".encode(), f"{QUERY}; charset=UTF-8"))
    assert found is not None
    assert found.query == "ASK {} # ü"
    assert found.provenance is Provenance.NONE


@pytest.mark.parametrize(
    ("formats", "found"),
    [
        (("tsv", "text/tab-separated-values"), "tsv"),
        (("json-ld", "application/ld+json"), "application/ld+json"),
        (("gif", "csv"), "csv"),
        (("", "csv"), "csv"),
    ],
)
def test_a_format_may_be_named_in_several_ways(formats: tuple[str, ...], found: str) -> None:
    asked = read_request(request(url="query=ASK{}&" + urlencode([("format", name) for name in formats])))
    assert isinstance(asked, QueryRequest)
    assert asked.format is not None
    assert by_name((*RESULTS, *GRAPHS), asked.format) == by_name((*RESULTS, *GRAPHS), found)


def test_no_query_asks_for_the_description() -> None:
    assert read_request(request()) is None
    assert read_request(request(url="format=html")) is None


@pytest.mark.parametrize(
    "url",
    [
        "query=ASK{}&query=ASK{}",
        "query=%FF",
        "query=ASK{}&default-graph-uri=relative",
        "query=ASK{}&named-graph-uri=a b",
        "query=ASK{}&named-graph-uri=http://a/%23b%23c",
        "query=ASK{}&timeout=soon",
        "query=ASK{}&timeout=-1",
        "query=ASK{}&timeout=nan",
        "query=ASK{}&timeout=inf",
        "query=ASK{}&timeout=1&timeout=2",
        "query=ASK{}&provenance=why",
        "query=ASK{}&update=CLEAR+ALL",
        "update=CLEAR+ALL",
        "default-graph-uri=http://a/",
        "query=ASK{}&minconfidence=0.5",
        "query=ASK{}&Known_At=2025-05-31",
        "query=ASK{}&default-graph=http://a/",
        "query=ASK{}&before-without=urn:x",
        "query=ASK{}&to=2",
        "query=ASK{}&format=csv&format=tsv",
        "query=ASK{}&format=gif&format=png",
    ],
)
def test_nonsense_in_the_address(url: str) -> None:
    with pytest.raises(BadRequest):
        read_request(request(url=url))


@pytest.mark.parametrize(
    ("url", "body", "kind"),
    [
        ("", b"query=ASK{}&update=CLEAR+ALL", FORM),
        ("", b"query=ASK{}&query=ASK{}", FORM),
        ("query=ASK{}", b"query=ASK{}", FORM),
        ("", b"nothing=1", FORM),
        ("provenence=none", b"ASK {}", QUERY),
        ("", b"update=CLEAR+ALL&using-graph=urn:x", FORM),
        ("query=ASK{}", b"ASK {}", QUERY),
        ("", b"ASK { ?s ?p '\xff' }", QUERY),
        ("", b"ASK {}", None),
    ],
)
def test_nonsense_in_the_body(url: str, body: bytes, kind: str | None) -> None:
    with pytest.raises(BadRequest):
        read_request(request("POST", url, body, kind))


@pytest.mark.parametrize("kind", ["text/plain", "application/json", f"{QUERY}; charset=latin-1"])
def test_other_bodies_are_not_read(kind: str) -> None:
    with pytest.raises(UnsupportedType):
        read_request(request("POST", body=b"ASK {}", kind=kind))


def test_a_misspelt_parameter_is_told_what_is_meant() -> None:
    with pytest.raises(BadRequest, match="no parameter minconfidence: do you mean min-confidence") as found:
        read_request(request(url="query=ASK{}&minconfidence=0.5"))
    assert found.value.parameter == "minconfidence"
    with pytest.raises(BadRequest, match="do you mean before-without"):
        read_difference(request(url="query=ASK{}&before_without=urn:x"))


@pytest.mark.parametrize(
    "name", "output infer queryLn results callback limit reasoning signal_void apikey x _ tabTitle".split()
)
def test_what_other_clients_send_is_ignored(name: str) -> None:
    assert read_request(request(url=f"query=ASK{{}}&{name}=1")) == read_request(request(url="query=ASK{}"))


def test_a_trust_policy_is_read() -> None:
    asked = read_request(
        request(url="query=ASK{}&min-confidence=0.50&without=urn:b&without=urn:a&known-at=2025-05-01")
    )
    assert asked.policy == (
        ("min-confidence", "0.5"),
        ("without", "urn:a"),
        ("without", "urn:b"),
        ("known-at", "2025-05-01T23:59:59.999999+00:00"),
    )
    assert read_request(request(url="query=ASK{}&explain=plan")).plan


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ("min-confidence=2", "min-confidence"),
        ("min-confidence=0.1&min-confidence=0.2", "min-confidence"),
        ("min-origins=some", "min-origins"),
        ("known-at=yesterday", "known-at"),
        ("valid-at=2025-13-01", "valid-at"),
    ],
)
def test_a_policy_that_cannot_be_read(given: str, parameter: str) -> None:
    with pytest.raises(InvalidPolicy) as raised:
        read_request(request(url=f"query=ASK{{}}&{given}"))
    assert raised.value.parameter == parameter


def test_a_difference_is_read() -> None:
    asked = read_difference(request(url="query=ASK{}&without=urn:a&from=3&to=4&before-min-origins=2"))
    assert (asked.before_version, asked.after.version) == ("3", "4")
    assert asked.after.policy == (("without", "urn:a"),)
    assert asked.before == (("min-origins", "2"),)
    with pytest.raises(BadRequest, match="from and to"):
        read_difference(request(url="query=ASK{}&version=3"))


def test_updates() -> None:
    assert read_request(request("POST", body=b"update=CLEAR+ALL", kind=FORM)) == UpdateRequest("CLEAR ALL")
    found = read_request(
        request("POST", "using-graph-uri=urn:a&using-named-graph-uri=urn:b", b"CLEAR ALL", UPDATE)
    )
    assert found == UpdateRequest("CLEAR ALL", ("urn:a",), ("urn:b",))


@pytest.mark.parametrize(
    ("url", "body", "kind"),
    [
        ("update=CLEAR+ALL", b"", FORM),
        ("update=CLEAR+ALL", b"CLEAR ALL", UPDATE),
        ("query=ASK{}", b"CLEAR ALL", UPDATE),
        ("query=ASK{}", b"update=CLEAR+ALL", FORM),
        ("default-graph-uri=urn:a", b"CLEAR ALL", UPDATE),
        ("named-graph-uri=urn:a", b"CLEAR ALL", UPDATE),
        ("using-graph-uri=relative", b"CLEAR ALL", UPDATE),
        ("", b"update=CLEAR+ALL&update=CLEAR+ALL", FORM),
        ("", b"CLEAR ALL # \xff", UPDATE),
    ],
)
def test_nonsense_in_updates(url: str, body: bytes, kind: str) -> None:
    with pytest.raises(BadRequest):
        read_request(request("POST", url, body, kind))


def test_an_update_in_another_charset_is_not_read() -> None:
    with pytest.raises(UnsupportedType):
        read_request(request("POST", body=b"CLEAR ALL", kind=f"{UPDATE}; charset=UTF-16"))
