"""Names that the store makes from content: nothing but a claim is ever put under one."""

from pathlib import Path

import pytest

from kg.claims.claim import Claim
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.snapshots import Reader
from kg.dataset.terms import NamedNode, Quad
from kg.dataset.upkeep.backup import back_up, restore
from kg.dataset.writer import Writer
from kg.errors import ReservedGraph
from kg.outbound import Outbound
from kg.update import update
from ontology.vocab import BASE
from server.processes.jobs import Failure
from server.processes.performing import Holder
from server.processes.writes import GraphWrite, Part
from tests.dataset.conftest import grant

FAMILIES = ("claim", "event", "document", "source", "entity", "agent", "origin", "judgment", "snapshot")
MINTED = [*(f"{BASE}{family}/x" for family in FAMILIES), f"{BASE}claim/x#quote", f"{BASE}.well-known/genid/a"]
SPO = "<urn:a> <urn:p> <urn:b>"
FORMS = [
    f"INSERT DATA {{ GRAPH <NAME> {{ {SPO} }} }}",
    f"INSERT {{ GRAPH ?g {{ {SPO} }} }} WHERE {{ BIND(<NAME> AS ?g) }}",
    f"WITH <NAME> INSERT {{ {SPO} }} WHERE {{}}",
    "CREATE GRAPH <NAME>",
    "CREATE SILENT GRAPH <NAME>",
    "COPY <urn:g> TO <NAME>",
    "MOVE <urn:g> TO <NAME>",
    "ADD <urn:g> TO <NAME>",
    "ADD DEFAULT TO <NAME>",
    "LOAD <http://example.org/x> INTO GRAPH <NAME>",
    "LOAD SILENT <http://example.org/x> INTO GRAPH <NAME>",
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("minted") / "store"
    with Writer(path) as writer:
        update(writer, f"INSERT DATA {{ GRAPH <urn:g> {{ {SPO} }} {SPO} }}")
        writer.commit()
    return path


def test_no_form_of_update_writes_under_one(path: Path) -> None:
    with Writer(path) as writer:
        for name in MINTED:
            for form in FORMS:
                with pytest.raises(ReservedGraph, match="use another IRI") as told:
                    update(writer, form.replace("NAME", name))
                assert told.value.graph == name
    assert list(check_dataset(Reader(path).current())) == []


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize("name", [MINTED[0], MINTED[4], f"{BASE}record"])
def test_the_graph_store_does_not_either(path: Path, method: str, name: str) -> None:
    holder = Holder(path, 1.0, Outbound())
    for body in (b"<urn:a> <urn:p> <urn:b> .", b""):
        done = holder.perform(GraphWrite(method, name, (Part(body, "turtle", "urn:base"),)))
        assert isinstance(done, Failure)
        error = done.exception()
        assert isinstance(error, ReservedGraph)
        assert error.graph == name
    assert not Reader(path).current().main.contains_named_graph(NamedNode(name))


def test_names_beside_them_are_free(path: Path) -> None:
    free = (f"{BASE}graphs/x", f"{BASE}claims", "urn:claim/x", f"{BASE}mine")
    with Writer(path) as writer:
        for name in free:
            assert update(writer, FORMS[0].replace("NAME", name)).inserted == 1


def test_what_an_older_version_let_in_can_be_taken_out(tmp_path: Path) -> None:
    claim = grant("Producer", "Customer")
    with Writer(tmp_path / "store") as writer:
        name = writer.names.claim(claim.id)
        writer.touch()
        writer.main.add(Quad(*map(NamedNode, ("urn:a", "urn:p", "urn:b", name))))  # as it was written once
        writer.commit()
    assert list(check_dataset(Reader(tmp_path / "store").current())) != []
    with Writer(tmp_path / "store") as writer:
        assert update(writer, f"DROP GRAPH <{name}>").deleted == 1
        assert [added.active for added in writer.add([Claim.model_validate(claim.model_dump())])] == [True]
        writer.commit()
    assert list(check_dataset(Reader(tmp_path / "store").current())) == []
    back_up(tmp_path / "store", tmp_path / "copy")
    assert restore(tmp_path / "copy", tmp_path / "again").files > 0
