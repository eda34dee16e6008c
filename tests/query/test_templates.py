"""Planned texts with room for other nodes: filled in, they answer as the texts that they stand for."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.dataset.statistics import gather
from kg.dataset.terms import NamedNode, Quad, Store
from kg.query import is_like_another, query, unread
from kg.query.algebra import TriplePattern
from kg.query.parse import parse
from kg.query.plan import planned
from kg.query.plan.count import counting
from kg.query.plan.order import EAGER
from kg.query.plan.templates import Templates
from kg.query.planning import planning_of
from tests.query.fake import FakeSnapshot, read
from tests.query.test_plan import bag

SHAPES = (
    "SELECT ?x ?y {{ <{0}> <urn:p0> ?x . ?y <urn:p1> <{1}> ; <urn:p2> ?x }}",
    "SELECT * {{ ?x <urn:p0> ?y . ?y <urn:p1> ?z . ?z <urn:p2> <{0}> . <{1}> <urn:p1> ?x }}",
    "PREFIX u: <urn:> SELECT ?x {{ ?x u:p0 <{0}> . ?y u:p1 ?x . u:n1 u:p2 ?y }}",
    "SELECT ?x {{ ?x <urn:p0> ?y FILTER(?y != <{0}>) ?z <urn:p1> ?x . ?z <urn:p2> <{1}> }}",
    "SELECT ?x {{ ?x <urn:p0> ?y OPTIONAL {{ ?y <urn:p1> <{0}> . ?x <urn:p2> ?z }} ?x <urn:p1> <{1}> }}",
)
NODES = [f"urn:n{n}" for n in range(5)]
NEVER = 10**9


@given(
    st.sets(st.tuples(st.sampled_from(NODES), st.integers(0, 2), st.sampled_from(NODES)), min_size=12),
    st.sampled_from(SHAPES),
    st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), min_size=8, max_size=16),
)
def test_what_is_filled_in_answers_as_the_text(
    triples: Iterable[tuple[str, int, str]], shape: str, asked: list[tuple[str, str]]
) -> None:
    store = Store()
    store.extend(Quad(NamedNode(s), NamedNode(f"urn:p{p}"), NamedNode(o)) for s, p, o in triples)
    statistics, templates = gather(store), Templates((), counting(store.query), NEVER)
    for nodes in asked:
        text = shape.format(*nodes)
        found = templates.text(text, None)
        if found is not None:
            assert bag(store, found) == bag(store, text)
            continue
        counted: dict[tuple[TriplePattern, int], int] = {}
        plain = counting(store.query)

        def count(pattern: TriplePattern, limit: int) -> int:
            counted[pattern, limit] = plain(pattern, limit)  # noqa: B023 - called within this round
            return counted[pattern, limit]  # noqa: B023

        written = parse(text)
        plan = planned(written, statistics, count, EAGER)
        templates.note(text, None, written, plan.query if plan.changed else None, counted)


ASKED = "SELECT ?x ?y { <urn:a> <urn:p> ?x . ?y <urn:q> <urn:b> ; <urn:r> ?x }"
PLAN = "SELECT ?x ?y { ?y <urn:q> <urn:b> ; <urn:r> ?x . <urn:a> <urn:p> ?x }"
PATTERN = parse(PLAN).body.of.triples[0]  # type: ignore[attr-defined]


def noted(text: str = ASKED, plan: str | None = PLAN, counts: Iterable[int] = (5,)) -> Templates:
    """Templates that have seen this text with this plan; counts of others come in turn."""
    left = iter([*counts, *[5] * 50])
    templates = Templates({"<urn:kind>"}, lambda *_: next(left), NEVER)
    templates.note(text, None, parse(text), None if plan is None else parse(plan), {(PATTERN, 200): 5})
    return templates


def test_other_nodes_go_into_the_same_places() -> None:
    found = noted().text(ASKED.replace("urn:a", "urn:new").replace("urn:b", "urn:other"), None)
    expected = parse(PLAN.replace("urn:a", "urn:new").replace("urn:b", "urn:other"))
    assert found is not None
    assert parse(found).body.of == expected.body.of


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("urn:a", "urn:b"),
        ("urn:a", "urn:kind"),
        ("urn:a", "http://x/a/../b"),
        ("urn:p", "urn:r"),
        ("<urn:a>", "<relative>"),
        ("<urn:a>", "?s"),
        ("SELECT ?x ?y", "SELECT ?x"),
        ("ELECT", "elect"),
    ],
)
def test_what_is_not_alike_is_planned(old: str, new: str) -> None:
    assert noted().text(ASKED.replace(old, new, 1), None) is None


@pytest.mark.parametrize(("count", "alike"), [(4, True), (7, True), (3, False), (8, False), (200, False)])
def test_about_as_many_triples_make_the_same_plan(count: int, alike: bool) -> None:
    assert (noted(counts=[count]).text(ASKED, None) is not None) is alike


def test_a_node_that_is_written_in_two_ways_leaves_no_room() -> None:
    text = "PREFIX u: <urn:> " + ASKED.replace("<urn:b>", "u:a")
    assert noted(text, "PREFIX u: <urn:> " + PLAN.replace("<urn:b>", "u:a")).text(text, None) is None


def test_a_plan_that_differs_for_the_same_counts_is_made_each_time() -> None:
    templates = noted()
    assert templates.text(ASKED, None) is not None
    templates.note(ASKED, None, parse(ASKED), None, {(PATTERN, 200): 5})
    assert templates.text(ASKED, None) is None


class Counted(FakeSnapshot):
    """A snapshot of base data that has statistics."""

    def __init__(self, name: str, rows: list[str]) -> None:
        super().__init__({}, read(" ".join(rows)))
        self.iri, self.statistics = f"urn:{name}", gather(self.store)  # type: ignore[assignment]


ROWS = [
    f":e{n} :by :f{n % 100} ; :of :f{n // 100} ; :day {n % 28} . :f{n % 100} :holds :f{n // 100} . "
    for n in range(3000)
]
SMALL = """PREFIX : <http://ex.org/> SELECT ?who ?{1} WHERE {{
    <http://ex.org/f{0}> :holds ?who . ?e :by <http://ex.org/f{0}> ; :of ?who ; :day ?{1} }}"""


def test_what_is_filled_in_is_answered_as_if_it_were_read() -> None:
    snapshot = Counted("filled", ROWS)
    filled = 0
    for n in range(40):
        text = SMALL.format(n + 40, "day")
        filled += is_like_another(snapshot, text, None)
        found = unread(snapshot, text)
        assert found is not None
        assert sorted(map(str, found)) == sorted(map(str, snapshot.query(text)))  # type: ignore[arg-type]
    assert filled > 30


def test_the_word_service_is_no_call_where_it_is_a_name() -> None:
    snapshot = Counted("named", ROWS)
    text = SMALL.format(3, "service")
    assert planning_of(snapshot).sent(text, None).text is not None
    assert query(snapshot, text, provenance="none").rows
