"""NOW() is one instant in all parts of a question, and nothing else in the text is taken for it."""

from dataclasses import replace
from datetime import datetime, tzinfo

import pytest

from kg.dataset.terms import Literal
from kg.query import at_one_instant, difference, instant, query
from kg.query.parse import parse
from tests.query.fake import EX, SPARQL_PREFIX, FakeSnapshot, read

DATA = FakeSnapshot({"a": read(":x :p :y"), "b": read(":z :p :y")})


@pytest.mark.parametrize(
    "text",
    [
        'SELECT ?now { ?now <urn:now> \'NOW()\' . ?s <urn:p#NOW()> """now()""" }  # NOW()',
        "SELECT (:NOW() AS ?n) {}",
        "SELECT * { FILTER(NOW() > }",
    ],
)
def test_only_the_call_is_replaced(text: str) -> None:
    assert at_one_instant(SPARQL_PREFIX + text) == (SPARQL_PREFIX + text, None)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (now ( ) AS ?n) { FILTER(YEAR(NOW()) IN (2000, YEAR(Now(\n)))) } GROUP BY NOW() HAVING NOW()",
        "ASK { FILTER NOW() FILTER EXISTS { BIND(NOW() AS ?x) } }",
        "SELECT * { { SELECT ?s { ?s :p ?o } ORDER BY DESC(NOW()) NOW() } # now()\n }",
    ],
)
def test_each_call_is_replaced_wherever_it_may_stand(text: str) -> None:
    found, time = at_one_instant(SPARQL_PREFIX + text)
    assert time is not None
    assert found.count(time) == sum(text.casefold().count(f"now{end}") for end in ("(", " ( ")) - text.count(
        "#"
    )
    assert parse(found)


def test_rows_with_the_time_are_annotated_and_tell_it() -> None:
    answer = query(DATA, SPARQL_PREFIX + "SELECT ?s (NOW() AS ?t) ?u { ?s :p ?o BIND(NOW() AS ?u) }")
    told = answer.provenance
    assert told is not None
    assert told.complete
    assert sorted(str(row[0]) for row in answer.rows) == [f"<{EX}x>", f"<{EX}z>"]
    [time] = {row[1] for row in answer.rows} | {row[2] for row in answer.rows}
    assert told.notes == (f"NOW() is {time.value} in all of it",)
    witnesses = [told.circuit.names([row.node]) for row in told.rows if row.node is not None]
    assert sorted(witnesses) == [[EX + "a"], [EX + "b"]]


@pytest.mark.parametrize("fraction", [0, 500_000, 770_000, 123_000])
def test_the_note_writes_the_time_as_the_rows_do(fraction: int, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime(2026, 7, 10, 0, 0, 10, fraction, tz)

    monkeypatch.setattr(instant, "datetime", Clock)
    text, now = at_one_instant("SELECT (NOW() AS ?t) {}")
    [row] = query(DATA, text).rows
    assert isinstance(row[0], Literal)
    assert row[0].value == now


def test_a_what_if_compares_at_one_instant() -> None:
    text, time = at_one_instant(SPARQL_PREFIX + "SELECT ?s (NOW() AS ?t) { ?s :p ?o }")
    assert time is not None
    found = difference(query(DATA, text), query(DATA.with_only([EX + "a"]), text), text)
    assert found.complete
    assert (len(found.vanished), found.same) == (1, 1)


def test_without_provenance_the_text_is_asked_as_it_is() -> None:
    answer = query(
        DATA,
        SPARQL_PREFIX + "ASK { FILTER(NOW() > '2020-01-01T00:00:00Z'^^xsd:dateTime) }",
        provenance="none",
    )
    assert answer.boolean is True
    assert replace(answer, provenance=None) == answer
