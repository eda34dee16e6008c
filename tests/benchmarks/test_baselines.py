"""The published ways, as the benchmarks have them, against evaluation on every subset of the claims."""

from collections.abc import Callable, Iterable
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from kg.provenance.circuit import Circuit
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings import BOOLEAN
from kg.query.parse import parse as parse_query
from kg.query.scope import projected
from tests.benchmarks.baselines import NotCovered, npcs, sparqlcirc
from tests.query.fake import SPARQL_PREFIX, FakeSnapshot
from tests.query.generate import snapshots

EX = "http://ex.org/"
CLAIMS = """
    @prefix : <http://ex.org/> .
    :c1 { :a :p :b }
    :c2 { :a :p :b . :b :q 1 }
    :c3 { :b :p :c }
    :c4 { :c :p :a }
    :c5 { :b :q 2 }
    :c6 { :a :r :c . :d :r :c }
    :c7 { :c :s "x" }
    :c8 { :d :r :a }
"""
COVERED_BY_BOTH = (
    "?x :p ?y",
    "?x :p ?y . ?y :p ?z",
    "?x :p/:q ?y",
    "{ ?x :p ?y } UNION { ?x :r ?y }",
    "{ ?x :p ?y } UNION { ?z :r ?y }",
    "?x :p ?y FILTER(?y != :c)",
    "?x :p ?y MINUS { ?y :q ?z }",
    "?x :p ?y MINUS { ?z :q ?v }",
    "?x :p ?y MINUS { ?x :r ?z MINUS { ?z :s ?v } }",
    "?x :p ?y OPTIONAL { ?y :q ?z }",
    "?x :p ?y OPTIONAL { ?y :q ?z FILTER(?z > 1) }",
    "?x :r ?y OPTIONAL { ?y :p ?z OPTIONAL { ?z :q ?v } }",
    "{ ?x :p ?y OPTIONAL { ?y :q ?z } } { ?x :r ?v }",
    "{ ?x :p ?y } UNION { ?x :r ?y } MINUS { ?y :s ?z }",
    "?x :p ?y OPTIONAL { ?y :q ?z } FILTER(!BOUND(?z))",
)
PATHS = (
    "?x :p+ ?y",
    ":a :p+ ?y",
    "?x :p+ :a",
    "?y :p ?z . :a :p* ?y",
    ":a (:p|^:r)+ ?y",
    "?x :r ?y . ?y :p* ?z",
    "?x :r ?y . ?y :p? ?z",
    "?x (:r/:p)+ ?y",
)
NOT_COVERED = (
    "SELECT ?x { ?x :p ?y } LIMIT 1",
    "SELECT (COUNT(*) AS ?n) { ?x :p ?y }",
    "SELECT ?x { ?x :p ?y FILTER NOT EXISTS { ?y :q ?z } }",
    "SELECT ?x { GRAPH ?g { ?x :p ?y } }",
    "SELECT ?x { ?x :p ?y BIND(1 AS ?z) }",
    "SELECT ?x { ?x :p ?y { SELECT ?y { ?y :q ?z } } }",
    "ASK { ?x :p ?y }",
)
Way = Callable[[Store, str, Circuit], list[tuple[dict[str, object], int]]]


def by_npcs(store: Store, text: str, circuit: Circuit) -> list[tuple[dict[str, object], int]]:
    names = [variable.name for variable in projected(parse_query(text).body)]
    found = []
    for *values, polynomial in npcs.answer(store, text):
        assert isinstance(polynomial, Literal)
        bound = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        found.append((bound, npcs.circuit_of(polynomial.value, circuit)))
    return found


def by_sparqlcirc(store: Store, text: str, circuit: Circuit) -> list[tuple[dict[str, object], int]]:
    return [
        (dict(bound), root) for bound, root in sparqlcirc.circuits_of(sparqlcirc.answer(store, text), circuit)
    ]


def stored(quads: Iterable[Quad]) -> Store:
    store = Store()
    store.extend(quads)
    return store


def breaches(way: Way, quads: list[Quad], text: str) -> list[set[str]]:
    """The sets of claims under which a row's circuit is true and it is no answer, or the reverse."""
    circuit = Circuit()
    rows = {frozenset(bound.items()): root for bound, root in way(stored(quads), text, circuit)}
    claims = sorted({quad.graph_name.value for quad in quads})
    subsets = chain.from_iterable(combinations(claims, size) for size in range(len(claims) + 1))
    found = []
    for subset in map(set, subsets):
        active = stored(Quad(q.subject, q.predicate, q.object) for q in quads if q.graph_name.value in subset)
        solutions = active.query(text)
        names = [variable.value for variable in solutions.variables]
        expected = {
            frozenset((n, v) for n, v in zip(names, solution, strict=True) if v is not None)
            for solution in solutions
        }
        true = evaluate(circuit, rows.values(), BOOLEAN, lambda node, subset=subset: node.name in subset)
        if {row for row, root in rows.items() if true[root]} != expected:
            found.append(subset)
    return found


@pytest.mark.parametrize("pattern", COVERED_BY_BOTH)
@pytest.mark.parametrize("way", [by_npcs, by_sparqlcirc])
def test_annotations_are_right(way: Way, pattern: str) -> None:
    assert (
        breaches(way, list(parse(CLAIMS, RdfFormat.TRIG)), f"{SPARQL_PREFIX}SELECT * {{ {pattern} }}") == []
    )


@pytest.mark.parametrize("pattern", PATHS)
def test_annotations_of_paths_are_right(pattern: str) -> None:
    text = f"{SPARQL_PREFIX}SELECT * {{ {pattern} }}"
    assert breaches(by_sparqlcirc, list(parse(CLAIMS, RdfFormat.TRIG)), text) == []


@pytest.mark.parametrize("way", [by_npcs, by_sparqlcirc])
def test_a_projection_adds_up_what_it_hides(way: Way) -> None:
    text = f"{SPARQL_PREFIX}SELECT DISTINCT ?y {{ {{ ?x :p ?y }} UNION {{ ?x :r ?y }} }}"
    assert breaches(way, list(parse(CLAIMS, RdfFormat.TRIG)), text) == []


@pytest.mark.parametrize("text", NOT_COVERED)
@pytest.mark.parametrize("way", [npcs.rewritten, sparqlcirc.steps])
def test_what_is_not_covered_is_said(way: Callable[[str], object], text: str) -> None:
    with pytest.raises(NotCovered):
        way(SPARQL_PREFIX + text)


VARIABLES = ("?x", "?y", "?z")
NODES = st.sampled_from((*VARIABLES, ":a"))
TRIPLES = st.builds("{} {} {} .".format, st.sampled_from(VARIABLES), st.sampled_from((":p", ":q")), NODES)
FORMS = ("{{{0}}} {{{1}}}", "{{{0}}} UNION {{{1}}}", "{{{0}}} MINUS {{{1}}}", "{{{0}}} OPTIONAL {{{1}}}")
PATTERNS = st.recursive(
    TRIPLES,
    lambda inner: st.one_of(
        st.builds(str.format, st.sampled_from(FORMS), inner, inner),
        st.builds("{{{}}} FILTER(?x != {})".format, inner, NODES),
    ),
    max_leaves=4,
)


@pytest.mark.parametrize("way", [by_npcs, by_sparqlcirc])
@given(snapshot=snapshots(most=4), pattern=PATTERNS)
def test_whatever_is_covered_is_right(way: Way, snapshot: FakeSnapshot, pattern: str) -> None:
    quads = [
        Quad(triple.subject, triple.predicate, triple.object, NamedNode(claim))
        for claim, triples in snapshot.claims.items()
        for triple in triples
    ]
    try:
        assert not breaches(way, quads, f"{SPARQL_PREFIX}SELECT * {{ {pattern} }}")
    except NotCovered as why:
        assert str(why) == "a shared variable that may be unbound"  # noqa: PT017 - nothing else is not
