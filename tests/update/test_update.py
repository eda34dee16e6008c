"""Updates on a store that holds claims: base data changes, what claims put there does not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.dataset.checks.invariants import check_dataset
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.writer import Writer
from kg.errors import LodestoneError, QueryRefused, QuerySyntaxError, ReservedGraph
from kg.query.shaping.size import TooComplex
from kg.update import Changes, DatasetConflict, UpdateFailed, update
from tests.dataset.conftest import grant, holders

PAIR = {("JL MAG", "Volkswagen")}
ABC = "PREFIX : <urn:> "


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    with Writer(tmp_path / "store") as writer:
        yield writer


def after(writer: Writer, *texts: str) -> Snapshot:
    """What is published after updates. The invariants of the store hold there."""
    for text in texts:
        update(writer, ABC + text)
    writer.commit()
    snapshot = Reader(writer.layout.root).current()
    assert list(check_dataset(snapshot)) == []
    return snapshot


def quads(snapshot: Snapshot) -> list[str]:
    """All quads in short."""
    rows = snapshot.query("SELECT ?g ?s ?p ?o { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }")
    return sorted(" ".join(str(t.value).removeprefix("urn:") for t in row if t is not None) for row in rows)


AB = "INSERT DATA { :a :p :b } ;"
IN_G = "INSERT DATA { GRAPH :g { :a :p :b } } ;"
IN_BOTH = "INSERT DATA { :a :p :b . GRAPH :g { :c :p :d } } ;"
IN_TWO = "INSERT DATA { GRAPH :g { :a :p :b } GRAPH :h { :c :p :d } } ;"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (IN_BOTH, ["a p b", "g c p d"]),
        (f"{AB} INSERT DATA {{ :a :p :c }} ; DELETE DATA {{ :a :p :b }}", ["a p c"]),
        (f"{AB} DELETE {{ ?s :p ?o }} INSERT {{ ?s :p ?n }} WHERE {{ ?s :p ?o BIND(1+1 AS ?n) }}", ["a p 2"]),
        (f"{IN_G} DELETE WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}", []),
        (f"{IN_G} WITH :g DELETE {{ ?s ?p ?o }} INSERT {{ ?o ?p ?s }} WHERE {{ ?s ?p ?o }}", ["g b p a"]),
        (
            f"""{IN_TWO} WITH :k INSERT {{ ?x :q ?y }} USING :g USING NAMED :h
            WHERE {{ ?x :p ?b . GRAPH ?n {{ ?c :p ?y }} }}""",
            ["g a p b", "h c p d", "k a q d"],
        ),
        (
            f"{IN_TWO} WITH :g INSERT {{ ?c :q 1 }} WHERE {{ GRAPH :h {{ ?c ?p ?o }} }}",
            ["g a p b", "g c q 1", "h c p d"],
        ),
        (f"{IN_BOTH} COPY DEFAULT TO :g", ["a p b", "g a p b"]),
        (f"{IN_BOTH} ADD :g TO DEFAULT", ["a p b", "c p d", "g c p d"]),
        (f"{IN_BOTH} MOVE :g TO DEFAULT", ["c p d"]),
        (f"{AB} COPY DEFAULT TO DEFAULT", ["a p b"]),
        (f"{IN_BOTH} CLEAR NAMED", ["a p b"]),
        (f"{IN_BOTH} DROP DEFAULT", ["g c p d"]),
        (
            "INSERT DATA { :a :p 'x'@en, '''y''', true, -1.5e0, 'z'^^:t }",
            ["a p -1.5", "a p true", "a p x", "a p y", "a p z"],
        ),
        ("LOAD SILENT <https://elsewhere.example/> ; CLEAR SILENT GRAPH :none", []),
        ("INSERT { ?s :p 1 } WHERE { VALUES ?s { 'literal' UNDEF :a } }", ["a p 1"]),
    ],
)
def test_base_data_changes(writer: Writer, text: str, expected: list[str]) -> None:
    assert quads(after(writer, text)) == expected


def test_blank_nodes_are_new_for_each_solution(writer: Writer) -> None:
    text = (
        "INSERT DATA { :a :p 1 . :b :p 2 } ; INSERT { _:n :of ?s ; :also _:n . [] :of ?s } WHERE { ?s :p ?v }"
    )
    snapshot = after(writer, text, text.partition(";")[2])
    [row] = snapshot.query("SELECT (COUNT(DISTINCT ?n) AS ?c) (COUNT(*) AS ?d) { ?n <urn:of> ?s }")
    assert (row["c"].value, row["d"].value) == ("8", "8")
    [row] = snapshot.query("SELECT (COUNT(*) AS ?c) { ?n <urn:also> ?n }")
    assert row["c"].value == "4"


def test_a_blank_node_that_a_query_finds_can_be_deleted(writer: Writer) -> None:
    assert quads(after(writer, "INSERT DATA { [] :p 1 } ; DELETE { ?b :p 1 } WHERE { ?b :p 1 }")) == []


def test_changes_are_counted(writer: Writer) -> None:
    assert update(writer, "INSERT DATA { <urn:a> <urn:p> 1, 2 }") == Changes(inserted=2)
    assert update(writer, "INSERT DATA { <urn:a> <urn:p> 1, 3 } ; CLEAR ALL") == Changes(1, 3)
    assert update(writer, "CLEAR ALL") == Changes()


def test_empty_graphs_are_kept_until_they_are_dropped(writer: Writer) -> None:
    asked = "ASK { GRAPH <urn:g> {} }"
    assert after(writer, "CREATE GRAPH :g").query(asked)
    assert after(writer, "INSERT DATA { GRAPH :g { :a :p 1 } } ; CLEAR GRAPH :g").query(asked)
    assert not after(writer, "DROP GRAPH :g").query(asked)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("CREATE GRAPH :g ; CREATE GRAPH :g", UpdateFailed),
        ("CLEAR GRAPH :none", UpdateFailed),
        ("DROP GRAPH :none", UpdateFailed),
        ("COPY :none TO :g", UpdateFailed),
        ("LOAD <https://elsewhere.example/>", QueryRefused),
        ("INSERT { :a :p 1 } WHERE { SERVICE <https://elsewhere.example/> { ?s ?p ?o } }", QueryRefused),
        ("INSERT DATA { <relative> :p 1 }", QuerySyntaxError),
        ("INSERT { :a :p ?x } WHERE { BIND(1 AS ?x) BIND(2 AS ?x) }", QuerySyntaxError),
        (f"INSERT DATA {{ :a :p {'[ :p ' * 5000} 1 {']' * 5000} }}", TooComplex),
    ],
)
def test_what_cannot_be_done(writer: Writer, text: str, error: type[LodestoneError]) -> None:
    with pytest.raises(error):
        update(writer, ABC + text)


def test_a_dataset_is_chosen_once(writer: Writer) -> None:
    update(writer, "INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:p> 1 } }")
    insert = "INSERT { ?s <urn:q> ?o } WHERE { ?s ?p ?o }"
    assert update(writer, insert, default_graphs=["urn:g"]) == Changes(inserted=1)
    with pytest.raises(DatasetConflict):
        update(writer, insert.replace("WHERE", "USING <urn:g> WHERE"), default_graphs=["urn:g"])
    with pytest.raises(DatasetConflict):
        update(writer, f"WITH <urn:g> {insert}", named_graphs=["urn:g"])


class TestWithClaims:
    """A raw write beside claims."""

    @pytest.fixture
    def claim(self, writer: Writer) -> str:
        [added] = writer.add([grant("JL MAG", "Volkswagen")])
        writer.commit()
        return added.iri

    @pytest.mark.parametrize(
        "text", ["CLEAR ALL", "DROP ALL", "DELETE WHERE { ?s ?p ?o }", "MOVE DEFAULT TO :g"]
    )
    def test_what_claims_support_stays(self, writer: Writer, claim: str, text: str) -> None:
        snapshot = after(writer, "INSERT DATA { :a :p :b }", text)
        assert holders(snapshot) == PAIR
        assert not snapshot.query("ASK { <urn:a> ?p ?o }")
        assert snapshot.is_active(claim)

    def test_base_data_that_claims_state_too_goes_with_neither_alone(
        self, writer: Writer, claim: str
    ) -> None:
        said = "DEFAULT TO :copy"
        both = after(writer, f"COPY {said} ; COPY :copy TO DEFAULT ; DROP GRAPH :copy")
        assert holders(both) == PAIR
        writer.retract(claim, reason="wrong", by="a test")
        assert holders(after(writer)) == PAIR
        assert holders(after(writer, "CLEAR DEFAULT")) == set()

    @pytest.mark.parametrize(
        "text",
        [
            "INSERT DATA { GRAPH <$> { :a :p :b } }",
            "DELETE DATA { GRAPH <$> { :a :p :b } }",
            "DELETE WHERE { GRAPH ?g { ?s ?p ?o } }",
            "WITH <$> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
            "CLEAR GRAPH <$>",
            "DROP SILENT GRAPH <$>",
            "CREATE SILENT GRAPH <$>",
            "COPY DEFAULT TO <$>",
            "MOVE <$> TO :g",
        ],
    )
    def test_reserved_graphs(self, writer: Writer, claim: str, text: str) -> None:
        names = writer.names
        for graph in (claim, names.record, names.inferred, names.reference):
            with pytest.raises(ReservedGraph, match="DELETE /claim"):
                update(writer, ABC + text.replace("$", graph))


def test_what_was_begun_is_given_up(tmp_path: Path) -> None:
    with Writer(tmp_path / "store") as writer:
        [added] = writer.add([grant("JL MAG", "Volkswagen")])
        before = quads(after(writer))
    with Writer(tmp_path / "store") as writer, pytest.raises(ReservedGraph):
        update(writer, f"INSERT DATA {{ <urn:a> <urn:p> 1 }} ; DROP GRAPH <{added.iri}>")
    with Writer(tmp_path / "store") as writer:
        assert quads(after(writer, "CREATE GRAPH :g")) == before
