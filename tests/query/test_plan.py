"""The planner changes no answer: each plan is executed against the query as written."""

import gzip
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given

from kg.dataset.statistics import Statistics, gather
from kg.dataset.terms import QueryBoolean, QuerySolutions, RdfFormat, Store
from kg.query.algebra import Query
from kg.query.deriving.conditions import VOLATILE
from kg.query.parse import has_word, parse
from kg.query.plan import Caution, Planned, planned
from kg.query.plan.count import counting
from kg.query.plan.order import EAGER, EAGER_TO_HASH
from kg.query.shaping.grouped_forms import with_groups_apart
from kg.query.shaping.render import NOTHING, render
from tests.query.fake import SPARQL_PREFIX, FakeSnapshot, read
from tests.query.generate import snapshots
from tests.query.test_w3c import BASE, Case, cases, snapshot_of, suite
from tests.query.whole import queries

__all__ = ["cases", "suite"]  # fixtures

Rows = Counter[tuple[object, ...]]


def bag(store: Store, text: str) -> Rows | set[tuple[object, ...]] | bool:
    """The solutions, columns by name; whether there is one; with REDUCED, which ones."""
    found = store.query(text)
    if isinstance(found, QueryBoolean):
        return bool(found)
    if not isinstance(found, QuerySolutions):
        return Counter((triple,) for triple in found)
    names = sorted({variable.value for variable in found.variables} - {NOTHING})
    rows = Counter(tuple(row[name] for name in names) for row in found)
    return set(rows) if has_word(text, "REDUCED") else rows


def plan_of(store: Store, query: Query, caution: Caution = EAGER) -> Planned:
    """The plan, after it was seen to give the solutions of the query."""
    plan = planned(query, gather(store), counting(store.query), caution)
    if plan.changed:
        text = render(plan.query)
        assert bag(store, text) == bag(store, render(query)), f"{text}\n{plan.explanation.text()}"
    return plan


@pytest.mark.parametrize("caution", [EAGER, EAGER_TO_HASH], ids=["by lookups", "by hash"])
@given(snapshots(), queries())
def test_no_plan_of_a_generated_query_changes_an_answer(
    caution: Caution, snapshot: FakeSnapshot, text: str
) -> None:
    query = with_groups_apart(parse(SPARQL_PREFIX + text))
    plan = plan_of(snapshot.store, query, caution)
    assert bag(snapshot.store, render(plan.query)) == bag(snapshot.store, render(query))


@pytest.mark.parametrize("caution", [EAGER, EAGER_TO_HASH], ids=["by lookups", "by hash"])
def test_no_plan_of_a_w3c_query_changes_an_answer(cases: list[Case], caution: Caution) -> None:
    changed = 0
    for case in cases:
        if any(has_word(case.text, word) for word in (*VOLATILE, "SERVICE", "LIMIT")):
            continue  # gives other rows each time
        changed += plan_of(snapshot_of(case).store, parse(case.text, BASE), caution).changed
    assert changed > 20


@pytest.fixture(scope="module")
def watdiv(shared: Path) -> Store:
    store = Store()
    with gzip.open(shared / "watdiv" / "w1.nt.gz") as data:
        store.bulk_load(data, RdfFormat.N_TRIPLES)
    return store


@pytest.mark.parametrize(
    "caution", [Caution(), EAGER, EAGER_TO_HASH], ids=["where it pays", "by lookups", "by hash"]
)
def test_no_plan_of_a_watdiv_query_changes_an_answer(watdiv: Store, shared: Path, caution: Caution) -> None:
    statistics = gather(watdiv)
    changed = []
    for path in sorted((shared / "watdiv" / "queries" / "1").glob("*.rq")):
        query = parse(path.read_text(encoding="utf-8"))
        plan = planned(query, statistics, counting(watdiv.query), caution)
        if plan.changed:
            changed.append(path.stem)
            assert bag(watdiv, render(plan.query)) == bag(watdiv, render(query)), path.stem
    assert "C3" in changed


DATA = read(
    " . ".join(
        [f":u{n} :likes :p{n % 7} ; :name 'u{n}'" for n in range(60)]
        + [f":p{n} :review :r{n} . :r{n} :by :u{n}" for n in range(5)]
        + [f":u{n} :friend :u{(n * k) % 60}" for n in range(60) for k in range(2, 9)]
    )
)

REWRITES = {
    "a join by lookups": ("?u :friend ?f . ?u :likes ?p . ?p :review ?r", "LATERAL", Caution(0.9, 1)),
    "a join by hash": ("?u :friend ?f . ?f :likes ?p", "{ SELECT", EAGER_TO_HASH),
    "values of a filter": ("?u :friend ?f . ?f :likes ?p FILTER(?p = :p1)", "VALUES", Caution(0.9, 1)),
    "values of a list": (
        "?u :friend ?f . ?f :likes ?p FILTER(?p IN (:p1, :p1, :p2))",
        "VALUES",
        Caution(0.9, 1),
    ),
    "an EXISTS": ("?u :name ?n FILTER EXISTS { ?r :by ?w . ?p :review ?r . ?u :likes ?p }", "LATERAL", EAGER),
    "an EXISTS in OR": (
        "?u :name ?n FILTER(?n = 'u9' || EXISTS { ?p :review ?r . ?u :likes ?p })",
        "LATERAL",
        EAGER,
    ),
    "a MINUS": ("?u :likes :p1 MINUS { ?u :friend ?f . ?f :likes :p2 }", "NOT EXISTS", EAGER),
    "an OPTIONAL": ("?u :likes ?p OPTIONAL { ?r :by ?w . ?p :review ?r }", "LATERAL", EAGER),
    "an OPTIONAL by hash": (
        "?u :friend ?f OPTIONAL { ?f :likes ?p FILTER(?p != :p1) }",
        "OPTIONAL",
        EAGER_TO_HASH,
    ),
    "a UNION in a join": (
        "?u :likes ?p . { ?p :review ?r } UNION { ?r :by ?u . ?u :name ?n }",
        "LATERAL",
        EAGER,
    ),
    "a sub-SELECT": (
        "?u :likes ?p { SELECT DISTINCT ?u { ?u :friend ?f . ?f :likes ?p } }",
        "LATERAL",
        EAGER,
    ),
    "a path": ("?u :friend+ ?f . ?u :likes :p1 . ?f :likes :p2", "LATERAL", EAGER),
    "a table": ("?u :friend ?f . ?f :likes ?p VALUES ?u { :u1 :u2 }", "LATERAL", EAGER),
    "a table that comes late": (
        "?u :friend ?f VALUES ?n { 1 } ?f :likes :p1 VALUES ?u { :u1 :u2 }",
        "VALUES",
        EAGER,
    ),
    "parts without a common variable": ("?u :likes :p1 . ?p :review ?r . ?r :by :u1", "LATERAL", EAGER),
    "blank nodes": ("?u :friend [ :likes [ :review ?r ] ]", "LATERAL", EAGER),
}


@pytest.mark.parametrize("name", REWRITES)
def test_each_rewrite_is_done_and_changes_nothing(name: str) -> None:
    pattern, sign, caution = REWRITES[name]
    plan = plan_of(FakeSnapshot({}, DATA).store, parse(f"{SPARQL_PREFIX} SELECT * {{ {pattern} }}"), caution)
    assert plan.changed
    assert sign in render(plan.query)


AS_WRITTEN = {
    "a path of length zero may start anywhere": "VALUES ?u { :nobody } ?u :likes* ?p . ?u :friend ?f",
    "the name of a graph is not of the default graph": "GRAPH ?g { ?u :friend ?f . ?f :likes ?p }",
    "MINUS without a shared variable": "?u :name ?n MINUS { ?r :by ?w }",
    "MINUS of what may be unbound": "?u :name ?n OPTIONAL { ?u :likes ?p } MINUS { ?p :review ?r }",
    "a value for each solution": "?u :friend ?f . ?f :likes ?p BIND(RAND() AS ?x)",
}


@pytest.mark.parametrize("name", AS_WRITTEN)
def test_what_is_not_known_to_be_the_same_stays_as_written(name: str) -> None:
    query = parse(f"{SPARQL_PREFIX} SELECT * {{ {AS_WRITTEN[name]} }}")
    plan = plan_of(FakeSnapshot({}, DATA).store, query)
    assert not any(word in render(plan.query) for word in ("LATERAL", "EXISTS"))


def test_order_by_is_kept() -> None:
    store = FakeSnapshot({}, DATA).store
    text = (
        f"{SPARQL_PREFIX} SELECT ?n ?f {{ ?u :friend ?f . ?u :likes ?p . ?u :name ?n }} ORDER BY DESC(?n) ?f"
    )
    plan = planned(parse(text), gather(store), None, EAGER)
    found = [[tuple(row) for row in store.query(asked)] for asked in (text, render(plan.query))]
    assert plan.changed
    assert found[0] == found[1]


def test_without_statistics_nothing_is_changed() -> None:
    query = parse(f"{SPARQL_PREFIX} SELECT * {{ ?u :friend ?f . ?f :likes ?p }}")
    plan = planned(query, Statistics(), None, EAGER)
    assert plan.query is query
    assert plan.explanation.text() == "as written: there are no statistics"


def test_the_explanation_names_the_order_and_the_reason() -> None:
    store = FakeSnapshot({}, DATA).store
    query = parse(f"{SPARQL_PREFIX} SELECT * {{ ?u :friend ?f . ?u :likes ?p . ?p :review ?r }}")
    plan = planned(query, gather(store), counting(store.query), Caution(0.9, 1))
    head, *steps = plan.explanation.text().splitlines()
    assert head.startswith("join: changed; estimated ")
    assert [step.split()[1] for step in steps] == ["scan", "lookup", "lookup"]
    assert "/review>" in steps[0]
    (told,) = plan.explanation.to_json()["steps"]
    assert told["changed"] is True
    assert told["steps"][0]["solutions"] == 5
