"""The drawing of a circuit has every node once, and shows what falls with a claim."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.provenance.circuit import Circuit, Op
from kg.provenance.evaluate import evaluate
from kg.provenance.semirings import BOOLEAN
from server.drawing.fitting import width
from server.drawing.neighbours import Neighbour, draw_neighbours
from server.naming import Link
from server.views.drawing import LEAF_ROOM, LEAF_SIZE, LEAF_WIDTH, draw

CLAIMS = "abcdef"


@st.composite
def circuits(pick: st.DrawFn) -> tuple[Circuit, int]:
    circuit = Circuit()
    nodes = [circuit.token(claim) for claim in CLAIMS] + [circuit.one]
    for _ in range(pick(st.integers(1, 8))):
        of = pick(st.lists(st.sampled_from(nodes), min_size=2, max_size=4))
        match pick(st.sampled_from(("plus", "times", "minus"))):
            case "plus":
                nodes.append(circuit.plus(of))
            case "times":
                nodes.append(circuit.times(of))
            case _:
                nodes.append(circuit.minus(of[0], of[1]))
    return circuit, nodes[-1]


@given(circuits(), st.sets(st.sampled_from(CLAIMS)))
def test_it_shows_each_node_apart_and_what_holds(made: tuple[Circuit, int], believed: set[str]) -> None:
    circuit, root = made
    drawing = draw(circuit, root, lambda iri: (CLAIMS.index(iri) + 1, iri), believed.__contains__)
    assert drawing is not None
    row, *boxes = drawing.boxes
    nodes = circuit.reachable((root,))
    assert len(boxes) == len(nodes)
    holds = evaluate(circuit, (root,), BOOLEAN, lambda leaf: leaf.name in believed)
    assert row.holds == holds[root]
    assert [box.holds for box in boxes] == [holds[node] for node in nodes]
    shown = {box.text: box.number for box in boxes if box.kind == "claim"}
    assert shown == {
        circuit.name(n): CLAIMS.index(circuit.name(n)) + 1 for n in nodes if circuit.operations[n] is Op.TOKEN
    }
    assert len(drawing.lines) == 1 + sum(len(circuit.operands[node]) for node in nodes)
    for place, one in enumerate(drawing.boxes):
        assert one.x + one.width <= drawing.width
        assert one.y + one.height <= drawing.height
        for other in drawing.boxes[place + 1 :]:
            apart = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert apart or one.y + one.height <= other.y or other.y + other.height <= one.y


def test_what_is_too_large_is_not_drawn() -> None:
    circuit = Circuit()
    root = circuit.plus(circuit.token(f"c{n}") for n in range(30))
    assert draw(circuit, root, lambda iri: (None, iri), most=30) is None
    assert draw(circuit, root, lambda iri: (None, iri), most=31) is not None


def test_it_tells_whether_a_claim_has_no_number() -> None:
    circuit = Circuit()
    root = circuit.plus([circuit.token("a"), circuit.times([circuit.token("a"), circuit.token("b")])])
    for numbered, spared in (("ab", False), ("a", True)):
        drawing = draw(circuit, root, lambda iri, known=numbered: (1 if iri in known else None, iri))
        assert drawing is not None
        assert drawing.spared == spared


@pytest.mark.parametrize("inward", [True, False])
def test_one_neighbour_is_drawn_too(inward: bool) -> None:
    only = Neighbour(Link("Autowerk", "/entity/autowerk"), "holds license for", inward, 0.5, contested=False)
    drawn = draw_neighbours("Fabrika Magnit", [only])
    assert drawn is not None
    [edge], [relation] = drawn.edges, drawn.relations
    assert (edge.label, edge.href, relation.label) == ("Autowerk", "/entity/autowerk", "holds license for")
    assert (edge.x < drawn.x) == inward
    assert 0 < drawn.y - 20 < drawn.y + 20 < drawn.height
    assert relation.y < edge.y < drawn.height
    assert draw_neighbours("Fabrika Magnit", []) is None


def test_neighbours_on_one_side_fit_a_narrow_screen() -> None:
    other = Neighbour(
        Link("a maker of magnets with a long name", "/entity/m", "urn:m"), "has", False, 0.5, False
    )
    narrow, long = (draw_neighbours(name, [other]) for name in ("BMW", "A ministry with a very long name"))
    assert narrow is not None
    assert long is not None
    assert narrow.width < 420 < long.width < 520
    assert narrow.box < long.box


@pytest.mark.parametrize(
    "words", ["包头磁材有限公司取得出口许可" * 12, "W" * 90, "Reuters: it holds a license " * 8]
)
def test_the_words_of_a_claim_stay_in_its_box(words: str) -> None:
    circuit = Circuit()
    drawing = draw(circuit, circuit.token("a"), lambda _: (1, words))
    assert drawing is not None
    [box] = [box for box in drawing.boxes if box.kind == "claim"]
    assert width(box.text, LEAF_SIZE) <= LEAF_WIDTH - LEAF_ROOM
    assert box.text.endswith("…")
    assert words.startswith(box.text.removesuffix("…"))
    short = draw(circuit, circuit.token("a"), lambda _: (1, "Reuters: 包头"))
    assert short is not None
    assert "Reuters: 包头" in {box.text for box in short.boxes}
