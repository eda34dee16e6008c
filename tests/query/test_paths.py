"""What ways rest on: the minimal witnesses are the simple ways, by enumeration on small graphs."""

from collections.abc import Mapping
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from kg.dataset.terms import NamedNode
from kg.provenance.circuit import Circuit
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings import WHY
from kg.provenance.semirings.why import minimal
from kg.query.algebra import Iri, Negated, Repeat, Step
from kg.query.answer import Term
from kg.query.walks.components import components
from kg.query.walks.paths import Edges, Ways

NODES = [NamedNode(f"urn:{n}") for n in range(5)]
STEP = Step(Iri("urn:p"))
GRAPHS = st.frozensets(st.tuples(st.sampled_from(range(5)), st.sampled_from(range(5))), max_size=12)


def ways_of(circuit: Circuit, graph: frozenset[tuple[int, int]]) -> Ways:
    """Each edge a claim of its own."""
    found: dict[Term, dict[Term, int]] = {}
    for start, end in sorted(graph):
        found.setdefault(NODES[start], {})[NODES[end]] = circuit.token(f"{start}>{end}")

    def edges(path: Step | Negated, backward: bool) -> Edges:
        assert path == STEP
        assert not backward
        return found

    return Ways(circuit, edges)


def simple_ways(graph: frozenset[tuple[int, int]], start: int, end: int) -> frozenset[frozenset[str]]:
    """The edges of every way of at least one step that passes no node twice."""
    others = [node for node in range(5) if node not in (start, end)]
    found = set()
    for size in range(len(others) + 1):
        for between in permutations(others, size):
            steps = list(zip((start, *between), (*between, end), strict=True))
            if graph.issuperset(steps):
                found.add(frozenset(f"{one}>{other}" for one, other in steps))
    return minimal(frozenset(found))


@given(GRAPHS, st.integers(0, 4))
def test_the_witnesses_of_a_closure_are_the_simple_ways(
    graph: frozenset[tuple[int, int]], start: int
) -> None:
    circuit = Circuit()
    reached = ways_of(circuit, graph).reached(Repeat(STEP, "+"), NODES[start])
    why = evaluate(circuit, reached.values(), WHY, lambda node: frozenset((frozenset((node.name,)),)))
    found = {node: why[number] for node, number in reached.items()}
    expected = {NODES[end]: ways for end in range(5) if (ways := simple_ways(graph, start, end))}
    assert found == expected


@given(GRAPHS, st.integers(0, 4))
def test_a_star_is_a_closure_with_its_start(graph: frozenset[tuple[int, int]], start: int) -> None:
    circuit = Circuit()
    ways = ways_of(circuit, graph)
    star = ways.reached(Repeat(STEP, "*"), NODES[start])
    plus = ways.reached(Repeat(STEP, "+"), NODES[start])
    assert star == {**plus, NODES[start]: circuit.one}


@given(GRAPHS)
def test_edges_lead_to_later_components(graph: frozenset[tuple[int, int]]) -> None:
    following: Mapping[int, list[int]] = {n: [end for start, end in graph if start == n] for n in range(5)}
    order = components(0, following.__getitem__)
    place = {node: number for number, component in enumerate(order) for node in component}
    assert order[0].count(0) == 1
    for start, end in graph:
        if start in place:
            assert place[start] <= place[end]
    for component in order:
        for node in component:
            assert all(other in place for other in following[node])
            assert len(component) == 1 or _returns(following, node)


def _returns(following: Mapping[int, list[int]], node: int) -> bool:
    """Whether a way leads back to a node."""
    seen: set[int] = set()
    todo = list(following[node])
    while todo:
        other = todo.pop()
        if other not in seen:
            seen.add(other)
            todo.extend(following[other])
    return node in seen


def test_a_long_chain_is_no_burden() -> None:
    order = components(0, lambda n: [n + 1] if n < 20_000 else [])
    assert [component[0] for component in order] == list(range(20_001))
