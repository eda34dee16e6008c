"""Graphs are written under conditions: what another has changed meanwhile is not overwritten."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.server.conftest import license_claim
from tests.server.writing import TURTLE, UPDATE, Clients, server

__all__ = ["server"]  # fixture

G = "/graphs?graph=urn:conditional"


def put(server: Clients, value: int, **headers: str) -> int:
    headers = {name.replace("_", "-"): tag for name, tag in headers.items()}
    return server.send(
        "PUT", G, data=f"<urn:a> <urn:p> {value} .", content_type=TURTLE, headers=headers
    ).status_code


def tag(server: Clients, path: str = G) -> str:
    return server.send("GET", path, None, headers={"Accept": TURTLE}).headers["ETag"]


@pytest.fixture(autouse=True)
def graph(server: Clients) -> Iterator[None]:
    """A graph that says 1."""
    assert put(server, 1) in (201, 204)
    yield
    server.send("DELETE", G)


def test_a_graph_is_replaced_as_long_as_it_is_the_one_that_was_read(server: Clients) -> None:
    read = tag(server)
    assert put(server, 2, If_Match=read) == 204
    assert put(server, 3, If_Match=read) == 412
    assert put(server, 3, If_Match=f'"other", {tag(server)}') == 204
    assert server.ask("GRAPH <urn:conditional> { <urn:a> <urn:p> 3 }")
    assert not server.ask("GRAPH <urn:conditional> { <urn:a> <urn:p> 2 }")


@pytest.mark.parametrize("given", ['"1"', 'W/"1-00000000-0"', '"other", "more"'])
def test_a_tag_of_something_else_fits_no_graph(server: Clients, given: str) -> None:
    assert put(server, 4, If_Match=given) == 412
    assert server.ask("GRAPH <urn:conditional> { <urn:a> <urn:p> 1 }")


def test_the_tag_of_one_graph_does_not_fit_another(server: Clients) -> None:
    assert put(server, 5, If_Match=tag(server, "/graphs?default")) == 412
    assert put(server, 5, If_None_Match=tag(server, "/graphs?default")) == 204


def test_a_graph_is_made_only_where_there_is_none(server: Clients) -> None:
    assert put(server, 6, If_None_Match="*") == 412
    assert put(server, 6, If_None_Match=tag(server)) == 412
    assert server.send("DELETE", G, headers={"If-Match": "*"}).status_code == 204
    assert put(server, 6, If_Match="*") == 412
    assert put(server, 6, If_None_Match="*") == 201
    assert put(server, 7, If_Match="*") == 204


def test_a_graph_is_deleted_and_added_to_under_a_condition(server: Clients) -> None:
    old = tag(server)
    assert put(server, 8) == 204
    for method, more in (("DELETE", {}), ("POST", {"data": "<urn:b> <urn:p> 1 .", "content_type": TURTLE})):
        refused = server.send(method, G, headers={"If-Match": old}, **more)
        assert refused.status_code == 412
        assert "read it again" in refused.get_json(force=True)["detail"]
    assert server.send("DELETE", G, headers={"If-Match": tag(server)}).status_code == 204


def test_a_condition_is_that_of_the_version_that_is_written(server: Clients) -> None:
    """A tag that was right when the request came is none once another write is in between."""
    read = tag(server)
    assert (
        server.send("POST", "/graphs?default", data="<urn:x> <urn:p> 1 .", content_type=TURTLE).status_code
        == 204
    )
    assert put(server, 9, If_Match=read) == 412


@pytest.mark.parametrize(
    "condition", [{"If-Match": '"x"'}, {"If-Match": 'W/"1-0-0"'}, {"If-None-Match": "*"}]
)
@pytest.mark.parametrize(
    ("method", "path", "options"),
    [
        ("POST", "/sparql", {"data": "INSERT DATA { <urn:un> <urn:p> 1 }", "content_type": UPDATE}),
        ("POST", "/claims", {"json": license_claim(said="2025-06-01")}),
        ("DELETE", "/claim?iri=urn:none", {"json": {"reason": "wrong"}}),
        ("POST", "/graphs", {"data": "<urn:un> <urn:p> 1 .", "content_type": TURTLE}),
        ("POST", "/judgments", {"json": []}),
    ],
)
def test_a_write_that_hangs_on_nothing_is_refused_under_a_condition(
    server: Clients, method: str, path: str, options: dict[str, Any], condition: dict[str, str]
) -> None:
    before = server.client.get("/sparql?query=ASK{}").headers["Content-Version"]
    refused = server.send(method, path, headers=condition, **options)
    assert refused.status_code == 412
    detail = refused.get_json(force=True)["detail"]
    assert next(iter(condition)) in detail
    assert "nothing was written" in detail
    assert server.client.get("/sparql?query=ASK{}").headers["Content-Version"] == before
    assert server.log()[-1]["event"] == "refused"


def test_that_something_is_there_holds_for_what_is_written_to(server: Clients) -> None:
    text = "INSERT DATA { <urn:any> <urn:p> 1 }"
    done = server.send("POST", "/sparql", data=text, content_type=UPDATE, headers={"If-Match": "*"})
    assert done.status_code == 200
    assert server.ask("<urn:any> <urn:p> 1")
    reason, there = {"reason": "wrong"}, {"If-Match": "*"}
    assert server.send("DELETE", "/claim?iri=urn:none", json=reason, headers=there).status_code == 404


def test_a_page_is_not_sent_to_who_wants_another(server: Clients) -> None:
    assert server.send("GET", "/ontology", None, headers={"If-Match": '"another"'}).status_code == 412
