"""Every parameter that the server reads, and every format that it writes, is on the page of /docs."""

import re
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.formats import GRAPHS, PAGES, RESULTS
from server.openapi import TAKES, TAKES_TO_WRITE, WORDS, operations, paths
from server.spelling import ASKING, COMPARING, PARAMETERS, PROTOCOL

SERVER = Path(__file__).parents[2] / "server"
READS = re.compile(r"""(?:args|form|values)\.get(?:list)?\("([a-z-]+)"|single\([^"\n]*\), "([a-z-]+)"\)""")


@pytest.fixture(scope="module")
def named(app: Flask) -> frozenset[str]:
    """What stands in the type of code on the page."""
    page = app.test_client().get("/docs", headers={"Accept": "text/html"}).text
    return frozenset(unescape(found) for found in re.findall(r"<code[^>]*>([^<]+)</code>", page))


def test_parameters_of_queries(named: frozenset[str]) -> None:
    assert {*PARAMETERS, *PROTOCOL, *ASKING, *COMPARING} <= named


def test_parameters_of_everything_else(named: frozenset[str]) -> None:
    taken = {name for names in (*TAKES.values(), *TAKES_TO_WRITE.values()) for name in names}
    assert taken <= named
    assert taken - WORDS.keys() == set()


def test_what_the_code_reads_is_described() -> None:
    read = {
        name
        for path in SERVER.rglob("*.py")
        for found in READS.finditer(path.read_text(encoding="utf-8"))
        for name in found.groups()
        if name
    }
    assert {"about", "subject", "prefix", "reason"} <= read
    assert read <= {*WORDS, *PARAMETERS, *PROTOCOL, *ASKING, *COMPARING}


def test_formats(named: frozenset[str]) -> None:
    assert {found.name for found in (*RESULTS, *GRAPHS, *PAGES)} <= named


def test_requests(app: Flask, named: frozenset[str]) -> None:
    assert {f"{o.method} {o.path}" for o in operations(app)} <= named


def test_the_tables_name_what_there_is(app: Flask, client: FlaskClient) -> None:
    there = paths(app)
    assert TAKES.keys() <= there.keys()
    assert {(m, p) for m, p in TAKES_TO_WRITE if m not in there.get(p, ())} == set()
    told = client.get("/openapi.json").get_json()["paths"]["/judgments"]["post"]["parameters"]
    assert [parameter["name"] for parameter in told] == ["force"]
