"""Texts that are like another one: found where only nodes differ, and answered as if they were read."""

from pathlib import Path

import pytest

from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from kg.query import is_like_another, query, unread
from kg.query.parse import parse
from kg.query.plan.habits import ENOUGH
from kg.query.plan.likeness import Likeness
from tests.dataset.conftest import grant

FIRST = """PREFIX x: <http://x/> SELECT ?o WHERE {
    <http://a/1> <http://p/holds> ?o . ?o <http://p/of> <http://a/2> ; x:in <http://kind/K> }"""


@pytest.fixture
def likeness() -> Likeness:
    found = Likeness({"<http://kind/K>"}, 16)
    found.learn(FIRST, None, parse(FIRST))
    return found


@pytest.mark.parametrize(
    ("old", "new", "alike"),
    [
        ("", "", True),
        ("http://a/1", "http://a/7", True),
        ("http://a/2", "urn:other:thing", True),
        ("http://a/2", "http://kind/K", False),
        ("http://kind/K", "http://kind/L", False),
        ("http://p/of", "http://p/by", False),
        ("http://x/", "http://y/", False),
        ("<http://a/1>", "?s", False),
        ("<http://a/1>", "<a/1>", False),
        ("<http://a/1>", "<http://a/(((>", False),
        ("> }", "> } LIMIT 1", False),
        ("> }", "> # <http://a/1> \n }", False),
        ("SELECT ?o", "SELECT ?s", False),
    ],
)
def test_what_is_alike(likeness: Likeness, old: str, new: str, *, alike: bool) -> None:
    assert likeness.holds(FIRST.replace(old, new, 1) if old else FIRST, None) is alike
    assert not likeness.holds(FIRST, "http://base/")


@pytest.mark.parametrize(
    ("text", "other"),
    [
        (
            "SELECT * { <urn:a> <urn:p> ?o FILTER(?o != <urn:a>) }",
            "SELECT * { <urn:b> <urn:p> ?o FILTER(?o != <urn:b>) }",
        ),
        ("SELECT * { <urn:p> <urn:p> ?o }", "SELECT * { <urn:q> <urn:p> ?o }"),
        (
            "SELECT * { GRAPH <urn:a> { <urn:a> <urn:p> ?o } }",
            "SELECT * { GRAPH <urn:b> { <urn:a> <urn:p> ?o } }",
        ),
        ("SELECT * { <urn:a> <urn:p> '<urn:a>' }", "SELECT * { <urn:a> <urn:p> '<urn:b>' }"),
        (
            "PREFIX p: <urn:a> SELECT * { <urn:a> <urn:p> p: }",
            "PREFIX p: <urn:b> SELECT * { <urn:a> <urn:p> p: }",
        ),
    ],
)
def test_what_is_more_than_a_node_must_be_the_same(text: str, other: str) -> None:
    likeness = Likeness((), 16)
    likeness.learn(text, None, parse(text))
    assert not likeness.holds(other, None)


def test_now_and_then_one_is_looked_at_anew(likeness: Likeness) -> None:
    assert [likeness.is_due(FIRST, None) for _ in range(32)].count(True) == 2
    likeness.forget(FIRST, None)
    assert not likeness.holds(FIRST, None)


def test_what_is_not_read_is_answered_as_if_it_were(tmp_path: Path) -> None:
    with Writer(tmp_path / "store") as writer:
        writer.add(grant(f"Producer {n}", f"Customer {n % 3}") for n in range(40))
        writer.commit()
    snapshot = Reader(tmp_path / "store").current()
    asked = "SELECT ?o WHERE {{ <{}> <https://w3id.org/lodestone/ontology#holdsLicenseFor> ?o }}"
    found_holders = snapshot.query("SELECT DISTINCT ?s { ?s ls:holdsLicenseFor ?o } ORDER BY ?s")
    texts = [asked.format(row["s"].value) for row in found_holders]
    found = []
    for text in texts:
        like = is_like_another(snapshot, text, None)
        rows = unread(snapshot, text)
        assert rows is not None
        found.append(like)
        assert [tuple(row) for row in rows] == list(query(snapshot, text).rows)
    assert not any(found[: ENOUGH + 1])
    assert all(found[ENOUGH + 2 :])
    none = asked.format("urn:nobody")
    assert is_like_another(snapshot, none, None)
    assert query(snapshot, none, provenance="none").rows == ()
