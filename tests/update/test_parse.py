"""The grammar of updates: what the W3C tests of syntax take and refuse, and what becomes of it."""

from pathlib import Path

import pytest

from kg.dataset.terms import RdfFormat, Store
from kg.dataset.terms import parse as parse_rdf
from kg.errors import QuerySyntaxError
from kg.query.algebra import Iri
from kg.query.operations import Clear, Create, DeleteWhere, Drop, Group, InsertData, Load, Modify, Transfer
from kg.query.parse.updates import parse_update

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
BASE = "http://example.org/"


def suite(shared: Path) -> list[tuple[Path, bool]]:
    """Every test of update syntax, and whether its text is right."""
    folder = shared / "w3c" / "sparql" / "sparql11"
    if not folder.is_dir():
        pytest.skip("the W3C SPARQL 1.1 suite is not in the shared folder")
    found = []
    for manifest in sorted(folder.glob("*/manifest.ttl")):
        store = Store()
        store.extend(parse_rdf(manifest.read_bytes(), format=RdfFormat.TURTLE, base_iri=BASE))
        rows = store.query(f"SELECT ?kind ?file {{ ?test a ?kind ; <{MF}action> ?file }}")
        found += [
            (manifest.parent / row["file"].value.removeprefix(BASE), "Positive" in row["kind"].value)
            for row in rows
            if "SyntaxTest" in row["kind"].value and row["file"].value.endswith(".ru")
        ]
    return found


def test_the_w3c_tests_of_syntax(shared: Path) -> None:
    cases = suite(shared)
    assert len(cases) >= 55
    wrong = []
    for path, right in cases:
        try:
            parse_update(path.read_text(encoding="utf-8"), BASE)
        except QuerySyntaxError as error:
            if right:
                wrong.append(f"{path.name}: {error}")
        else:
            if not right:
                wrong.append(f"{path.name} is taken")
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        ("CLEAR SILENT ALL", Clear(Group.ALL, silent=True)),
        ("drop graph <g>", Drop(Iri(BASE + "g"), silent=False)),
        ("CREATE GRAPH <g>", Create(Iri(BASE + "g"), silent=False)),
        ("LOAD <f> INTO GRAPH <g>", Load(Iri(BASE + "f"), Iri(BASE + "g"), silent=False)),
        ("MOVE SILENT DEFAULT TO <g>", Transfer("MOVE", None, Iri(BASE + "g"), silent=True)),
        ("ADD GRAPH <f> TO DEFAULT ;", Transfer("ADD", Iri(BASE + "f"), None, silent=False)),
    ],
)
def test_operations_on_graphs(text: str, operation: object) -> None:
    assert parse_update(text, BASE).operations == (operation,)


def test_a_modification_keeps_its_pattern_as_written() -> None:
    text = """PREFIX e: <http://e/> WITH <g> DELETE { ?s e:p ?o } INSERT { GRAPH ?g { ?s e:q [] } }
        USING NAMED <h> WHERE { ?s e:p ?o } ; PREFIX e: <http://f/> DELETE WHERE { GRAPH <x> { ?s e:p 1 } }"""
    first, second = parse_update(text, BASE).operations
    assert isinstance(first, Modify)
    assert first.home == Iri(BASE + "g")
    assert first.named_graphs == (Iri(BASE + "h"),)
    assert first.chooses
    assert first.where.group == "{ ?s e:p ?o }"
    assert "PREFIX e: <http://e/>" in first.where.prologue
    assert isinstance(second, DeleteWhere)
    assert second.where.group == "{ GRAPH <x> { ?s e:p 1 } }"
    assert "PREFIX e: <http://f/>" in second.where.prologue
    assert second.quads[0].graph == Iri(BASE + "x")


def test_nothing_is_a_request_too() -> None:
    assert parse_update("").operations == ()
    assert parse_update("PREFIX e: <http://e/>").operations == ()


def test_much_data_is_read() -> None:
    data = " . ".join(f"<http://e/{n}> <http://e/p> {n}" for n in range(20_000))
    [operation] = parse_update(f"INSERT DATA {{ {data} }}").operations
    assert isinstance(operation, InsertData)
    assert len(operation.quads) == 20_000


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("INSERT DATA { ?s <p> 1 }", (1, 13)),
        ("INSERT DATA { <s> <p>/<q> 1 }", (1, 22)),
        ("DELETE { <s> ^<p> 1 } WHERE {}", (1, 14)),
        ("CLEAR ALL\nCLEAR", (2, 1)),
        ("DELETE DATA { _:b <p> 1 }", (1, 13)),
        ("SELECT * {}", (1, 1)),
    ],
)
def test_the_place_of_a_mistake(text: str, where: tuple[int, int]) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        parse_update(text, BASE)
    assert (caught.value.line, caught.value.column) == where
