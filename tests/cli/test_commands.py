"""The command line by its exit status and what it prints."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli import main
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.writer import Writer
from ontology.vocab import ONTOLOGY
from server.gate.tokens import Identity, Scope, Tokens
from tests.dataset.conftest import grant

GOOD = json.dumps(
    {
        "type": "license_granted",
        "roles": {"producer": "JL MAG", "customer": "Volkswagen"},
        "document": {"title": "A brief"},
        "attribution": [{"kind": "publisher", "name": "Example"}],
    }
)


def everything(snapshot: Snapshot) -> set[str]:
    """All quads, less the ontology, which has blank nodes."""
    return {str(quad) for quad in snapshot.main if str(quad.graph_name) != f"<{ONTOLOGY}>"}


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "store"
    with Writer(path) as writer:
        writer.add([grant("JL MAG", "Volkswagen")])
        writer.commit()
    return path


@pytest.mark.parametrize(
    ("lines", "status"), [([GOOD], 0), ([GOOD, "rubbish"], 1), (["rubbish"], 1), ([], 0)]
)
def test_ingest_says_by_its_status_what_became_of_it(tmp_path: Path, lines: list[str], status: int) -> None:
    path = tmp_path / "claims.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    done = run("ingest", path, "--store", tmp_path / "store")
    assert done.exit_code == status, done.output
    assert ("quarantined: 1" in done.output) is (status > 0)


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (("ingest", "absent.json"), "there is no such file"),
        (("ingest", "https://example.org/a.html"), "was not fetched"),
        (("query", "ASK {}"), "no Lodestone store"),
        (("check",), "no Lodestone store"),
        (("retract", "urn:x", "--reason", "x", "--by", "y"), "no Lodestone store"),
        (("ingest",), "Missing argument"),
    ],
)
def test_what_cannot_be_done_is_status_2_and_says_why(
    tmp_path: Path, args: tuple[str, ...], complaint: str
) -> None:
    done = run(*args, "--store", tmp_path / "nothing")
    assert done.exit_code == 2
    assert complaint in done.output


def test_a_syntax_error_says_where(store: Path) -> None:
    done = run("query", "SELECT ?x WHERE {\n ?x a }", "--store", store)
    assert done.exit_code == 2
    assert "line 2" in done.output


@pytest.mark.parametrize("text", ["ASK { ?s <urn:none> ?o }", "SELECT ?s { ?s <urn:none> ?o }"])
def test_a_false_ask_and_an_empty_answer_are_answers(store: Path, text: str) -> None:
    assert run("query", text, "--store", store).exit_code == 0


def test_a_query_from_a_file_in_every_format(store: Path, tmp_path: Path) -> None:
    path = tmp_path / "holders.rq"
    path.write_text("SELECT ?p ?c { ?p ls:holdsLicenseFor ?c }", encoding="utf-8")
    document = json.loads(run("query", path, "--store", store, "--format", "json").output)
    assert document["provenance"]["complete"]
    assert len(document["provenance"]["rows"]) == len(document["results"]["bindings"]) == 1
    plain = json.loads(
        run("query", path, "--store", store, "--format", "json", "--provenance", "none").output
    )
    assert plain == {key: value for key, value in document.items() if key != "provenance"}
    assert run("query", path, "--store", store, "--format", "csv").output.startswith(
        "p,c,_confidence,_origins,_claims"
    )
    assert "<sparql" in run("query", path, "--store", store, "--format", "xml").output
    assert run("query", path, "--store", store, "--format", "ttl").exit_code == 2


def test_retraction_needs_a_claim_that_is_there(store: Path) -> None:
    assert run("retract", "urn:none", "--reason", "x", "--by", "y", "--store", store).exit_code == 2
    [name] = [
        row["c"].value for row in Reader(store).current().query("SELECT ?c { GRAPH ?g { ?c a ls:Claim } }")
    ]
    assert run("retract", name, "--reason", "x", "--by", "y", "--store", store).exit_code == 0
    assert (
        "was retracted before" in run("retract", name, "--reason", "x", "--by", "y", "--store", store).output
    )


def test_check_finds_what_was_planted(store: Path) -> None:
    assert "everything holds" in run("check", "--store", store).output
    with Writer(store) as writer:
        writer.touch()
        writer.main.clear_graph(writer.view.inferred)
        writer.commit()
    done = run("check", "--store", store)
    assert done.exit_code == 1
    assert "the inferred graph" in done.output
    assert run("check", "--rebuild", "--store", store).exit_code == 0


def test_an_export_is_taken_back_whole(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "all.trig"
    assert run("export", "--store", store, "--format", "trig", "-o", out).exit_code == 0
    assert run("ingest", out, "--store", tmp_path / "second").exit_code == 0
    first, second = Reader(store).current(), Reader(tmp_path / "second").current()
    assert everything(first) == everything(second)


def test_a_claim_that_is_extracted_can_be_taken_in(tmp_path: Path) -> None:
    pytest.importorskip("spacy", reason="articles need the extract extra")
    brief = Path(__file__).parents[2] / "kg" / "example" / "brief.txt"
    records = tmp_path / "claims.json"
    records.write_text(run("extract", brief).output, encoding="utf-8")
    assert run("ingest", brief, "--store", tmp_path / "store").exit_code == 0
    done = run("ingest", records, "--store", tmp_path / "store")
    assert done.exit_code == 0
    assert "claims: 0 new, 13 already there" in done.output


def test_tokens_and_the_audit_log(tmp_path: Path) -> None:
    store = tmp_path / "store"
    records = tmp_path / "claims.json"
    records.write_text(GOOD, encoding="utf-8")
    assert run("ingest", records, "--store", store).exit_code == 0
    made = run("token", "make", "desk", "--scope", "admin", "--store", store)
    token = made.stdout.strip()
    assert Tokens(store).identify(token) == Identity("desk", Scope.ADMIN)
    listed = run("token", "list", "--store", store).output
    assert "desk" in listed
    assert token not in listed
    assert run("token", "make", "desk", "--store", store).exit_code == 2
    assert run("token", "revoke", "desk", "--store", store).exit_code == 0
    assert Tokens(store).identify(token) is None
    lines = [json.loads(line) for line in (store / "audit.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["what"] for line in lines] == ["ingest", "token make", "token revoke"]
    assert lines[0]["on"]["new"] == 1
    assert lines[0]["who"]
