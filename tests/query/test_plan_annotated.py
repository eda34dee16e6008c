"""Patterns over annotated facts are put in the same order as plain ones, and keep their solutions."""

import re
from collections import Counter
from functools import partial
from itertools import count as numbers
from typing import Any

import pytest

from kg.dataset.statistics import gather
from kg.dataset.terms import BlankNode, Quad, Store
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings import HOW
from kg.provenance.semirings.how import variable
from kg.query import planning, query
from kg.query.algebra import Bgp, Graph, Lateral, LeftJoin, Lit, Pattern, Query, Select, Union, Var
from kg.query.algebra import Extend as Bind
from kg.query.answer import Row
from kg.query.parse import parse
from kg.query.parse.patterns import UNIT, joined
from kg.query.plan import Caution, planned_pattern
from kg.query.plan.order import EAGER, EAGER_TO_HASH
from kg.query.shaping.render import render
from tests.query.fake import SPARQL_PREFIX, FakeIndex, FakeSnapshot
from tests.query.test_plan import DATA

PLAIN = FakeSnapshot({}, DATA).store
STATISTICS = gather(PLAIN)

PATTERNS = {
    "a chain": "?u :friend ?f . ?u :likes ?p . ?p :review ?r",
    "a star": "?u :friend ?f . ?u :likes ?p . ?u :name ?n",
    "a constant": "?u :friend ?f . ?f :likes :p1 . ?u :name ?n",
    "an OPTIONAL": "?u :likes ?p OPTIONAL { ?r :by ?w . ?p :review ?r }",
}


def annotated_store() -> Store:
    found = Store()
    for number, triple in enumerate(sorted(DATA, key=str)):
        found.add(Quad(triple.subject, triple.predicate, triple.object, BlankNode(f"k{number}")))
    return found


ANNOTATED = annotated_store()


def annotated(pattern: Pattern, names: "numbers[int]") -> Pattern:
    """Each triple pattern in a graph of its own; an OPTIONAL as derivation queries have it."""
    if isinstance(pattern, LeftJoin):
        matched = Bind(annotated(pattern.right, names), Var("tag"), Lit("1"))
        return Lateral(annotated(pattern.left, names), Union(matched, Bind(UNIT, Var("tag"), Lit("0"))))
    assert isinstance(pattern, Bgp)
    whole: Pattern = UNIT
    for triple in pattern.triples:
        whole = joined(whole, Graph(Var(f"k{next(names)}"), Bgp((triple,))))
    return whole


def bag(store: Store, pattern: Pattern) -> Counter[tuple[object, ...]]:
    found = store.query(render(Query("select", Select(pattern))))
    names = sorted(variable.value for variable in found.variables)
    return Counter(tuple(row[name] for name in names) for row in found)


@pytest.mark.parametrize(
    "caution", [Caution(), EAGER, EAGER_TO_HASH], ids=["cautious", "by lookups", "by hash"]
)
@pytest.mark.parametrize("name", PATTERNS)
def test_annotated_patterns_keep_their_solutions(name: str, caution: Caution) -> None:
    pattern = annotated(parse(f"{SPARQL_PREFIX} SELECT * {{ {PATTERNS[name]} }}").body.of, numbers())
    found, _ = planned_pattern(pattern, STATISTICS, None, caution, annotated=True)
    assert bag(ANNOTATED, found) == bag(ANNOTATED, pattern)


@pytest.mark.parametrize("name", ["a chain", "a star", "a constant"])
def test_annotated_patterns_have_the_order_of_plain_ones(name: str) -> None:
    plain = parse(f"{SPARQL_PREFIX} SELECT * {{ {PATTERNS[name]} }}").body.of
    _, one = planned_pattern(plain, STATISTICS, None, EAGER, annotated=False)
    _, other = planned_pattern(annotated(plain, numbers()), STATISTICS, None, EAGER, annotated=True)
    orders = [[step.pattern for step in decision.decisions[0].steps] for decision in (one, other)]
    assert [step.removeprefix("{ ").removesuffix(" }") for step in orders[0]] == [
        step.partition("{ GRAPH ")[2].partition("{ ")[2].removesuffix(" } }") for step in orders[1]
    ]


class Counted(FakeSnapshot):
    """A snapshot with statistics."""

    iri = "urn:a-version-with-statistics"
    statistics = STATISTICS


PAGED = {
    "a join": ("?u :friend ?f . ?f :likes ?p", True),
    "a path": ("?u :friend/:likes ?p", True),
    "MINUS": ("?u :friend ?f . ?f :likes ?p MINUS { ?u :friend :u0 }", False),
    "OPTIONAL that changes nothing": ("?u :friend ?f . ?f :likes ?p OPTIONAL { ?p :review ?r }", False),
    "UNION": ("{ ?u :friend ?f } UNION { ?f :friend ?u } ?f :likes ?p", False),
}


@pytest.mark.parametrize("caution", [EAGER, EAGER_TO_HASH], ids=["by lookups", "by hash"])
@pytest.mark.parametrize("name", PAGED)
def test_a_page_on_which_a_value_repeats_rests_on_what_the_whole_answer_rests_on(
    name: str, caution: Caution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "planned_pattern", partial(planned_pattern, caution=caution))
    asked: list[str] = []
    index = FakeIndex.query

    def watched(self: FakeIndex, sparql: str, **options: Any) -> Any:
        asked.append(sparql)
        return index(self, sparql, **options)

    monkeypatch.setattr(FakeIndex, "query", watched)
    pattern, begins_anew = PAGED[name]
    snapshot = Counted(
        {f"c{number}": frozenset({triple}) for number, triple in enumerate(sorted(DATA, key=str))}
    )
    of = f"{SPARQL_PREFIX} SELECT DISTINCT ?u ?p {{ {pattern} }} ORDER BY ?p ?u"
    page, whole = why(snapshot, f"{of} LIMIT 30"), why(snapshot, of)
    assert len(page) == 30
    assert page == {row: whole[row] for row in page}
    assert any(re.search(r"VALUES \(\?p\) \{ \(<\S*>\) \} ", sparql) for sparql in asked) == begins_anew


def why(snapshot: FakeSnapshot, sparql: str) -> dict[Row, object]:
    """The annotation of each row, as a polynomial."""
    answer = query(snapshot, sparql)
    provenance = answer.provenance
    assert provenance is not None
    assert provenance.complete, provenance.reason
    nodes = [row.node for row in provenance.rows]
    found = evaluate(provenance.circuit, nodes, HOW, lambda node: variable(node.name))
    return {row: found[node] for row, node in zip(answer.rows, nodes, strict=True)}
