"""After any updates the store holds what it says: check finds nothing, and a backup can be restored."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kg.dataset.record.records import DEFAULT
from kg.dataset.snapshots import Reader
from kg.dataset.upkeep.backup import back_up, restore
from kg.dataset.writer import Writer
from kg.outbound import Outbound
from ontology.vocab import BASE
from server.processes.jobs import Failure
from server.processes.performing import Holder
from server.processes.writes import GraphWrite, Part, UpdateWrite, Write
from tests.dataset.conftest import grant

XSD = "http://www.w3.org/2001/XMLSchema#"
NODES = ("<urn:l>", "<urn:é%20%25>", "<http://x.example/?a=b&c#d>", f"<{BASE}entity/x>", "_:b")
PREDICATES = ("<urn:p>", f"<{BASE}ontology#holdsLicenseFor>", f"<{BASE}ontology#partOf>", "<urn:q>")
EQUAL = (
    ("1", "01", "+1", '"1"^^<X#int>', '"001"^^<X#int>'),
    ("1.0", "1.00", "01.0", '"1."^^<X#decimal>'),
    ("1e0", "1.0e0", "10e-1", '"INF"^^<X#double>', '"+INF"^^<X#double>'),
    ("true", '"1"^^<X#boolean>', '"0"^^<X#boolean>', "false"),
    ('"2025-05-01T24:00:00"^^<X#dateTime>', '"2025-05-02T00:00:00"^^<X#dateTime>'),
    ('"2025-05-02T00:00:00Z"^^<X#dateTime>', '"2025-05-02T00:00:00+00:00"^^<X#dateTime>'),
    ('"P1Y"^^<X#duration>', '"P12M"^^<X#duration>', '"PT60S"^^<X#dayTimeDuration>'),
    ('"a"@en', '"a"@EN', '"a"', '"a"^^<X#string>', '"01"^^<urn:type>', '"x"^^<X#integer>'),
    ('"12:00:00"^^<X#time>', '"12:00:00.0"^^<X#time>', '"1"^^<X#float>', '"1.0"^^<X#float>'),
)
OBJECTS = tuple(text.replace("<X#", f"<{XSD}") for group in EQUAL for text in group)
GRAPHS = ("urn:g", "urn:é#%25", f"{BASE}graphs/x")

equal = st.sampled_from(EQUAL).flatmap(lambda group: st.lists(st.sampled_from(group), min_size=2, max_size=3))
objects = st.one_of(equal, st.lists(st.sampled_from((*OBJECTS, *NODES)), min_size=1, max_size=3)).map(
    lambda found: ", ".join(found).replace("<X#", f"<{XSD}")
)


@st.composite
def triples(draw: st.DrawFn, nodes: tuple[str, ...] = NODES) -> str:
    lines = st.tuples(st.sampled_from(nodes), st.sampled_from(PREDICATES), objects).map(" ".join)
    return " . ".join(draw(st.lists(lines, max_size=3)))


def ground(text: str) -> str:
    return text.replace("_:b", "<urn:b>")


@st.composite
def texts(draw: st.DrawFn) -> str:
    said, g, h = draw(triples()), draw(st.sampled_from(GRAPHS)), draw(st.sampled_from(GRAPHS))
    kind = draw(st.sampled_from(("INSERT DATA", "DELETE DATA", "DELETE INSERT", "transfer", "clear")))
    match kind:
        case "INSERT DATA":
            return f"INSERT DATA {{ {said} GRAPH <{g}> {{ {draw(triples())} }} }}"
        case "DELETE DATA":
            return f"DELETE DATA {{ {ground(said)} }}"
        case "DELETE INSERT":
            return f"DELETE {{ ?s ?p ?o }} INSERT {{ {said} }} WHERE {{ OPTIONAL {{ ?s ?p ?o }} }}"
        case "transfer":
            verb = draw(st.sampled_from(("COPY", "MOVE", "ADD")))
            ends = draw(
                st.sampled_from(
                    (f"<{g}> TO DEFAULT", f"DEFAULT TO <{g}>", f"<{g}> TO <{h}>", "DEFAULT TO <urn:z>")
                )
            )
            return f"{verb} SILENT {ends}"
    verb = draw(st.sampled_from(("CLEAR", "DROP")))
    return f"{verb} SILENT {draw(st.sampled_from(('DEFAULT', 'NAMED', 'ALL', f'GRAPH <{g}>')))}"


updates = texts().map(lambda text: UpdateWrite(text, None))
puts = st.builds(
    lambda method, graph, said: GraphWrite(method, graph, (Part(f"{said} .".encode(), "turtle", "urn:x"),)),
    st.sampled_from(("PUT", "POST")),
    st.sampled_from((None, *GRAPHS)),
    triples().filter(bool),
)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(writes=st.lists(updates | puts, min_size=1, max_size=6))
@example(writes=[UpdateWrite("INSERT DATA { <urn:l> <urn:p> 1, 01 }", None)])
@example(
    writes=[
        GraphWrite("PUT", None, (Part(b"<urn:l> <urn:p> 1, 01 .", "turtle", "urn:x"),)),
        GraphWrite("PUT", None, (Part(b"<urn:l> <urn:p> 001, 2, 02 .", "turtle", "urn:x"),)),
        UpdateWrite("CLEAR DEFAULT", None),
    ]
)
def test_the_store_holds_what_it_says_after_any_updates(writes: list[Write]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store"
        with Writer(path) as writer:
            writer.add([grant("Producer", "Customer")])
            writer.commit()
        holder = Holder(path, 5.0, Outbound())
        number = 1
        for write in writes:
            before = sizes(path)
            done = holder.perform(write)
            assert not isinstance(done, Failure), done
            told = done.told
            inserted, deleted = told["inserted"], told["deleted"]
            assert isinstance(inserted, int)
            assert isinstance(deleted, int)
            assert sizes(path) == before + inserted - deleted, write
            number = max(number, done.after)
        with holder._lock:  # what is held would be let go by and by
            holder._let_go()
        back_up(path, Path(folder) / "copy")
        restore(Path(folder) / "copy", Path(folder) / "again")  # checks every invariant
        assert Reader(Path(folder) / "again").current().number == number


def sizes(path: Path) -> int:
    """How many quads of base data a store has: what is in the default graph, and graph by graph."""
    snapshot = Reader(path).current()
    named = sum(
        1
        for quad in snapshot.main.quads_for_pattern(None, None, None, None)
        if getattr(quad.graph_name, "value", "") in (*GRAPHS, "urn:z")
    )
    return named + sum(1 for _ in snapshot.archive.quads_for_pattern(None, None, None, DEFAULT))
