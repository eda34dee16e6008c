"""What-if: which rows appear, vanish or change."""

import pytest

from kg.query import Answer, query
from kg.query.answer import Row
from kg.query.difference import Changed, difference
from kg.query.trust.trusting import Restriction, Trusting
from kg.query.trust.under import query_trusting
from tests.query.fake import EX, SPARQL_PREFIX, FakeSnapshot, read

CLAIMS = {
    "a": ":x :p :y",
    "b": ":x :p :y",
    "c": ":z :p :y . :v :p :w",
    "d": ":x :q :y",
    "e": ":u :p :y",
}


def snapshot(*names: str) -> FakeSnapshot:
    return FakeSnapshot({name: read(CLAIMS[name]) for name in names}, read(":base :p :y"))


def ask(of: FakeSnapshot, text: str, **options: object) -> Answer:
    return query(of, SPARQL_PREFIX + text, **options)  # type: ignore[arg-type]


def names(changes: tuple[Changed, ...]) -> list[str]:
    return sorted(
        " ".join(str(term).removeprefix(f"<{EX}").removesuffix(">") for term in c.row) for c in changes
    )


@pytest.mark.parametrize(
    ("text", "appeared", "vanished", "changed", "same"),
    [
        ("SELECT ?s { ?s :p :y }", ["u"], ["z"], ["x"], 1),
        ("SELECT DISTINCT ?s { ?s :p ?o }", ["u"], ["v", "z"], ["x"], 1),
        ("SELECT ?s { ?s :p :y MINUS { ?s :q :y } }", ["u", "x"], ["z"], [], 1),
        ("ASK { :z :p :y }", [], [""], [], 0),
        ("ASK { :u :p :y }", [""], [], [], 0),
        ("ASK { :x :p :y }", [], [], [""], 0),
        ("ASK { :base :p :y }", [], [], [], 1),
        ("CONSTRUCT { ?s :r :t } WHERE { ?s :p :y }", ["u r t"], ["z r t"], ["x r t"], 1),
        ("DESCRIBE :u", ["u p y"], [], [], 0),
    ],
)
def test_each_row_is_told_once(
    text: str, appeared: list[str], vanished: list[str], changed: list[str], same: int
) -> None:
    found = difference(ask(snapshot("a", "b", "c", "d"), text), ask(snapshot("a", "e"), text))
    assert found.complete
    assert (names(found.appeared), names(found.vanished), names(found.changed)) == (
        appeared,
        vanished,
        changed,
    )
    assert found.same == same
    for change in found.appeared:
        assert (change.before, change.after is not None) == (None, True)
    for change in found.vanished:
        assert (change.before is not None, change.after) == (True, None)
    for change in found.changed:
        assert change.before is not None
        assert change.after is not None
        assert change.before.confidence != change.after.confidence


def test_nothing_changes_between_equal_answers() -> None:
    one = ask(snapshot("a", "c"), "SELECT ?s { ?s :p ?o }")
    other = ask(snapshot("a", "c"), "SELECT ?s { ?s :p ?o }")
    found = difference(one, other)
    assert (found.appeared, found.vanished, found.changed, found.same) == ((), (), (), 4)


def test_a_row_that_comes_more_often_has_changed() -> None:
    text = "SELECT ?s { ?s ?v :y }"
    found = difference(ask(snapshot("a"), text), ask(snapshot("a", "d"), text))
    assert names(found.changed) == ["x"]


def test_a_row_that_is_contested_now_has_changed() -> None:
    text = "SELECT ?s { ?s :p :y }"
    before = FakeSnapshot({"a": read(":x :p :y"), "b": read(":m :n :o")})
    after = FakeSnapshot({"a": read(":x :p :y"), "b": read(":m :n :o")}, against={"a": ["b"]})
    assert names(difference(ask(before, text), ask(after, text)).changed) == ["x"]


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ({"provenance": "none"}, {}, "without provenance"),
        ({}, {"provenance": "none"}, "without provenance"),
    ],
)
def test_without_provenance_rows_alone_are_compared(
    before: dict[str, object], after: dict[str, object], says: str
) -> None:
    text = "SELECT ?s { ?s :p :y }"
    found = difference(ask(snapshot("a", "c"), text, **before), ask(snapshot("a", "e"), text, **after))
    assert not found.complete
    assert says in (found.reason or "")
    assert (names(found.appeared), names(found.vanished)) == (["u"], ["z"])


def test_what_is_not_annotated_is_compared_by_its_rows() -> None:
    text = "SELECT ?s { ?s :p :y FILTER(RAND() < 2) }"
    found = difference(ask(snapshot("a", "c"), text), ask(snapshot("a", "e"), text))
    assert "RAND()" in (found.reason or "")
    assert (names(found.appeared), names(found.vanished), found.changed) == (["u"], ["z"], ())


def test_what_if_a_claim_falls() -> None:
    whole = snapshot("a", "b", "c", "d", "e")
    text = SPARQL_PREFIX + "SELECT ?s ?o { ?s :p ?o FILTER NOT EXISTS { ?s :q ?o } }"

    def without(*fallen: str) -> set[Row]:
        gone = {EX + name for name in fallen}
        trusting = Trusting(whole, Restriction(lambda claim: claim not in gone, str), EX + "inferred")
        after = query_trusting(trusting, text)
        assert after is not None
        found = difference(query(whole, text), after)
        assert found.complete
        return {change.row for change in (*found.appeared, *found.vanished)}

    assert {tuple(str(t) for t in row) for row in without("d")} == {(f"<{EX}x>", f"<{EX}y>")}
    assert len(without("c")) == 2
    assert without("a") == set()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT ?o (GROUP_CONCAT(STR(?s)) AS ?all) { ?s :p ?o } GROUP BY ?o", "GROUP_CONCAT"),
        ("SELECT ?s { ?s :p :y FILTER(?s != :base && ?s != :x) } LIMIT 1", "LIMIT"),
        ("SELECT ?s { ?s :p :y FILTER(?s != :base && ?s != :x) } ORDER BY ?s LIMIT 1", None),
    ],
)
def test_what_the_engine_may_choose_is_doubtful(text: str, reason: str | None) -> None:
    found = difference(ask(snapshot("a", "b", "c"), text), ask(snapshot("a", "e"), text), text)
    assert found.appeared
    assert found.vanished
    assert found.reason is None if reason is None else reason in str(found.reason)
